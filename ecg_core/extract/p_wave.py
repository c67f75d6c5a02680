"""Whether there is a P wave before the QRS complex, and where it begins and ends.

A P wave is what *repeats*: the same deflection, over all leads, at the same place before each dominant beat. A local
maximum before one QRS proves nothing; in atrial fibrillation there always is one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

CURVATURE_WIDTH = 0.020
"""Width of the filter that brings out bumps of the length of a P wave, in s (engineering default)."""

EARLIEST = 0.42
"""A P wave peaks at most this long before QRS onset, in s (a PR interval of 460 ms; engineering default)."""

LATEST = 0.016
"""A P wave peaks at least this long before QRS onset, in s (engineering default)."""

LEAST_AGREEMENT = 0.70
"""Least median correlation of a beat with the average of the others (PTB-XL and CPSC 2018, likewise)."""

LEAST_REPETITION = 1.05
"""Least ratio of what repeats to what does not (PTB-XL and CPSC 2018 with and without fibrillation)."""

SMALLEST = 0.0015
"""Least size of the repeating deflection after the filter, in mV: a P wave of about 0.01 mV (engineering default)."""

BRIEFEST = 0.04
"""A P wave lasts at least this long, in s; a pacing artefact does not (engineering default; the shortest in LUDB lasts
65 ms)."""

QUIET = 0.003
"""Scatter after the filter, in mV, below which leads are not told apart (engineering default)."""

ROOM, BESIDE = 0.10, 0.03
"""Least time between the last T wave and what the filter leaves of P before its onset, in s, in which it shows whether
P stands alone (engineering default: most of a flutter wave)."""

LIMB_SHARE = 0.30
"""Share of the steepest velocity of a limb, above the quiet level, at which P begins or ends (LUDB, even records)."""

ONSET_SHIFT, OFFSET_SHIFT = 0.0035, -0.0140
"""Mean distances from the median over leads of manual marks, taken off, in s (LUDB, even records)."""


@dataclass(frozen=True, slots=True)
class PWave:
    """Global P wave, in samples of the representative beat.

    Attributes:
        onset: beginning.
        peak: where the deflection is largest over all leads.
        offset: end.
        agreement: median correlation of a beat with the average of the others.
        isolation: its size relative to all else between the last T wave and it; 0 where there is too little room to
            tell.
    """

    onset: float
    peak: int
    offset: float
    agreement: float
    isolation: float = 0.0


def bring_out(signal: NDArray[np.float64], sampling_rate: float) -> NDArray[np.float64]:
    """Return the negative curvature on the scale of a P wave, in mV; slow waves and offsets vanish."""
    from scipy.ndimage import gaussian_filter1d

    width = CURVATURE_WIDTH * sampling_rate
    curvature: NDArray[np.float64] = gaussian_filter1d(signal, width, axis=-1, order=2, mode="nearest")
    return -curvature * width**2


def find_p(
    beat: NDArray[np.float64],
    pieces: NDArray[np.float64],
    onset: float,
    earliest: float,
    sampling_rate: float,
) -> PWave | None:
    """Find the P wave, or None if nothing repeats before the QRS complex.

    Args:
        beat: usable leads of the representative beat, shape ``[leads, length]``, mV.
        pieces: the beats it is the average of, shape ``[beats, leads, length]``, without missing samples.
        onset: QRS onset in samples.
        earliest: sample before which the last T wave has not ended.
        sampling_rate: in Hz.
    """
    stop = round(onset)
    first = max(2, round(stop - EARLIEST * sampling_rate), round(earliest))
    last = stop - round(LATEST * sampling_rate)
    if last - first < round(0.03 * sampling_rate) or len(pieces) == 0:
        return None
    held = _hold(beat, stop, sampling_rate)
    curvature = bring_out(held, sampling_rate)
    parts = bring_out(_hold(pieces, stop, sampling_rate), sampling_rate)
    weights = _weights(parts[:, :, first:stop])
    size = np.sqrt(np.mean((weights[:, None] * curvature) ** 2, axis=0))
    peak = _highest_inside(size, first, last)
    if peak is None or np.sqrt(np.mean(curvature[:, peak] ** 2)) < SMALLEST:
        return None
    reach = round(0.04 * sampling_rate)
    near = slice(max(0, peak - reach), peak + reach + 1)
    agreement, repetition = _repetition((parts[:, :, near] * weights[:, None]).reshape(len(pieces), -1))
    if agreement < LEAST_AGREEMENT or repetition < LEAST_REPETITION:
        return None
    begin, end = _limbs(held, peak, first, stop, sampling_rate)
    if end - begin < BRIEFEST * sampling_rate:
        return None
    rest = size[first : round(begin - BESIDE * sampling_rate)]
    alone = rest.size >= ROOM * sampling_rate
    isolation = float(size[peak] / max(np.sqrt(np.mean(rest**2)), 1e-9)) if alone else 0.0
    return PWave(onset=begin, peak=peak, offset=end, agreement=agreement, isolation=isolation)


def _hold(signal: NDArray[np.float64], stop: int, rate: float) -> NDArray[np.float64]:
    """Cut at QRS onset and hold the level there, so that filters do not see the complex."""
    before = signal[..., : stop - 1]
    level = before[..., -4:].mean(axis=-1, keepdims=True)
    held: NDArray[np.float64] = np.concatenate([before, np.repeat(level, round(0.1 * rate), axis=-1)], axis=-1) - level
    return held


def _highest_inside(size: NDArray[np.float64], first: int, last: int) -> int | None:
    """Return the highest turning point within the search; the slope of a T wave at its edge is none."""
    inside = size[first : last + 1]
    turning = first + 1 + np.flatnonzero((inside[1:-1] >= inside[:-2]) & (inside[1:-1] > inside[2:]))
    return int(turning[np.argmax(size[turning])]) if turning.size else None


def _weights(parts: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return a weight for each lead that falls with what does not repeat in it, largest 1, shape ``[leads]``."""
    if len(parts) < 2:
        return np.ones(parts.shape[1])
    scatter = np.sqrt(np.mean(parts.var(axis=0), axis=1))
    weights: NDArray[np.float64] = (scatter.min() + QUIET) / (scatter + QUIET)
    return weights


