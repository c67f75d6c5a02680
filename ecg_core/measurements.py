"""Measurements: the only thing that rules, texts and rewards know of a recording."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from ecg_core.errors import UsageError
from ecg_core.vocabulary import MeasurementDef, lead_name, measurement

Value = float | bool | str | tuple[float, ...] | tuple[str, ...]
Quality = Literal["good", "fair", "poor"]


@dataclass(frozen=True, slots=True)
class Measurement:
    """One measured value, or the reason why there is none.

    Attributes:
        name: name from the vocabulary.
        value: a number in the vocabulary's unit, a truth value, a category, or a series; None if not measurable.
        unit: the vocabulary's unit ("ms", "mV", "deg", "1/min", ...; "" for ratios, categories and truth values).
        lead: lead name, or None for a global measurement.
        u: standard uncertainty in the same unit; None where it has no meaning (categories, truth values, series).
        quality: how far the signal supports the value.
        span: first and last sample it was taken from, within the analysed window; None if it has no single place.
        reason: why `value` is None; None otherwise.
        extractor: name and version of what measured it, e.g. "classical 1".
    """

    name: str
    value: Value | None
    unit: str
    lead: str | None = None
    u: float | None = None
    quality: Quality = "good"
    span: tuple[int, int] | None = None
    reason: str | None = None
    extractor: str = ""


class Measurements:
    """All measurements of one recording, by name and lead.

    A name outside the vocabulary is an error; a measurement that could not be made is there with its reason.

    Args:
        items: the measurements; name and lead must be unique.
        extractor: name and version of the extractor that made them.
    """

    __slots__ = ("_items", "extractor")

    def __init__(self, items: Iterable[Measurement] = (), *, extractor: str = "") -> None:
        self.extractor = extractor
        self._items: dict[tuple[str, str | None], Measurement] = {}
        for item in items:
            key = _key(item.name, item.lead)
            if key in self._items:
                raise UsageError(f"{item.name} of lead {item.lead} was measured twice")
            self._items[key] = item

    def get(self, name: str, *, lead: str | None = None) -> Measurement | None:
        """Return the measurement, or None if the extractor did not attempt it.

        Args:
            name: vocabulary name or alias.
            lead: lead name; required for per-lead measurements, refused for global ones.

        Raises:
            UnknownNameError: if the name or the lead is not in the vocabulary.
            UsageError: if a lead is missing or given in vain.
        """
        return self._items.get(_key(name, lead))

    def value(self, name: str, *, lead: str | None = None) -> Value | None:
        """Return the value alone, or None if it was not measured."""
        item = self.get(name, lead=lead)
        return None if item is None else item.value

    def reason(self, name: str, *, lead: str | None = None) -> str | None:
        """Say why there is no value, or return None if there is one."""
        item = self.get(name, lead=lead)
        return "not attempted by the extractor" if item is None else item.reason

    def __iter__(self) -> Iterator[Measurement]:
        return iter(self._items.values())

    def __len__(self) -> int:
        return len(self._items)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Measurements):
            return NotImplemented
        return self._items == other._items and self.extractor == other.extractor

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        known = sum(item.value is not None for item in self)
        return f"Measurements({known} of {len(self)} measured by {self.extractor or 'nobody'})"


def _key(name: str, lead: str | None) -> tuple[str, str | None]:
    definition: MeasurementDef = measurement(name)
    if definition.scope == "lead" and lead is None:
        raise UsageError(f"{definition.name} is measured per lead", hint="say which: lead='II'")
    if definition.scope != "lead" and lead is not None:
        raise UsageError(f"{definition.name} is not measured per lead", hint="leave the lead out")
    return definition.name, None if lead is None else lead_name(lead)
