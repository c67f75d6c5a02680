"""The closed lists that every other part speaks in: measurements, statements, leads.

A name outside these lists is an error with a suggestion; nothing is ever added at run time.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any, Literal

import yaml

from ecg_core.errors import UnknownNameError

LIMB_LEADS = ("I", "II", "III", "aVR", "aVL", "aVF")
PRECORDIAL_LEADS = ("V1", "V2", "V3", "V4", "V5", "V6")
STANDARD_LEADS = LIMB_LEADS + PRECORDIAL_LEADS
"""The twelve leads in standard order."""

LEADS = (*STANDARD_LEADS, "V3R", "V4R", "V5R", "V6R", "V7", "V8", "V9")
"""Every lead a recording may hold, standard ones first."""

LEAD_GROUPS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "all": STANDARD_LEADS,
        "limb": LIMB_LEADS,
        "precordial": PRECORDIAL_LEADS,
        "inferior": ("II", "III", "aVF"),
        "lateral": ("I", "aVL", "V5", "V6"),
        "high_lateral": ("I", "aVL"),
        "low_lateral": ("V5", "V6"),
        "septal": ("V1", "V2"),
        "anterior": ("V2", "V3", "V4"),
    }
)
"""Named sets of leads for rules (clinical convention 0.2)."""

CABRERA = ("aVL", "I", "aVR", "II", "aVF", "III")
"""Anatomical order of the limb leads (aVR stands for -aVR); neighbours in it and in V1..V6 are contiguous."""

_FOLDED_LEADS = {lead.casefold(): lead for lead in LEADS}


@dataclass(frozen=True, slots=True)
class MeasurementDef:
    """What a measurement is.

    Attributes:
        name: readable name.
        label: the name as a reader would print it, e.g. "PR interval".
        alias: the field's short form.
        unit: unit of its values ("" for ratios, counts, categories and truth values).
        scope: "meta", "global", "lead" or "series".
        kind: "number", "count", "bool", "category", "text" or "series".
        definition: what is measured, how.
        low: smallest plausible value, or None.
        high: largest plausible value, or None.
        tolerance: standard uncertainty assumed where none is stated, or None.
        categories: the closed list of values of a category.
    """

    name: str
    label: str
    alias: str
    unit: str
    scope: Literal["meta", "global", "lead", "series"]
    kind: Literal["number", "count", "bool", "category", "text", "series"]
    definition: str
    low: float | None = None
    high: float | None = None
    tolerance: float | None = None
    categories: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class StatementDef:
    """What a statement is: a coded diagnostic phrase.

    Attributes:
        id: code, e.g. "AVC_LONGPR".
        name: the phrase.
        group: group of the catalogue, e.g. "av".
        severity: normal, variant, borderline or abnormal.
        urgency: U0 none, U1 routine, U2 same day, U3 immediate.
        codes: codes in other vocabularies (scp, aha, snomed, minnesota), the most specific first.
    """

    id: str
    name: str
    group: str
    severity: Literal["normal", "variant", "borderline", "abnormal"]
    urgency: Literal["U0", "U1", "U2", "U3"]
    codes: Mapping[str, tuple[str, ...]]


@cache
def measurements() -> Mapping[str, MeasurementDef]:
    """Return every measurement by name, in the order of the list."""
    return MappingProxyType({row["name"]: _measurement_def(row) for row in _load("measurements.yaml")})


@cache
def statements() -> Mapping[str, StatementDef]:
    """Return every statement by id, in reporting order."""
    return MappingProxyType({row["id"]: _statement_def(row) for row in _load("statements.yaml")})


@cache
def codes() -> Mapping[str, Mapping[str, str]]:
    """Return the codes of other vocabularies: system ("scp", "aha", "snomed", "minnesota") -> code -> what it means."""
    table: dict[str, dict[str, str]] = _load("codes.yaml")
    return MappingProxyType({system: MappingProxyType(listed) for system, listed in table.items()})


@cache
def measurement(name: str) -> MeasurementDef:
    """Return the definition of a measurement by name or alias.

    Raises:
        UnknownNameError: if there is none, with the nearest name.
    """
    known = measurements()
    if name in known:
        return known[name]
    by_alias = _aliases()
    if name in by_alias:
        return known[by_alias[name]]
    raise UnknownNameError("measurement", name, [*known, *by_alias])


@cache
def statement(code: str) -> StatementDef:
    """Return the definition of a statement by id.

    Raises:
        UnknownNameError: if there is none, with the nearest id.
    """
    known = statements()
    if code not in known:
        raise UnknownNameError("statement", code, known)
    return known[code]


def lead_name(name: str) -> str:
    """Return the standard spelling of a lead name ("AVR" -> "aVR").

    Raises:
        UnknownNameError: if it is no lead.
    """
    standard = _FOLDED_LEADS.get(name.strip().casefold())
    if standard is None:
        raise UnknownNameError("lead", name, LEADS)
    return standard


@cache
def _aliases() -> Mapping[str, str]:
    return {definition.alias: name for name, definition in measurements().items()}


def _measurement_def(row: dict[str, Any]) -> MeasurementDef:
    low, high = row.pop("range", (None, None))
    categories = tuple(row.pop("categories", ()))
    return MeasurementDef(**row, low=low, high=high, categories=categories)


def _statement_def(row: dict[str, Any]) -> StatementDef:
    codes = MappingProxyType({system: tuple(listed) for system, listed in row.pop("codes").items()})
    return StatementDef(**row, codes=codes)


def _load(file: str) -> Any:
    text = files(__package__).joinpath(file).read_text(encoding="utf-8")
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return yaml.load(text, Loader=loader)  # noqa: S506 - our own file, safe loader
