"""What the rules say of a recording: verdicts, evidence, traces, findings, and the whole interpretation."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cache
from typing import Any, Literal

from ecg_core.measurements import Measurement

SCHEMA_VERSION = 1

Certainty = Literal["definite", "probable", "possible", "borderline"]
Severity = Literal["normal", "variant", "borderline", "abnormal"]
Urgency = Literal["U0", "U1", "U2", "U3"]

SEVERITIES: tuple[Severity, ...] = ("normal", "variant", "borderline", "abnormal")
URGENCIES: tuple[Urgency, ...] = ("U0", "U1", "U2", "U3")


class Verdict(StrEnum):
    """Kleene truth: true, false, or unknown because something was not measurable.

    It has no truth value of its own, so that ``if verdict`` cannot take unknown for false.
    """

    TRUE = "true"
    FALSE = "false"
    UNKNOWN = "unknown"

    def __bool__(self) -> bool:
        raise TypeError("a Verdict has three values: compare it with Verdict.TRUE")

    def __invert__(self) -> Verdict:
        return {Verdict.TRUE: Verdict.FALSE, Verdict.FALSE: Verdict.TRUE}.get(self, Verdict.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Citation:
    """Where a criterion or a number comes from.

    Attributes:
        ref: key of the pack's source list, e.g. "AHA3".
        where: place within the source (table, section, item).
        text: the source in full (authors, year, journal, DOI); in JSON it stands under ``sources``.
    """

    ref: str
    where: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class Evidence:
    """One comparison judged: the atom of explanation and of reward.

    Attributes:
        measurement: vocabulary name, or the text of the expression where more than one is involved.
        lead: lead name, or None.
        value: measured number in `unit`, a category or truth value; None if not measurable.
        unit: unit of `value`, `u` and `limit`.
        u: standard uncertainty of `value`.
        operator: one of ``< <= > >= == !=``.
        limit: what the value was compared with; None if that is unknown too.
        threshold: id of the named threshold, or None.
        source: where the threshold comes from.
        verdict: true, false or unknown.
        margin: distance from the limit in units of `u`, positive where true; None if unknown or without meaning.
        probability: probability that the comparison is true given `u`; None if unknown.
        reason: why the verdict is unknown.
    """

    measurement: str
    operator: str
    verdict: Verdict
    lead: str | None = None
    value: float | bool | str | None = None
    unit: str = ""
    u: float | None = None
    limit: float | bool | str | None = None
    threshold: str | None = None
    source: Citation | None = None
    margin: float | None = None
    probability: float | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class RuleTrace:
    """A tree of verdicts whose leaves are `Evidence`; kept also for rules that did not fire.

    Attributes:
        kind: "rule", "criterion", "finding", "and", "or", "not", "at_least", "known", "compare", ...
        text: the expression or name at this node.
        verdict: truth of the node.
        margin: interval (low, high) of the distance from the decision in units of uncertainty, None = unbounded.
        evidence: the judged comparison, at leaves only.
        children: the nodes below.
        note: what a reader should know, e.g. the criterion's text.
        source: citation of a criterion.
    """

    kind: str
    text: str
    verdict: Verdict
    margin: tuple[float | None, float | None] = (None, None)
    evidence: Evidence | None = None
    children: tuple[RuleTrace, ...] = ()
    note: str = ""
    source: Citation | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """A statement whose criteria are met.

    Attributes:
        statement: code of the statement, e.g. "AVC_LONGPR".
        name: the statement in words.
        group: group of the statement in the catalogue.
        phase: reading step, one of the six.
        certainty: from the measurement's uncertainty: definite, probable, possible or borderline.
        severity: normal, variant, borderline or abnormal.
        urgency: U0 none, U1 routine, U2 same day, U3 immediate.
        leads: leads in which per-lead criteria hold.
        evidence: the comparisons that carry the finding.
        explanation: one sentence, with the measured values.
        rule: id of the rule.
        pack: id of the pack.
        pack_version: version of the pack.
        raw: whether the criteria are met.
        final: whether it stands after suppression.
        suppressed_by: the statements that silenced it.
        codes: codes in other vocabularies (scp, aha, snomed, minnesota).
        caveats: reasons that cap its certainty.
        probability: probability that the criteria hold given the uncertainty of the measurements, or None.
    """

    statement: str
    name: str
    group: str
    phase: str
    certainty: Certainty
    severity: Severity
    urgency: Urgency
    leads: tuple[str, ...]
    evidence: tuple[Evidence, ...]
    explanation: str
    rule: str
    pack: str
    pack_version: str
    raw: bool = True
    final: bool = True
    suppressed_by: tuple[str, ...] = ()
    codes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    caveats: tuple[str, ...] = ()
    probability: float | None = None


@dataclass(frozen=True, slots=True)
class Exclusion:
    """A differential diagnosis that was considered, and the measured evidence against it."""

    statement: str
    name: str
    considered_for: str
    text: str
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class NotAssessed:
    """A statement that could not be judged, and why."""

    statement: str
    name: str
    reasons: tuple[str, ...]
    urgency: Urgency = "U0"


@dataclass(frozen=True, slots=True)
class Provenance:
    """What made an interpretation: recording, software, packs, window, safety.

    Attributes:
        recording: name of the record.
        source: reader that read it.
        ecg_core: version of this program.
        extractor: name and version of the extractor.
        engine: rule engine that chained the findings ("durable" or "python").
        packs: id, version and sha256 of the canonical JSON of each pack; after a pack those that it extends, which say
            so by ``extended_by``.
        sampling_rate: in Hz.
        start: start of the analysed window in s.
        duration: length of the analysed window in s.
        leads: lead name -> recorded, derived or digitised.
        age: age in years, or None.
        sex: sex, or None.
        reported: what the recording machine states itself.
        notes: how the signal was obtained and what was withheld.
        safety: the lines that every output carries.
    """

    recording: str
    source: str
    ecg_core: str
    extractor: str
    engine: str
    packs: tuple[Mapping[str, str], ...]
    sampling_rate: float
    start: float
    duration: float
    leads: Mapping[str, str]
    age: float | None
    sex: str | None
    reported: Mapping[str, float]
    notes: tuple[str, ...]
    safety: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Interpretation:
    """All that is said of one recording.

    Attributes:
        findings: statements whose criteria are met, in protocol order; suppressed ones have ``final=False``.
        excluded: differentials considered and not supported.
        not_assessed: statements that could not be judged.
        critical: codes of final findings with urgency U3.
        measurements: everything measured or not measurable.
        traces: rule id -> trace, for every rule.
        provenance: what made it.
        schema_version: version of the JSON layout.
    """

    findings: tuple[Finding, ...]
    excluded: tuple[Exclusion, ...]
    not_assessed: tuple[NotAssessed, ...]
    critical: tuple[str, ...]
    measurements: tuple[Measurement, ...]
    traces: Mapping[str, RuleTrace]
    provenance: Provenance
    schema_version: int = SCHEMA_VERSION

    def to_json(self, *, indent: int | None = 2) -> str:
        """Write the interpretation as JSON text; NaN and infinity never occur in it.

        Measurements and traces stand one to a line, or everything in one line if `indent` is None. Nodes of traces
        leave out what has its default value. The text of a cited source stands once, under ``sources``.
        """
        from ecg_core.json_layout import lay_out, take_sources

        data = json.loads(_adapter(Interpretation).dump_json(replace(self, traces={})))
        traces = _adapter(dict[str, RuleTrace])
        data["traces"] = json.loads(traces.dump_json(dict(self.traces), exclude_defaults=True))
        take_sources(data)
        return json.dumps(data, ensure_ascii=False, separators=(",", ":")) if indent is None else lay_out(data, indent)

    @classmethod
    def from_json(cls, text: str | bytes) -> Interpretation:
        """Read back what `to_json` wrote.

        Raises:
            pydantic.ValidationError: if the text does not fit the schema.
        """
        from ecg_core.json_layout import put_sources

        data = _adapter(dict[str, Any]).validate_json(text)
        put_sources(data)
        # As text again: lists in JSON are tuples here.
        return _adapter(Interpretation).validate_json(json.dumps(data))  # type: ignore[no-any-return]

    @staticmethod
    def json_schema() -> dict[str, Any]:
        """Return the JSON Schema (2020-12) of `to_json`."""
        schema = _adapter(Interpretation).json_schema()
        schema["properties"]["sources"] = {
            "type": "object",
            "title": "Sources",
            "description": "Text of each cited source by its ref; a citation without a text of its own has this one.",
            "additionalProperties": {"type": "string"},
        }
        return {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "$id": f"ecg-core/interpretation/{SCHEMA_VERSION}",
            **schema,
        }


@cache
def _adapter(kind: Any) -> Any:
    # Imported here: pydantic costs more than everything else on the path to a text report.
    from pydantic import TypeAdapter

    return TypeAdapter(kind)
