"""``ecg-core measure``: every measurement of a recording, without rules."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ecg_core.cli.console import emit, table, tell
from ecg_core.cli.options import (
    AgeOption,
    DurationOption,
    ExtractorOption,
    FsOption,
    LeadsOption,
    OutputOption,
    ReaderOption,
    SexOption,
    StartOption,
    TableFormatOption,
    UnitsOption,
    VerboseOption,
    reading,
    recording_path,
)

if TYPE_CHECKING:
    from ecg_core.measurements import Measurement

FIELDS = ("name", "lead", "value", "unit", "u", "quality", "reason")
"""What is written of a measurement, in this order."""


def measure(
    recording: Annotated[str, typer.Argument(metavar="RECORDING", help="File to measure; '-' reads an array.")],
    output_format: TableFormatOption = "text",
    output: OutputOption = None,
    age: AgeOption = None,
    sex: SexOption = None,
    start: StartOption = None,
    duration: DurationOption = None,
    reader: ReaderOption = None,
    fs: FsOption = None,
    units: UnitsOption = None,
    leads: LeadsOption = None,
    extractor: ExtractorOption = "classical",
    verbose: VerboseOption = 0,
) -> None:
    """Measure a recording, without rules.

    Intervals, axes, amplitudes, rhythm and quality, each with its uncertainty or the reason why there is none.
    """
    from ecg_core.extract import measure as run_measure
    from ecg_core.readers import read_recording

    options = reading(reader=reader, fs=fs, units=units, leads=leads, age=age, sex=sex)
    with recording_path(recording, reader) as path:
        read = read_recording(path, **options)
    measured = run_measure(read, extractor=extractor, start=start, duration=duration)
    if verbose:
        tell(f"ecg-core: {read.name}: read as {read.source}, measured by {measured.extractor}")
    write = {"text": _as_text, "json": _as_json, "csv": _as_csv}[output_format]
    emit(write(list(measured)), output)


def _row(item: Measurement) -> dict[str, Any]:
    return {field: getattr(item, field) for field in FIELDS}


def _as_json(items: list[Measurement]) -> str:
    return json.dumps({"measurements": [_row(item) for item in items]}, indent=2, allow_nan=False) + "\n"


def _as_csv(items: list[Measurement]) -> str:
    """Return comma-separated values; the elements of a series are joined by spaces."""
    text = io.StringIO()
    writer = csv.DictWriter(text, FIELDS, lineterminator="\n")
    writer.writeheader()
    for item in items:
        value = " ".join(map(str, item.value)) if isinstance(item.value, tuple) else item.value
        writer.writerow({**_row(item), "value": value})
    return text.getvalue()


def _as_text(items: list[Measurement]) -> str:
    """Return a table of what was measured, then what was not, by reason."""
    from ecg_core.wording import quantity

    measured: list[tuple[str, str, str, str, str]] = []
    unknown: dict[str, list[str]] = {}
    for item in items:
        if item.value is None:
            place = item.name if item.lead is None else f"{item.name}[{item.lead}]"
            unknown.setdefault(item.reason or "no reason given", []).append(place)
            continue
        if isinstance(item.value, tuple):
            value = " ".join(f"{part:g}" if isinstance(part, float) else str(part) for part in item.value)
        else:
            value = quantity(item.value, item.unit)
        u = "" if item.u is None else f"\N{PLUS-MINUS SIGN} {quantity(item.u, item.unit)}"
        measured.append((item.name, item.lead or "", value, u, "" if item.quality == "good" else item.quality))
    text = table(("measurement", "lead", "value", "u", "quality"), measured)
    if unknown:
        text += "\nnot measured\n"
        text += "".join(f"  {reason}: {', '.join(places)}\n" for reason, places in unknown.items())
    return text
