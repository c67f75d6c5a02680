"""Shape of the P wave in every lead, its terminal part in V1, and the levels around it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ecg_core.extract.frame import NO_BEAT, NO_P, Frame, Missing, Reading
from ecg_core.extract.uncertainty import AMPLITUDE_MV, combine, of_amplitude
from ecg_core.measurements import Measurement

LEAD_NAMES = (
    "p_amplitude",
    "p_negative_amplitude",
    "p_prime_amplitude",
    "p_prime_duration",
    "p_lead_duration",
    "p_polarity",
    "p_notch_distance",
)
LEVEL_NAMES = ("pr_segment_level", "tp_slope")
V1_NAMES = ("p_terminal_force", "p_terminal_duration")

PHASE = 0.02
"""A phase of the P wave counts from here, in mV (vocabulary, p_polarity)."""

HEIGHT_SMOOTHING, SHAPE_SMOOTHING = 0.002, 0.004
"""Width of the Gaussian under which heights and shapes are read, in s: the wider one, which shows no ripple, takes 5 %
off a peaked P wave (engineering default)."""

DEAD_BAND = 0.010
"""Deviation that counts as still on the level, in mV (engineering default)."""

NOTCH_DEPTH = 0.02
"""A notch is at least this deep below the lower peak, in mV (engineering default)."""

SHORTEST_TP = 0.04
"""Least length of a TP segment to take a level or a slope from, in s (engineering default)."""

NO_TP = "no TP segment between T and P"


def measure_p_shape(frame: Frame) -> list[Measurement]:
    """Return the P-wave measurements of every lead, of V1, and the PR and TP levels."""
    global_names = (*V1_NAMES, "biphasic_p_inferior_count")
    waves = frame.waves
    reason = NO_BEAT if waves.qrs_onset is None else NO_P if waves.p_onset is None else None
    if reason is not None or waves.p_onset is None or waves.p_offset is None:
        missing = Missing(reason or NO_P)
        return [
            *frame.per_lead((*LEAD_NAMES, *LEVEL_NAMES), lambda row: {}, missing.reason),
            *frame.everything(global_names, dict.fromkeys(global_names, missing)),
        ]
    first, last = waves.p_onset, min(waves.p_offset, frame.onset)
    heights = _from_onset(frame, first, last, HEIGHT_SMOOTHING)
    # A PR segment that lies lower is no negative phase: phases are taken from the line between both ends.
    shapes = _from_onset(frame, first, last, SHAPE_SMOOTHING)
    shapes = shapes - shapes[:, -1:] * np.linspace(0.0, 1.0, shapes.shape[1])
    return [
        *frame.per_lead(LEAD_NAMES, lambda row: _measure_lead(frame, row, heights[row], shapes[row], first)),
        *frame.per_lead(LEVEL_NAMES, lambda row: _measure_levels(frame, row, first)),
        *frame.everything(V1_NAMES, _measure_terminal(frame, shapes, first)),
        frame.report("biphasic_p_inferior_count", _count_biphasic(frame, shapes, first)),
    ]


def _from_onset(frame: Frame, first: int, last: int, smoothing: float) -> NDArray[np.float64]:
    """Return the P wave relative to the level at its onset, shape ``[leads, samples]``, smoothed over a time in s."""
    from scipy.ndimage import gaussian_filter1d

    start = max(0, first - frame.samples(0.02))
    smooth = gaussian_filter1d(frame.beat[:, start : last + 1], smoothing * frame.rate, axis=1, mode="nearest")
    level = smooth[:, : max(1, first - start)].mean(axis=1, keepdims=True)
    shape: NDArray[np.float64] = smooth[:, first - start :] - level
    return shape


def _phases(shape: NDArray[np.float64]) -> str:
    """Return the polarity category of one lead's P wave."""
    up, down = shape.max() >= PHASE, shape.min() <= -PHASE
    if up and down:
        return "positive_negative" if np.argmax(shape) < np.argmin(shape) else "negative_positive"
    return "positive" if up else "negative" if down else "flat"


def _measure_lead(
    frame: Frame, row: int, heights: NDArray[np.float64], shape: NDArray[np.float64], first: int
) -> dict[str, Reading | Missing]:
    span = (first, first + shape.size - 1)
    noise = float(frame.noise[row])
    high, low = float(max(heights.max(), 0.0)), float(max(0.0, -shape.min()))
    return {
        "p_amplitude": Reading(high, of_amplitude(high, noise), span),
        "p_negative_amplitude": Reading(low, of_amplitude(low, noise), span),
        **_second_phase(frame, shape, first, noise),
        "p_lead_duration": _lead_duration(frame, shape, first, noise),
        "p_polarity": Reading(_phases(shape), None, span),
        "p_notch_distance": _notch_distance(frame, shape, span),
    }


def _second_phase(frame: Frame, shape: NDArray[np.float64], first: int, noise: float) -> dict[str, Reading | Missing]:
    """Return signed amplitude and duration of P', the second phase of a biphasic P wave; 0 without one."""
    amplitude, start, stop = 0.0, 0, 0
    if _phases(shape) in ("positive_negative", "negative_positive"):
        one, two = sorted((int(np.argmax(shape)), int(np.argmin(shape))))
        amplitude = float(shape[two])
        start = one + int(np.argmax(shape[one : two + 1] * amplitude > 0))
        beyond = np.flatnonzero(shape[two:] * amplitude <= 0)
        stop = two + int(beyond[0]) if beyond.size else shape.size
    span = (first + start, first + stop)
    return {
        "p_prime_amplitude": Reading(amplitude, of_amplitude(amplitude, noise), span),
        "p_prime_duration": Reading(frame.milliseconds(stop - start), frame.method["p_duration"], span),
    }


