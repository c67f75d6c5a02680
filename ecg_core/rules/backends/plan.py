"""What the reference back end can know of a condition before it sees a recording: texts, units, leads, sources."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import cast

from ecg_core.findings import Citation
from ecg_core.rules.ast import (
    ANY_LEAD,
    Absolute,
    And,
    Arithmetic,
    AtLeast,
    Boolean,
    Category,
    Choice,
    Compare,
    CompareOp,
    Extreme,
    Known,
    Measured,
    Named,
    Not,
    Number,
    Numeric,
    Or,
)
from ecg_core.rules.backends.text import to_text
from ecg_core.rules.unit_algebra import combined_unit, shown_unit
from ecg_core.rules.units import canonical_unit, from_canonical
from ecg_core.vocabulary import measurement

_FLIPPED: dict[CompareOp, CompareOp] = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}


@dataclass(frozen=True, slots=True)
class Leaf:
    """A comparison, turned so that what is measured stands on the left.

    Attributes:
        node: the comparison.
        measurement: name of the measurement, or text of the left side where it is an expression.
        lead: the lead it speaks of, or None.
        unit: unit in which value and limit are shown.
        limit: what a category or a truth value is compared with; None for numbers.
        threshold: id of the named threshold in it, or None.
        source: where that comes from.
        exact: the right side in canonical units where it is a number and the left side one measurement, else None.
        shown_limit: the same in `unit`.
    """

    node: Compare
    measurement: str
    lead: str | None
    unit: str
    limit: bool | str | None
    threshold: str | None
    source: Citation | None
    exact: float | None
    shown_limit: float | None


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """A node of a condition in one lead; one plan is equal to itself alone, so that it is found fast.

    Attributes:
        kind: "and", "or", "not", "at_least", "known" or "compare".
        text: the node as an expression, its lead filled in.
        node: the node.
        lead: the lead that `ANY_LEAD` stands for.
        children: the plans of the nodes below; for "at_least" one per group of leads.
        leaf: the comparison, if it is one.
    """

    kind: str
    text: str
    node: Boolean
    lead: str | None
    children: tuple[Plan, ...] = ()
    leaf: Leaf | None = None


class _ById:
    """A condition as a key: the same object, not an equal one, because hashing a tree costs as much as judging it."""

    __slots__ = ("body",)

    def __init__(self, body: Boolean) -> None:
        self.body = body

    def __hash__(self) -> int:
        return id(self.body)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _ById) and other.body is self.body


def plan(node: Boolean, lead: str | None) -> Plan:
    """Prepare a condition, with every quantifier written out lead by lead; the same object is prepared once."""
    return _plan(_ById(node), lead)


@lru_cache(maxsize=2**14)
def _plan(key: _ById, lead: str | None) -> Plan:
    node = key.body
    text = to_text(node, lead=lead)
    match node:
        case Compare():
            return Plan("compare", text, node, lead, leaf=_leaf(node, lead))
        case Known():
            return Plan("known", text, node, lead)
        case And(items):
            return Plan("and", text, node, lead, tuple(plan(item, lead) for item in items))
        case Or(items):
            return Plan("or", text, node, lead, tuple(plan(item, lead) for item in items))
        case Not(item):
            return Plan("not", text, node, lead, (plan(item, lead),))
        case AtLeast(_, groups, body):
            return Plan("at_least", text, node, lead, tuple(_group(body, group) for group in groups))


def _group(body: Boolean, group: tuple[str, ...]) -> Plan:
    plans = tuple(plan(body, lead) for lead in group)
    if len(plans) == 1:
        return plans[0]
    return Plan("and", " and ".join(group), And((body,) * len(group)), None, plans)


def _leaf(node: Compare, lead: str | None) -> Leaf:
    if isinstance(node.left, Category) or (_is_constant(node.left) and not _is_constant(node.right)):
        node = Compare(_FLIPPED[node.op], node.right, node.left)
    left, right = cast("Numeric", node.left), node.right
    named = next((leaf for side in (right, left) for leaf in _leaves(side) if isinstance(leaf, Named)), None)
    leads = {lead if leaf.lead == ANY_LEAD else leaf.lead for leaf in _leaves(left) if isinstance(leaf, Measured)}
    single = isinstance(left, Measured)
    unit = measurement(left.name).unit if isinstance(left, Measured) else shown_unit(_unit(left))
    number = right.body if isinstance(right, Named) else right
    exact = number.value if single and isinstance(number, Number) else None
    return Leaf(
        node=node,
        measurement=left.name if isinstance(left, Measured) else to_text(left, lead=lead),
        lead=leads.pop() if len(leads) == 1 else None,
        unit=unit,
        limit=_limit(left, right) if single else None,
        threshold=named.id if named else None,
        source=named.source if named else None,
        exact=exact,
        shown_limit=None if exact is None else from_canonical(exact, unit),
    )


def _limit(left: Numeric, right: Numeric | Category) -> bool | str | None:
    """Return the category or truth value that a measurement is compared with, or None for a number."""
    if isinstance(right, Category):
        return right.name
    is_flag = isinstance(left, Measured) and measurement(left.name).kind == "bool" and isinstance(right, Number)
    return bool(cast("Number", right).value) if is_flag else None


def _is_constant(node: Numeric | Category) -> bool:
    return all(isinstance(leaf, Number | Named | Category) for leaf in _leaves(node))


def _leaves(node: Numeric | Category) -> Iterator[Numeric | Category]:
    """Yield what a number is made up of, not the conditions that only choose between numbers."""
    match node:
        case Arithmetic(_, left, right) | Choice(_, left, right):
            yield from _leaves(left)
            yield from _leaves(right)
        case Extreme(_, items):
            for item in items:
                yield from _leaves(item)
        case Absolute(item):
            yield from _leaves(item)
        case _:
            yield node


def _unit(node: Numeric) -> str:
    match node:
        case Number(_, unit):
            return unit
        case Measured(name):
            return canonical_unit(measurement(name).unit)
        case Named(_, body) | Absolute(body) | Choice(_, body) | Extreme(_, (body, *_)):
            return _unit(body)
        case Arithmetic(op, left, right):
            return cast("str", combined_unit(op, _unit(left), _unit(right)))
        case _:
            return ""
