"""Age and sex as files spell them."""

from __future__ import annotations

import re
from datetime import date

from ecg_core.recording import Sex

OLDEST = 120
"""Largest age in years taken for an age (the vocabulary's range)."""

OVER_89 = 90.0
"""What stands for an age that was hidden because it is above 89."""

_AGE = re.compile(r"(>?)\s*(\d+(?:\.\d+)?)\s*([a-z]*)", re.IGNORECASE)
_YEARS = {"": 1.0, "y": 1.0, "yr": 1.0, "yrs": 1.0, "year": 1.0, "years": 1.0}
_PER_YEAR = {**_YEARS, "m": 12.0, "month": 12.0, "months": 12.0, "w": 52.1775, "d": 365.2425, "day": 365.2425}
_SEXES: dict[str, Sex] = {"m": "male", "male": "male", "f": "female", "female": "female"}


def parse_age(text: str) -> tuple[float | None, str | None]:
    """Return the age in years and a note about it, each None if there is none.

    Understands ``56``, ``045Y``, ``010M`` (months, DICOM), ``>89`` and the 300 by which PTB-XL hides ages above 89.
    """
    match = _AGE.fullmatch(text.strip())
    if match is None or match[3].casefold() not in _PER_YEAR:
        return None, None
    age = float(match[2]) / _PER_YEAR[match[3].casefold()]
    if age == 300 or (match[1] and age >= 89):
        return OVER_89, f"age is stated as {text.strip()}, which means over 89; taken as {OVER_89:g} years"
    if match[1] or age > OLDEST:
        return None, f"age is stated as {text.strip()}, which is no age; taken as unknown"
    return age, None


def parse_sex(text: str) -> Sex | None:
    """Return the sex, or None if the text says neither male nor female."""
    return _SEXES.get(text.strip().casefold())


def parse_date(value: object) -> date | None:
    """Return the date that a text begins with, as ``YYYYMMDD``; None if there is none, or it was blanked."""
    match = re.match(r"(\d{4})(\d{2})(\d{2})", str(value or ""))
    if match is None:
        return None
    try:
        return date(*map(int, match.groups()))
    except ValueError:
        return None


def age_at(born: date | None, taken: date | None) -> float | None:
    """Return the age in whole years on a day, or None if a date is missing or they are no two days of one life."""
    if born is None or taken is None:
        return None
    years = taken.year - born.year - ((taken.month, taken.day) < (born.month, born.day))
    return float(years) if 0 <= years <= OLDEST else None
