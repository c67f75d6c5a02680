"""Options that several commands share, and what they mean to the functions below."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, Literal, TypedDict, cast

import typer

from ecg_core.cli.boundary import Run
from ecg_core.errors import UsageError

STDIN = "-"

Sex = Literal["male", "female"]
Units = Literal["mV", "uV", "V"]
Engine = Literal["durable", "python"]


class Reading(TypedDict):
    """Keyword arguments of `ecg_core.readers.read_recording`."""

    reader: str | None
    sampling_rate: float | None
    units: str | None
    leads: tuple[str, ...] | None
    age: float | None
    sex: Sex | None


def reading(
    *,
    reader: str | None,
    fs: float | None,
    units: str | None,
    leads: str | None,
    age: float | None,
    sex: Sex | None,
) -> Reading:
    """Name the reading options as the reader knows them."""
    return Reading(reader=reader, sampling_rate=fs, units=units, leads=lead_names(leads), age=age, sex=sex)


def lead_names(given: str | None) -> tuple[str, ...] | None:
    """Return the names of a list such as ``I,II,V1``."""
    return None if given is None else tuple(name.strip() for name in given.split(",") if name.strip())


@contextmanager
def recording_path(given: str, reader: str | None) -> Iterator[Path]:
    """Yield the path of a recording; ``-`` is an array on stdin, kept in a folder of its own while it is read.

    Raises:
        UsageError: if another reader than the one for arrays is to read stdin.
    """
    if given != STDIN:
        yield Path(given)
        return
    if reader not in (None, "array"):
        raise UsageError(f"reader {reader!r} cannot read stdin", hint="give a file name; '-' is for tables (CSV, NPY)")
    with tempfile.TemporaryDirectory(prefix="ecg-core-") as folder:
        path = Path(folder, "stdin")
        path.write_bytes(sys.stdin.buffer.read())
        yield path


def pack_place(name: str) -> str:
    """Return a pack's installed name, or the path of its folder, written so that it cannot be taken for a name.

    A distribution's folder (the one with ``pyproject.toml``) stands for the pack inside it. An installed name wins
    over a folder of that name.
    """
    if name in pack_names():
        return name
    folder = Path(name)
    inside = sorted(found.parent for found in folder.glob("*/protocol.yaml"))
    if not (folder / "protocol.yaml").is_file() and len(inside) == 1:
        folder = inside[0]
    if not folder.is_dir():
        return name
    return str(folder) if folder.is_absolute() else f".{os.sep}{folder}"


def pack_names() -> list[str]:
    """Return the ids of installed packs, for completion."""
    from ecg_core.rules.discover import installed_packs

    return [pack.name for pack in installed_packs()]


def component_names(hook: str) -> list[str]:
    """Return the names that plugins offer for a hook, for completion."""
    from ecg_core.plugin_manager import PluginManager

    return [component.name for component in PluginManager.shared().components(hook)]


def _note_verbosity(context: typer.Context, value: int) -> int:
    cast("Run", context.find_root().obj).verbosity = value
    return value


def _note_format(context: typer.Context, value: str) -> str:
    cast("Run", context.find_root().obj).format = value
    return value


def _format(help_text: str, **more: Any) -> Any:
    return typer.Option("--format", "-f", help=help_text, callback=_note_format, is_eager=True, **more)


ReaderOption = Annotated[
    str | None,
    typer.Option(
        "--reader",
        help="Reader to use instead of trying all that know the file.",
        autocompletion=lambda: component_names("ecg_readers"),
    ),
]
FsOption = Annotated[
    float | None, typer.Option("--fs", metavar="HZ", help="Sampling rate in Hz, for arrays that do not say it.", min=0)
]
UnitsOption = Annotated[Units | None, typer.Option("--units", help="Unit of the samples, for arrays.")]
LeadsOption = Annotated[
    str | None, typer.Option("--leads", metavar="I,II,...", help="Lead names in column order, for arrays.")
]
AgeOption = Annotated[
    float | None, typer.Option("--age", metavar="YEARS", help="Age at recording; overrides the file.", min=0, max=120)
]
SexOption = Annotated[Sex | None, typer.Option("--sex", help="Sex at birth; overrides the file.")]
StartOption = Annotated[
    float | None, typer.Option("--start", metavar="SECONDS", help="Start of the analysed window.", min=0)
]
DurationOption = Annotated[
    float | None, typer.Option("--duration", metavar="SECONDS", help="Length of the analysed window.", min=0)
]
ExtractorOption = Annotated[
    str,
    typer.Option("--extractor", help="Measuring engine.", autocompletion=lambda: component_names("ecg_extractors")),
]
EngineOption = Annotated[
    Engine | None, typer.Option("--engine", help="Rule engine; durable where it can be imported, else python.")
]
PackOption = Annotated[
    list[str],
    typer.Option(
        "--protocol",
        "-p",
        metavar="PACK",
        help="Protocol pack: an installed name or a folder. Repeatable.",
        autocompletion=pack_names,
    ),
]
OutputOption = Annotated[
    Path | None, typer.Option("--output", "-o", metavar="FILE", help="Write the result there instead of to stdout.")
]
VerboseOption = Annotated[
    int,
    typer.Option(
        "--verbose",
        "-v",
        count=True,
        callback=_note_verbosity,
        is_eager=True,
        show_default=False,
        help="Say what was done; -vv adds a traceback to errors.",
    ),
]
ReportFormatOption = Annotated[
    str,
    _format(
        "Output format: text, json, or one that a plugin offers.",
        autocompletion=lambda: component_names("ecg_reports"),
    ),
]
TextOrJsonOption = Annotated[Literal["text", "json"], _format("Output format.")]
EvalFormatOption = Annotated[Literal["text", "json", "md"], _format("Output format; md is Markdown.")]
MeasureFormatOption = Annotated[
    Literal["text", "json", "csv", "wfdb-ann"],
    _format("Output format; wfdb-ann writes one WFDB annotation file per lead into the folder given with -o."),
]
