"""Read threshold files: numbers, and tables by sex and age, each with its source."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Literal, cast

from ecg_core.findings import Citation
from ecg_core.rules.ast import And, Boolean, Category, Choice, Compare, CompareOp, Measured, Number, Numeric
from ecg_core.rules.fields import Fields
from ecg_core.rules.protocol import Threshold
from ecg_core.rules.strict_yaml import Mapping as YamlMapping
from ecg_core.rules.strict_yaml import Node, Scalar
from ecg_core.rules.syntax import RESERVED
from ecg_core.rules.units import canonical_unit, to_canonical
from ecg_core.vocabulary import measurement, measurements

PROVENANCES = ("published", "operational")

_AGE = re.compile(r"(<=|>=|<|>)\s*((?:0|[1-9][0-9]*)(?:\.[0-9]+)?)\s*y\Z")


def read_thresholds(
    root: Node, fields: Fields, sources: Mapping[str, str]
) -> dict[str, tuple[Threshold | None, Scalar]]:
    """Read one threshold file.

    Args:
        root: its document.
        fields: where its faults go.
        sources: ref -> citation of the pack.

    Returns:
        id -> threshold and the place of its id; None for a threshold with a fault.
    """
    found: dict[str, tuple[Threshold | None, Scalar]] = {}
    for key, node in fields.named(root, "thresholds by id"):
        if fields.word(key, "threshold") and _is_free(key, fields):
            found[key.raw] = (_read_threshold(key.raw, node, fields, sources), key)
    return found


def read_citation(node: Node | None, fields: Fields, sources: Mapping[str, str]) -> Citation | None:
    """Read ``{ref, where}``; the reference must be one of the pack's sources."""
    parts = fields.mapping(node, ("ref", "where")) if node is not None else None
    if not parts:
        return None
    ref = fields.choice(parts.get("ref"), "source", sources)
    where = fields.text(parts.get("where"))
    return None if ref is None or where is None else Citation(ref, where, sources[ref])


def read_provenance(node: Node | None, fields: Fields) -> Literal["published", "operational"] | None:
    """Read whether a source gives the number, or this pack had to choose it."""
    return cast("Literal['published', 'operational'] | None", fields.choice(node, "provenance", PROVENANCES))


def _is_free(key: Scalar, fields: Fields) -> bool:
    if key.raw in RESERVED:
        fields.fault(key, f"{key.raw!r} is a word of the language: choose another id")
        return False
    if key.raw in _taken_names():
        fields.fault(key, f"{key.raw!r} is a measurement ({_taken_names()[key.raw]}): choose another id")
        return False
    return True


@cache
def _taken_names() -> Mapping[str, str]:
    """Return names and aliases of measurements; `measurement` would look for the nearest one each time."""
    known = measurements().values()
    return {name: definition.name for definition in known for name in (definition.name, definition.alias)}


def _read_threshold(name: str, node: Node, fields: Fields, sources: Mapping[str, str]) -> Threshold | None:
    parts = fields.mapping(node, ("text", "source", "provenance"), ("value", "table", "note"))
    if parts is None:
        return None
    if ("value" in parts) == ("table" in parts):
        fields.fault(node, "give either 'value' or 'table'")
        return None
    note = fields.text(parts.get("note")) or ""
    text = fields.text(parts.get("text"))
    source = read_citation(parts.get("source"), fields, sources)
    provenance = read_provenance(parts.get("provenance"), fields)
    quantity = _Table(fields).read(parts["table"]) if "table" in parts else _number(fields.quantity(parts["value"]))
    if text is None or source is None or provenance is None or quantity is None:
        return None
    body, unit = quantity
    return Threshold(name, body, unit, text, source, provenance, note)


def _number(quantity: tuple[float, str] | None) -> tuple[Numeric, str] | None:
    if quantity is None:
        return None
    value, unit = quantity
    return Number(to_canonical(value, unit), canonical_unit(unit)), unit


class _Table:
    """Reads a table into nested choices, so that with sex or age unknown both values are kept in view."""

    def __init__(self, fields: Fields) -> None:
        self._fields = fields

    def read(self, node: Node) -> tuple[Numeric, str] | None:
        if isinstance(node, YamlMapping):
            return self._by_sex(node)
        rows = [self._row(item) for item in self._fields.items(node, "rows")]
        if not rows or None in rows:
            return None
        read = cast("list[tuple[Boolean | None, Numeric, str]]", rows)
        units = {canonical_unit(unit) for _, _, unit in read}
        if len(units) > 1:
            self._fields.fault(node, "the rows have different units")
            return None
        if read[-1][0] is not None or any(condition is None for condition, _, _ in read[:-1]):
            self._fields.fault(
                node, "the last row, and no other, must be without sex and age: it holds for all the rest"
            )
            return None
        body = read[-1][1]
        for condition, value, _ in reversed(read[:-1]):
            body = Choice(cast("Boolean", condition), value, body)
        return body, read[0][2]

    def _by_sex(self, node: Node) -> tuple[Numeric, str] | None:
        parts = self._fields.mapping(node, ("by", "male", "female"))
        if not parts or self._fields.choice(parts.get("by"), "table", ("sex",)) is None:
            return None
        male = _number(self._fields.quantity(parts.get("male")))
        female = _number(self._fields.quantity(parts.get("female")))
        if male is None or female is None:
            return None
        if canonical_unit(male[1]) != canonical_unit(female[1]):
            self._fields.fault(node, "the rows have different units")
            return None
        return Choice(_is_sex("male"), male[0], female[0]), male[1]

    def _row(self, node: Node) -> tuple[Boolean | None, Numeric, str] | None:
        parts = self._fields.mapping(node, ("value",), ("sex", "age"))
        if parts is None:
            return None
        conditions: list[Boolean | None] = []
        if "sex" in parts:
            sex = self._fields.choice(parts["sex"], "sex", measurement("sex").categories)
            conditions.append(None if sex is None else _is_sex(sex))
        if "age" in parts:
            conditions.append(self._age(parts["age"]))
        value = _number(self._fields.quantity(parts.get("value")))
        if value is None or None in conditions:
            return None
        items = cast("tuple[Boolean, ...]", tuple(conditions))
        condition = None if not items else items[0] if len(items) == 1 else And(items)
        return condition, *value

    def _age(self, node: Node) -> Boolean | None:
        text = self._fields.text(node)
        match = _AGE.match(text) if text else None
        if text and match is None:
            self._fields.fault(node, f'{text!r} is not an age limit such as "< 40 y"')
        if match is None:
            return None
        return Compare(cast("CompareOp", match[1]), Measured("age", None), Number(float(match[2]), "y"))


def _is_sex(name: str) -> Boolean:
    return Compare("==", Measured("sex", None), Category(name, measurement("sex").categories.index(name)))
