"""Find QRS complexes in all leads at once."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from ecg_core.extract.filters import band_pass
from ecg_core.extract.peaks import find_maxima

PASS_BAND = (6.0, 32.0)
"""Where QRS complexes stand out from P and T waves, in Hz (engineering default)."""

REFRACTORY = 0.19
"""Two QRS complexes are never closer, in s: 300/min and a little more."""

SMALLEST_SLOPE = 0.5
"""Steepness below which nothing is taken for a QRS, in mV/s (engineering default: 0.02 mV in 40 ms)."""


STANDING_OUT, EACH_OUT = 2.0, 1.5
"""QRS complexes are this many times steeper, by their median and each of them, than the quietest fifth of the
recording. Noise never is; a ventricular tachycardia without any quiet moment only just is (engineering default)."""


PULSE, AROUND, LEFT = 0.020, 0.08, 0.1
"""A pulse with its filter's ringing lasts this long, in s; what is left within this time around it, without it, is less
than this share of what is left of the usual complex: a switch or a loose plug (engineering default)."""


def detect(signal: NDArray[np.float64], sampling_rate: float) -> NDArray[np.intp]:
    """Find the QRS complexes.

    Args:
        signal: usable leads, shape ``[leads, samples]``, mV, without baseline wander.
        sampling_rate: in Hz.

    Returns:
        Positions in samples, in time order, about the steepest part of each complex; none within the first and last
        40 ms.
    """
    energy = steepness(signal, sampling_rate)
    candidates = find_maxima(energy, distance=round(REFRACTORY * sampling_rate))
    edge = round(0.04 * sampling_rate)
    candidates = candidates[(candidates >= edge) & (candidates < energy.size - edge)]
    level = _local_level(energy, sampling_rate)
    heights = energy[candidates]
    quiet = float(np.percentile(energy, 20))
    least = max(SMALLEST_SLOPE, EACH_OUT * quiet)
    accepted = (heights > 0.35 * level[candidates]) & (heights > least)
    if not accepted.any() or np.median(heights[accepted]) < STANDING_OUT * quiet:
        return np.empty(0, dtype=np.intp)
    found = _drop_pulses(candidates[accepted], signal, sampling_rate)
    found = _drop_t_waves(found, energy, sampling_rate)
    found = _join_halves(found, energy, sampling_rate)
    return _search_back(found, candidates, energy, np.maximum(level, least / 0.2), sampling_rate)


def steepness(signal: NDArray[np.float64], rate: float) -> NDArray[np.float64]:
    """Return the root mean square over leads of the band-passed slope, smoothed over about 90 ms, in mV/s.

    Args:
        signal: usable leads, shape ``[leads, samples]``, mV, without baseline wander.
        rate: in Hz.
    """
    from scipy.ndimage import gaussian_filter1d

    slope = np.gradient(band_pass(signal, *PASS_BAND, rate), axis=1) * rate
    # An artefact of tens of millivolts in one lead must not outvote eleven others: clip at its own usual QRS slope.
    usual = _usual_maximum(np.abs(slope), rate)
    slope = np.clip(slope, -2.5 * usual[:, None], 2.5 * usual[:, None])
    power = gaussian_filter1d(_without_highest(slope**2), 0.025 * rate, mode="nearest")
    root: NDArray[np.float64] = np.sqrt(np.maximum(power, 0.0))
    return root


def _without_highest(power: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the mean over leads, at each sample without the highest lead where there are at least four."""
    count = len(power)
    if count < 4:
        mean: NDArray[np.float64] = power.mean(axis=0)
        return mean
    rest: NDArray[np.float64] = (power.sum(axis=0) - power.max(axis=0)) / (count - 1)
    return rest


