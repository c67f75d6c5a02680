"""JSON Schemas (2020-12) of a pack's files, for editors that check YAML while it is written.

They say what a file looks like; what its expressions mean is checked by loading the pack.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from ecg_core.findings import SEVERITIES, URGENCIES
from ecg_core.rules.case_files import CASE_KINDS, VERDICTS
from ecg_core.rules.header import CHANGE_KEYS, EXTENDS_KEYS, INHERITED_KEYS, OWN_KEYS
from ecg_core.rules.protocol import PACK_SCHEMA, PHASES
from ecg_core.rules.rule_files import CRITERION_KEYS, REQUIRED_KEYS, STATUSES
from ecg_core.rules.thresholds import PROVENANCES
from ecg_core.vocabulary import LEADS, MeasurementDef, codes, measurement, measurements, statements

Kind = Literal["rule", "thresholds", "protocol", "cases"]

_NUMBER = r"-?(0|[1-9][0-9]*)(\.[0-9]+)?"
_TEXT: Mapping[str, Any] = {"type": "string", "minLength": 1}
_WORD: Mapping[str, Any] = {"type": "string", "pattern": "^[a-z][a-z0-9_]*$"}
_QUANTITY: Mapping[str, Any] = {"anyOf": [{"type": "number"}, {"type": "string", "pattern": rf"^{_NUMBER} ?\S*$"}]}
_VERDICT: Mapping[str, Any] = {"enum": [True, False, "unknown"]}


_HELP: Mapping[str, str] = {
    "id": "the file's name without its ending",
    "statement": "code of the statement that the rule decides",
    "status": "draft: an input is not measured well enough; test: tested on cases; stable: reviewed by a second person",
    "phase": "reading step",
    "severity": "only where it differs from the statement's",
    "urgency": "only where it differs from the statement's: U0 none, U1 routine, U2 same day, U3 immediate",
    "costly_miss": "report as borderline what misses its limit by less than half an uncertainty",
    "never_lowered": "no certainty lowers the urgency",
    "all_ages": "applies below the pack's minimal age too",
    "criteria": "conditions on measurements, by name",
    "when": "formula over criteria and statements that makes the statement true",
    "unless": "statements that silence this one",
    "suppresses": "statements that this one silences",
    "escalate": "formulas that raise severity or urgency",
    "mimics": "differential diagnoses, with the formula that speaks against them when true",
    "leads": "criterion whose leads are listed with the finding",
    "codes": "codes that the finding carries instead of the statement's, by system",
    "explain": "sentence with {measurement}, {measurement[lead]}, {threshold} and {leads} slots",
    "extends": "the pack that this one stands on",
    "overrides": "thresholds of the base pack that thresholds/ states anew",
    "replaces": "rules of the base pack that rules/ states anew",
    "without": "rules of the base pack that are switched off",
    "grades": "rules of the base pack that are kept with another severity or urgency",
}
"""What an editor shows beside a key of a rule, or of `extends`."""


def json_schema(kind: Kind) -> dict[str, Any]:
    """Return the schema of one kind of file.

    Args:
        kind: "rule" (rules/<group>/<id>.yaml), "thresholds" (thresholds/*.yaml), "protocol" (protocol.yaml) or "cases"
            (cases/<group>/<id>.yaml).
    """
    make = {"rule": _rule, "thresholds": _thresholds, "protocol": _protocol, "cases": _cases}[kind]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"ecg-core/pack/{PACK_SCHEMA}/{kind}",
        **make(),
    }


def _object(properties: Mapping[str, Any], required: Sequence[str]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": dict(properties),
        "required": list(required),
        "additionalProperties": False,
    }


def _described(properties: Mapping[str, Any]) -> dict[str, Any]:
    return {
        key: {**value, "description": _HELP[key]} if key in _HELP else dict(value) for key, value in properties.items()
    }


def _mapping(values: Mapping[str, Any], *, names: Mapping[str, Any] = _WORD) -> dict[str, Any]:
    return {"type": "object", "propertyNames": dict(names), "additionalProperties": dict(values)}


def _list(items: Mapping[str, Any], **limits: int) -> dict[str, Any]:
    return {"type": "array", "items": dict(items), **limits}


def _choice(names: Sequence[str]) -> dict[str, Any]:
    return {"enum": list(names)}


def _statement() -> dict[str, Any]:
    return _choice(list(statements()))


def _source() -> dict[str, Any]:
    return _object({"ref": _TEXT, "where": _TEXT}, ["ref", "where"])


def _protocol() -> dict[str, Any]:
    levels = {"severity": _choice(SEVERITIES), "urgency": _choice(URGENCIES)}
    extends = {
        "pack": _TEXT,
        "version": _TEXT,
        **{key: _list(_WORD) for key in CHANGE_KEYS},
        "grades": _mapping({**_object(levels, []), "minProperties": 1}),
    }
    properties = {
        "id": _WORD,
        "version": {"type": "string", "pattern": r"^[0-9]+(\.[0-9]+){1,3}$"},
        "schema": {"const": PACK_SCHEMA},
        "title": _TEXT,
        "edition": _TEXT,
        "license": _TEXT,
        "requires": _object({"ecg_core": _TEXT}, ["ecg_core"]),
        "population": _object({"min_age": {"type": "number", "minimum": 0}}, ["min_age"]),
        "order": _list(_WORD, minItems=1),
        "sources": {"type": "object", "additionalProperties": dict(_TEXT), "minProperties": 1},
        "extends": {**_object(_described(extends), EXTENDS_KEYS), "description": _HELP["extends"]},
    }
    whole = {"anyOf": [{"required": ["extends"]}, {"required": list(INHERITED_KEYS)}]}
    return {"title": "protocol.yaml of a pack", **_object(properties, OWN_KEYS), **whole}


def _thresholds() -> dict[str, Any]:
    by_sex = _object({"by": {"const": "sex"}, "male": _QUANTITY, "female": _QUANTITY}, ["by", "male", "female"])
    row = _object(
        {
            "sex": _choice(measurement("sex").categories),
            "age": {"type": "string", "pattern": rf"^(<=|>=|<|>)\s*{_NUMBER}\s*y$"},
            "value": _QUANTITY,
        },
        ["value"],
    )
    threshold = _object(
        {
            "value": _QUANTITY,
            "table": {"anyOf": [by_sex, _list(row, minItems=1)]},
            "text": _TEXT,
            "source": _source(),
            "provenance": _choice(PROVENANCES),
            "note": _TEXT,
        },
        ["text", "source", "provenance"],
    )
    either = {"oneOf": [{"required": ["value"]}, {"required": ["table"]}]}
    return {"title": "thresholds of a pack, by id", **_mapping({**threshold, **either})}


def _rule() -> dict[str, Any]:
    levels = {"severity": _choice(SEVERITIES), "urgency": _choice(URGENCIES)}
    criterion = _object(
        {"if": _TEXT, "text": _TEXT, "source": _source(), "provenance": _choice(PROVENANCES), "note": _TEXT},
        CRITERION_KEYS,
    )
    blocker = {
        "anyOf": [
            _statement(),
            _object({"finding": _statement(), "stage": _choice(["final", "raw"]), "if": _TEXT}, ["finding"]),
        ]
    }
    escalation = {**_object({"if": _TEXT, **levels}, ["if"]), "minProperties": 2}
    mimic = _object({"finding": _statement(), "against": _TEXT, "text": _TEXT}, ["finding", "against", "text"])
    flag = {"type": "boolean"}
    properties = {
        "id": _WORD,
        "statement": _statement(),
        "status": _choice(STATUSES),
        "phase": _choice(PHASES),
        **levels,
        "costly_miss": flag,
        "never_lowered": flag,
        "all_ages": flag,
        "criteria": _mapping(criterion),
        "when": _TEXT,
        "unless": _list(blocker),
        "suppresses": _list(blocker),
        "escalate": _list(escalation),
        "mimics": _list(mimic),
        "leads": _WORD,
        "codes": _object({system: _list(_choice(list(known)), minItems=1) for system, known in codes().items()}, []),
        "explain": _TEXT,
    }
    return {"title": "a rule of a pack", **_object(_described(properties), REQUIRED_KEYS)}


def _cases() -> dict[str, Any]:
    given: dict[str, Any] = {}
    patterns: dict[str, Any] = {}
    for definition in measurements().values():
        if definition.scope == "lead":
            patterns[rf"^{definition.name}\[(\*|{'|'.join(LEADS)})\]$"] = _value(definition)
        elif definition.kind not in ("text", "series"):
            given[definition.name] = _value(definition)
    case = _object(
        {
            "name": _TEXT,
            "kind": _choice(CASE_KINDS),
            "given": {
                "type": "object",
                "properties": given,
                "patternProperties": patterns,
                "additionalProperties": False,
            },
            "assume": _mapping(_VERDICT, names=_statement()),
            "expect": _VERDICT,
            "final": {"type": "boolean"},
        },
        ["name", "kind", "given", "expect"],
    )
    return {
        "title": f"the cases of a rule; verdicts are {', '.join(VERDICTS)}",
        **_object({"rule": _WORD, "cases": _list(case, minItems=1)}, ["rule", "cases"]),
    }


def _value(definition: MeasurementDef) -> dict[str, Any]:
    """Return the schema of a measurement's value; its definition helps whoever writes the case."""
    if definition.kind == "bool":
        value: dict[str, Any] = {"type": "boolean"}
    elif definition.kind == "category":
        value = _choice(definition.categories)
    else:
        value = dict(_QUANTITY)
    return {**value, "description": definition.definition}
