"""Where the T wave peaks and ends in the representative beat.

Global definition: the end is the mean of two estimates, each shifted by a constant so that it agrees on average with
the median over the twelve leads of manual marks (LUDB): the fall of the spatial velocity after the last steep part of
the wave, and the median over leads of the tangent at the steepest part of the last limb, met with the level behind it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ecg_core.extract.boundaries import spatial_velocity

SMOOTHING = 0.008
"""Width of the Gaussian that smooths T waves, in s (about 20 Hz; engineering default)."""

EARLIEST = 0.05
"""A T wave peaks at least this long after the J point, in s (engineering default)."""

LATEST = 0.52
"""A T wave peaks at most this long after the J point, in s (engineering default)."""

SMALLEST = 0.05
"""Deviation that some lead must show for a T wave, in mV (T below 0.05 mV counts as flat, AHA/ACC/HRS 2009 part IV)."""

LAST_LIMB = 0.14
"""The steepest part of the last limb comes at most this long after the peak, in s (engineering default: room for the
second phase of a biphasic T, but not for the next P wave)."""

VELOCITY_SHARE = 0.25
"""Share of the steepest velocity of the last limb, above the quiet level, at which T ends (LUDB, even records)."""

VELOCITY_SHIFT, TANGENT_SHIFT = -0.0020, 0.0120
"""Mean distances from the manual marks, taken off, in s (LUDB, even records)."""


@dataclass(frozen=True, slots=True)
class TWave:
    """Global T wave, in samples of the representative beat.

    Attributes:
        onset: where the velocity begins to rise, or None if it never rests after the J point.
        peak: median over leads of the largest deviation.
        offset: end of the wave.
    """

    onset: int | None
    peak: int
    offset: float


def find_t(
    beat: NDArray[np.float64], onset: float, offset: float, limit: float, latest: float, sampling_rate: float
) -> TWave | None:
    """Find the T wave, or None if no lead shows one.

    Args:
        beat: usable leads of the representative beat, shape ``[leads, length]``, mV.
        onset: QRS onset, in samples.
        offset: QRS offset (J point), in samples.
        limit: sample by which the wave must have peaked.
        latest: sample by which it must have ended, because the next beat begins.
        sampling_rate: in Hz.
    """
    from scipy.ndimage import gaussian_filter1d, uniform_filter1d

    first = round(offset + EARLIEST * sampling_rate)
    stop = min(round(latest), beat.shape[1])
    last = min(round(limit), round(offset + LATEST * sampling_rate), stop - round(0.02 * sampling_rate))
    if last - first < 0.06 * sampling_rate:
        return None
    smooth = gaussian_filter1d(beat, SMOOTHING * sampling_rate, axis=1, mode="nearest")
    velocity = gaussian_filter1d(spatial_velocity(smooth, sampling_rate), 0.004 * sampling_rate, mode="nearest")
    quiet = uniform_filter1d(velocity, round(0.02 * sampling_rate), mode="nearest")
    end = _velocity_end(smooth, velocity, quiet, (first, last, stop), onset, sampling_rate)
    peaks, sizes = _lead_peaks(smooth, first, min(last, round(end)), end)
    if sizes.max() < SMALLEST:
        return None
    clear = sizes >= max(0.5 * SMALLEST, 0.25 * float(np.median(sizes)))
    ends = _tangent_ends(smooth[clear], peaks[clear], min(stop, round(end + 0.06 * sampling_rate)), sampling_rate)
    ends = ends[~np.isnan(ends)]
    peak = int(np.median(peaks[clear]))
    velocity_end = end + VELOCITY_SHIFT * sampling_rate
    tangent_end = float(np.median(ends)) + TANGENT_SHIFT * sampling_rate if ends.size else velocity_end
    return TWave(
        onset=_onset(velocity, quiet, round(offset), peak),
        peak=peak,
        offset=(velocity_end + tangent_end) / 2,
    )


def t_velocity(beat: NDArray[np.float64], sampling_rate: float) -> NDArray[np.float64]:
    """Return the spatial velocity of a beat smoothed as T waves are, shape ``[length]``, in mV/s.

    Args:
        beat: usable leads, shape ``[leads, length]``, mV.
        sampling_rate: in Hz.
    """
    from scipy.ndimage import gaussian_filter1d

    smooth = gaussian_filter1d(beat, SMOOTHING * sampling_rate, axis=1, mode="nearest")
    return spatial_velocity(smooth, sampling_rate)


def lead_t_ends(
    beat: NDArray[np.float64], offset: float, end: float, latest: float, sampling_rate: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Find where the T wave of each lead ends, by the tangent at the steepest part of its last limb.

    Args:
        beat: representative beat, shape ``[leads, length]``, mV.
        offset: QRS offset, in samples.
        end: global T end.
        latest: sample by which the wave must have ended, because the next beat begins.
        sampling_rate: in Hz.

    Returns:
        Ends in samples, NaN where there is no last limb, and how far each lead deviates in mV; both ``[leads]``.
    """
    from scipy.ndimage import gaussian_filter1d

    first = round(offset + EARLIEST * sampling_rate)
    smooth = gaussian_filter1d(beat, SMOOTHING * sampling_rate, axis=1, mode="nearest")
    peaks, sizes = _lead_peaks(smooth, first, round(end), end)
    limit = min(round(latest), round(end + 0.06 * sampling_rate))
    return _tangent_ends(smooth, peaks, limit, sampling_rate) + TANGENT_SHIFT * sampling_rate, sizes


