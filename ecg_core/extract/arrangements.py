"""What an exchange of electrodes does to the eight independent leads.

Wilson's terminal is the mean of the three limb electrodes, so that exchanges among these leave V1-V6 as they are
(Krasteva 2019, Sensors 19:2920, gives the algebra for every exchange).
"""

from __future__ import annotations

from functools import cache
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

INDEPENDENT_LEADS = ("I", "II", "V1", "V2", "V3", "V4", "V5", "V6")
"""The leads that all others of a standard recording follow from, in the order of rows and columns below."""

_LIMB = {
    "right_arm_left_arm": ((-1, 0), (-1, 1)),
    "right_arm_left_leg": ((1, -1), (0, -1)),
    "left_arm_left_leg": ((0, 1), (1, 0)),
    "limbs_clockwise": ((-1, 1), (-1, 0)),
    "limbs_anticlockwise": ((0, -1), (1, -1)),
}
"""Recorded I and II from the true ones. Clockwise, as seen by a reader: the right-arm cable is on the left arm, that of
the left arm on the left leg, that of the left leg on the right arm."""

_SEVERAL = {
    "v1_v2_v3_rotated_down": (1, 2, 0, 3, 4, 5),
    "v1_v2_v3_rotated_up": (2, 0, 1, 3, 4, 5),
    "v4_v5_v6_rotated_down": (0, 1, 2, 4, 5, 3),
    "v4_v5_v6_rotated_up": (0, 1, 2, 5, 3, 4),
    "v1_v3_with_v4_v6": (3, 4, 5, 0, 1, 2),
    "v1_v6_reversed": (5, 4, 3, 2, 1, 0),
}
"""For each recorded precordial lead the true one, where more than two electrodes are exchanged."""


@cache
def limb_arrangements() -> dict[str, NDArray[np.float64]]:
    """Return for each exchange of limb electrodes the matrix from true to recorded leads, shape ``[8, 8]``."""
    matrices = {}
    for name, block in _LIMB.items():
        matrices[name] = np.eye(8)
        matrices[name][:2, :2] = block
    return matrices


@cache
def precordial_arrangements() -> dict[str, NDArray[np.float64]]:
    """Return for each exchange of precordial electrodes the matrix from true to recorded leads, shape ``[8, 8]``.

    All pairs, the two rotations of V1-V3 and of V4-V6, the two cables V1-V3 and V4-V6 exchanged, and the reverse order.
    """
    orders = dict(_SEVERAL)
    for first, second in combinations(range(6), 2):
        order = list(range(6))
        order[first], order[second] = second, first
        orders[f"v{first + 1}_v{second + 1}"] = (order[0], order[1], order[2], order[3], order[4], order[5])
    matrices = {}
    for name, order_of in orders.items():
        matrices[name] = np.eye(8)
        matrices[name][2:, 2:] = np.eye(6)[list(order_of)]
    return matrices


def is_pair(name: str) -> bool:
    """Whether an arrangement exchanges two electrodes only."""
    return not name.startswith("limbs_") and name not in _SEVERAL
