"""``ecg-core measure``: every measurement of a recording, without rules."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ecg_core.cli.console import counted, emit, table, tell
from ecg_core.cli.options import (
    AgeOption,
    DurationOption,
    ExtractorOption,
    FsOption,
    LeadsOption,
    MeasureFormatOption,
    OutputOption,
    ReaderOption,
    SexOption,
    StartOption,
    UnitsOption,
    VerboseOption,
    reading,
    recording_path,
)
from ecg_core.errors import UsageError
from ecg_core.hookspecs import DEFAULT_EXTRACTOR

if TYPE_CHECKING:
    from ecg_core.measurements import Measurement
    from ecg_core.recording import Recording

FIELDS = ("name", "lead", "value", "unit", "u", "quality", "span", "reason")
"""What is written of a measurement, in this order."""


def measure(
    recording: Annotated[str, typer.Argument(metavar="RECORDING", help="File to measure; '-' reads an array.")],
    output_format: MeasureFormatOption = "text",
    output: OutputOption = None,
    age: AgeOption = None,
    sex: SexOption = None,
    start: StartOption = None,
    duration: DurationOption = None,
    reader: ReaderOption = None,
    fs: FsOption = None,
    units: UnitsOption = None,
    leads: LeadsOption = None,
    extractor: ExtractorOption = DEFAULT_EXTRACTOR,
    verbose: VerboseOption = 0,
) -> None:
    """Measure a recording, without rules.

    Intervals, axes, amplitudes, rhythm and quality, each with its uncertainty or the reason why there is none. With
    -f wfdb-ann: where the waves of each lead are, as WFDB annotation files ( p ) ( N ) ( t ).
    """
    from ecg_core.extract import measure as run_measure
    from ecg_core.readers import read_recording

    options = reading(reader=reader, fs=fs, units=units, leads=leads, age=age, sex=sex)
    if output_format == "wfdb-ann" and output is None:
        raise UsageError("-f wfdb-ann writes several files", hint="name a folder for them: -o FOLDER")
    with recording_path(recording, reader) as path:
        read = read_recording(path, **options)
    if output_format == "wfdb-ann":
        assert output is not None
        _annotate(read, extractor, start, duration, output, verbose)
        return
    measured = run_measure(read, extractor=extractor, start=start, duration=duration)
    if verbose:
        tell(f"ecg-core: {read.name}: read as {read.source}, measured by {measured.extractor}")
    write = {"text": _as_text, "json": _as_json, "csv": _as_csv}[output_format]
    emit(write(list(measured)), output)


def _annotate(
    recording: Recording, extractor: str, start: float | None, duration: float | None, folder: Path, verbose: int
) -> None:
    """Write the waves of each lead; samples count from the start of the recording, not of the window."""
    from ecg_core.extract import analysis_window, check_assessable
    from ecg_core.extract.marks import lead_marks
    from ecg_core.report.annotations import write_annotations

    window = analysis_window(recording, start, duration)
    check_assessable(window)
    marks = lead_marks(window, extractor)
    first = window.start - recording.start
    written = write_annotations(marks, recording.name or "recording", recording.sampling_rate, folder, start=first)
    if verbose:
        tell(f"ecg-core: {recording.name}: marked by {marks.source}, {counted(len(written), 'file')} in {folder}")


def _row(item: Measurement) -> dict[str, Any]:
    return {field: getattr(item, field) for field in FIELDS}


def _as_json(items: list[Measurement]) -> str:
    """Return JSON with one measurement to a line: indented throughout it would be three times as long."""
    rows = ",\n".join(json.dumps(_row(item), allow_nan=False) for item in items)
    return f'{{"measurements": [\n{rows}\n]}}\n'


def _as_csv(items: list[Measurement]) -> str:
    """Return comma-separated values; the elements of a series, and both ends of a span, are joined by spaces."""
    text = io.StringIO()
    writer = csv.DictWriter(text, FIELDS, lineterminator="\n")
    writer.writeheader()
    for item in items:
        writer.writerow({field: _cell(value) for field, value in _row(item).items()})
    return text.getvalue()


def _cell(value: Any) -> Any:
    return " ".join(map(str, value)) if isinstance(value, tuple) else value


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
