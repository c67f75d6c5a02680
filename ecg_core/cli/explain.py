"""``ecg-core explain``: the tree of verdicts behind a finding, from a stored result."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ecg_core.cli.console import drawn, emit
from ecg_core.cli.options import STDIN, VerboseOption
from ecg_core.errors import UnknownNameError, UnreadableError

if TYPE_CHECKING:
    from rich.tree import Tree

    from ecg_core.findings import Finding, Interpretation, RuleTrace

_STYLE = {"true": "green", "false": "red", "unknown": "yellow"}


def explain(
    result: Annotated[
        str, typer.Argument(metavar="RESULT.json", help="What 'interpret -f json' wrote; '-' reads it from stdin.")
    ],
    finding: Annotated[str, typer.Argument(help="Code of a statement, or id of a rule, whether it fired or not.")],
    verbose: VerboseOption = 0,
) -> None:
    """Show how a finding was decided.

    Every criterion with its verdict, the measured value, the limit, the margin and the source.
    """
    interpretation = _load(result)
    rule, stated = _find(interpretation, finding)
    heading = _heading(rule, stated)
    emit(heading + drawn(_tree(interpretation.traces[rule])))


def _load(given: str) -> Interpretation:
    from pydantic import ValidationError

    from ecg_core.findings import Interpretation

    try:
        data = sys.stdin.buffer.read() if given == STDIN else Path(given).read_bytes()
    except OSError as error:
        raise UnreadableError(f"cannot read {given}: {error.strerror}") from error
    try:
        return Interpretation.from_json(data)
    except ValidationError as error:
        place = ".".join(map(str, error.errors()[0]["loc"]))
        fault = error.errors()[0]["msg"]
        raise UnreadableError(
            f"{given} is not a stored interpretation: {f'{place}: ' if place else ''}{fault}",
            hint="make one with: ecg-core interpret RECORDING -f json -o RESULT.json",
        ) from error


def _find(interpretation: Interpretation, name: str) -> tuple[str, Finding | None]:
    """Return the key of the rule's trace, and its finding if it fired.

    With several packs the keys are ``pack:rule``; the name of a statement means the first pack that decides it.
    """
    from ecg_core.vocabulary import statements

    traces = interpretation.traces
    fired = {
        key: finding
        for finding in interpretation.findings
        for key in (finding.rule, f"{finding.pack}:{finding.rule}")
        if key in traces
    }
    # A trace carries the statement's name, not its code: it may belong to a rule that stated nothing.
    codes = {definition.name: code for code, definition in statements().items()}
    by_statement = {codes[trace.note]: key for key, trace in reversed(list(traces.items())) if trace.note in codes}
    key = name if name in traces else by_statement.get(name)
    if key is None:
        raise UnknownNameError("finding", name, [*by_statement, *traces])
    return key, fired.get(key)


def _heading(rule: str, finding: Finding | None) -> str:
    if finding is None:
        return f"rule {rule}: no finding\n"
    lines = [
        f"{finding.statement} {finding.name} ({finding.certainty}, {finding.severity}, {finding.urgency})",
        f"rule {rule} of {finding.pack} {finding.pack_version}: {finding.explanation}",
        *(f"caveat: {caveat}" for caveat in finding.caveats),
    ]
    if not finding.final:
        lines.append(f"silenced by {', '.join(finding.suppressed_by)}")
    return "".join(f"{line}\n" for line in lines)


def _tree(trace: RuleTrace) -> Tree:
    from rich.tree import Tree

    node = Tree(_line(trace))
    for child in trace.children:
        node.add(_tree(child))
    return node


def _line(trace: RuleTrace) -> str:
    from rich.markup import escape

    from ecg_core.wording import evidence_text

    style = _STYLE[trace.verdict.value]
    parts = [f"[{style}]{trace.verdict.value}[/{style}]", escape(f"{trace.kind} {trace.text}")]
    if trace.evidence is not None:
        parts.append(escape(f"({evidence_text(trace.evidence)})"))
        if trace.evidence.margin is not None:
            parts.append(f"margin {trace.evidence.margin:+.1f} u")
    if trace.note:
        parts.append(escape(f"- {trace.note}"))
    if trace.source is not None:
        parts.append(escape(f"[{' '.join((trace.source.ref, trace.source.where)).rstrip()}]"))
    return " ".join(parts)
