"""Groups of conducted and dropped P waves: how many fail in a row, and whether the ratio changes."""

from __future__ import annotations

from itertools import groupby

import numpy as np
from numpy.typing import NDArray

NAMES = ("dropped_run_length", "conduction_ratio_count")


def count_groups(owners: NDArray[np.int64]) -> tuple[int, int]:
    """Return the longest run of dropped beats, and how many ratios of P waves to QRS complexes occur.

    A group is a run of conducted P waves with the dropped ones after it. The first group is left out of the ratios,
    since the recording may begin within it, and so is what follows the last dropped beat.

    Args:
        owners: shape ``[waves]``, number of the beat that each P wave leads to, or -1, in time order.

    Returns:
        Both 0 where no P wave is dropped between conducted ones.
    """
    conducted = np.flatnonzero(owners >= 0)
    if conducted.size == 0:
        return 0, 0
    between = owners[conducted[0] : conducted[-1] + 1] >= 0
    runs = [(led, len(list(waves))) for led, waves in groupby(between.tolist())]
    dropped = [length for led, length in runs if not led]
    ratios = {(runs[place - 1][1], runs[place][1]) for place in range(3, len(runs), 2)}
    return max(dropped, default=0), len(ratios)
