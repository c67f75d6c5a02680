"""Numbers of the reference back end: intervals with uncertainty, in canonical units.

A number is an interval because an unknown sex or age leaves several limits in view, and an unknown condition several
scores. Only operations that IEEE 754 rounds correctly are used, so that every back end can give the same bits.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from math import inf, isfinite, sqrt
from typing import NamedTuple

from ecg_core.rules.ast import (
    Absolute,
    Arithmetic,
    Boolean,
    Choice,
    Extreme,
    Measured,
    Named,
    Number,
    Numeric,
    Score,
)

Truth = tuple[bool, bool]
"""Whether something definitely holds, and whether it possibly holds; unknown is ``(False, True)``."""


class Quantity(NamedTuple):
    """A number as far as it is known.

    Attributes:
        low: smallest value it may have; -inf if nothing is known.
        high: largest value it may have.
        u: standard uncertainty of a value within; 0 if exact.
        reasons: why it is not known exactly, as ``(measurement, reason)``.
    """

    low: float
    high: float
    u: float = 0.0
    reasons: tuple[tuple[str, str], ...] = ()


Lookup = Callable[[Measured, str | None], Quantity]
"""Gives the value of a measurement in its canonical unit, for a truth value 0 or 1; the lead is the bound one."""

Judge = Callable[[Boolean, str | None], tuple[Truth, tuple[tuple[str, str], ...]]]
"""Gives the truth of a condition in a lead, and why it is unknown."""


def unknown(reasons: Iterable[tuple[str, str]]) -> Quantity:
    """Return a number of which nothing is known."""
    return Quantity(-inf, inf, 0.0, tuple(reasons))


def is_unknown(quantity: Quantity) -> bool:
    """Say whether nothing at all is known of a number."""
    return quantity.low == -inf


def evaluate(node: Numeric, lead: str | None, lookup: Lookup, judge: Judge) -> Quantity:
    """Return the value of a numeric expression.

    Args:
        node: the expression.
        lead: the lead that `ANY_LEAD` stands for.
        lookup: gives measured values.
        judge: gives the truth of conditions inside.
    """
    match node:
        case Measured():
            return lookup(node, lead)
        case Named(_, body, _):
            return evaluate(body, lead, lookup, judge)
        case Number(value, _):
            return Quantity(value, value)
        case Arithmetic(op, left, right):
            return _arithmetic(op, evaluate(left, lead, lookup, judge), evaluate(right, lead, lookup, judge))
        case Extreme(op, items):
            return _extreme(op, [evaluate(item, lead, lookup, judge) for item in items])
        case Absolute(item):
            return _absolute(evaluate(item, lead, lookup, judge))
        case Choice(condition, then, otherwise):
            return _choice(condition, then, otherwise, lead, lookup, judge)
        case Score(items):
            return _score(items, lead, judge)


def _arithmetic(op: str, left: Quantity, right: Quantity) -> Quantity:
    reasons = left.reasons + right.reasons
    if is_unknown(left) or is_unknown(right):
        return unknown(reasons)
    if op == "+":
        return _finite(left.low + right.low, left.high + right.high, _hypot(left.u, right.u), reasons)
    if op == "-":
        return _finite(left.low - right.high, left.high - right.low, _hypot(left.u, right.u), reasons)
    if op == "*":
        products = [x * y for x in (left.low, left.high) for y in (right.low, right.high)]
        u = _hypot(_size(right) * left.u, _size(left) * right.u)
        return _finite(min(products), max(products), u, reasons)
    if right.low <= 0 <= right.high:
        return unknown((*reasons, ("", "division by zero")))
    quotients = [x / y for x in (left.low, left.high) for y in (right.low, right.high)]
    divisor = min(abs(right.low), abs(right.high))
    u = _hypot(left.u / divisor, _size(left) / divisor * (right.u / divisor))
    return _finite(min(quotients), max(quotients), u, reasons)


def _extreme(op: str, items: list[Quantity]) -> Quantity:
    reasons = tuple(reason for item in items for reason in item.reasons)
    if any(is_unknown(item) for item in items):
        return unknown(reasons)
    pick = min if op == "min" else max
    low, high = pick(item.low for item in items), pick(item.high for item in items)
    # The uncertainty is that of the item which is the extreme; between several, the largest.
    u = max(item.u for item in items if item.low <= high and item.high >= low)
    return Quantity(low, high, u, reasons)


def _absolute(item: Quantity) -> Quantity:
    if is_unknown(item) or item.low >= 0:
        return item
    if item.high <= 0:
        return Quantity(-item.high, -item.low, item.u, item.reasons)
    return Quantity(0.0, max(-item.low, item.high), item.u, item.reasons)


def _choice(
    condition: Boolean, then: Numeric, otherwise: Numeric, lead: str | None, lookup: Lookup, judge: Judge
) -> Quantity:
    (definitely, possibly), reasons = judge(condition, lead)
    if definitely:
        return evaluate(then, lead, lookup, judge)
    if not possibly:
        return evaluate(otherwise, lead, lookup, judge)
    one, other = evaluate(then, lead, lookup, judge), evaluate(otherwise, lead, lookup, judge)
    reasons = reasons + one.reasons + other.reasons
    if is_unknown(one) or is_unknown(other):
        return unknown(reasons)
    return Quantity(min(one.low, other.low), max(one.high, other.high), max(one.u, other.u), reasons)


def _score(items: tuple[tuple[Boolean, float], ...], lead: str | None, judge: Judge) -> Quantity:
    low = high = 0.0
    found: tuple[tuple[str, str], ...] = ()
    for condition, points in items:
        (definitely, possibly), reasons = judge(condition, lead)
        if definitely:
            low, high = low + points, high + points
        elif possibly:
            low, high = low + min(points, 0.0), high + max(points, 0.0)
            found += reasons
    return Quantity(low, high, 0.0, found)


def _finite(low: float, high: float, u: float, reasons: tuple[tuple[str, str], ...]) -> Quantity:
    if isfinite(low) and isfinite(high):
        return Quantity(low, high, u, reasons)
    return unknown((*reasons, ("", "the number is too large")))


def _size(quantity: Quantity) -> float:
    return max(abs(quantity.low), abs(quantity.high))


def _hypot(one: float, other: float) -> float:
    # First-order propagation for independent errors (JCGM 100:2008, 5.1.2).
    return sqrt(one * one + other * other) if one and other else one or other
