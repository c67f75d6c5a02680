"""Shape of the T wave in every lead, and of what follows it (U)."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ecg_core.extract.frame import NO_BEAT, NO_T, Frame, Missing, Reading
from ecg_core.extract.peaks import find_peaks
from ecg_core.extract.uncertainty import AMPLITUDE_MV, WAVE_EDGE_MS, combine, of_amplitude
from ecg_core.measurements import Measurement

T_NAMES = (
    "t_amplitude",
    "t_negative_amplitude",
    "t_polarity",
    "t_biphasic",
    "t_prime_amplitude",
    "t_prime_duration",
    "t_symmetry",
    "t_width",
    "t_notch",
    "t_ascending_slope",
)
U_NAMES = ("u_amplitude", "tu_fusion")

PHASE = 0.05
"""A phase of the T wave counts from here, in mV (AHA/ACC/HRS 2009 part IV: below it T is flat)."""

NOTCH_SHARE = 0.10
"""A notch is at least this share of the T amplitude deep, and 0.03 mV (engineering default)."""

U_REACH = 0.24
"""A U wave peaks at most this long after the T end, in s (engineering default)."""

U_RATE = 95.0
"""Heart rate in 1/min above which a U wave cannot be told from the P wave (AHA/ACC/HRS 2009 part IV)."""

U_SMALLEST = 0.03
"""Least prominence of a U wave, in mV (engineering default)."""

FUSED_SHARE = 0.25
"""T and U are fused if the level between them stays above this share of T (vocabulary, tu_fusion)."""


class _Limits(NamedTuple):
    """The T window in samples of the representative beat."""

    first: int
    last: int


def measure_t_shape(frame: Frame) -> list[Measurement]:
    """Return the T and U measurements of every lead."""
    waves = frame.waves
    if waves.qrs_onset is None:
        return frame.per_lead((*T_NAMES, *U_NAMES), lambda row: {}, NO_BEAT)
    if waves.t_peak is None or waves.t_offset is None:
        return frame.per_lead((*T_NAMES, *U_NAMES), lambda row: {}, NO_T)
    earliest = frame.offset + frame.samples(0.06)
    first = earliest if waves.t_onset is None else max(min(waves.t_onset, waves.t_peak - 2), earliest)
    limits = _Limits(min(first, waves.t_peak - 1), waves.t_offset)
    smooth = _smooth(frame)
    u_gap = _u_gap(frame)
    return [
        *frame.per_lead(T_NAMES, lambda row: _measure_lead(frame, row, smooth[row], limits)),
        *frame.per_lead(U_NAMES, lambda row: _measure_u(frame, row, smooth[row], limits), u_gap),
    ]


def _smooth(frame: Frame) -> NDArray[np.float64]:
    from scipy.ndimage import gaussian_filter1d

    smooth: NDArray[np.float64] = gaussian_filter1d(frame.beat, 0.006 * frame.rate, axis=1, mode="nearest")
    return smooth


def _measure_lead(frame: Frame, row: int, line: NDArray[np.float64], limits: _Limits) -> dict[str, Reading | Missing]:
    piece = line[limits.first : limits.last + 1]
    noise = float(frame.noise[row])
    peak, amplitude = _dominant(piece)
    low = float(max(0.0, -piece.min()))
    span = (limits.first, limits.last)
    readings: dict[str, Reading | Missing] = {
        "t_amplitude": Reading(amplitude, of_amplitude(amplitude, noise), (limits.first + peak, limits.first + peak)),
        "t_negative_amplitude": Reading(low, of_amplitude(low, noise), span),
        "t_polarity": Reading(_polarity(piece), None, span),
        "t_biphasic": Reading(_biphasic(piece), None, span),
        **_second_phase(frame, piece, limits, noise),
    }
    if abs(amplitude) < PHASE:
        flat = Missing("T wave too flat")
        return {**readings, **dict.fromkeys(("t_symmetry", "t_width", "t_notch", "t_ascending_slope"), flat)}
    return {**readings, **_measure_contour(frame, line * np.sign(amplitude), limits.first + peak, limits, noise)}


def _dominant(piece: NDArray[np.float64]) -> tuple[int, float]:
    """Return place and value of the largest turning point; of the largest value if there is none."""
    inside = np.arange(1, piece.size - 1)
    turning = inside[(piece[inside] - piece[inside - 1]) * (piece[inside + 1] - piece[inside]) <= 0]
    places = turning if turning.size else np.arange(piece.size)
    peak = int(places[np.argmax(np.abs(piece[places]))])
    return peak, float(piece[peak])


def _polarity(piece: NDArray[np.float64]) -> str:
    up, down = piece.max() >= PHASE, piece.min() <= -PHASE
    if up and down:
        return "positive_negative" if np.argmax(piece) < np.argmin(piece) else "negative_positive"
    return "positive" if up else "negative" if down else "flat"


def _biphasic(piece: NDArray[np.float64]) -> str:
    polarity = _polarity(piece)
    return polarity if polarity in ("positive_negative", "negative_positive") else "none"


def _second_phase(
    frame: Frame, piece: NDArray[np.float64], limits: _Limits, noise: float
) -> dict[str, Reading | Missing]:
    """Return signed amplitude and duration of T', the second phase of a biphasic T wave; 0 without one."""
    amplitude, start, width = 0.0, limits.first, 0.0
    if _biphasic(piece) != "none":
        first, second = sorted((int(np.argmax(piece)), int(np.argmin(piece))))
        amplitude = float(piece[second])
        same_side = piece[first : second + 1] * amplitude > 0
        start = limits.first + first + int(np.argmax(same_side))
        width = frame.milliseconds(limits.last - start)
    span = (start, limits.last)
    return {
        "t_prime_amplitude": Reading(amplitude, of_amplitude(amplitude, noise), span),
        "t_prime_duration": Reading(width, combine(WAVE_EDGE_MS, frame.method["qt_interval"]), span),
    }


