"""Units of rule arithmetic: milliseconds and microvolts, where limits are whole numbers and float64 is exact."""

from __future__ import annotations

_FACTORS: dict[str, tuple[str, int]] = {
    "ms": ("ms", 1),
    "s": ("ms", 1000),
    "uV": ("uV", 1),
    "mV": ("uV", 1000),
    "mV*ms": ("uV*ms", 1000),
    "uV*ms": ("uV*ms", 1),
    "mV/s": ("uV/s", 1000),
    "uV/s": ("uV/s", 1),
    "deg": ("deg", 1),
    "1/min": ("1/min", 1),
    "Hz": ("Hz", 1),
    "y": ("y", 1),
    "": ("", 1),
}

UNITS = tuple(_FACTORS)
"""Every unit that a measurement, a threshold or an expression may carry."""


def canonical_unit(unit: str) -> str:
    """Return the unit of rule arithmetic for `unit`, which must be one of `UNITS`."""
    return _FACTORS[unit][0]


def to_canonical(value: float, unit: str) -> float:
    """Return `value` in the canonical unit.

    The product is rounded to nine decimals: 0.145 mV is 145 uV exactly, as in a threshold file.
    """
    factor = _FACTORS[unit][1]
    return float(value) if factor == 1 else round(value * factor, 9)


def from_canonical(value: float, unit: str) -> float:
    """Return a canonical `value` in `unit` again."""
    factor = _FACTORS[unit][1]
    return value if factor == 1 else round(value / factor, 12)
