"""P and T waves of each single beat, found by sliding the representative wave over the signal."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

STEP = 2
"""Waves are matched at every second sample (250 Hz): nothing in them is faster than 25 Hz."""

LEAST_MATCH = 0.55
"""Least correlation over all leads with the representative wave (engineering default)."""

LEAST_SIZE = 0.4
"""Least size relative to the representative wave (engineering default)."""


def match_waves(
    filtered: NDArray[np.float64],
    template: NDArray[np.float64],
    starts: NDArray[np.intp],
    reach: int,
) -> NDArray[np.float64]:
    """Find a wave in each beat.

    Args:
        filtered: usable leads, shape ``[leads, samples]``, filtered so that levels and slow slopes vanish.
        template: the same filter's output for the representative wave, shape ``[leads, length]``.
        starts: for each beat the sample where the wave would start if it kept its place, shape ``[beats]``.
        reach: how far the wave may be from there, in samples.

    Returns:
        Shift of the wave in samples for each beat, NaN where none matches, shape ``[beats]``.
    """
    length = template.shape[1]
    offsets = np.arange(-reach, reach + length, STEP)
    index = starts[:, None] + offsets[None, :]
    inside = (starts - reach >= 0) & (starts + reach + length <= filtered.shape[1])
    pieces = filtered[:, np.clip(index, 0, filtered.shape[1] - 1)]
    coarse = template[:, ::STEP]
    windows = np.lib.stride_tricks.sliding_window_view(pieces, coarse.shape[1], axis=2)
    product = np.einsum("lbsw,lw->bs", windows, coarse, optimize=True)
    running = np.pad(np.cumsum(np.sum(pieces**2, axis=0), axis=1), ((0, 0), (1, 0)))
    energy = running[:, coarse.shape[1] :] - running[:, : -coarse.shape[1]]
    own = float(np.sum(coarse**2))
    match = product / np.sqrt(np.maximum(energy[:, : product.shape[1]] * own, 1e-15))
    # A wave in its place is preferred to a slightly better match elsewhere.
    lags = (np.arange(match.shape[1]) * STEP - reach).astype(np.float64)
    best = np.argmax(match - 0.1 * (lags / reach) ** 2, axis=1)
    rows = np.arange(len(starts))
    found = inside & (match[rows, best] >= LEAST_MATCH) & (product[rows, best] >= LEAST_SIZE * own)
    return np.where(found, lags[best], np.nan)