def _measure_contour(
    frame: Frame, upright: NDArray[np.float64], peak: int, limits: _Limits, noise: float
) -> dict[str, Reading | Missing]:
    """Return symmetry, width, notch and steepness of a T wave turned upright, with its peak at a sample."""
    rise = np.diff(upright[limits.first : peak + 1])
    steepest = max(0.0, float(rise.max())) * frame.rate if rise.size else 0.0
    span = (limits.first, limits.last)
    return {
        **_measure_halves(frame, upright, peak, limits, noise),
        "t_ascending_slope": Reading(steepest, 0.05 * steepest + 0.2, span),
        "t_notch": Reading(_notched(upright[limits.first : limits.last + 1], peak - limits.first), None, span),
    }


def _measure_halves(
    frame: Frame, upright: NDArray[np.float64], peak: int, limits: _Limits, noise: float
) -> dict[str, Reading | Missing]:
    """Return how wide a T wave is at half its height, and the part before its peak over the part behind."""
    half, error = upright[peak] / 2, combine(AMPLITUDE_MV, noise)
    # The first limb may begin right at the J point: T onset is where it becomes steep.
    before = np.flatnonzero(upright[frame.offset : peak + 1] < half)
    after = np.flatnonzero(upright[peak : limits.last + 1] < half)
    if not before.size or not after.size:
        # An ST segment above half the T wave leaves no half height on one side.
        no_half = Missing("T wave does not fall to half its height on both sides")
        return {"t_symmetry": no_half, "t_width": no_half}
    start, stop = frame.offset + int(before[-1]), peak + int(after[0])
    left, right = frame.milliseconds(peak - start), frame.milliseconds(stop - peak)
    slopes = [abs(float(upright[place + 1] - upright[place - 1])) / frame.milliseconds(2.0) for place in (start, stop)]
    widest = frame.method["st_duration"]
    edges = [error / slope if error < slope * widest else widest for slope in slopes]
    # The peak lies somewhere on the flat top, which is as wide as noise hides its curve; a wrong level moves no peak.
    flat = upright[start : stop + 1] >= upright[peak] - (0.0 if math.isnan(noise) else noise)
    top = frame.milliseconds(int(np.count_nonzero(flat)))
    ratio, summit = left / right, top / math.sqrt(12.0)
    return {
        "t_symmetry": Reading(
            ratio, ratio * combine(edges[0] / left, edges[1] / right, summit / left + summit / right), (start, stop)
        ),
        "t_width": Reading(left + right, combine(*edges), (start, stop)),
    }


def _notched(upright: NDArray[np.float64], peak: int) -> bool:
    """Tell whether another peak of more than half the height stands beside the main one, behind a dip."""
    depth = max(0.03, NOTCH_SHARE * float(upright[peak]))
    inside = np.arange(1, upright.size - 1)
    tops = inside[(upright[inside] > upright[inside - 1]) & (upright[inside] >= upright[inside + 1])]
    for top in tops[(tops != peak) & (upright[tops] > upright[peak] / 2)]:
        dip = float(upright[min(top, peak) : max(top, peak) + 1].min())
        if upright[top] - dip >= depth:
            return True
    return False


def _u_gap(frame: Frame) -> str | None:
    if frame.mean_rr is None:
        return "fewer than 2 beats"
    if 60000.0 / frame.mean_rr > U_RATE:
        return f"heart rate above {U_RATE:.0f}/min: U cannot be told from P"
    return None


def _measure_u(frame: Frame, row: int, line: NDArray[np.float64], limits: _Limits) -> dict[str, Reading | Missing]:
    """Return the U wave as the most prominent turning point between the T end and the next P wave.

    Its amplitude is its prominence: the height above the higher of the two feet, so that the tail of T adds nothing.
    """
    assert frame.mean_rr is not None
    next_beat = frame.mean_rr / 1000.0 * frame.rate
    p_onset = frame.waves.p_onset if frame.waves.p_onset is not None else frame.onset - frame.samples(0.2)
    stop = min(round(p_onset + next_beat) - frame.samples(0.02), limits.last + frame.samples(U_REACH + 0.06), line.size)
    piece = line[limits.last : stop]
    if piece.size < frame.samples(0.1):
        return dict.fromkeys(U_NAMES, Missing("no room for a U wave between T and P"))
    span = (limits.last, limits.last + piece.size - 1)
    height, place = 0.0, 0
    for direction in (1.0, -1.0):
        found = find_peaks(direction * piece, prominence=U_SMALLEST, narrowest=frame.samples(0.04))
        for top, prominence in zip(*found, strict=True):
            if prominence > abs(height):
                height, place = direction * float(prominence), int(top)
    if height == 0.0:
        return {
            "u_amplitude": Reading(0.0, of_amplitude(0.0, float(frame.noise[row])), span),
            "tu_fusion": Reading(value=False, span=span),
        }
    summit = limits.last + place
    peak, amplitude = _dominant(line[limits.first : limits.last + 1])
    between = line[limits.first + peak : summit + 1] * np.sign(amplitude)
    fused = height * amplitude > 0 and float(between.min()) > FUSED_SHARE * abs(amplitude)
    return {
        "u_amplitude": Reading(height, of_amplitude(height, float(frame.noise[row])), (summit, summit)),
        "tu_fusion": Reading(bool(fused), None, span),
    }
