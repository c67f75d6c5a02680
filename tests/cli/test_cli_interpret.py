"""``ecg-core interpret``: what it prints, for good and bad input."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from command import ARRAY, PERSON, Command, write_table

from ecg_core import pipeline
from ecg_core.findings import Finding, Interpretation
from ecg_core.testing.synthetic import sinus_rhythm

ENTITY_BOMB = b"""<?xml version="1.0"?>
<!DOCTYPE lolz [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;">]>
<AnnotatedECG xmlns="urn:hl7-org:v3"><text>&c;</text></AnnotatedECG>
"""


def test_bare_path_means_interpret(run: Command, dicom: Path) -> None:
    explicit = run("interpret", dicom)
    assert explicit.code == 0
    assert "Research use only" in explicit.out
    assert run(dicom) == explicit
    assert run("-f", "text", dicom) == explicit


def test_json_layout(run: Command, dicom: Path) -> None:
    result = run("interpret", dicom, "-f", "json").json
    assert {
        "schema_version",
        "findings",
        "excluded",
        "not_assessed",
        "critical",
        "measurements",
        "provenance",
    } <= set(result)
    assert all({"statement", "final", "certainty", "evidence"} <= set(finding) for finding in result["findings"])
    assert Interpretation.from_json(json.dumps(result)).provenance.recording == result["provenance"]["recording"]


def test_schema(run: Command) -> None:
    schema = run("interpret", "--schema").json
    assert schema["$schema"].endswith("2020-12/schema")
    assert "findings" in schema["properties"]


def test_output_file(run: Command, table: Path, tmp_path: Path) -> None:
    path = tmp_path / "report.txt"
    done = run(table, *ARRAY, *PERSON, "-o", path)
    assert (done.code, done.out) == (0, "")
    assert path.read_text(encoding="utf-8") == run(table, *ARRAY, *PERSON).out


def test_stdin(table: Path) -> None:
    command = [sys.executable, "-m", "ecg_core", "-", *ARRAY, *PERSON, "-f", "json"]
    done = subprocess.run(command, input=table.read_bytes(), capture_output=True, check=True)
    assert json.loads(done.stdout)["provenance"]["source"] == "array"


def test_stdin_is_refused_for_other_readers(run: Command) -> None:
    assert run("-", "--reader", "wfdb").code == 2


def test_verbose_says_what_was_done(run: Command, table: Path) -> None:
    done = run(table, *ARRAY, *PERSON, "-v", "--engine", "python")
    assert "read as array, measured by learned" in done.err
    assert "(python engine)" in done.err
    assert done.out == run(table, *ARRAY, *PERSON, "--engine", "python").out


def _finding(urgency: str, *, final: bool = True) -> Finding:
    return Finding(
        statement="AVC_3AVB",
        name="Third-degree AV block",
        group="av",
        phase="conduction",
        certainty="definite",
        severity="abnormal",
        urgency=urgency,  # type: ignore[arg-type]
        leads=(),
        evidence=(),
        explanation="",
        rule="third_degree",
        pack="adult12",
        pack_version="0",
        final=final,
    )


@pytest.mark.parametrize(
    ("urgency", "final", "level", "code"),
    [
        ("U1", True, "U2", 0),
        ("U2", True, "U2", 10),
        ("U3", True, "U2", 10),
        ("U2", True, "U3", 0),
        ("U3", True, "U3", 10),
        ("U3", True, "critical", 10),
        ("U2", True, "critical", 0),
        ("U3", False, "critical", 0),
        ("U3", True, None, 0),
    ],
)
def test_fail_on(
    run: Command,
    monkeypatch: pytest.MonkeyPatch,
    stored: Path,
    urgency: str,
    final: bool,
    level: str | None,
    code: int,
) -> None:
    finding = _finding(urgency, final=final)
    critical = (finding.statement,) if final and urgency == "U3" else ()
    result = replace(Interpretation.from_json(stored.read_bytes()), findings=(finding,), critical=critical)
    monkeypatch.setattr(pipeline, "interpret", lambda *_, **__: result)
    options = [] if level is None else ["--fail-on", level]
    done = run("x.hea", *options)
    assert done.code == code
    assert done.out


def test_several_recordings_give_the_highest_code(run: Command, table: Path, tmp_path: Path) -> None:
    done = run("interpret", tmp_path / "missing.csv", table, *ARRAY, *PERSON, "-f", "json")
    assert done.code == 3
    failed, read = (json.loads(line) for line in done.out.splitlines())
    assert failed["error"]["kind"] == "UnreadableError"
    assert failed["error"]["recording"] == str(tmp_path / "missing.csv")
    assert read["provenance"]["recording"] == "sinus"


def test_several_text_reports_follow_one_another(run: Command, table: Path, tmp_path: Path) -> None:
    path = tmp_path / "reports.txt"
    path.write_text("what was there before")
    words = (*ARRAY, *PERSON)
    assert run("interpret", table, table, *words, "-o", path).code == 0
    report = run("interpret", table, *words).out
    assert path.read_text(encoding="utf-8") == f"{report}\n{report}"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("empty.hea", b""),
        ("empty.dcm", b""),
        ("garbage.dat", bytes(range(256)) * 40),
        ("picture.png", b"\x89PNG\r\n\x1a\n" + bytes(100)),
        ("truncated.hea", b"rec 2 500 5000\nrec.dat 16 200"),
        ("bomb.xml", ENTITY_BOMB),
        ("archive.npy", b"\x93NUMPY\x01\x00"),
    ],
)
def test_unreadable_file(run: Command, tmp_path: Path, name: str, content: bytes) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    done = run("interpret", path, *ARRAY)
    assert done.code == 3, done.err
    assert done.out == ""
    error, hint = done.err.splitlines()
    assert error.startswith("ecg-core: error: ")
    assert hint.startswith("hint: ")


def test_folder_and_missing_file(run: Command, tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "missing.hea"):
        done = run("interpret", path)
        assert done.code == 3
        assert len(done.err.splitlines()) == 2


@pytest.mark.parametrize("missing", ["--fs", "--units"])
def test_array_without_what_it_needs(run: Command, table: Path, missing: str) -> None:
    options = dict(zip(ARRAY[::2], ARRAY[1::2], strict=True))
    del options[missing]
    done = run(table, *(word for pair in options.items() for word in pair))
    assert done.code == 2
    assert missing in done.err


def _changed(kind: str) -> object:
    recording = sinus_rhythm()
    signal = recording.signal.copy()
    if kind == "flat":
        signal[:] = 0
    elif kind == "all-nan":
        signal[:] = np.nan
    elif kind == "100 samples":
        signal = signal[:, :100]
    elif kind == "artefacts":
        signal[:, ::250] = 37
    elif kind == "3 s":
        signal = signal[:, :1500]
    elif kind == "one lead":
        return replace(recording, signal=signal[1:2], leads=("II",), provenance=("recorded",))
    return replace(recording, signal=signal)


@pytest.mark.parametrize("kind", ["flat", "all-nan", "100 samples", "artefacts", "3 s", "one lead"])
def test_poor_signal_is_refused_or_reported_but_never_invented(run: Command, tmp_path: Path, kind: str) -> None:
    path = write_table(_changed(kind), tmp_path / "poor.csv")  # type: ignore[arg-type]
    done = run("interpret", path, *ARRAY, *PERSON, "-f", "json")
    assert done.code in (0, 4), done.err
    if done.code == 4:
        assert done.json["error"]["hint"]
        return
    result = done.json
    assert bool(result["not_assessed"]) or kind == "3 s"
    for item in result["measurements"]:
        assert (item["value"] is None) == bool(item["reason"])


@pytest.mark.parametrize("kind", ["flat", "all-nan"])
def test_nothing_to_measure_is_exit_4(run: Command, tmp_path: Path, kind: str) -> None:
    path = write_table(_changed(kind), tmp_path / "poor.csv")  # type: ignore[arg-type]
    assert run("interpret", path, *ARRAY).code == 4


@pytest.mark.parametrize(
    ("rule", "line"),
    [("version: 1.10", 2), ("id: other", 1), ("population: {min_age: 0123}", 8)],
)
def test_faulty_pack_is_exit_5_with_its_lines(run: Command, table: Path, tmp_path: Path, rule: str, line: int) -> None:
    pack = Path(run("protocol", "new", tmp_path / "mine", "--id", "mine").out.strip())
    protocol = pack / "protocol.yaml"
    lines = protocol.read_text().splitlines()
    lines[line - 1] = rule
    if rule.startswith("id"):
        lines.insert(1, rule)
        line = 2
    protocol.write_text("\n".join(lines))
    done = run(table, *ARRAY, "-p", pack)
    assert done.code == 5
    assert f"protocol.yaml:{line}:" in done.err


def test_unknown_pack_extractor_and_format(run: Command, table: Path) -> None:
    for option, name in (("-p", "adult21"), ("--extractor", "clasical"), ("-f", "txet")):
        done = run(table, *ARRAY, *PERSON, option, name)
        assert done.code in (2, 5), done.err
        assert "did you mean" in done.err


def test_child_is_told_that_adult_rules_are_withheld(run: Command, table: Path) -> None:
    done = run(table, *ARRAY, "--age", "11", "--sex", "male")
    assert done.code == 0
    assert "withheld" in done.out
