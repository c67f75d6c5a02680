"""What the tests of the command line share."""

from __future__ import annotations

from pathlib import Path

import pytest
from command import Command, Done, write_table

from ecg_core.cli import main
from ecg_core.testing.synthetic import sinus_rhythm


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Command:
    """Run the command line in this process."""

    def execute(*arguments: str | Path) -> Done:
        capsys.readouterr()
        code = main([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        return Done(code, captured.out, captured.err)

    return execute


@pytest.fixture(scope="session")
def table(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A made-up recording: sinus rhythm at 72/min, 12 leads, 500 Hz, mV."""
    return write_table(sinus_rhythm(), tmp_path_factory.mktemp("recordings") / "sinus.csv")


@pytest.fixture(scope="session")
def dicom() -> Path:
    """A real recording: 12 leads, 1 kHz, with the cart's own values."""
    from pydicom.data import get_testdata_file

    path = get_testdata_file("waveform_ecg.dcm")
    assert isinstance(path, str)
    return Path(path)


@pytest.fixture(scope="session")
def stored(dicom: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A stored interpretation of the real recording."""
    path = tmp_path_factory.mktemp("results") / "result.json"
    assert main(["interpret", str(dicom), "-f", "json", "-o", str(path)]) == 0
    return path
