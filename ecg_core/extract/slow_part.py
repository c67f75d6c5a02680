"""The slow part of the beats themselves, which a baseline filter takes from the representative beat.

The filter takes everything below its corner, whoever made it. At 41 beats per minute the heart's own fundamental is at
0.68 Hz, and a 0.5-Hz filter takes a fifth of it: T waves come out lower and ST segments tilted. What it took can be
computed, because the filter is linear: it is the low-passed train of the beats.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ecg_core.extract.clean import BASELINE_LIMIT
from ecg_core.extract.delineation import Delineation
from ecg_core.extract.filters import low_pass

ROUNDS = 3
"""Each round leaves at most a quarter of the error of the one before, at 40 beats per minute (engineering default)."""

STEP = 10
"""What lies below 0.5 Hz is computed at every tenth sample (50 Hz)."""

SHARE_BEFORE = 0.4
"""Share of the RR interval before a QRS complex that belongs to its beat, where the representative beat is longer
(engineering default: P waves begin later)."""


def find_slow_part(delineation: Delineation) -> NDArray[np.float64]:
    """Return what the baseline filter took from the representative beat, shape ``[leads, length]``, in mV.

    It is 0 at the QRS onset, from which amplitudes are measured.

    Args:
        delineation: of the filtered signal, with a QRS onset and at least one dominant beat.
    """
    assert delineation.waves.qrs_onset is not None
    beat = delineation.representative
    level = np.array([delineation.waves.qrs_onset])
    length, count = beat.shape[1] // STEP, delineation.signal.shape[1] // STEP
    places, pieces = _layout(delineation, length, count)
    whole = places[(places >= 0) & (places + length <= count)]
    if whole.size == 0:
        return np.zeros_like(beat)
    coarse = (beat - beat[:, level])[:, : length * STEP].reshape(len(beat), length, STEP).mean(axis=2)
    taken = np.zeros_like(coarse)
    for _ in range(ROUNDS):
        train = np.zeros((len(beat), count))
        for place, (first, last) in zip(places, pieces, strict=True):
            train[:, place + first : place + last] = (coarse + taken)[:, first:last]
        slow = low_pass(train, BASELINE_LIMIT, delineation.sampling_rate / STEP)
        taken = np.stack([slow[:, place : place + length] for place in whole]).mean(axis=0)
        taken -= _at(taken, level)
    return _at(taken, np.arange(beat.shape[1]))


def _at(coarse: NDArray[np.float64], samples: NDArray[np.intp]) -> NDArray[np.float64]:
    """Return values between the middles of the coarse steps, shape ``[leads, samples]``."""
    middles = np.arange(coarse.shape[1]) * STEP + (STEP - 1) / 2
    values: NDArray[np.float64] = np.stack([np.interp(samples, middles, row) for row in coarse])
    return values


def _layout(delineation: Delineation, length: int, count: int) -> tuple[NDArray[np.intp], list[tuple[int, int]]]:
    """Return for each dominant beat where the representative one starts, and which part of it lies in the signal.

    Everything is in coarse steps. Beats of other shapes hold their place, but are left out: what they lose does not
    concern the representative beat.
    """
    samples = np.array([beat.sample for beat in delineation.beats])
    borders = samples[1:] - np.minimum(delineation.origin, SHARE_BEFORE * np.diff(samples))
    starts, ends = (np.concatenate(ends) // STEP for ends in (([0], borders), (borders, [count * STEP])))
    dominant = np.array([beat.shape == 0 for beat in delineation.beats])
    places = (samples[dominant] - delineation.origin) // STEP
    firsts = np.maximum(starts[dominant].astype(np.intp) - places, 0)
    lasts = np.minimum(ends[dominant].astype(np.intp) - places, length)
    return places, list(zip(firsts.tolist(), lasts.tolist(), strict=True))
