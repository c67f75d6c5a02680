"""``ecg-core interpret``: read, measure, judge, report."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from ecg_core.cli.boundary import Run, report_error
from ecg_core.cli.console import emit, tell
from ecg_core.cli.options import (
    AgeOption,
    DurationOption,
    EngineOption,
    ExtractorOption,
    FsOption,
    LeadsOption,
    OutputOption,
    PackOption,
    ReaderOption,
    ReportFormatOption,
    SexOption,
    StartOption,
    UnitsOption,
    VerboseOption,
    pack_place,
    reading,
    recording_path,
)
from ecg_core.errors import NotAssessableError, UnreadableError
from ecg_core.hookspecs import DEFAULT_EXTRACTOR

if TYPE_CHECKING:
    from ecg_core.findings import Interpretation

FINDING_AT_LEVEL = 10
"""Exit code when a finding reaches ``--fail-on``."""


def _print_schema(asked: bool) -> None:
    if asked:
        from ecg_core.findings import Interpretation

        emit(json.dumps(Interpretation.json_schema(), indent=2) + "\n")
        raise typer.Exit


def interpret(
    context: typer.Context,
    recordings: Annotated[
        list[str], typer.Argument(metavar="RECORDING", help="Files to interpret; '-' reads an array from stdin.")
    ],
    packs: PackOption = ["adult12"],  # noqa: B006 - typer copies it
    output_format: ReportFormatOption = "text",
    output: OutputOption = None,
    fail_on: Annotated[
        Literal["U2", "U3", "critical"] | None,
        typer.Option("--fail-on", help="Exit with 10 if a finding is at least that urgent; critical means U3."),
    ] = None,
    age: AgeOption = None,
    sex: SexOption = None,
    start: StartOption = None,
    duration: DurationOption = None,
    reader: ReaderOption = None,
    fs: FsOption = None,
    units: UnitsOption = None,
    leads: LeadsOption = None,
    extractor: ExtractorOption = DEFAULT_EXTRACTOR,
    engine: EngineOption = None,
    verbose: VerboseOption = 0,
    schema: Annotated[
        bool,
        typer.Option("--schema", callback=_print_schema, is_eager=True, help="Print the JSON Schema of -f json."),
    ] = False,
) -> None:
    """Report findings with their evidence.

    Several recordings are reported one after the other (JSON: one object per line), the exit code is the highest.
    """
    from ecg_core.plugin_manager import PluginManager

    PluginManager.shared().find("ecg_reports", output_format)  # a mistyped name should not cost a whole run

    from ecg_core.pipeline import interpret as run_interpret
    from ecg_core.report import render
    from ecg_core.rules.load import load_protocol

    options = reading(reader=reader, fs=fs, units=units, leads=leads, age=age, sex=sex)
    protocols = [load_protocol(pack_place(pack)) for pack in packs]
    run: Run = context.find_root().obj
    several = len(recordings) > 1
    code = written = 0
    for given in recordings:
        try:
            with recording_path(given, reader) as path:
                result = run_interpret(
                    path, protocols, extractor=extractor, engine=engine, start=start, duration=duration, **options
                )
        except (UnreadableError, NotAssessableError) as error:
            # The other recordings may be fine; every other error concerns all of them and ends the run.
            if not several:
                raise
            code = max(code, report_error(error, run, recording=given))
            continue
        if verbose:
            tell(_what_was_done(result))
        report = render(result, output_format)
        emit(_one_of_several(report, output_format, written) if several else report, output, append=written > 0)
        written += 1
        if fail_on is not None and _reaches(result, fail_on):
            code = max(code, FINDING_AT_LEVEL)
    if code:
        raise typer.Exit(code)


def _one_of_several(report: bytes, output_format: str, place: int) -> bytes:
    """Return a report as part of a stream: JSON on one line, others after an empty line."""
    if output_format == "json":
        return json.dumps(json.loads(report)).encode() + b"\n"
    return b"\n" + report if place else report


def _reaches(result: Interpretation, level: str) -> bool:
    from ecg_core.findings import URGENCIES

    wanted = URGENCIES[URGENCIES.index("U2") :] if level == "U2" else ("U3",)
    return bool(result.critical) or any(finding.final and finding.urgency in wanted for finding in result.findings)


def _what_was_done(result: Interpretation) -> str:
    made = result.provenance
    packs = ", ".join(f"{pack['id']} {pack['version']}" for pack in made.packs)
    return (
        f"ecg-core: {made.recording}: read as {made.source}, measured by {made.extractor}, "
        f"judged by {packs} ({made.engine} engine)"
    )
