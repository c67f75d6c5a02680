"""``ecg-core protocol diff``: which rules of two packs differ, and which findings change on recordings."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer

from ecg_core.cli.boundary import Run, report_error
from ecg_core.cli.console import counted, emit
from ecg_core.cli.options import (
    AgeOption,
    ExtractorOption,
    SexOption,
    TextOrJsonOption,
    VerboseOption,
    pack_names,
    pack_place,
)
from ecg_core.errors import NotAssessableError, UnreadableError, UsageError
from ecg_core.hookspecs import DEFAULT_EXTRACTOR

if TYPE_CHECKING:
    from ecg_core.hookspecs import ReaderSpec
    from ecg_core.measurements import Measurements
    from ecg_core.rules.difference import RuleDifference
    from ecg_core.rules.protocol import Protocol

PackArgument = Annotated[
    str, typer.Argument(metavar="PACK", help="An installed name or a folder.", autocompletion=pack_names)
]

_SIGN = {"added": "+", "removed": "-", "changed": "~"}


@dataclass(frozen=True, slots=True)
class FindingChange:
    """What becomes of the findings of one recording when the second pack judges it.

    Attributes:
        recording: its path.
        gained: statements that only the second pack finds.
        lost: statements that only the first pack finds.
        regraded: statement -> severity and urgency by the first and by the second pack.
    """

    recording: str
    gained: tuple[str, ...]
    lost: tuple[str, ...]
    regraded: dict[str, tuple[str, str]]


def diff(
    context: typer.Context,
    first: PackArgument,
    second: PackArgument,
    recordings: Annotated[
        list[str] | None,
        typer.Argument(metavar="RECORDING", help="Recordings, or folders of them, on which findings are compared."),
    ] = None,
    output_format: TextOrJsonOption = "text",
    age: AgeOption = None,
    sex: SexOption = None,
    extractor: ExtractorOption = DEFAULT_EXTRACTOR,
    verbose: VerboseOption = 0,
) -> None:
    """Show the rules in which two packs differ, and the findings that change on recordings.

    Each recording is measured once and judged by both packs; one that cannot be read is named and left out.
    """
    from ecg_core.rules.difference import compare_packs
    from ecg_core.rules.load import load_protocol

    packs = load_protocol(pack_place(first)), load_protocol(pack_place(second))
    differences = compare_packs(*packs)
    run: Run = context.find_root().obj
    changes: list[FindingChange] = []
    code = 0
    for path in _recordings(recordings or []):
        try:
            measurements = _measure(path, extractor=extractor, age=age, sex=sex)
        except (UnreadableError, NotAssessableError) as error:
            code = max(code, report_error(error, run, recording=str(path)))
            continue
        changes.append(_changed_findings(str(path), packs, measurements))
    if output_format == "json":
        emit(json.dumps(_as_json(packs, differences, changes), indent=2) + "\n")
    else:
        emit(_as_text(packs, differences, changes, with_recordings=bool(recordings)))
    if code:
        raise typer.Exit(code)


def _recordings(given: list[str]) -> Iterator[Path]:
    """Yield the recordings named; a folder stands for the recordings that lie in it, at any depth."""
    from ecg_core.plugin_manager import PluginManager

    readers = cast("list[ReaderSpec]", PluginManager.shared().components("ecg_readers"))
    suffixes = {suffix for spec in readers for suffix in spec.suffixes}
    for name in given:
        path = Path(name)
        if not path.is_dir():
            yield path
            continue
        files = sorted(file for file in path.rglob("*") if file.is_file() and file.suffix.lower() in suffixes)
        headers = {file.with_suffix("") for file in files if file.suffix == ".hea"}
        # The signal file of a WFDB record belongs to its header.
        found = [file for file in files if file.suffix == ".hea" or file.with_suffix("") not in headers]
        if not found:
            raise UsageError(
                f"no recording in {name}", hint=f"looked for files ending in {', '.join(sorted(suffixes))}"
            )
        yield from found


def _measure(path: Path, *, extractor: str, age: float | None, sex: str | None) -> Measurements:
    from ecg_core.extract import measure
    from ecg_core.readers import read_recording

    return measure(read_recording(path, age=age, sex=sex), extractor=extractor)


def _changed_findings(recording: str, packs: tuple[Protocol, Protocol], measurements: Measurements) -> FindingChange:
    from ecg_core.rules.engine import evaluate

    before, after = (
        {
            finding.statement: f"{finding.severity} {finding.urgency}"
            for finding in evaluate(pack, measurements, engine="python").findings
            if finding.final and finding.raw
        }
        for pack in packs
    )
    return FindingChange(
        recording,
        gained=tuple(code for code in after if code not in before),
        lost=tuple(code for code in before if code not in after),
        regraded={
            code: (before[code], after[code]) for code in before if code in after and before[code] != after[code]
        },
    )


def _as_json(
    packs: tuple[Protocol, Protocol], differences: list[RuleDifference], changes: list[FindingChange]
) -> dict[str, Any]:
    return {
        "packs": [{"id": pack.id, "version": pack.version, "sha256": pack.sha256} for pack in packs],
        "rules": [asdict(difference) for difference in differences],
        "recordings": [asdict(change) for change in changes],
    }


def _as_text(
    packs: tuple[Protocol, Protocol],
    differences: list[RuleDifference],
    changes: list[FindingChange],
    *,
    with_recordings: bool,
) -> str:
    names = " and ".join(f"{pack.id} {pack.version}" for pack in packs)
    lines = (
        [f"{names}: {counted(len(differences), 'rule')} differ"] if differences else [f"{names}: the rules are equal"]
    )
    for item in differences:
        lines.append(f"{_SIGN[item.kind]} {item.statement} {item.name}")
        for change in item.changes:
            lines.append(f"    {change.what}")
            lines += [f"      {sign} {text}" for sign, text in (("-", change.before), ("+", change.after)) if text]
    if with_recordings:
        lines += ["", *_recording_lines(changes)]
    return "".join(f"{line}\n" for line in lines)


def _recording_lines(changes: list[FindingChange]) -> Iterator[str]:
    from ecg_core.vocabulary import statement

    different = [change for change in changes if change.gained or change.lost or change.regraded]
    yield f"findings differ on {len(different)} of {counted(len(changes), 'recording')}"
    for change in different:
        yield change.recording
        yield from (f"  + {code} {statement(code).name}" for code in change.gained)
        yield from (f"  - {code} {statement(code).name}" for code in change.lost)
        yield from (f"  ~ {code} {statement(code).name}: {a} -> {b}" for code, (a, b) in change.regraded.items())
    if len(different) > 1:
        yield ""
        yield "findings gained, lost and regraded, by statement"
        counts = [Counter(code for change in different for code in getattr(change, kind)) for kind in _KINDS]
        for code in sorted({code for count in counts for code in count}):
            numbers = ", ".join(
                f"{sign}{count[code]}" for sign, count in zip("+-~", counts, strict=True) if count[code]
            )
            yield f"  {code} {statement(code).name}: {numbers}"


_KINDS = ("gained", "lost", "regraded")
