"""The representative beat: a robust average over aligned beats."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

TRIM = 0.25
"""Share dropped at each end before averaging: the mean of the middle half resists outliers like a median but is less
noisy (engineering default)."""


def average(pieces: NDArray[np.float64]) -> NDArray[np.float64]:
    """Average beats sample by sample over their middle half.

    Args:
        pieces: shape ``[beats, leads, length]``; NaN where a beat reaches beyond the recording.

    Returns:
        Shape ``[leads, length]``; where no beat has a sample, the nearest known one is held.
    """
    ordered = np.sort(pieces, axis=0)
    known = np.sum(~np.isnan(pieces[:, 0, :]), axis=0)
    drop = np.floor(TRIM * known).astype(np.intp)
    rank = np.arange(len(pieces))[:, None]
    keep = (rank >= drop) & (rank < known - drop)
    total = np.where(keep[:, None, :], ordered, 0.0).sum(axis=0)
    mean: NDArray[np.float64] = total / np.maximum(keep.sum(axis=0), 1)
    inside = np.flatnonzero(known > 0)
    mean[:, : inside[0]] = mean[:, inside[:1]]
    mean[:, inside[-1] + 1 :] = mean[:, inside[-1:]]
    return mean