def _repetition(parts: NDArray[np.float64]) -> tuple[float, float]:
    """Return the median correlation with the average of the others, and the ratio of mean to scatter.

    One beat alone cannot show repetition: it is taken at its word with the least ratio that passes.
    """
    count = len(parts)
    if count == 1:
        return LEAST_AGREEMENT, LEAST_REPETITION
    others = (parts.sum(axis=0) - parts) / (count - 1)
    scale = np.sqrt(np.sum(parts**2, axis=1) * np.sum(others**2, axis=1))
    agreement = np.sum(parts * others, axis=1) / np.maximum(scale, 1e-12)
    scatter = np.sqrt(np.mean(parts.var(axis=0)))
    repeats = np.sqrt(np.mean(parts.mean(axis=0) ** 2))
    return float(np.median(agreement)), float(repeats / max(scatter, 1e-9))


def _limbs(held: NDArray[np.float64], peak: int, first: int, stop: int, rate: float) -> tuple[float, float]:
    """Return onset and offset: where the velocity of the outer limbs falls to a share of its height."""
    from scipy.ndimage import gaussian_filter1d, uniform_filter1d

    smooth = gaussian_filter1d(held, 0.010 * rate, axis=1, mode="nearest")
    velocity = np.sqrt(np.mean(np.gradient(smooth, axis=1) ** 2, axis=0))
    quiet = uniform_filter1d(velocity, round(0.016 * rate), mode="nearest")
    near, far = round(0.09 * rate), round(0.14 * rate)
    start = max(0, first - round(0.03 * rate))
    rise_from = max(start, peak - near)
    rise = rise_from + int(np.argmax(velocity[rise_from : peak + 1]))
    fall = peak + int(np.argmax(velocity[peak : max(min(stop - 2, peak + near), peak + 1)]))
    floor_before = quiet[max(start, peak - far) : rise + 1].min()
    floor_after = quiet[fall : max(min(stop, peak + far), fall + 1)].min()
    before = np.flatnonzero(velocity[start : rise + 1] < floor_before + LIMB_SHARE * (velocity[rise] - floor_before))
    after = np.flatnonzero(velocity[fall:stop] < floor_after + LIMB_SHARE * (velocity[fall] - floor_after))
    begin = start + int(before[-1]) + 1 if before.size else start
    end = fall + int(after[0]) if after.size else stop
    onset = min(begin + ONSET_SHIFT * rate, peak - 1.0)
    return onset, min(max(end + OFFSET_SHIFT * rate, peak + 1.0), float(stop))
