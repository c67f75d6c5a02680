"""``ecg-core eval``."""

from __future__ import annotations

from pathlib import Path

import pytest
import wfdb
from command import Command
from pack_writer import write_pack

from ecg_core.testing.synthetic import sinus_rhythm


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two records labelled as CPSC 2018 does, one of them wrongly, and a small pack."""
    folder = tmp_path_factory.mktemp("labelled")
    recording = sinus_rhythm(duration=5.0)
    for record, label in (("A0001", "Normal"), ("A0002", "I-AVB")):
        wfdb.wrsamp(
            record,
            fs=recording.sampling_rate,
            units=["mV"] * 12,
            sig_name=list(recording.leads),
            p_signal=recording.signal.T,
            fmt=["16"] * 12,
            write_dir=str(folder),
            comments=[f"Dx: {label}"],
        )
    write_pack(folder / "pack")
    return folder


def test_json_has_every_label_and_a_run_goes_on(run: Command, folder: Path, tmp_path: Path) -> None:
    arguments = ("eval", "labels", folder, "-p", folder / "pack", "--out", tmp_path, "--resamples", "20", "-f", "json")
    first = run(*arguments)
    assert first.code == 0
    assert {path.name for path in tmp_path.iterdir()} == {"cpsc2018_A0001.json", "cpsc2018_A0002.json"}
    classes = {one["id"]: one for one in first.json["classes"]}
    final = classes["first_degree_block"]["packs"]["tiny"]["final"]
    assert (final["hits"], final["missed"], final["rejected"]) == (0, 1, 1)
    assert not classes["sinus"]["packs"]["tiny"]["decided"]
    assert run(*arguments).json == first.json


@pytest.mark.parametrize(("output_format", "heading"), [("text", "LABELS, STRICTLY"), ("md", "## Labels, strictly")])
def test_tables(run: Command, folder: Path, tmp_path: Path, output_format: str, heading: str) -> None:
    target = tmp_path / "tables"
    done = run("eval", "labels", folder, "-p", folder / "pack", "--resamples", "20", "-f", output_format, "-o", target)
    assert done.code == 0
    text = target.read_text(encoding="utf-8")
    assert heading in text
    assert "First-degree AV block" in text
    assert "majority" in text


def test_a_folder_without_labels_is_a_usage_error(run: Command, folder: Path) -> None:
    done = run("eval", "labels", folder / "pack", "-p", folder / "pack")
    assert done.code == 2
    assert "hint:" in done.err


def test_a_pack_named_twice_is_a_usage_error(run: Command, folder: Path) -> None:
    assert run("eval", "labels", folder, "-p", folder / "pack", "-p", folder / "pack").code == 2
