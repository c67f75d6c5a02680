"""``ecg-core plugins`` and ``ecg-core doctor`` with the built-in plugins."""

from __future__ import annotations

from pathlib import Path

import pytest
from command import Command


def test_list(run: Command) -> None:
    (own,) = (row for row in run("plugins", "list", "--json").json if row["distribution"] == "ecg-core")
    assert own["status"] == "ok"
    names = {(component["hook"], component["name"]) for component in own["components"]}
    assert {("ecg_readers", "wfdb"), ("ecg_extractors", "classical"), ("ecg_reports", "json")} <= names
    text = run("plugins", "list", "--strict")
    assert text.code == 0
    assert all(name in text.out for _, name in names)


def test_check_of_reports(run: Command) -> None:
    assert run("plugins", "check", "text").code == 0
    assert run("plugins", "check", "ecg-core:json").code == 0


def test_check_of_the_default_extractor(run: Command) -> None:
    done = run("plugins", "check", "classical")
    assert done.code == 0, done.err


def test_check_of_a_reader_needs_a_recording(run: Command, dicom: Path) -> None:
    without = run("plugins", "check", "dicom")
    assert without.code == 2
    assert "--example" in without.err
    done = run("plugins", "check", "dicom", "--example", dicom)
    assert done.code == 0, done.err


def test_check_fails_where_the_contract_is_broken(run: Command, tmp_path: Path) -> None:
    foreign = tmp_path / "not.dcm"
    foreign.write_bytes(b"no DICOM at all")
    done = run("plugins", "check", "dicom", "--example", foreign)
    assert done.code in (3, 6)


def test_check_of_an_unknown_name(run: Command) -> None:
    done = run("plugins", "check", "clasical")
    assert done.code == 2
    assert "did you mean 'classical'?" in done.err


def test_doctor_of_a_sound_installation(run: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ECG_CORE_DATA", "somewhere")
    done = run("doctor")
    assert done.code == 0, done.out
    assert "FAIL" not in done.out
    for part in ("numpy", "adult12", "engine durable", "ECG_CORE_DATA", "heart rate 72/min, as made", "report of"):
        assert part in done.out


def test_doctor_names_a_step_that_fails(run: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ecg_core.extract.measure", lambda _: {}["heart_rate"])
    done = run("doctor")
    assert done.code == 1
    (line,) = (line for line in done.out.splitlines() if "FAIL" in line)
    assert line.split() == ["FAIL", "measure", "KeyError:", "'heart_rate'"]