def _velocity_end(
    smooth: NDArray[np.float64],
    velocity: NDArray[np.float64],
    quiet: NDArray[np.float64],
    search: tuple[int, int, int],
    onset: float,
    rate: float,
) -> float:
    """Return where the velocity has fallen to a quarter of its last high after the highest deviation."""
    first, last, stop = search
    lead_in = max(1, round(0.01 * rate))
    level = smooth[:, max(0, round(onset) - lead_in) : max(1, round(onset))].mean(axis=1, keepdims=True)
    size = np.sqrt(np.mean((smooth - level) ** 2, axis=0))
    top = first + int(np.argmax(size[first:last]))
    steep = top + int(np.argmax(velocity[top : min(top + round(LAST_LIMB * rate), stop)]))
    after = slice(steep, min(stop, steep + round(0.18 * rate)))
    floor = float(quiet[after].min())
    below = np.flatnonzero(velocity[after] < floor + VELOCITY_SHARE * (velocity[steep] - floor))
    return float(steep + below[0]) if below.size else float(after.stop - 1)


def _lead_peaks(
    smooth: NDArray[np.float64], first: int, last: int, end: float
) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    """Return per lead where it deviates most from the line between the start of the search and the T end."""
    last = max(last, first + 2)
    final = min(round(end), smooth.shape[1] - 1)
    steps = (np.arange(first, last) - first) / max(final - first, 1)
    line = smooth[:, [first]] + (smooth[:, [final]] - smooth[:, [first]]) * steps
    deviation = np.abs(smooth[:, first:last] - line)
    places = np.argmax(deviation, axis=1)
    return first + places, deviation[np.arange(len(smooth)), places]


def _tangent_ends(
    smooth: NDArray[np.float64], peaks: NDArray[np.intp], latest: int, rate: float
) -> NDArray[np.float64]:
    """Return per lead where the steepest tangent of the last limb meets the level behind the wave, NaN if nowhere."""
    slope = np.gradient(smooth, axis=1)
    latest = min(latest, smooth.shape[1] - 1)
    ends = np.full(len(smooth), np.nan)
    for row, peak in enumerate(peaks):
        stop = min(int(peak) + round(LAST_LIMB * rate) + round(0.04 * rate), latest)
        if stop - peak < 3:
            continue
        direction = np.sign(smooth[row, peak] - smooth[row, stop])
        fall = -direction * slope[row, peak:stop]
        steep = int(peak) + int(np.argmax(fall))
        if fall.max() <= 0:
            continue
        behind = direction * smooth[row, steep : stop + 1]
        ends[row] = steep + (behind[0] - behind.min()) / float(fall.max())
    return ends


def _onset(velocity: NDArray[np.float64], quiet: NDArray[np.float64], offset: int, peak: int) -> int | None:
    """Return where the velocity leaves its rest between the J point and the steepest part of the first limb."""
    if peak - offset < 4:
        return None
    rest = offset + int(np.argmin(quiet[offset:peak]))
    if peak - rest < 3:
        return None
    steep = rest + int(np.argmax(velocity[rest:peak]))
    threshold = quiet[rest] + 0.3 * (velocity[steep] - quiet[rest])
    above = np.flatnonzero(velocity[rest : steep + 1] > threshold)
    return rest + int(above[0]) if above.size else None
