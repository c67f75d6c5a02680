"""Local maxima of a line, and which of them stand out.

The measures (prominence, width at half prominence) are those of topography, as `scipy.signal.find_peaks` has them.
That module is not used: importing it costs more processor time than measuring ten recordings.
"""

from __future__ import annotations

from math import inf
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


class Peaks(NamedTuple):
    """Peaks in time order.

    Attributes:
        places: samples of the line, shape ``[peaks]``.
        prominences: how far each rises above the higher of the two valleys beside it, shape ``[peaks]``; a valley is
            the lowest point on the way to the next higher sample, or to the line's end.
    """

    places: NDArray[np.intp]
    prominences: NDArray[np.float64]


def find_maxima(line: NDArray[np.float64], *, height: float = -inf, distance: int = 1) -> NDArray[np.intp]:
    """Return the local maxima of a line in order; of a level top the middle, at the ends none.

    Args:
        line: shape ``[samples]``, without NaN.
        height: least height.
        distance: least distance of two in samples; the higher one stays.
    """
    places = _tops(line)
    places = places[line[places] >= height]
    return places if distance <= 1 else _thinned(places, line[places], distance)


def find_peaks(
    line: NDArray[np.float64],
    *,
    prominence: float,
    height: float = -inf,
    narrowest: float = 0.0,
    widest: float = inf,
) -> Peaks:
    """Return the local maxima that stand out, with their prominence.

    Args:
        line: shape ``[samples]``, without NaN.
        prominence: least prominence.
        height: least height.
        narrowest: least width at half prominence, in samples.
        widest: greatest width at half prominence, in samples.
    """
    places = _tops(line)
    prominences = _prominences(line, places)
    fit = (prominences >= prominence) & (line[places] >= height)
    places, prominences = places[fit], prominences[fit]
    if places.size and (narrowest > 0.0 or widest < inf):
        widths = np.array(
            [_width(line, *peak) for peak in zip(places.tolist(), prominences.tolist(), strict=True)], dtype=np.float64
        )
        fit = (widths >= narrowest) & (widths <= widest)
        places, prominences = places[fit], prominences[fit]
    return Peaks(places, prominences)


def _tops(line: NDArray[np.float64]) -> NDArray[np.intp]:
    steps = line[1:] - line[:-1]
    moves = np.flatnonzero(steps)
    rising = steps[moves] > 0.0
    top = np.flatnonzero(rising[:-1] & ~rising[1:])
    middle: NDArray[np.intp] = (moves[top] + 1 + moves[top + 1]) // 2
    return middle


def _thinned(places: NDArray[np.intp], heights: NDArray[np.float64], distance: int) -> NDArray[np.intp]:
    """Drop what is closer than `distance` to a higher one that stays."""
    order = np.argsort(heights, kind="stable")[::-1].tolist()
    first = np.searchsorted(places, places - distance, side="right").tolist()
    last = np.searchsorted(places, places + distance, side="left").tolist()
    stays = np.ones(places.size, dtype=np.bool_)
    for peak in order:
        if stays[peak]:
            stays[first[peak] : last[peak]] = False
            stays[peak] = True
    return places[stays]


def _prominences(line: NDArray[np.float64], places: NDArray[np.intp]) -> NDArray[np.float64]:
    if places.size == 0:
        return np.zeros(0)
    heights = line[places].tolist()
    valleys = np.minimum.reduceat(line, np.concatenate(([0], places))).tolist()
    # What the line does before its first top and after its last: a start higher than a peak bounds that peak's valley.
    left = _lowest_on_the_way(heights, valleys[:-1], float(line[: places[0]].max()))
    right = _lowest_on_the_way(heights[::-1], valleys[:0:-1], float(line[places[-1] + 1 :].max()))[::-1]
    return np.asarray(heights) - np.maximum(left, right)


def _lowest_on_the_way(heights: list[float], valleys: list[float], end: float) -> list[float]:
    """Return for each peak the lowest valley between it and the next higher peak before it.

    Args:
        heights: of the peaks, in the order of walking.
        valleys: lowest point before each peak and after the one before.
        end: highest point before the first peak.
    """
    lowest: list[float] = []
    # Peaks that are higher than every later one so far, each with the lowest point before it.
    higher: list[tuple[float, float]] = [(end, valleys[0])]
    for height, valley in zip(heights, valleys, strict=True):
        while higher and higher[-1][0] <= height:
            valley = min(valley, higher.pop()[1])
        lowest.append(valley)
        higher.append((height, valley))
    return lowest


def _width(line: NDArray[np.float64], place: int, prominence: float) -> float:
    """Return the width of a peak at half its prominence, between samples by straight lines."""
    level = float(line[place]) - prominence / 2.0
    left = place - _way_down(line[place::-1], level)
    return place + _way_down(line[place:], level) - left


def _way_down(line: NDArray[np.float64], level: float) -> float:
    """Return how far from its start a line comes down to a level; it does so within the valley of the prominence."""
    below = int(np.argmax(line <= level))
    low, before = float(line[below]), float(line[below - 1])
    return below - (level - low) / (before - low)
