"""Marks of waves as WFDB annotation files, read back by the wfdb package."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import wfdb

from ecg_core.bench.waves import read_lead_marks
from ecg_core.errors import UsageError
from ecg_core.extract.delineation import BeatClass
from ecg_core.extract.marks import LeadMarks, WaveMarks, lead_marks
from ecg_core.report.annotations import SYMBOLS, lead_sequence, write_annotations
from ecg_core.testing.synthetic import sinus_rhythm

NAN = np.nan


def waves_of(
    *, p: list[tuple[float, ...]], qrs: list[tuple[float, ...]], t: list[tuple[float, ...]], kinds: list[BeatClass]
) -> WaveMarks:
    return WaveMarks(*(np.array(rows, dtype=np.float64).reshape(-1, 3) for rows in (p, qrs, t)), kinds=tuple(kinds))


BEATS = waves_of(
    p=[(0.30, 0.35, 0.40), (5.30, 5.35, 5.40)],
    qrs=[(0.46, 0.50, 0.55), (5.46, 5.50, 5.55), (6.0, 6.06, 6.14)],
    t=[(0.65, 0.75, 0.85), (NAN, 5.75, 5.85)],
    kinds=["dominant", "dominant", "ventricular"],
)


def test_marks_come_back_as_they_were_written(tmp_path: Path) -> None:
    marks = LeadMarks({"II": BEATS, "V1": BEATS, "aVR": BEATS}, "test")
    written = write_annotations(marks, "rec", 500.0, tmp_path / "made")
    assert [path.name for path in written] == ["rec.ii", "rec.v1", "rec.avr"]
    read = wfdb.rdann(str(tmp_path / "made" / "rec"), "v1")
    assert read.fs == 500
    assert "".join(read.symbol) == "(p)(N)(t)(p)(N)t)(V)"
    assert read.sample[:9].tolist() == [150, 175, 200, 230, 250, 275, 325, 375, 425]
    assert read.sample[-3:].tolist() == [3000, 3030, 3070]
    assert read.num[:9].tolist() == [0, 0, 0, 1, 1, 1, 2, 2, 2]


@pytest.mark.parametrize(("rate", "start"), [(1000.0, 0.0), (257.5, 0.0), (500.0, 200.0)])
def test_samples_count_from_the_start_of_the_record_at_its_own_rate(tmp_path: Path, rate: float, start: float) -> None:
    write_annotations(LeadMarks({"I": BEATS}, "test"), "rec", rate, tmp_path, start=start)
    read = wfdb.rdann(str(tmp_path / "rec"), "i")
    assert read.fs == rate
    assert read.sample[1] == round((0.35 + start) * rate)
    assert read.sample[-1] == round((6.14 + start) * rate)


@pytest.mark.parametrize("kind", SYMBOLS)
def test_every_beat_class_has_a_symbol_that_wfdb_knows(tmp_path: Path, kind: BeatClass) -> None:
    waves = waves_of(p=[], qrs=[(0.46, 0.50, 0.55)], t=[], kinds=[kind])
    write_annotations(LeadMarks({"I": waves}, "test"), "rec", 500.0, tmp_path)
    assert wfdb.rdann(str(tmp_path / "rec"), "i").symbol == ["(", SYMBOLS[kind], ")"]


def test_overlapping_waves_are_parted_between_their_peaks() -> None:
    waves = waves_of(p=[(0.90, 1.00, 1.05)], qrs=[], t=[(0.60, 0.80, 0.96)], kinds=[])
    marks = lead_sequence(waves, 100.0)
    assert "".join(mark.symbol for mark in marks) == "(t)(p)"
    assert [mark.sample for mark in marks] == [60, 80, 93, 93, 100, 105]


def test_a_wave_that_begins_before_the_record_is_marked_at_its_first_sample() -> None:
    waves = waves_of(p=[(-0.02, 0.03, 0.08)], qrs=[], t=[], kinds=[])
    assert [mark.sample for mark in lead_sequence(waves, 500.0)] == [0, 15, 40]


def test_a_lead_without_waves_has_an_empty_file(tmp_path: Path) -> None:
    write_annotations(LeadMarks({"I": waves_of(p=[], qrs=[], t=[], kinds=[])}, "test"), "rec", 500.0, tmp_path)
    assert wfdb.rdann(str(tmp_path / "rec"), "i").symbol == []


def test_a_folder_that_is_a_file_is_refused(tmp_path: Path) -> None:
    taken = tmp_path / "taken"
    taken.write_text("")
    with pytest.raises(UsageError, match="cannot write annotations"):
        write_annotations(LeadMarks({"I": BEATS}, "test"), "rec", 500.0, taken)


def test_the_benchmark_reads_what_an_engine_has_written(tmp_path: Path) -> None:
    recording = sinus_rhythm()
    marks = lead_marks(recording, "classical")
    write_annotations(marks, "rec", recording.sampling_rate, tmp_path)
    read = read_lead_marks(tmp_path / "rec", recording.leads, recording.sampling_rate, "files")
    assert set(read.leads) == set(recording.leads)
    for lead, waves in marks.leads.items():
        for wave in ("p", "qrs", "t"):
            written, again = getattr(waves, wave), getattr(read.leads[lead], wave)
            assert len(written) > 5
            np.testing.assert_allclose(again, np.maximum(written, 0.0), atol=0.51 / recording.sampling_rate)
