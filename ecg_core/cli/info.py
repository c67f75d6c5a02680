"""``ecg-core info``: what a file holds, before anything is measured."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ecg_core.cli.console import emit
from ecg_core.cli.options import (
    AgeOption,
    FsOption,
    LeadsOption,
    OutputOption,
    ReaderOption,
    SexOption,
    TextOrJsonOption,
    UnitsOption,
    VerboseOption,
    reading,
    recording_path,
)

if TYPE_CHECKING:
    from ecg_core.recording import Recording


def info(
    recording: Annotated[str, typer.Argument(metavar="RECORDING", help="File to look into; '-' reads an array.")],
    output_format: TextOrJsonOption = "text",
    output: OutputOption = None,
    age: AgeOption = None,
    sex: SexOption = None,
    reader: ReaderOption = None,
    fs: FsOption = None,
    units: UnitsOption = None,
    leads: LeadsOption = None,
    verbose: VerboseOption = 0,
) -> None:
    """Show what a file holds.

    Leads and where they come from, rate, duration, age, sex, and what the recording machine states itself.
    """
    from ecg_core.readers import read_recording

    with recording_path(recording, reader) as path:
        read = read_recording(path, **reading(reader=reader, fs=fs, units=units, leads=leads, age=age, sex=sex))
    facts = _facts(read)
    emit(json.dumps(facts, indent=2, allow_nan=False) + "\n" if output_format == "json" else _as_text(facts), output)


def _facts(read: Recording) -> dict[str, Any]:
    import numpy as np

    return {
        "recording": read.name,
        "source": read.source,
        "sampling_rate": read.sampling_rate,
        "duration": read.duration,
        "samples": read.signal.shape[1],
        "leads": dict(zip(read.leads, read.provenance, strict=True)),
        "missing_samples": {
            lead: int(count) for lead, count in zip(read.leads, np.isnan(read.signal).sum(axis=1), strict=True) if count
        },
        "age": read.patient.age,
        "sex": read.patient.sex,
        "reported": dict(read.reported),
        "notes": list(read.notes),
    }


def _as_text(facts: dict[str, Any]) -> str:
    from ecg_core.vocabulary import measurement
    from ecg_core.wording import label, quantity

    by_provenance: dict[str, list[str]] = {}
    for lead, provenance in facts["leads"].items():
        by_provenance.setdefault(provenance, []).append(lead)
    age, sex = facts["age"], facts["sex"]
    lines = [
        ("recording", facts["recording"]),
        ("source", facts["source"]),
        ("sampling rate", f"{facts['sampling_rate']:g} Hz"),
        ("duration", f"{facts['duration']:.3f} s ({facts['samples']} samples)"),
        *((f"leads {provenance}", ", ".join(leads)) for provenance, leads in by_provenance.items()),
        ("age", "unknown" if age is None else f"{age:g} y"),
        ("sex", sex or "unknown"),
        *((f"samples missing in {lead}", str(count)) for lead, count in facts["missing_samples"].items()),
        *(
            (f"machine's {label(name)}", quantity(value, measurement(name).unit))
            for name, value in facts["reported"].items()
        ),
        *(("note", note) for note in facts["notes"]),
    ]
    width = max(len(name) for name, _ in lines)
    return "".join(f"{name:<{width}}  {value}\n" for name, value in lines)
