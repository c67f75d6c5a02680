"""The text report: critical first, findings with their evidence, then what was ruled out or not judged."""

from __future__ import annotations

from collections.abc import Iterator

from ecg_core.findings import Citation, Evidence, Finding, Interpretation
from ecg_core.report.not_assessed import not_assessed_lines
from ecg_core.report.tables import global_table, lead_table
from ecg_core.report.wrap import wrapped
from ecg_core.vocabulary import statement
from ecg_core.wording import evidence_text, lead_list, plain_first

_URGENCY = {"U0": "", "U1": "routine review", "U2": "same-day review", "U3": "CRITICAL, immediate review"}
_LOCALISED = ("infarct", "acs", "std", "twave", "mimic")
_MAX_EVIDENCE = 6
_MAX_EVIDENCE_OF_NORMAL = 4
_MAX_CITED = 40


class TextRenderer:
    """Renders plain text of at most `ecg_core.report.wrap.WIDTH` columns where words allow it."""

    def render(self, interpretation: Interpretation) -> bytes:
        """Return the report's bytes, UTF-8 with one final newline."""
        sections = [
            _heading(interpretation),
            _critical(interpretation),
            _findings(interpretation),
            _near_misses(interpretation),
            _suppressed(interpretation),
            _excluded(interpretation),
            not_assessed_lines(interpretation.not_assessed),
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
    count = len(made.leads)
    leads = f"{count} lead{'' if count == 1 else 's'}" + (f" ({derived} derived)" if derived else "")
    window = f"{made.duration:.1f} s analysed" + (f" from {made.start:.1f} s on" if made.start else "")
    # What was withheld, assumed or left out changes how all the rest is to be read.
    notes = [line for note in made.notes for line in wrapped(note, "Note: ")]
    return [title, f"{leads}, {made.sampling_rate:g} Hz, {window}", *made.safety, *notes]


def _critical(interpretation: Interpretation) -> list[str]:
    critical = [finding for finding in _final(interpretation) if finding.statement in interpretation.critical]
    named = [finding for finding in critical if finding.group != "overall"] or critical
    text = "; ".join(_phrase(finding) for finding in named)
    return wrapped(f"{text} ***", "*** CRITICAL: ") if named else []


def _findings(interpretation: Interpretation) -> list[str]:
    findings = [finding for finding in _final(interpretation) if finding.raw]
    overall = [finding for finding in findings if finding.group == "overall"]
    overall.sort(key=lambda finding: finding.urgency, reverse=True)
    lines = ["FINDINGS"]
    for finding in overall:
        lines += [f"  => {_phrase(finding)}", *wrapped(finding.explanation, "     ")]
    for finding in findings:
        if finding.group != "overall":
            lines += _finding(finding)
    if len(lines) == 1:
        lines.append("  No statement that could be judged is met.")
    return lines


def _near_misses(interpretation: Interpretation) -> list[str]:
    """Print what is just short of a costly statement apart from the findings: its criteria are not met."""
    lines = []
    for finding in interpretation.findings:
        if not finding.raw:
            lines += wrapped(f"{_phrase(finding)} [{finding.statement}]: {finding.explanation}", "  ")
    return ["CLOSE TO A LIMIT, CRITERIA NOT MET", *lines] if lines else []


def _finding(finding: Finding) -> Iterator[str]:
    marks = [word for word in (finding.severity, _URGENCY[finding.urgency]) if word]
    yield from wrapped(f"{_phrase(finding)} [{finding.statement}; {', '.join(marks)}]", "  ")
    yield from wrapped(finding.explanation, "      ")
    shown = _MAX_EVIDENCE_OF_NORMAL if finding.severity in ("normal", "variant") else _MAX_EVIDENCE
    for line in _evidence_lines(finding.evidence, shown):
        yield from wrapped(line, "      - ")
    for caveat in finding.caveats:
        yield from wrapped(f"caution: {caveat}", "      ")


def _phrase(finding: Finding) -> str:
    """Name a finding with its certainty and leads: ``Probable: Inferior infarct in II, III, aVF``."""
    where = f" in {lead_list(finding.leads)}" if finding.leads and finding.group in _LOCALISED else ""
    certainty = "" if finding.certainty == "definite" else f"{finding.certainty.capitalize()}: "
    return f"{certainty}{finding.name}{where}"


def _evidence_lines(evidence: tuple[Evidence, ...], shown: int) -> list[str]:
    """Print each comparison once, leads of the same comparison together, with the sources cited."""
    grouped: dict[tuple[object, ...], list[Evidence]] = {}
    for item in plain_first(evidence):
        # Per-lead comparisons with one limit share a line; global ones stand alone.
        key = (item.measurement, item.operator, item.limit, item.verdict) if item.lead else (id(item),)
        if item.lead and not isinstance(item.value, float):
            key = (*key, item.value)
        grouped.setdefault(key, []).append(item)
    lines = [_line(items) for items in grouped.values()]
    lines = list(dict.fromkeys(lines))
    return lines if len(lines) <= shown else [*lines[:shown], f"and {len(lines) - shown} more"]


def _line(items: list[Evidence]) -> str:
    first = items[0]
    source = f" ({_cited(first.source)})" if first.source else ""
    leads = lead_list(tuple(item.lead for item in items if item.lead))
    if len({item.lead for item in items}) == 1:
        return evidence_text(first) + source
    if not isinstance(first.value, float):
        return evidence_text(first).replace(f" in {first.lead}", f" in {leads}", 1) + source
    strongest = max(items, key=lambda item: item.margin if item.margin is not None else float("inf"))
    return f"{evidence_text(strongest)} (clearest of {leads}){source}"


def _cited(source: Citation) -> str:
    """Name a source in short, as its citation begins ("Surawicz 2009"), or by its key."""
    author_year, comma, _ = source.text.partition(",")
    return author_year if comma and len(author_year) <= _MAX_CITED else source.ref


def _suppressed(interpretation: Interpretation) -> list[str]:
    """Group what is met but explained by its explanation: bundle-branch block alone may explain twenty."""
    final = {finding.statement for finding in _final(interpretation)}
    explained: dict[tuple[str, ...], list[str]] = {}
    for finding in interpretation.findings:
        if not finding.final and finding.group != "overall":
            # An explanation that is explained itself tells a reader nothing beside one that stands.
            by = tuple(code for code in finding.suppressed_by if code in final) or finding.suppressed_by
            explained.setdefault(by, []).append(finding.name)
    lines = []
    for by, names in explained.items():
        cause = ", ".join(statement(code).name for code in by)
        lines += wrapped(f"Explained by {cause}: {'; '.join(names)}", "  ")
    return ["NOT REPORTED SEPARATELY, CRITERIA MET", *lines] if lines else []


def _excluded(interpretation: Interpretation) -> list[str]:
    # A mimic may be considered for several findings; a reader needs it once.
    first = {exclusion.statement: exclusion for exclusion in reversed(interpretation.excluded)}
    once = [exclusion for exclusion in interpretation.excluded if first[exclusion.statement] is exclusion]
    lines = [line for exclusion in once for line in wrapped(f"{exclusion.name}: {exclusion.text}", "  ")]
    return ["CONSIDERED AND NOT SUPPORTED", *lines] if lines else []


def _measurements(interpretation: Interpretation) -> list[str]:
    return [
        "MEASUREMENTS",
        *global_table(interpretation.measurements, interpretation.provenance.reported),
        "",
        *lead_table(interpretation.measurements),
    ]


def _provenance(interpretation: Interpretation) -> list[str]:
    made = interpretation.provenance
    packs = ""
    for pack in made.packs:
        joined = " extending " if "extended_by" in pack else ", " if packs else ""
        packs += f"{joined}{pack['id']} {pack['version']} (sha256 {pack['sha256'][:12]})"
    made_by = f"protocol {packs}; ecg-core {made.ecg_core}, extractor {made.extractor}, rule engine {made.engine}"
    sources = _sources(interpretation)
    return ["PROVENANCE", *wrapped(made_by, "  "), *(["  sources:"] if sources else []), *sources]


def _sources(interpretation: Interpretation) -> list[str]:
    cited: dict[str, str] = {}
    for finding in _final(interpretation):
        for item in finding.evidence:
            if item.source and item.source.text:
                cited[item.source.ref] = item.source.text
    return [
        line
        for ref, text in sorted(cited.items())
        for line in wrapped(text if _cited(Citation(ref, text=text)) != ref else f"{ref}: {text}", "    ")
    ]


def _final(interpretation: Interpretation) -> list[Finding]:
    return [finding for finding in interpretation.findings if finding.final]
