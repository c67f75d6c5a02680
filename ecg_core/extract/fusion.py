"""Fusion beats: complexes that are the sum of the dominant one and another focus's, at the expected time."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ecg_core.extract.beat_classes import LATE, PREMATURE, Described, relative_intervals
from ecg_core.extract.delineation import BeatClass
from ecg_core.extract.shapes import cut

BEFORE, AFTER = 0.08, 0.16
"""What is compared: from 80 ms before to 160 ms after the QRS position, in s (engineering default: a ventricular
complex lies within)."""

REACH, STEP = 0.06, 0.006
"""How much earlier or later each of the two foci may have begun than in its own complexes, and in what steps, in s
(engineering default: a ventricular focus 60 ms earlier leaves the other no ventricle to excite)."""

SHARES = (0.2, 1.1)
"""Size of each part relative to its own complexes (engineering default)."""

EXPLAINED, GAIN = 0.92, 0.05
"""Share of the energy of the complex that both parts explain, and how much less either explains alone (engineering
default)."""


def mark_fusion(
    kinds: list[BeatClass],
    beats: Described,
    signal: NDArray[np.float64],
    positions: NDArray[np.float64],
    rate: float,
) -> list[BeatClass]:
    """Return the classes of the beats with those that are fusions of two of the others marked.

    A fusion beat comes when a beat of the basic rhythm is due, and its complex is the sum of a dominant one and of one
    of another class (ventricular or paced, or conducted where the dominant ones are paced), each of them perhaps
    shifted and reduced.

    Args:
        kinds: class of each beat, from `beat_classes.classify`.
        beats: what is known of them.
        signal: usable leads, shape ``[leads, samples]``, mV.
        positions: aligned positions in samples, shape ``[beats]``.
        rate: in Hz.
    """
    basic = next(kind for kind, number in zip(kinds, beats.numbers, strict=True) if number == 0)
    others = ("ventricular", "paced") if basic != "paced" else ("ventricular", "dominant", "supraventricular")
    foci = sorted(
        {int(number) for kind, number in zip(kinds, beats.numbers, strict=True) if number != 0 and kind in others}
    )
    if not foci:
        return kinds
    due = relative_intervals(beats.onsets, beats.numbers)
    # The first beat has no interval before it; its P wave says whether it was due.
    on_time = np.where(np.isnan(due), beats.has_p, (due > PREMATURE) & (due < LATE))
    marked = list(kinds)
    for number in sorted(set(beats.numbers[on_time].tolist()) - {0}):
        members = np.flatnonzero(on_time & (beats.numbers == number))
        complex_ = _average(signal, positions[members], 0, rate)
        dominant = _average(signal, positions[beats.numbers == 0], REACH, rate)
        for focus in foci:
            if focus == number or np.count_nonzero(beats.numbers == focus) < members.size:
                continue
            if _is_sum(complex_, dominant, _average(signal, positions[beats.numbers == focus], REACH, rate), rate):
                for member in members.tolist():
                    marked[member] = "fusion"
                break
    return marked


def _average(
    signal: NDArray[np.float64], positions: NDArray[np.float64], margin: float, rate: float
) -> NDArray[np.float64]:
    """Return the median complex, shape ``[leads, samples]``, with a margin in s at both ends."""
    pieces = cut(signal, positions, round((BEFORE + margin) * rate), round((AFTER + margin) * rate))
    whole = pieces[~np.isnan(pieces).any(axis=(1, 2))]
    if whole.size == 0:
        first: NDArray[np.float64] = np.nan_to_num(pieces[0])
        return first
    average: NDArray[np.float64] = np.median(whole, axis=0)
    return average


def _is_sum(complex_: NDArray[np.float64], one: NDArray[np.float64], other: NDArray[np.float64], rate: float) -> bool:
    """Tell whether two complexes, each shifted and scaled, explain a third one that neither explains alone."""
    target = (complex_ - complex_.mean(axis=1, keepdims=True)).ravel()
    first, second = _shifted(one, complex_.shape[1], rate), _shifted(other, complex_.shape[1], rate)
    energy = max(float(target @ target), 1e-12)
    own_first, own_second = np.sum(first**2, axis=1)[:, None], np.sum(second**2, axis=1)[None, :]
    cross, with_first, with_second = first @ second.T, (first @ target)[:, None], (second @ target)[None, :]
    # Least squares with two columns, for every pair of shifts at once.
    determinant = np.maximum(own_first * own_second - cross**2, 1e-12)
    share_first = (with_first * own_second - with_second * cross) / determinant
    share_second = (with_second * own_first - with_first * cross) / determinant
    explained = (share_first * with_first + share_second * with_second) / energy
    low, high = SHARES
    possible = (share_first >= low) & (share_first <= high) & (share_second >= low) & (share_second <= high)
    if not possible.any():
        return False
    alone = max(
        float(np.max(with_first**2 / np.maximum(own_first, 1e-12))),
        float(np.max(with_second**2 / np.maximum(own_second, 1e-12))),
    )
    best = float(explained[possible].max())
    return best >= EXPLAINED and best - alone / energy >= GAIN


def _shifted(complex_: NDArray[np.float64], length: int, rate: float) -> NDArray[np.float64]:
    """Return a complex with margins at every shift, each lead without its mean, shape ``[shifts, leads * length]``."""
    windows = np.lib.stride_tricks.sliding_window_view(complex_, length, axis=1)[:, :: round(STEP * rate)]
    centred = windows - windows.mean(axis=2, keepdims=True)
    rows: NDArray[np.float64] = centred.transpose(1, 0, 2).reshape(centred.shape[1], -1)
    return rows
