"""What the reference back end knows of the measurements of one recording; each is looked up and converted once."""

from __future__ import annotations

from collections.abc import Callable
from math import isfinite, sqrt
from typing import NamedTuple

from ecg_core.measurements import Value
from ecg_core.rules.ast import ANY_LEAD, Measured
from ecg_core.rules.backends.numeric import Quantity, unknown
from ecg_core.rules.units import from_canonical, to_canonical
from ecg_core.vocabulary import measurement


class Reading(NamedTuple):
    """A value in vocabulary units with its uncertainty, or the reason why there is none."""

    value: Value | None
    u: float | None
    reason: str


Read = Callable[[str, str | None], Reading]
"""Gives the reading of a measurement by name and lead."""


class Entry(NamedTuple):
    """One measurement as rules see it.

    Attributes:
        reading: what was read.
        quantity: the same as a number in its canonical unit; nothing known of what is no number.
        shown: that number in the vocabulary's unit again, as evidence shows it; None if nothing is known.
        u: standard uncertainty of its distance from an exact limit, in the canonical unit.
        shown_u: the same in the vocabulary's unit, or None for 0.
    """

    reading: Reading
    quantity: Quantity
    shown: float | None
    u: float
    shown_u: float | None


class Readings:
    """The measurements of one recording.

    Args:
        read: gives a reading.
    """

    __slots__ = ("_entries", "_read")

    def __init__(self, read: Read) -> None:
        self._read = read
        self._entries: dict[tuple[str, str | None], Entry] = {}

    def entry(self, item: Measured, lead: str | None) -> Entry:
        """Return a measurement; `lead` is the one that `ANY_LEAD` stands for."""
        key = (item.name, lead if item.lead == ANY_LEAD else item.lead)
        known = self._entries.get(key)
        if known is None:
            known = self._entries[key] = _entry(*key, self._read(*key))
        return known


def label(item: Measured, lead: str | None) -> str:
    """Return how a measurement is called in reasons."""
    own = lead if item.lead == ANY_LEAD else item.lead
    return f"{item.name} in {own}" if own else item.name


def _entry(name: str, lead: str | None, reading: Reading) -> Entry:
    if isinstance(reading.value, float) and not isfinite(reading.value):
        reading = Reading(None, None, "the value is not a finite number")
    if not isinstance(reading.value, float | int):
        return Entry(reading, unknown(((label(Measured(name, lead), None), reading.reason),)), None, 0.0, None)
    definition = measurement(name)
    value = to_canonical(reading.value, definition.unit)
    stated = definition.tolerance if reading.u is None else reading.u
    u = to_canonical(stated, definition.unit) if stated else 0.0
    distance = sqrt(u * u)
    return Entry(
        reading,
        Quantity(value, value, u),
        from_canonical(value, definition.unit),
        distance,
        from_canonical(distance, definition.unit) if distance else None,
    )