def _usual_maximum(magnitude: NDArray[np.float64], rate: float) -> NDArray[np.float64]:
    """Return the median over time of the maximum in 1.5-s blocks, per lead, shape ``[leads]``."""
    block = min(round(1.5 * rate), magnitude.shape[1])
    count = magnitude.shape[1] // block
    maxima = magnitude[:, : count * block].reshape(len(magnitude), count, block).max(axis=2)
    usual: NDArray[np.float64] = np.median(maxima, axis=1)
    return usual


def _local_level(energy: NDArray[np.float64], rate: float) -> NDArray[np.float64]:
    """Return the usual height of a QRS near each sample: the median over 10 s of the maximum over 2.5 s."""
    from scipy.ndimage import maximum_filter1d, median_filter

    # The maximum changes slowly, so that it is enough to look at it ten times a second.
    step = round(rate / 10)
    highest = maximum_filter1d(energy, round(2.5 * rate), mode="nearest")[::step]
    level = median_filter(highest, size=min(101, 2 * (highest.size // 2) + 1), mode="nearest")
    return np.repeat(level, step)[: energy.size]


def _drop_pulses(found: NDArray[np.intp], signal: NDArray[np.float64], rate: float) -> NDArray[np.intp]:
    """Drop what is nothing but one pulse; a paced complex is more than its spike."""
    if found.size < 3:
        return found
    power = np.sum(np.diff(signal, axis=1) ** 2, axis=0)
    half, width = round(AROUND * rate), round(PULSE * rate)
    pieces = np.pad(power, half)[found[:, None] + np.arange(2 * half)]
    running = np.pad(np.cumsum(pieces, axis=1), ((0, 0), (1, 0)))
    left = running[:, -1] - (running[:, width:] - running[:, :-width]).max(axis=1)
    kept: NDArray[np.intp] = found[left >= LEFT * np.median(left)]
    return kept


def _drop_t_waves(found: NDArray[np.intp], energy: NDArray[np.float64], rate: float) -> NDArray[np.intp]:
    """Drop what follows a complex within 0.36 s and is less than half as steep: a steep T wave."""
    kept: list[int] = []
    for position in found:
        close = bool(kept) and position - kept[-1] < 0.36 * rate
        if close and energy[position] < 0.5 * energy[kept[-1]]:
            continue
        kept.append(int(position))
    return np.asarray(kept, dtype=np.intp)


def _join_halves(found: NDArray[np.intp], energy: NDArray[np.float64], rate: float) -> NDArray[np.intp]:
    """Keep the steeper of two complexes within 0.28 s where the longer intervals are over 2.5 times as long.

    A ventricular beat may have two steep parts, and a pacing artefact may stand before each beat; no beat follows
    another that closely at such a rate. The upper quartile is not halved by a false complex before every true one.
    """
    if found.size < 3:
        return found
    intervals = np.diff(found)
    close = np.flatnonzero(intervals < min(0.28 * rate, 0.4 * float(np.percentile(intervals, 75))))
    weaker = np.where(energy[found[close]] < energy[found[close + 1]], close, close + 1)
    return np.delete(found, weaker)


def _search_back(
    found: NDArray[np.intp],
    candidates: NDArray[np.intp],
    energy: NDArray[np.float64],
    level: NDArray[np.float64],
    rate: float,
) -> NDArray[np.intp]:
    """Look again, with half the threshold, where an interval is over 1.6 times the usual one."""
    if found.size < 3:
        return found
    usual = float(np.median(np.diff(found)))
    bounds = np.concatenate(([0], found, [energy.size - 1]))
    added: list[int] = []
    for start, stop in pairwise(bounds):
        if stop - start < 1.6 * usual:
            continue
        guard = min(0.36 * rate, 0.7 * usual)
        inside = candidates[(candidates > start + guard) & (candidates < stop - guard)]
        if inside.size == 0:
            continue
        best = inside[np.argmax(energy[inside])]
        if energy[best] > 0.2 * level[best]:
            added.append(int(best))
    return np.sort(np.concatenate((found, np.asarray(added, dtype=np.intp))))
