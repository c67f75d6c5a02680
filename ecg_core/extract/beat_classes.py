"""The class of each beat but fusion beats: dominant, premature supraventricular, ventricular, paced, unclassifiable."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ecg_core.extract.delineation import BeatClass
from ecg_core.extract.pacing import keep_timed

PREMATURE, LATE = 0.85, 1.15
"""A beat is premature or late if its RR interval is at most or at least this share of the usual one (vocabulary)."""

WIDE = 0.120
"""QRS duration from which a complex is wide, in s (AHA/ACCF/HRS 2009 part III)."""

UNLIKE = 0.80
"""A ventricular shape correlates less than this with the dominant one (engineering default)."""

STRANGE = 0.50
"""A narrow complex that correlates less than this with the dominant one is no variant of it (engineering default)."""

SPIKE_LEAD = (-0.02, 0.06)
"""A paced complex begins this long after a pacing spike, in s (vocabulary, pacing_spike_relation; its onset may be
placed on the spike itself)."""

PACED_SHAPE = 0.5
"""Share of the complexes of one shape after a spike from which all of them are paced: recorders lose single spikes
between two samples (engineering default)."""

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
    """Class every beat; fusion beats are marked by `fusion.mark_fusion` afterwards.

    Args:
        beats: what is known of them.
        spike_times: pacing spikes, in s.
    """
    premature = is_premature(beats.onsets, beats.numbers)
    if not beats.has_p.any() and _irregular(beats.onsets):
        premature &= (beats.numbers != 0) & (beats.widths >= WIDE)
    paced = _paced(beats, spike_times)
    unlike = (beats.numbers != 0) & (beats.likeness < UNLIKE)
    wide = beats.widths >= WIDE
    ventricular = unlike & wide & (premature | ~beats.has_p)
    # Neither a known focus nor a variant of the dominant complex: most often an artefact in or for a complex. Where the
    # dominant one is wide (paced, bundle-branch block) a narrow one is conducted in the normal way.
    dominant_wide = bool(wide[beats.numbers == 0].any())
    unknown = unlike & (wide | ((beats.likeness < STRANGE) & (not dominant_wide)))
    order: tuple[tuple[BeatClass, NDArray[np.bool_]], ...] = (
        ("paced", paced),
        ("ventricular", ventricular),
        ("supraventricular", premature),
        ("unclassifiable", unknown),
    )
    return [next((kind for kind, holds in order if holds[beat]), "dominant") for beat in range(paced.size)]


def is_premature(onsets: NDArray[np.float64], numbers: NDArray[np.intp]) -> NDArray[np.bool_]:
    """Tell which beats come early, shape ``[beats]``, against the median RR of the dominant beats around them."""
    early: NDArray[np.bool_] = relative_intervals(onsets, numbers) <= PREMATURE
    return early


def relative_intervals(onsets: NDArray[np.float64], numbers: NDArray[np.intp]) -> NDArray[np.float64]:
    """Return the RR interval before each beat as a share of the usual one, shape ``[beats]``; NaN for the first.

    The usual one is the median of the eight nearest between dominant beats.
    """
    intervals = np.diff(onsets, prepend=np.nan)
    normal = (numbers == 0) & (np.roll(numbers, 1) == 0) & ~np.isnan(intervals)
    if not normal.any():
        normal = ~np.isnan(intervals)
    places = np.flatnonzero(normal)
    shares = np.full(onsets.size, np.nan)
    for beat in range(1, onsets.size):
        nearest = places[np.argsort(np.abs(places - beat), kind="stable")[:8]]
        shares[beat] = intervals[beat] / float(np.median(intervals[nearest]))
    return shares


def _paced(beats: Described, spike_times: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Tell which complexes a spike starts, and which are of a shape that spikes start."""
    delay = beats.onsets[:, None] - keep_timed(spike_times, beats.onsets)[None, :]
    led = np.any((delay >= SPIKE_LEAD[0]) & (delay <= SPIKE_LEAD[1]), axis=1)
    of_shape = np.bincount(beats.numbers, led) / np.maximum(np.bincount(beats.numbers), 1)
    result: NDArray[np.bool_] = led | (of_shape[beats.numbers] > PACED_SHAPE)
    return result


def _irregular(onsets: NDArray[np.float64]) -> bool:
    intervals = np.diff(onsets)
    if intervals.size < 3:
        return False
    return bool(np.median(np.abs(np.diff(intervals))) > IRREGULAR * np.median(intervals))
