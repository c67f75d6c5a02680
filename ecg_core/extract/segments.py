"""From class probabilities to wave edges: per beat and lead, then one for all leads."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

HALF = 0.5
"""A wave lasts while its probability is at least this; edges are interpolated between samples."""

LEAST_LEADS = 4
"""An edge of all leads is the mean over at least so many, or over all where there are fewer (engineering default)."""

EXTREME = 12
"""One in so many leads, and at least one of `LEAST_LEADS`, is left out of that mean at either end (LUDB: against the
manual median over leads, intervals scatter 0.2 to 0.8 ms less than with the median of the edges)."""


def find_edges(
    probability: NDArray[np.float32], low: NDArray[np.intp], high: NDArray[np.intp]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Find in each lead the wave that is most probable within each stretch.

    Args:
        probability: of one class, shape ``[leads, samples]``.
        low: first sample of each stretch, shape ``[stretches]``.
        high: sample behind the last one, shape ``[stretches]``.

    Returns:
        Onsets and offsets in samples, with fractions, each of shape ``[stretches, leads]``; NaN where no wave is as
        probable as not, and for an edge beyond the end of the signal.
    """
    leads, count = probability.shape
    low, high = np.clip(low, 0, count), np.clip(high, 0, count)
    width = int(np.max(high - low, initial=0))
    if width <= 0:
        none = np.full((low.size, leads), np.nan)
        return none, none.copy()
    index = low[:, None] + np.arange(width)
    pieces = np.where(index < high[:, None], probability[:, np.minimum(index, count - 1)], -1.0)
    place = low[:, None] + np.argmax(pieces, axis=2).T
    found = pieces.max(axis=2).T >= HALF
    above = probability >= HALF
    positions = np.arange(count)
    # In every sample: the nearest one before it and the nearest one after it that lie outside of any wave.
    before = np.maximum.accumulate(np.where(above, -1, positions), axis=1)
    after = np.minimum.accumulate(np.where(above, count, positions)[:, ::-1], axis=1)[:, ::-1]
    rows = np.arange(leads)
    place = np.minimum(place, count - 1)
    onset, offset = before[rows, place], after[rows, place]
    return (
        np.where(found & (onset >= 0), _crossing(probability, rows, onset, 1), np.nan),
        np.where(found & (offset < count), _crossing(probability, rows, offset, -1), np.nan),
    )


def _crossing(
    probability: NDArray[np.float32], rows: NDArray[np.intp], outside: NDArray[np.intp], step: int
) -> NDArray[np.float64]:
    """Return where the probability is one half between a sample outside of a wave and its neighbour within."""
    last = probability.shape[1] - 1
    lower = probability[rows, np.clip(outside, 0, last)].astype(np.float64)
    upper = probability[rows, np.clip(outside + step, 0, last)].astype(np.float64)
    part = (HALF - lower) / np.where(upper > lower, upper - lower, 1.0)
    crossing: NDArray[np.float64] = outside + step * part
    return crossing


def fuse(edges: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the mean over leads, without the extremes, of each beat's edge; NaN where too few leads show it.

    Args:
        edges: shape ``[beats, leads]``, NaN where a lead does not show the edge.

    Returns:
        Shape ``[beats]``.
    """
    ordered = np.sort(edges, axis=1)
    known = np.sum(~np.isnan(edges), axis=1)
    out = np.where(known >= LEAST_LEADS, np.maximum(known // EXTREME, 1), 0)
    place = np.arange(edges.shape[1])
    kept = (place >= out[:, None]) & (place < (known - out)[:, None])
    enough = (known > 0) & (known >= min(LEAST_LEADS, edges.shape[1]))
    fused = np.full(len(edges), np.nan)
    fused[enough] = np.where(kept, ordered, 0.0).sum(axis=1)[enough] / kept.sum(axis=1)[enough]
    return fused


def middle(values: NDArray[np.float64]) -> float | None:
    """Return the median of what is known, or None if less than half is."""
    known = values[~np.isnan(values)]
    return float(np.median(known)) if known.size and 2 * known.size >= values.size else None
