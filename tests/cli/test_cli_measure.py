"""``ecg-core measure`` and ``ecg-core info``."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import numpy as np
import pytest
import wfdb
from command import ARRAY, PERSON, Command

from ecg_core import measure, read_recording
from ecg_core.testing.synthetic import TRUTH
from ecg_core.vocabulary import STANDARD_LEADS

FIELDS = ["name", "lead", "value", "unit", "u", "quality", "span", "reason"]


def test_json_layout(run: Command, table: Path) -> None:
    done = run("measure", table, *ARRAY, *PERSON, "-f", "json")
    result = done.json
    assert list(result) == ["measurements"]
    rows = result["measurements"]
    assert done.out.count("\n") == len(rows) + 2, "one measurement to a line"
    assert all(list(row) == FIELDS for row in rows)
    assert all((row["value"] is None) == bool(row["reason"]) for row in rows)
    by_name = {row["name"]: row for row in rows if row["lead"] is None}
    assert by_name["heart_rate"]["value"] == pytest.approx(TRUTH["heart_rate"], abs=1)
    assert by_name["heart_rate"]["unit"] == "1/min"


def test_json_is_what_the_library_says(run: Command, dicom: Path) -> None:
    measured = measure(read_recording(dicom))
    rows = run("measure", dicom, "-f", "json").json["measurements"]
    assert len(rows) == len(measured)
    for row in rows:
        item = measured.get(row["name"], lead=row["lead"])
        assert item is not None
        value = list(item.value) if isinstance(item.value, tuple) else item.value
        assert (row["value"], row["u"], row["reason"]) == (value, item.u, item.reason)


def test_spans_are_in_samples_of_the_recording(run: Command, dicom: Path) -> None:
    rows = run("measure", dicom, "-f", "json").json["measurements"]
    by_name = {row["name"]: row for row in rows if row["lead"] is None}
    for name in ("pr_interval", "qrs_duration", "qt_interval"):
        first, last = by_name[name]["span"]
        assert last - first == pytest.approx(by_name[name]["value"], abs=3), "at 1000 Hz a sample is a millisecond"


def test_csv(run: Command, table: Path) -> None:
    rows = list(csv.DictReader(io.StringIO(run("measure", table, *ARRAY, "-f", "csv").out)))
    assert list(rows[0]) == FIELDS
    assert len(rows) == len(run("measure", table, *ARRAY, "-f", "json").json["measurements"])
    assert {row["value"] for row in rows if row["name"] == "sex"} == {""}


def test_text_says_what_was_not_measured(run: Command, table: Path) -> None:
    done = run("measure", table, *ARRAY)
    assert done.code == 0
    measured, unknown = done.out.split("\nnot measured\n")
    assert "heart_rate" in measured
    assert "sex" in unknown


def test_window(run: Command, table: Path) -> None:
    rows = run("measure", table, *ARRAY, "--start", "2", "--duration", "5", "-f", "json").json["measurements"]
    (duration,) = (row["value"] for row in rows if row["name"] == "duration")
    assert duration == pytest.approx(5)
    assert run("measure", table, *ARRAY, "--start", "60").code == 2


def test_wfdb_annotations_mark_the_waves_of_every_lead(run: Command, dicom: Path, tmp_path: Path) -> None:
    folder = tmp_path / "marks"
    done = run("measure", dicom, "-f", "wfdb-ann", "-o", folder, "-v")
    assert (done.code, done.out) == (0, "")
    assert "12 files" in done.err
    assert {path.name for path in folder.iterdir()} == {f"{dicom.stem}.{lead.lower()}" for lead in STANDARD_LEADS}
    read = wfdb.rdann(str(folder / dicom.stem), "v2")
    heart_rate = measure(read_recording(dicom)).value("heart_rate")
    peaks = read.sample[[symbol in "NSVFQ/" for symbol in read.symbol]]
    assert read.fs == 1000
    assert 60000 / np.diff(peaks).mean() == pytest.approx(heart_rate, rel=0.01)
    assert "(p)(N)(t)" in "".join(read.symbol)


def test_annotations_of_a_window_count_from_the_start_of_the_recording(
    run: Command, table: Path, tmp_path: Path
) -> None:
    for folder, window in (("whole", ()), ("part", ("--start", "4", "--duration", "5"))):
        assert run("measure", table, *ARRAY, *window, "-f", "wfdb-ann", "-o", tmp_path / folder).code == 0
    whole, part = (wfdb.rdann(str(tmp_path / folder / table.stem), "ii") for folder in ("whole", "part"))
    peaks = whole.sample[np.array(whole.symbol) == "N"]
    assert part.sample.min() >= 2000
    for peak in part.sample[np.array(part.symbol) == "N"]:
        assert np.abs(peaks - peak).min() <= 2


def test_wfdb_annotations_need_a_folder(run: Command, table: Path) -> None:
    done = run("measure", table, *ARRAY, "-f", "wfdb-ann")
    assert done.code == 2
    assert "-o FOLDER" in done.err


def test_info_shows_what_the_cart_says(run: Command, dicom: Path) -> None:
    facts = run("info", dicom, "-f", "json").json
    assert facts["source"] == "dicom"
    assert (facts["sampling_rate"], len(facts["leads"])) == (1000, 12)
    assert facts["reported"]["pr_interval"] == 161
    text = run("info", dicom).out
    assert "machine's PR interval" in text
    assert "161 ms" in text
    assert "1000 Hz" in text


def test_info_of_leads_that_were_derived_or_are_missing(run: Command, tmp_path: Path) -> None:
    path = tmp_path / "two.csv"
    path.write_text("I,II\n" + "0.1,0.2\n" * 499 + ",0.2\n")
    facts = run("info", path, *ARRAY, "-f", "json").json
    assert facts["leads"] == {
        "I": "recorded",
        "II": "recorded",
        "III": "derived",
        "aVR": "derived",
        "aVL": "derived",
        "aVF": "derived",
    }
    assert facts["missing_samples"]["I"] == 1
    assert "II" not in facts["missing_samples"]
    text = run("info", path, *ARRAY).out
    assert "leads derived" in text
    assert "age" in text
    assert "unknown" in text
