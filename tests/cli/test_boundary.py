"""Streams, errors and exit codes, whatever the command."""

from __future__ import annotations

import subprocess
import sys
import warnings
from pathlib import Path

import pytest
from command import ARRAY, Command

from ecg_core import readers
from ecg_core.errors import EcgCoreError, NotAssessableError, PackError, PluginError, UnreadableError, UsageError


@pytest.mark.parametrize(
    ("words", "message", "hint"),
    [
        (["intrepret"], "No such command 'intrepret'. Did you mean 'interpret'?", "see: ecg-core --help"),
        (["interpret"], "Missing argument 'RECORDING'", "see: ecg-core interpret --help"),
        (["measure", "x.csv", "--fs", "fast"], "Invalid value for '--fs'", "see: ecg-core measure --help"),
        (["measure", "x.csv", "-f", "html"], "Invalid value for '--format'", "see: ecg-core measure --help"),
        (["info", "x.csv", "--sex", "m"], "Invalid value for '--sex'", "see: ecg-core info --help"),
        (["protocol", "lnit"], "No such command 'lnit'. Did you mean", "see: ecg-core protocol --help"),
    ],
)
def test_usage_error_is_one_line_and_a_hint(run: Command, words: list[str], message: str, hint: str) -> None:
    done = run(*words)
    first, second = done.err.splitlines()
    assert done.code == 2
    assert done.out == ""
    assert first.startswith(f"ecg-core: error: {message}")
    assert second == f"hint: {hint}"


@pytest.mark.parametrize("words", [[], ["--help"], ["protocol"], ["plugins"], ["protocol", "--help"]])
def test_help_goes_to_stdout(run: Command, words: list[str]) -> None:
    done = run(*words)
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("Usage: ecg-core")


def test_version(run: Command) -> None:
    from ecg_core import __version__

    assert run("--version").out == f"ecg-core {__version__}\n"


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (UsageError("a"), 2),
        (UnreadableError("b"), 3),
        (NotAssessableError("c"), 4),
        (PackError("d", []), 5),
        (PluginError("e"), 6),
        (EcgCoreError("f"), 1),
        (KeyboardInterrupt(), 130),
    ],
)
def test_exit_codes(run: Command, monkeypatch: pytest.MonkeyPatch, error: BaseException, code: int) -> None:
    def failing(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(readers, "read_recording", failing)
    assert run("info", "x.csv").code == code


def test_ctrl_c_while_the_modules_load_is_no_traceback(tmp_path: Path) -> None:
    (tmp_path / "typer.py").write_text("raise KeyboardInterrupt\n")
    program = "import sys; from ecg_core.cli import main; sys.exit(main(['--version']))"
    done = subprocess.run(
        [sys.executable, "-c", program], env={"PYTHONPATH": str(tmp_path)}, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "")


def _raise_with_a_patient_in_the_locals(*_: object, **__: object) -> None:
    patient_name = "Doe" + "^John"
    raise KeyError(len(patient_name))


def test_unexpected_error_is_one_line(run: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readers, "read_recording", _raise_with_a_patient_in_the_locals)
    done = run("info", "x.csv")
    assert done.code == 1
    assert done.err.splitlines() == [
        "ecg-core: error: unexpected KeyError: 8",
        "hint: this is a fault of ecg-core or of a plugin; run again with -vv for the traceback",
    ]


def test_traceback_only_when_asked_for_and_without_locals(run: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readers, "read_recording", _raise_with_a_patient_in_the_locals)
    assert "Traceback" not in run("info", "x.csv", "-v").err
    done = run("info", "x.csv", "-vv")
    assert done.err.startswith("Traceback (most recent call last):")
    assert "_raise_with_a_patient_in_the_locals" in done.err
    assert "Doe^John" not in done.err


def test_error_object_on_stdout_with_json(run: Command, tmp_path: Path) -> None:
    done = run("info", tmp_path / "missing.hea", "-f", "json")
    assert done.code == 3
    error = done.json["error"]
    assert (error["code"], error["kind"]) == (3, "UnreadableError")
    assert f"ecg-core: error: {error['message']}" in done.err
    assert f"hint: {error['hint']}" in done.err


def test_warning_of_a_library_is_one_line(run: Command, monkeypatch: pytest.MonkeyPatch, table: Path) -> None:
    read = readers.read_recording

    def warning(*arguments: object, **options: object) -> object:
        with warnings.catch_warnings():
            warnings.simplefilter("always")
            warnings.warn("two\n  lines", UserWarning, stacklevel=1)
        return read(*arguments, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(readers, "read_recording", warning)
    done = run("info", table, *ARRAY)
    assert (done.code, done.err) == (0, "ecg-core: warning: two lines\n")


def test_closed_pipe_is_no_error(table: Path) -> None:
    command = [sys.executable, "-m", "ecg_core", "measure", str(table), *ARRAY]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    with process.stderr:
        assert process.stderr.read() == ""
    assert process.wait() == 0


def test_output_that_cannot_be_written(run: Command, table: Path, tmp_path: Path) -> None:
    done = run("info", table, *ARRAY, "-o", tmp_path / "no" / "folder.txt")
    assert done.code == 2
    assert "cannot write" in done.err
