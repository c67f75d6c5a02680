"""The text report: critical first, findings with their evidence, then what was ruled out or not judged."""

from __future__ import annotations

from collections.abc import Iterator

from ecg_core.findings import Citation, Evidence, Finding, Interpretation, NotAssessed
from ecg_core.report.tables import global_table, lead_table
from ecg_core.vocabulary import statement
from ecg_core.wording import evidence_text, lead_list

WIDTH = 100

_URGENCY = {"U0": "", "U1": "routine review", "U2": "same-day review", "U3": "CRITICAL, immediate review"}
_LOCALISED = ("infarct", "acs", "std", "twave", "mimic")
_MAX_EVIDENCE = 6
_MAX_CITED = 40


class TextRenderer:
    """Renders plain text of at most `WIDTH` columns where words allow it."""

    def render(self, interpretation: Interpretation) -> bytes:
        """Return the report's bytes, UTF-8 with one final newline."""
        sections = [
            _heading(interpretation),
            _critical(interpretation),
            _findings(interpretation),
            _suppressed(interpretation),
            _excluded(interpretation),
            _not_assessed(interpretation),
            _measurements(interpretation),
            _provenance(interpretation),
        ]
        text = "\n\n".join("\n".join(lines) for lines in sections if lines)
        return (text + "\n").encode()


def _heading(interpretation: Interpretation) -> list[str]:
    made = interpretation.provenance
    age = "age unknown" if made.age is None else f"{made.age:.0f} y"
    title = f"ECG {made.recording or 'recording'}: {age}, {made.sex or 'sex unknown'}"
    derived = sum(provenance == "derived" for provenance in made.leads.values())
    signal = f"{len(made.leads)} leads{f' ({derived} derived)' if derived else ''}, {made.sampling_rate:g} Hz"
    window = f"{made.duration:.1f} s analysed" + (f" from {made.start:.1f} s on" if made.start else "")
    return [title, f"{signal}, {window}", *made.safety]


def _critical(interpretation: Interpretation) -> list[str]:
    critical = [finding for finding in _final(interpretation) if finding.statement in interpretation.critical]
    named = [finding for finding in critical if finding.group != "overall"] or critical
    return ["*** CRITICAL: " + "; ".join(_phrase(finding) for finding in named) + " ***"] if named else []


def _findings(interpretation: Interpretation) -> list[str]:
    findings = _final(interpretation)
    overall = [finding for finding in findings if finding.group == "overall"]
    lines = ["FINDINGS", *(f"  => {_phrase(finding)}" for finding in overall)]
    for finding in findings:
        if finding.group != "overall":
            lines += _finding(finding)
    if len(lines) == 1:
        lines.append("  No statement of the protocol is met.")
    return lines


def _finding(finding: Finding) -> Iterator[str]:
    marks = [word for word in (finding.severity, _URGENCY[finding.urgency]) if word]
    yield f"  {_phrase(finding)}  [{finding.statement}; {', '.join(marks)}]"
    if finding.explanation:
        yield from _wrapped(finding.explanation, "      ")
    for line in _evidence_lines(finding.evidence):
        yield from _wrapped(line, "      - ")
    for caveat in finding.caveats:
        yield from _wrapped(f"caution: {caveat}", "      ")


def _phrase(finding: Finding) -> str:
    """Name a finding with its certainty and leads: ``Probable left axis deviation``, ``... in II, III, aVF``."""
    where = f" ({lead_list(finding.leads)})" if finding.leads and finding.group in _LOCALISED else ""
    certainty = "" if finding.certainty == "definite" else f"{finding.certainty.capitalize()}: "
    return f"{certainty}{finding.name}{where}"


def _evidence_lines(evidence: tuple[Evidence, ...]) -> list[str]:
    """Print each comparison once, leads of the same comparison together, with the sources cited."""
    grouped: dict[tuple[object, ...], list[Evidence]] = {}
    for item in evidence:
        # Per-lead comparisons with one limit share a line; global ones stand alone.
        key = (item.measurement, item.operator, item.limit, item.verdict) if item.lead else (id(item),)
        grouped.setdefault(key, []).append(item)
    lines = [_line(items) for items in grouped.values()]
    lines = list(dict.fromkeys(lines))
    return lines if len(lines) <= _MAX_EVIDENCE else [*lines[:_MAX_EVIDENCE], f"and {len(lines) - _MAX_EVIDENCE} more"]


