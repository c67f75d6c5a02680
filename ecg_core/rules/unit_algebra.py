"""Which units a sum, a product or a quotient may have; canonical units throughout (see `ecg_core.rules.units`)."""

from __future__ import annotations

from typing import Literal

_SHOWN = {"uV": "mV", "uV*ms": "mV*ms", "uV/s": "mV/s"}

_PRODUCTS = {("uV", "ms"): "uV*ms", ("ms", "uV"): "uV*ms"}
_QUOTIENTS = {("uV*ms", "ms"): "uV", ("uV*ms", "uV"): "ms"}


def shown_unit(unit: str) -> str:
    """Return the unit that a reader expects for a canonical one: mV rather than uV."""
    return _SHOWN.get(unit, unit)


def describe_unit(unit: str) -> str:
    """Return a canonical unit in words for a message."""
    return shown_unit(unit) or "a number without unit"


def combined_unit(op: Literal["+", "-", "*", "/"], left: str, right: str) -> str | None:
    """Return the unit of ``left op right``, or None if the two cannot be combined.

    Sums need equal units. A product may have one factor without unit, or be a voltage times a time (an area).
    A quotient may have a divisor without unit, equal units, or be an area by one of its factors.
    """
    match op:
        case "+" | "-":
            return left if left == right else None
        case "*":
            if not left or not right:
                return left or right
            return _PRODUCTS.get((left, right))
        case "/":
            if not right:
                return left
            return "" if left == right else _QUOTIENTS.get((left, right))
