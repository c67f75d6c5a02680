"""Sizes of a wave in the twelve leads, in which the limb leads obey Einthoven and Goldberger exactly."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ecg_core.errors import UsageError
from ecg_core.vocabulary import LIMB_LEADS, PRECORDIAL_LEADS, STANDARD_LEADS

LIMB_FROM_I_II = {
    "I": (1.0, 0.0),
    "II": (0.0, 1.0),
    "III": (-1.0, 1.0),
    "aVR": (-0.5, -0.5),
    "aVL": (1.0, -0.5),
    "aVF": (-0.5, 1.0),
}
"""Each limb lead as a sum of I and II (Einthoven 1913, Goldberger 1942)."""

CHEST_ANGLES = {"V1": 115.0, "V2": 95.0, "V3": 75.0, "V4": 55.0, "V5": 25.0, "V6": 0.0}
"""Where a chest lead looks in the horizontal plane, in degrees from the left towards the front (engineering default:
round figures near those of textbooks)."""


@dataclass(frozen=True, slots=True)
class Amplitudes:
    """Sizes in the twelve leads.

    Attributes:
        values: in mV, in the order of `STANDARD_LEADS`.
    """

    values: tuple[float, ...]

    def __post_init__(self) -> None:
        if len(self.values) != len(STANDARD_LEADS):
            raise UsageError(f"{len(self.values)} amplitudes for {len(STANDARD_LEADS)} leads")
        first, second = self["I"], self["II"]
        for lead, (one, two) in LIMB_FROM_I_II.items():
            if not math.isclose(self[lead], one * first + two * second, abs_tol=1e-9):
                raise UsageError(
                    f"{lead} = {self[lead]:g} mV does not follow from I = {first:g} and II = {second:g} mV",
                    hint="state two limb leads and let `amplitudes` work out the others",
                )

    def __getitem__(self, lead: str) -> float:
        return self.values[STANDARD_LEADS.index(lead)]

    def __add__(self, other: Amplitudes) -> Amplitudes:
        return Amplitudes(tuple(one + two for one, two in zip(self.values, other.values, strict=True)))

    def __mul__(self, factor: float) -> Amplitudes:
        return Amplitudes(tuple(factor * value for value in self.values))

    @property
    def array(self) -> NDArray[np.float64]:
        """The sizes, shape ``[leads]``, in mV."""
        return np.array(self.values)


def amplitudes(**leads: float) -> Amplitudes:
    """Return sizes from two limb leads (or none) and any chest leads; chest leads not named are 0.

    Args:
        leads: lead name -> size in mV, e.g. ``II=0.15, III=0.05, V1=0.06``.

    Raises:
        UsageError: if a name is no standard lead, or the limb leads named are not two.
    """
    unknown = [lead for lead in leads if lead not in STANDARD_LEADS]
    if unknown:
        raise UsageError(f"{', '.join(unknown)}: no standard lead", hint=f"known: {', '.join(STANDARD_LEADS)}")
    limb = [lead for lead in leads if lead in LIMB_LEADS]
    if len(limb) not in (0, 2):
        raise UsageError(f"{len(limb)} limb leads given", hint="two of them determine the others")
    first = second = 0.0
    if limb:
        (a, b), (c, d) = (LIMB_FROM_I_II[lead] for lead in limb)
        one, two = (leads[lead] for lead in limb)
        determinant = a * d - b * c
        first, second = (one * d - b * two) / determinant, (a * two - one * c) / determinant
    return _from_basis(first, second, leads)


def project(size: float, axis: float, front: float = 0.0, **chest: float) -> Amplitudes:
    """Return the sizes that a heart vector has in the twelve leads.

    Args:
        size: length of the vector in the frontal plane, in mV.
        axis: its direction there, in degrees (0 to the left, 90 down).
        front: its part towards the front, in mV.
        chest: chest leads whose size is stated instead of projected.
    """
    left, down = size * math.cos(math.radians(axis)), size * math.sin(math.radians(axis))
    # The axis is read from I and 2/sqrt(3) aVF, which look at the frontal plane with equal strength.
    second = math.sqrt(3) / 2 * down + left / 2
    seen = {
        lead: left * math.cos(math.radians(angle)) + front * math.sin(math.radians(angle))
        for lead, angle in CHEST_ANGLES.items()
    }
    return _from_basis(left, second, seen | chest)


def _from_basis(first: float, second: float, chest: dict[str, float]) -> Amplitudes:
    limb = [one * first + two * second for one, two in LIMB_FROM_I_II.values()]
    return Amplitudes((*limb, *(chest.get(lead, 0.0) for lead in PRECORDIAL_LEADS)))


NOTHING = amplitudes()
"""No deflection in any lead."""
