"""Sort QRS complexes by shape, and align those of one shape to a fraction of a sample."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ecg_core.extract.matching import moving_sum

BEFORE, AFTER = 0.09, 0.11
"""What is compared: from 90 ms before to 110 ms after the steepest part, in s (engineering default)."""

REACH = 0.04
"""How far a complex may be moved to match a shape, in s."""

SAME_SHAPE = 0.86
"""Least correlation over all leads with the average of a shape to belong to it (engineering default)."""


@dataclass(frozen=True, slots=True, eq=False)
class Shapes:
    """Complexes sorted by shape.

    Attributes:
        positions: aligned positions in samples, with fractions, shape ``[beats]``.
        numbers: number of the shape of each complex, 0 being the dominant one, shape ``[beats]``.
        correlations: correlation of each complex with the average of its shape, shape ``[beats]``.
        likeness: correlation of the average of each shape with that of shape 0, shape ``[shapes]``.
    """

    positions: NDArray[np.float64]
    numbers: NDArray[np.intp]
    correlations: NDArray[np.float64]
    likeness: NDArray[np.float64]


def sort_shapes(signal: NDArray[np.float64], found: NDArray[np.intp], sampling_rate: float) -> Shapes:
    """Sort complexes by shape and align them.

    Args:
        signal: usable leads, shape ``[leads, samples]``, mV.
        found: positions of at least one complex, in samples.
        sampling_rate: in Hz.
    """
    matcher = _Matcher(signal, sampling_rate)
    positions = found.astype(np.float64)
    numbers = np.zeros(found.size, dtype=np.intp)
    correlations = np.ones(found.size)
    members: list[int] = []
    averages: list[NDArray[np.float64]] = []
    for beat in range(found.size):
        matches = [matcher.match(average, found[beat]) for average in averages]
        best = max(range(len(matches)), key=lambda number: matches[number][1], default=-1)
        if best >= 0 and matches[best][1] >= SAME_SHAPE:
            positions[beat], numbers[beat] = matches[best][0], best
            members[best] += 1
            averages[best] += (matcher.cut(positions[[beat]])[0] - averages[best]) / members[best]
        else:
            numbers[beat] = len(members)
            members.append(1)
            averages.append(matcher.cut(positions[[beat]])[0])
    # A second pass against the finished averages: the first complexes were matched with averages of one or two.
    for beat in range(found.size):
        matches = [matcher.match(average, found[beat]) for average in averages]
        best = max(range(len(matches)), key=lambda number: matches[number][1])
        positions[beat], correlations[beat] = matches[best]
        numbers[beat] = best
    order = _order(positions, numbers, len(averages))
    averages = [averages[number] for number in order]
    likeness = np.array([_correlate(averages[0], average) for average in averages])
    renumbered = np.argsort(order)[numbers]
    return Shapes(positions=positions, numbers=renumbered, correlations=correlations, likeness=likeness)


def cut(signal: NDArray[np.float64], positions: NDArray[np.float64], before: int, after: int) -> NDArray[np.float64]:
    """Cut windows around positions between samples, by cubic interpolation.

    Returns:
        Shape ``[positions, leads, before + after]``; NaN beyond the ends of the signal.
    """
    whole = np.floor(positions).astype(np.intp)
    part = positions - whole
    # Weights of the cubic Lagrange polynomial through the samples at -1, 0, 1 and 2.
    weights = np.stack(
        [
            -part * (part - 1) * (part - 2) / 6,
            (part + 1) * (part - 1) * (part - 2) / 2,
            -(part + 1) * part * (part - 2) / 2,
            (part + 1) * part * (part - 1) / 6,
        ],
        axis=1,
    )
    index = whole[:, None] + np.arange(-before, after)[None, :]
    count = signal.shape[1]
    pieces = np.zeros((len(signal), positions.size, before + after))
    for tap in range(4):
        pieces += signal[:, np.clip(index + tap - 1, 0, count - 1)] * weights[None, :, tap, None]
    pieces[:, (index < 0) | (index >= count)] = np.nan
    return pieces.transpose(1, 0, 2)


class _Matcher:
    """Moves windows of one signal over averages of shapes."""

    def __init__(self, signal: NDArray[np.float64], rate: float) -> None:
        self.before, self.after, self.reach = round(BEFORE * rate), round(AFTER * rate), round(REACH * rate)
        self.margin = self.before + self.after + self.reach
        self.signal = np.pad(signal, ((0, 0), (self.margin, self.margin)), mode="edge")

    def cut(self, positions: NDArray[np.float64]) -> NDArray[np.float64]:
        pieces = cut(self.signal, positions + self.margin, self.before, self.after)
        level: NDArray[np.float64] = pieces.mean(axis=2, keepdims=True)
        return pieces - level

    def match(self, average: NDArray[np.float64], position: int) -> tuple[float, float]:
        """Return the best position for an average near a complex, with its correlation."""
        start = position + self.margin - self.before - self.reach
        piece = self.signal[:, start : start + self.before + self.after + 2 * self.reach]
        width = self.before + self.after
        windows = np.lib.stride_tricks.sliding_window_view(piece, width, axis=1)
        product = np.einsum("lsw,lw->s", windows, average)
        energy = (moving_sum(piece**2, width) - moving_sum(piece, width) ** 2 / width).sum(axis=0)
        correlation = product / np.sqrt(np.maximum(energy * np.sum(average**2), 1e-12))
        peak = int(np.argmax(correlation))
        shift = 0.0
        if 0 < peak < correlation.size - 1:
            left, centre, right = correlation[peak - 1 : peak + 2]
            shift = float(0.5 * (left - right) / min(left - 2 * centre + right, -1e-12))
        return position + peak - self.reach + shift, float(correlation[peak])


def _correlate(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    scale = np.sqrt(np.sum(one**2) * np.sum(other**2))
    return float(np.sum(one * other) / max(scale, 1e-12))


def _order(positions: NDArray[np.float64], numbers: NDArray[np.intp], count: int) -> list[int]:
    """Order shapes: the dominant one first, the others by size.

    Dominant is the most frequent shape; among shapes nearly as frequent (bigeminy) the one that comes least early.
    """
    sizes = np.bincount(numbers, minlength=count)
    intervals = np.diff(positions, prepend=np.nan)
    usual = float(np.nanmedian(intervals)) if positions.size > 1 else 0.0

    def lateness(number: int) -> float:
        preceding = intervals[numbers == number]
        known = preceding[~np.isnan(preceding)]
        return float(known.mean()) if known.size else usual

    rivals = [number for number in range(count) if sizes[number] >= 0.6 * sizes.max()]
    dominant = max(rivals, key=lateness) if len(rivals) > 1 else int(np.argmax(sizes))
    rest = sorted((number for number in range(count) if number != dominant), key=lambda number: -sizes[number])
    return [dominant, *rest]
