"""Electrodes in the wrong place: what each lead then holds of the true ones."""

from __future__ import annotations

import numpy as np

from ecg_core.errors import UsageError
from ecg_core.vocabulary import PRECORDIAL_LEADS

LIMBS = ("RA", "LA", "LL", "RL")
_BASIS = ("I", "II", *PRECORDIAL_LEADS)

Wiring = tuple[tuple[float, ...], ...]


def swap_electrodes(*pairs: tuple[str, str]) -> Wiring:
    """Return the wiring after pairs of electrodes have changed places.

    The legs are taken to be at one potential: little of the heart's field falls off between them.

    Args:
        pairs: names out of RA, LA, LL, RL, V1 to V6.

    Raises:
        UsageError: if a name is no electrode.
    """
    # Potentials against the right arm, in terms of I, II and the chest leads: LA = I, LL = RL = II, and a chest
    # electrode is its lead above the mean of RA, LA and LL.
    eye = np.eye(len(_BASIS))
    potential = {"RA": np.zeros(len(_BASIS)), "LA": eye[0], "LL": eye[1], "RL": eye[1]}
    central = (eye[0] + eye[1]) / 3
    potential |= {lead: eye[2 + number] + central for number, lead in enumerate(PRECORDIAL_LEADS)}
    for one, other in pairs:
        unknown = [name for name in (one, other) if name not in potential]
        if unknown:
            raise UsageError(f"{unknown[0]} is no electrode", hint=f"known: {', '.join(potential)}")
        potential[one], potential[other] = potential[other], potential[one]
    right, left, leg = potential["RA"], potential["LA"], potential["LL"]
    first, second = left - right, leg - right
    seen_central = (right + left + leg) / 3
    rows = [
        first,
        second,
        second - first,
        -(first + second) / 2,
        first - second / 2,
        second - first / 2,
        *(potential[lead] - seen_central for lead in PRECORDIAL_LEADS),
    ]
    # Widened from the eight independent leads to all twelve: the other four are not needed to say what each holds.
    wide = np.zeros((12, 12))
    wide[:, [0, 1, 6, 7, 8, 9, 10, 11]] = np.stack(rows)
    return tuple(tuple(float(value) for value in row) for row in wide)
