"""The outermost frame: runs a command, turns whatever it raises into one line, a hint and an exit code."""

from __future__ import annotations

import json
import traceback
import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import typer

from ecg_core.cli import INTERRUPTED
from ecg_core.cli.console import emit, tell
from ecg_core.errors import EcgCoreError, PackError

UNEXPECTED = 1


@dataclass(slots=True)
class Run:
    """What the options of this run say about output; filled by their callbacks, read when something fails.

    Attributes:
        format: value of ``-f``.
        verbosity: number of ``-v``; from two on, errors come with a traceback.
    """

    format: str = "text"
    verbosity: int = 0


def run(arguments: Sequence[str] | None) -> int:
    """Run the command line and return its exit code: nothing that a command raises gets past here.

    Args:
        arguments: words after the program's name, or None for those of this process.
    """
    settings = Run()
    with warnings.catch_warnings():
        warnings.showwarning = _show_warning
        try:
            from ecg_core.cli.app import app

            command = typer.main.get_command(app)
            code = command.main(arguments, prog_name="ecg-core", standalone_mode=False, obj=settings)
        except Exception as error:
            return report_error(error, settings)
        except KeyboardInterrupt:
            code = INTERRUPTED
    if code == INTERRUPTED:
        tell("ecg-core: interrupted")
    return code or 0


def report_error(error: Exception, run: Run, *, recording: str | None = None) -> int:
    """Print an error, on stdout too where JSON was asked for, and return its exit code.

    Tracebacks never show local variables: they may hold a patient's data.

    Args:
        error: what was raised.
        run: what the options say about output.
        recording: which of several recordings it concerns, or None.
    """
    message, hint, code = _described(error)
    if run.verbosity >= 2:
        tell("".join(traceback.format_exception(error)).rstrip())
    about = f"{recording}: " if recording and recording not in message else ""
    tell(f"ecg-core: error: {about}{message}")
    notes: list[str] = getattr(error, "__notes__", [])
    for note in notes:
        tell(f"note: {note}")
    if hint:
        tell(f"hint: {hint}")
    if run.format == "json":
        told: dict[str, object] = {"code": code, "kind": type(error).__name__, "message": message, "hint": hint}
        if recording:
            told["recording"] = recording
        if notes:
            told["notes"] = notes
        if isinstance(error, PackError):
            told["faults"] = [str(fault) for fault in error.faults]
        emit(json.dumps({"error": told}) + "\n")
    return code


def _described(error: Exception) -> tuple[str, str | None, int]:
    """Return message, hint and exit code."""
    if isinstance(error, EcgCoreError):
        return str(error), error.hint, error.exit_code
    if isinstance(error, typer.TyperException):
        context = getattr(error, "ctx", None)
        path = context.command_path if context else "ecg-core"
        return " ".join(error.format_message().split()).rstrip("."), f"see: {path} --help", error.exit_code
    if isinstance(error, typer.Abort):
        return "stopped", None, INTERRUPTED
    text = " ".join(str(error).split())
    name = type(error).__name__
    message = f"unexpected {name}: {text}" if text else f"unexpected {name}"
    return message, "this is a fault of ecg-core or of a plugin; run again with -vv for the traceback", UNEXPECTED


def _show_warning(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: object = None,
    line: object = None,
) -> None:
    """Print a library's warning as one line, without the source line that Python adds."""
    tell(f"ecg-core: warning: {' '.join(str(message).split())}")
