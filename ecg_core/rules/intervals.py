"""What values a number of an expression can take, given what its measurements can take.

The measurements start with the plausible ranges of the vocabulary. Every range is at least as wide as the truth, so
that "cannot be" can be relied on; "can be" cannot.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from math import inf

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
    Score,
)
from ecg_core.rules.units import to_canonical
from ecg_core.vocabulary import MeasurementDef, measurement

OPPOSITE: dict[CompareOp, CompareOp] = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "==": "!=", "!=": "=="}
MIRRORED: dict[CompareOp, CompareOp] = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}

Key = tuple[str, str | None]
"""A measurement and its lead."""


@dataclass(frozen=True, slots=True)
class Interval:
    """Numbers from `low` to `high`; an end that is open does not belong to it."""

    low: float
    high: float
    low_open: bool = False
    high_open: bool = False

    @property
    def empty(self) -> bool:
        """Whether no number lies in it."""
        return self.low > self.high or (self.low == self.high and (self.low_open or self.high_open))

    @property
    def point(self) -> bool:
        """Whether one number alone lies in it."""
        return self.low == self.high and not self.empty

    def meet(self, other: Interval) -> Interval:
        """Return what both hold."""
        low, low_open = max((self.low, self.low_open), (other.low, other.low_open))
        high, shut = min((self.high, not self.high_open), (other.high, not other.high_open))
        return Interval(low, high, low_open, not shut)

    def hull(self, other: Interval) -> Interval:
        """Return the smallest interval that holds both."""
        low, low_open = min((self.low, self.low_open), (other.low, other.low_open))
        high, shut = max((self.high, not self.high_open), (other.high, not other.high_open))
        return Interval(low, high, low_open, not shut)


EVERYTHING = Interval(-inf, inf)


@dataclass(slots=True)
class Box:
    """What each measurement can be; one that is not in it can be whatever the vocabulary calls plausible."""

    values: dict[Key, Interval] = field(default_factory=dict)

    def get(self, name: str, lead: str | None) -> Interval:
        """Return what a measurement can be, in canonical units; truth values are 0 or 1, categories their codes."""
        return self.values.get((name, lead)) or plausible(measurement(name))

    def narrow(self, name: str, lead: str | None, to: Interval) -> bool:
        """Narrow a measurement; say whether that changed anything."""
        old = self.get(name, lead)
        new = old.meet(to)
        if is_whole(measurement(name)):
            new = _whole(new)
        self.values[name, lead] = new
        return new != old

    def copy(self) -> Box:
        """Return a box that can be narrowed by itself."""
        return Box(dict(self.values))


def plausible(definition: MeasurementDef) -> Interval:
    """Return the plausible range of a measurement, in canonical units."""
    if definition.kind == "bool":
        return Interval(0, 1)
    if definition.kind == "category":
        return Interval(0, len(definition.categories) - 1)
    low = -inf if definition.low is None else to_canonical(definition.low, definition.unit)
    high = inf if definition.high is None else to_canonical(definition.high, definition.unit)
    return Interval(low, high)


def is_whole(definition: MeasurementDef) -> bool:
    """Whether a measurement takes whole numbers only."""
    return definition.kind in ("bool", "category", "count")


def below(limit: Interval, *, strictly: bool) -> Interval:
    """Return the numbers that are smaller than some number of `limit`."""
    return Interval(-inf, limit.high, False, strictly or limit.high_open)


def above(limit: Interval, *, strictly: bool) -> Interval:
    """Return the numbers that are larger than some number of `limit`."""
    return Interval(limit.low, inf, strictly or limit.low_open, False)


def allowed(op: CompareOp, other: Interval) -> Interval:
    """Return the numbers x for which ``x op y`` holds for some y of `other`."""
    match op:
        case "<" | "<=":
            return below(other, strictly=op == "<")
        case ">" | ">=":
            return above(other, strictly=op == ">")
        case "==":
            return other
        case "!=":
            return EVERYTHING


def can_hold(op: CompareOp, left: Interval, right: Interval) -> bool:
    """Say whether ``x op y`` holds for some x of `left` and some y of `right`."""
    if left.empty or right.empty:
        return False
    if op == "!=":
        return not (left.point and right.point and left.low == right.low)
    return not left.meet(allowed(op, right)).empty


def value_range(node: Numeric | Category, box: Box, lead: str | None) -> Interval:
    """Return what a number can be.

    Args:
        node: the number, or a value of a category.
        box: what its measurements can be.
        lead: lead of the quantifier around it, if there is one.
    """
    match node:
        case Number(value):
            return Interval(value, value)
        case Category(_, code):
            return Interval(code, code)
        case Measured(name, own):
            return box.get(name, lead if own == ANY_LEAD else own)
        case Named(_, body, _):
            return value_range(body, box, lead)
        case Arithmetic(op, left, right):
            return _arithmetic(op, value_range(left, box, lead), value_range(right, box, lead))
        case Extreme(op, items):
            ranges = [value_range(item, box, lead) for item in items]
            pick = min if op == "min" else max
            return Interval(pick(item.low for item in ranges), pick(item.high for item in ranges))
        case Absolute(item):
            inner = value_range(item, box, lead)
            ends = (abs(inner.low), abs(inner.high))
            return Interval(0.0 if inner.low <= 0 <= inner.high else min(ends), max(ends))
        case Choice(condition, then, otherwise):
            true, false = truth_range(condition, box, lead)
            first, second = value_range(then, box, lead), value_range(otherwise, box, lead)
            return first.hull(second) if true and false else first if true else second
        case Score(items):
            low = high = 0.0
            for condition, points in items:
                true, false = truth_range(condition, box, lead)
                low += min(points if true else 0.0, 0.0 if false else points)
                high += max(points if true else 0.0, 0.0 if false else points)
            return Interval(low, high)


def truth_range(node: Boolean, box: Box, lead: str | None) -> tuple[bool, bool]:
    """Return whether a condition can be true and whether it can be false; parts are looked at one by one."""
    match node:
        case Compare(op, left, right):
            first, second = value_range(left, box, lead), value_range(right, box, lead)
            return can_hold(op, first, second), can_hold(OPPOSITE[op], first, second)
        case Known():
            return True, True
        case Not(item):
            true, false = truth_range(item, box, lead)
            return false, true
        case And(items):
            parts = [truth_range(item, box, lead) for item in items]
            return all(true for true, _ in parts), any(false for _, false in parts)
        case Or(items):
            parts = [truth_range(item, box, lead) for item in items]
            return any(true for true, _ in parts), all(false for _, false in parts)
        case AtLeast(count, groups, body):
            judged = [[truth_range(body, box, each) for each in group] for group in groups]
            possible = sum(all(true for true, _ in group) for group in judged)
            certain = sum(not any(false for _, false in group) for group in judged)
            return possible >= count, certain < count


def _whole(interval: Interval) -> Interval:
    """Return the smallest interval that holds the same whole numbers."""
    low, high = interval.low, interval.high
    if low not in (-inf, inf):
        low = float(-(-low // 1)) + (1.0 if interval.low_open and low % 1 == 0 else 0.0)
    if high not in (-inf, inf):
        high = float(high // 1) - (1.0 if interval.high_open and high % 1 == 0 else 0.0)
    return Interval(low, high)


def _arithmetic(op: str, left: Interval, right: Interval) -> Interval:
    match op:
        case "+":
            return Interval(left.low + right.low, left.high + right.high)
        case "-":
            return Interval(left.low - right.high, left.high - right.low)
        case "*":
            products = [_product(a, b) for a in (left.low, left.high) for b in (right.low, right.high)]
            return Interval(min(products), max(products))
        case _:
            if right.low <= 0 <= right.high:
                return EVERYTHING
            inverse = Interval(1 / right.high, 1 / right.low)
            return _arithmetic("*", left, inverse)


def _product(a: float, b: float) -> float:
    return 0.0 if a == 0 or b == 0 else a * b