def _line(items: list[Evidence]) -> str:
    first = items[0]
    source = f" ({_cited(first.source)})" if first.source else ""
    if len(items) == 1:
        return evidence_text(first) + source
    strongest = max(items, key=lambda item: item.margin if item.margin is not None else float("inf"))
    leads = lead_list(tuple(item.lead for item in items if item.lead))
    return f"{evidence_text(strongest)} (largest of {leads}){source}"


def _cited(source: Citation) -> str:
    """Name a source in short, as its citation begins ("Surawicz 2009"), or by its key."""
    author_year, comma, _ = source.text.partition(",")
    return author_year if comma and len(author_year) <= _MAX_CITED else source.ref


def _suppressed(interpretation: Interpretation) -> list[str]:
    lines = []
    for finding in interpretation.findings:
        if not finding.final:
            by = ", ".join(statement(code).name for code in finding.suppressed_by)
            lines += _wrapped(f"{finding.name}: criteria met, explained by {by}", "  ")
    return ["NOT REPORTED SEPARATELY", *lines] if lines else []


def _excluded(interpretation: Interpretation) -> list[str]:
    # A mimic may be considered for several findings; a reader needs it once.
    first = {exclusion.statement: exclusion for exclusion in reversed(interpretation.excluded)}
    once = [exclusion for exclusion in interpretation.excluded if first[exclusion.statement] is exclusion]
    lines = [line for exclusion in once for line in _wrapped(f"{exclusion.name}: {exclusion.text}", "  ")]
    return ["CONSIDERED AND NOT SUPPORTED", *lines] if lines else []


def _not_assessed(interpretation: Interpretation) -> list[str]:
    """List what could not be judged, statements with the same reason together, the urgent ones first."""
    grouped: dict[tuple[str, ...], list[NotAssessed]] = {}
    for item in interpretation.not_assessed:
        grouped.setdefault(item.reasons, []).append(item)
    lines = []
    for reasons, items in grouped.items():
        names = "; ".join(item.name for item in items)
        lines += _wrapped(f"{names}, because: {'; '.join(reasons)}", "  ")
    return ["NOT ASSESSED", *lines] if lines else []


def _measurements(interpretation: Interpretation) -> list[str]:
    return [
        "MEASUREMENTS",
        *global_table(interpretation.measurements, interpretation.provenance.reported),
        "",
        *lead_table(interpretation.measurements),
    ]


def _provenance(interpretation: Interpretation) -> list[str]:
    made = interpretation.provenance
    packs = ", ".join(f"{pack['id']} {pack['version']} (sha256 {pack['sha256'][:12]})" for pack in made.packs)
    made_by = f"protocol {packs}; ecg-core {made.ecg_core}, extractor {made.extractor}, rule engine {made.engine}"
    lines = _wrapped(made_by, "  ")
    notes = [line for note in made.notes for line in _wrapped(note, "  note: ")]
    sources = _sources(interpretation)
    return ["PROVENANCE", *lines, *notes, *(["  sources:"] if sources else []), *sources]


def _sources(interpretation: Interpretation) -> list[str]:
    cited: dict[str, str] = {}
    for finding in _final(interpretation):
        for item in finding.evidence:
            if item.source and item.source.text:
                cited[item.source.ref] = item.source.text
    return [
        line
        for ref, text in sorted(cited.items())
        for line in _wrapped(text if _cited(Citation(ref, text=text)) != ref else f"{ref}: {text}", "    ")
    ]


def _final(interpretation: Interpretation) -> list[Finding]:
    return [finding for finding in interpretation.findings if finding.final]


def _wrapped(text: str, indent: str) -> list[str]:
    """Break a line at spaces; the lines after the first are indented by as many blanks."""
    lines, line = [], indent
    for word in text.split():
        if len(line) + len(word) > WIDTH and line.strip():
            lines.append(line.rstrip())
            line = " " * len(indent)
        line += word + " "
    return [*lines, line.rstrip()]