def _lead_duration(frame: Frame, shape: NDArray[np.float64], first: int, noise: float) -> Reading | Missing:
    """Return how long the P wave of one lead stands off the line between both its ends."""
    off = np.flatnonzero(np.abs(shape) > DEAD_BAND)
    if np.abs(shape).max() < PHASE:
        return Missing("P wave too flat in this lead")
    start, stop = int(off[0]), int(off[-1])
    slopes = np.abs(np.gradient(shape)) / frame.milliseconds(1.0)
    level = combine(AMPLITUDE_MV, noise)
    edges = [min(level / max(float(slopes[place]), 1e-6), frame.method["p_duration"]) for place in (start, stop)]
    return Reading(frame.milliseconds(stop - start + 1), combine(*edges), (first + start, first + stop))


def _notch_distance(frame: Frame, shape: NDArray[np.float64], span: tuple[float, float]) -> Reading:
    """Return the distance of the two highest peaks of a notched P wave, 0 if it has one peak."""
    wave = shape if shape.max() >= -shape.min() else -shape
    inside = 1 + np.flatnonzero((wave[1:-1] > wave[:-2]) & (wave[1:-1] >= wave[2:]))
    peaks = np.sort(inside[np.argsort(wave[inside])[-2:]]) if inside.size >= 2 else inside
    distance = 0.0
    if peaks.size == 2:
        dip = wave[peaks[0] : peaks[1] + 1].min()
        lower = min(wave[peaks[0]], wave[peaks[1]])
        if lower - dip >= NOTCH_DEPTH and lower >= PHASE:
            distance = frame.milliseconds(float(peaks[1] - peaks[0]))
    return Reading(distance, 8.0, span)


def _measure_levels(frame: Frame, row: int, p_onset: int) -> dict[str, Reading | Missing]:
    return {
        "pr_segment_level": _pr_level(frame, row, p_onset),
        "tp_slope": _tp_slope(frame, row, p_onset),
    }


def _t_end_before(frame: Frame) -> float:
    """Return where the T wave of the beat before ends, in samples of the representative beat."""
    interval = frame.rate if frame.mean_rr is None else frame.mean_rr / 1000.0 * frame.rate
    t_offset = frame.waves.t_offset
    return (t_offset if t_offset is not None else frame.offset + 0.3 * frame.rate) - interval


def _pr_level(frame: Frame, row: int, p_onset: int) -> Reading | Missing:
    """Return the level of the last 40 ms before QRS onset relative to the TP level."""
    first = max(0, p_onset - frame.samples(0.08), round(_t_end_before(frame) + 0.02 * frame.rate))
    last = p_onset - frame.samples(0.008)
    if last - first < frame.samples(0.02):
        return Missing(NO_TP)
    p_offset = frame.waves.p_offset if frame.waves.p_offset is not None else p_onset
    start = max(frame.onset - frame.samples(0.04), p_offset)
    if frame.onset - start < frame.samples(0.01):
        return Missing("no PR segment between P and QRS")
    line = frame.beat[row]
    level = float(line[start : frame.onset].mean() - line[first : last + 1].mean())
    return Reading(level, of_amplitude(level, float(frame.noise[row])), (first, frame.onset))


def _tp_slope(frame: Frame, row: int, p_onset: int) -> Reading | Missing:
    """Return the slope from the end of T to the next P, by least squares, as the representative beat holds it."""
    first = max(0, round(_t_end_before(frame) + 0.04 * frame.rate))
    last = p_onset - frame.samples(0.01)
    if last - first < frame.samples(SHORTEST_TP):
        return Missing(NO_TP)
    times = np.arange(first, last + 1) / frame.rate
    slope = float(np.polyfit(times, frame.beat[row, first : last + 1], 1)[0])
    length = (last - first) / frame.rate
    return Reading(slope, combine(AMPLITUDE_MV, float(frame.noise[row])) / length, (first, last))


def _measure_terminal(frame: Frame, shapes: NDArray[np.float64], first: int) -> dict[str, Reading | Missing]:
    """Return depth times duration, and duration, of the negative end of P in V1 (Morris 1964)."""
    if "V1" in frame.refused:
        return dict.fromkeys(V1_NAMES, Missing(frame.refused["V1"]))
    shape = shapes[frame.rows["V1"]]
    depth, width, span = 0.0, 0.0, (first, first + shape.size - 1)
    if shape.min() <= -PHASE:
        nadir = int(np.argmin(shape))
        below = shape < 0
        start = nadir - int(np.argmin(below[nadir::-1])) + 1 if not below[: nadir + 1].all() else 0
        stop = nadir + int(np.argmin(below[nadir:])) if not below[nadir:].all() else shape.size
        depth, width = float(-shape[nadir]), frame.milliseconds(stop - start)
        span = (first + start, first + stop - 1)
    edge = frame.method["p_duration"]
    # Without a negative phase there may still be one that is just too small to count.
    error = combine(width * AMPLITUDE_MV, max(depth, PHASE) * edge)
    return {
        "p_terminal_force": Reading(depth * width, error, span),
        "p_terminal_duration": Reading(width, edge, span),
    }


def _count_biphasic(frame: Frame, shapes: NDArray[np.float64], first: int) -> Reading | Missing:
    for lead in ("II", "III", "aVF"):
        if lead in frame.refused:
            return Missing(frame.refused[lead])
    biphasic = [_phases(shapes[frame.rows[lead]]) == "positive_negative" for lead in ("II", "III", "aVF")]
    return Reading(sum(biphasic), None, (first, first + shapes.shape[1] - 1))
