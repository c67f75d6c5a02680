"""Which found wave is which marked one: nearest first, one to one, on the same lead."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ecg_core.extract.marks import OFFSET, ONSET, PEAK, WaveMarks

WITHIN = 0.150
"""A found wave is the marked one if their peaks are no farther apart than this, in s (ANSI/AAMI EC57 for QRS
complexes; used for P and T alike in the published LUDB comparisons)."""

WAVES = ("p", "qrs", "t")


@dataclass(frozen=True, slots=True, eq=False)
class Matched:
    """The waves of one kind in one lead.

    Attributes:
        found: number of marked waves that were found.
        missed: number of those that were not.
        invented: found waves within the marked span that nobody marked.
        errors: found minus marked of each matched wave in ms, shape ``[waves, 3]`` (onset, peak, offset); NaN where
            either side has no mark.
    """

    found: int
    missed: int
    invented: int
    errors: NDArray[np.float64]


def match_lead(found: WaveMarks, marked: WaveMarks) -> dict[str, Matched]:
    """Compare the waves of one lead, by kind of wave.

    Annotators leave the first and last beats of a recording out: what is found before the first mark or after the last
    one is neither right nor wrong.
    """
    marks = np.concatenate([getattr(marked, wave).ravel() for wave in WAVES])
    first, last = (np.nanmin(marks), np.nanmax(marks)) if np.isfinite(marks).any() else (np.inf, -np.inf)
    return {wave: _match(getattr(found, wave), getattr(marked, wave), first, last) for wave in WAVES}


def _match(found: NDArray[np.float64], marked: NDArray[np.float64], first: float, last: float) -> Matched:
    here, there = pair_nearest(found[:, PEAK], marked[:, PEAK])
    alone = np.ones(len(found), dtype=np.bool_)
    alone[here] = False
    peaks = found[alone, PEAK]
    errors = 1000.0 * (found[here][:, [ONSET, PEAK, OFFSET]] - marked[there][:, [ONSET, PEAK, OFFSET]])
    return Matched(
        found=here.size,
        missed=len(marked) - here.size,
        invented=int(np.sum((peaks >= first) & (peaks <= last))),
        errors=errors,
    )


def pair_nearest(found: NDArray[np.float64], marked: NDArray[np.float64]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Pair times no farther apart than `WITHIN`, nearest pairs first, each time at most once.

    Returns:
        Indices into `found` and into `marked`, both of shape ``[pairs]``.
    """
    distance = np.abs(found[:, None] - marked[None, :])
    here, there = np.nonzero(distance <= WITHIN)
    order = np.argsort(distance[here, there], kind="stable")
    taken_here, taken_there = np.zeros(found.size, dtype=np.bool_), np.zeros(marked.size, dtype=np.bool_)
    chosen = []
    for pair in order:
        if not taken_here[here[pair]] and not taken_there[there[pair]]:
            taken_here[here[pair]] = taken_there[there[pair]] = True
            chosen.append(pair)
    pairs = np.array(chosen, dtype=np.intp)
    return here[pairs], there[pairs]
