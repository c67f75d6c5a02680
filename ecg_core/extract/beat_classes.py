"""The class of each beat: dominant, premature, ventricular, paced, fusion."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ecg_core.extract.delineation import BeatClass

PREMATURE = 0.85
"""A beat is premature if its RR interval is at most this share of the usual one (vocabulary)."""

WIDE = 0.120
"""QRS duration from which a complex is wide, in s (AHA/ACCF/HRS 2009 part III)."""

UNLIKE = 0.80
"""A ventricular shape correlates less than this with the dominant one (engineering default)."""

SPIKE_LEAD = (-0.02, 0.10)
"""A paced complex begins this long after a pacing spike, in s (engineering default; fused onset included)."""

IRREGULAR = 0.12
"""Median relative change from RR to RR above which prematurity has no meaning without P waves (engineering default)."""


@dataclass(frozen=True, slots=True, eq=False)
class Described:
    """What classes are made from; all arrays have shape ``[beats]``, times in s.

    Attributes:
        onsets: QRS onsets.
        widths: QRS duration of the shape of each beat.
        numbers: number of its shape, 0 being the dominant one.
        likeness: correlation of its shape with the dominant one.
        has_p: whether the usual P wave precedes it.
    """

    onsets: NDArray[np.float64]
    widths: NDArray[np.float64]
    numbers: NDArray[np.intp]
    likeness: NDArray[np.float64]
    has_p: NDArray[np.bool_]


def classify(beats: Described, spike_times: NDArray[np.float64]) -> list[BeatClass]:
    """Class every beat.

    Args:
        beats: what is known of them.
        spike_times: pacing spikes, in s.
    """
    premature = is_premature(beats.onsets, beats.numbers)
    if not beats.has_p.any() and _irregular(beats.onsets):
        premature &= (beats.numbers != 0) & (beats.widths >= WIDE)
    paced = _after_spike(beats.onsets, spike_times)
    dominant_width = float(beats.widths[beats.numbers == 0][0])
    ventricular = (beats.numbers != 0) & (beats.widths >= WIDE) & (beats.likeness < UNLIKE)
    ventricular &= premature | ~beats.has_p
    # Between the two shapes, on time, after a P wave: both foci share the ventricle.
    fusion = (beats.numbers != 0) & beats.has_p & ~premature & (beats.widths > dominant_width) & (beats.likeness < 0.95)
    if not ventricular.any():
        fusion[:] = False
    classes: list[BeatClass] = []
    for beat in range(beats.onsets.size):
        if paced[beat]:
            classes.append("paced")
        elif ventricular[beat]:
            classes.append("ventricular")
        elif fusion[beat]:
            classes.append("fusion")
        elif premature[beat]:
            classes.append("supraventricular")
        elif beats.numbers[beat] == 0 or beats.likeness[beat] >= UNLIKE or beats.widths[beat] < WIDE:
            classes.append("dominant")
        else:
            classes.append("unclassifiable")
    return classes


def is_premature(onsets: NDArray[np.float64], numbers: NDArray[np.intp]) -> NDArray[np.bool_]:
    """Tell which beats come early, shape ``[beats]``, against the median RR of the dominant beats around them."""
    intervals = np.diff(onsets, prepend=np.nan)
    normal = (numbers == 0) & (np.roll(numbers, 1) == 0) & ~np.isnan(intervals)
    if not normal.any():
        normal = ~np.isnan(intervals)
    places = np.flatnonzero(normal)
    early = np.zeros(onsets.size, dtype=np.bool_)
    for beat in range(1, onsets.size):
        nearest = places[np.argsort(np.abs(places - beat), kind="stable")[:8]]
        early[beat] = intervals[beat] <= PREMATURE * float(np.median(intervals[nearest]))
    return early


def _irregular(onsets: NDArray[np.float64]) -> bool:
    intervals = np.diff(onsets)
    if intervals.size < 3:
        return False
    return bool(np.median(np.abs(np.diff(intervals))) > IRREGULAR * np.median(intervals))


def _after_spike(onsets: NDArray[np.float64], spikes: NDArray[np.float64]) -> NDArray[np.bool_]:
    delay = onsets[:, None] - spikes[None, :]
    caused = (delay >= SPIKE_LEAD[0]) & (delay <= SPIKE_LEAD[1])
    return np.asarray(np.any(caused, axis=1))
