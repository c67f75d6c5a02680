"""A pack as Markdown: an index and one page for each rule, for those who review it and for those who use it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby

from ecg_core.findings import Citation
from ecg_core.measurements import Value
from ecg_core.rules.ast import Measured
from ecg_core.rules.plain_text import formula_text, thresholds_of, value_text
from ecg_core.rules.protocol import Case, Protocol, Rule
from ecg_core.rules.walk import walk
from ecg_core.vocabulary import measurement, statement

_URGENCY = {"U0": "none", "U1": "routine", "U2": "same day", "U3": "immediate"}
_MARKS = {
    "costly_miss": "A near miss is reported as borderline.",
    "never_lowered": "No certainty lowers its urgency.",
    "all_ages": "It applies at all ages.",
}


def pack_pages(protocol: Protocol, cases: Sequence[Case]) -> dict[str, str]:
    """Write a pack's pages.

    Args:
        protocol: the pack.
        cases: its cases.

    Returns:
        File name -> Markdown: ``index.md``, and ``<group>/<rule>.md`` for each rule.
    """
    rules = {rule.statement: rule for rule in protocol.rules.values()}
    by_rule: dict[str, list[Case]] = {}
    for case in cases:
        by_rule.setdefault(case.rule, []).append(case)
    pages = {"index.md": _index(protocol)}
    for rule in protocol.rules.values():
        pages[f"{rule.group}/{rule.id}.md"] = _page(protocol, rule, rules, by_rule.get(rule.id, []))
    return pages


def _index(protocol: Protocol) -> str:
    lines = [
        f"# {protocol.title}",
        "",
        f"Pack `{protocol.id}` {protocol.version}, edition {protocol.edition}: {_counted(protocol.rules, 'rule')}, "
        f"{_counted(protocol.thresholds, 'threshold')}, from the age of {protocol.min_age:g} years.",
        f"sha256 of its canonical JSON: `{protocol.sha256}`.",
    ]
    lines += [f"It extends `{base.id}` {base.version} (sha256 `{base.sha256}`)." for base in protocol.bases]
    lines += ["", "Research use only; not a medical device.", ""]
    for group, members in groupby(protocol.rules.values(), key=lambda rule: rule.group):
        lines += [f"## {group}", "", "| statement | code | severity | urgency | status |", "|---|---|---|---|---|"]
        for rule in members:
            link = f"[{_cell(statement(rule.statement).name)}]({group}/{rule.id}.md)"
            grade = f"{rule.severity} | {_URGENCY[rule.urgency]} | {rule.status}"
            lines.append(f"| {link} | `{rule.statement}` | {grade} |")
        lines.append("")
    lines += ["## Sources", ""]
    lines += [f"- **{ref}**: {text}" for ref, text in sorted(protocol.sources.items())]
    return "\n".join(lines) + "\n"


def _page(protocol: Protocol, rule: Rule, rules: Mapping[str, Rule], cases: Sequence[Case]) -> str:
    sections = (
        _head(rule),
        _criteria(rule),
        _logic(rule, rules),
        _thresholds(protocol, rule),
        _evidence(rule),
        _mimics(rule, rules),
        _cases(cases),
        _sources(protocol, rule),
    )
    return "\n".join("".join(f"{line}\n" for line in lines) for lines in map(list, sections) if lines)


def _head(rule: Rule) -> Iterator[str]:
    yield f"# {statement(rule.statement).name}"
    yield ""
    grade = f"{rule.severity}, urgency {_URGENCY[rule.urgency]}, status {rule.status}"
    yield f"`{rule.statement}`, rule `{rule.id}`: {grade}."
    codes = {**statement(rule.statement).codes, **rule.codes}
    if codes:
        listed = "; ".join(f"{system} {', '.join(values)}" for system, values in codes.items())
        yield f"Codes: {listed}."
    yield from (text for mark, text in _MARKS.items() if getattr(rule, mark))
    yield ""
    yield f"> {rule.explain}"


def _criteria(rule: Rule) -> Iterator[str]:
    own = [criterion for criterion in rule.criteria.values() if "." not in criterion.name]
    if own:
        yield "## Criteria"
        yield ""
    for criterion in own:
        yield f"- **{criterion.name}**: {criterion.text}"
        yield f"  - `{criterion.expression}`"
        yield f"  - {criterion.provenance}: {_cited(criterion.source)}"
        if criterion.note:
            yield f"  - Note: {criterion.note}"


def _logic(rule: Rule, rules: Mapping[str, Rule]) -> Iterator[str]:
    yield "## When it is reported"
    yield ""
    yield f"When `{formula_text(rule.when)}`."
    if rule.blockers:
        yield ""
        yield "Not reported separately where it is explained by:"
        yield ""
    for blocker in rule.blockers:
        condition = f", if `{formula_text(blocker.condition)}`" if blocker.condition else ""
        stage = ", before suppression" if blocker.stage == "raw" else ""
        yield f"- {_link(blocker.statement, rules)}{stage}{condition}"
    for step in rule.escalations:
        raised = [str(step.severity)] if step.severity else []
        raised += [f"urgency {_URGENCY[step.urgency]}"] if step.urgency else []
        yield ""
        yield f"Raised to {' and '.join(raised)} if `{formula_text(step.condition)}`."


def _thresholds(protocol: Protocol, rule: Rule) -> Iterator[str]:
    used = thresholds_of(rule)
    if used:
        yield "## Thresholds"
        yield ""
        yield "| id | value | meaning | source |"
        yield "|---|---|---|---|"
    for name, threshold in protocol.thresholds.items():
        if name in used:
            source = f"{threshold.provenance}: {_cited(threshold.source)}"
            note = f". Note: {threshold.note}" if threshold.note else ""
            yield f"| `{name}` | {_cell(value_text(threshold))} | {_cell(threshold.text)} | {_cell(source + note)} |"


def _evidence(rule: Rule) -> Iterator[str]:
    names = dict.fromkeys(
        node.name for criterion in rule.criteria.values() for node in walk(criterion.body) if isinstance(node, Measured)
    )
    if names:
        yield "## Evidence"
        yield ""
        yield "What is measured for it:"
        yield ""
    for name in names:
        definition = measurement(name)
        unit = f" in {definition.unit}" if definition.unit else ""
        yield f"- {definition.label} (`{name}`{unit}): {definition.definition}"


def _mimics(rule: Rule, rules: Mapping[str, Rule]) -> Iterator[str]:
    if rule.mimics:
        yield "## Mimics"
        yield ""
    for mimic in rule.mimics:
        yield f"- {_link(mimic.statement, rules)}; against it: {mimic.text} (`{formula_text(mimic.against)}`)"


def _cases(cases: Sequence[Case]) -> Iterator[str]:
    if cases:
        yield "## Cases"
        yield ""
        yield "| case | kind | given | criteria | reported |"
        yield "|---|---|---|---|---|"
    for case in cases:
        final = "" if case.final is None else "yes" if case.final else "no"
        given = "; ".join([*_given(case), *(f"{code} {verdict}" for code, verdict in case.assume.items())])
        kind = case.kind.replace("_", " ")
        yield f"| {_cell(case.name)} | {kind} | {_cell(given) or 'nothing'} | {case.expect} | {final} |"


def _given(case: Case) -> Iterator[str]:
    """Write what a case gives; leads with the same value stand together."""
    leads: dict[tuple[str, Value], list[str]] = {}
    for (name, lead), value in case.given.items():
        leads.setdefault((name, value), []).extend([lead] if lead else [])
    for (name, value), where in leads.items():
        number = f"{value:g}" if isinstance(value, int | float) and not isinstance(value, bool) else str(value).lower()
        place = f" in {', '.join(where)}" if where else ""
        yield f"{name}{place} {number} {measurement(name).unit}".rstrip()


def _sources(protocol: Protocol, rule: Rule) -> Iterator[str]:
    refs = {criterion.source.ref for criterion in rule.criteria.values()}
    refs |= {protocol.thresholds[name].source.ref for name in thresholds_of(rule)}
    if refs:
        yield "## Sources"
        yield ""
    yield from (f"- **{ref}**: {protocol.sources[ref]}" for ref in sorted(refs))


def _link(code: str, rules: Mapping[str, Rule]) -> str:
    name = statement(code).name
    target = rules.get(code)
    return f"[{name}](../{target.group}/{target.id}.md)" if target else f"{name} (`{code}`, not in this pack)"


def _cited(source: Citation) -> str:
    return f"{source.ref}, {source.where}"


def _counted(things: Mapping[str, object], noun: str) -> str:
    return f"{len(things)} {noun}{'' if len(things) == 1 else 's'}"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
