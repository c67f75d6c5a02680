"""``ecg-core bench``."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import wfdb
from command import Command

from ecg_core.cli.options import component_names
from ecg_core.extract.marks import lead_marks
from ecg_core.report.annotations import write_annotations
from ecg_core.testing.synthetic import sinus_rhythm


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One made-up record, marked by our own classical engine."""
    folder = tmp_path_factory.mktemp("marked")
    recording = sinus_rhythm()
    wfdb.wrsamp(
        "r",
        fs=recording.sampling_rate,
        units=["mV"] * 12,
        sig_name=list(recording.leads),
        p_signal=recording.signal.T,
        fmt=["16"] * 12,
        write_dir=str(folder),
    )
    write_annotations(lead_marks(recording, "classical"), "r", recording.sampling_rate, folder)
    return folder


def test_json_of_an_engine_and_of_its_own_annotations(run: Command, folder: Path) -> None:
    done = run(
        "bench", "delineation", folder, "--extractor", "classical", "--annotations", f"ours={folder}", "-f", "json"
    )
    assert done.code == 0
    engine, annotations = done.json["candidates"]
    assert [engine["name"], annotations["name"]] == ["classical", "ours"]
    for candidate in (engine, annotations):
        figures = candidate["groups"]["all"]
        assert figures["detection"]["qrs"]["sensitivity"] == 1.0
        assert figures["detection"]["p"]["positive_predictivity"] == 1.0
        assert abs(figures["intervals"]["pr_interval"]["bias"]) <= 4.0
    assert engine["cpu_ms"] > 0
    assert annotations["groups"]["all"]["points"]["qrs_onset"]["bias"] == pytest.approx(0.0)


def test_text_has_every_table(run: Command, folder: Path, tmp_path: Path) -> None:
    target = tmp_path / "table.txt"
    assert run("bench", "delineation", folder, "--worst", "1", "-o", target).code == 0
    text = target.read_text(encoding="utf-8")
    for part in (
        "CPU ms",
        "detection",
        "CSE tolerance",
        "middle 90 %",
        "subgroup",
        "QRS >= 120 ms",
        "specificity",
        "r: ",
    ):
        assert part in text
    assert "learned" in text


@pytest.mark.parametrize(
    "options",
    [("--folds", "."), ("--annotations", "nameless"), ("--extractor", "clasical"), ("--data-set", "mitdb")],
)
def test_wrong_options_are_a_usage_error(run: Command, folder: Path, options: tuple[str, str]) -> None:
    done = run("bench", "delineation", folder, *options)
    assert done.code == 2
    assert "hint:" in done.err


def test_both_of_neurokits_delineations_can_be_chosen() -> None:
    assert {"neurokit", "neurokit-prominence"} <= set(component_names("ecg_extractors"))


def test_a_folder_without_marks_is_a_usage_error(run: Command, tmp_path: Path) -> None:
    np.savetxt(tmp_path / "x.csv", [1.0])
    assert run("bench", "delineation", tmp_path).code == 2
