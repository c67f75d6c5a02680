"""J waves: notch, slur or dome at the end of the QRS complex, and the high take-off of V1 and V2."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from ecg_core.extract.frame import NO_BEAT, Frame, Missing, Reading
from ecg_core.extract.peaks import find_peaks
from ecg_core.extract.qrs_waves import QrsWaves, Wave
from ecg_core.extract.turning import TOO_COARSE, find_tops, smooth_contour
from ecg_core.extract.uncertainty import combine, of_amplitude
from ecg_core.measurements import Measurement

J_NAMES = ("j_notch_amplitude", "j_wave_type", "j_dome_amplitude")
TAKE_OFF_NAMES = ("st_take_off", "st_take_off_descent", "r_prime_triangle_base", "beta_angle")
TAKE_OFF_LEADS = ("V1", "V2", "V3")
ELSEWHERE = "defined in V1 to V3 only"

NOTCH = 0.02
"""A J notch rises by this much from the dip before it, in mV (engineering default)."""

SLUR_SLOPE = 0.20
"""Share of the steepest fall of R below which the fall is slurred (engineering default)."""

SLUR_TIME = 0.010
"""How long it stays slow, in s (engineering default)."""

SMALLEST = 0.05
"""Least height of a J notch or dome, and how far a slur still falls to the level 30 ms after the J point, in mV
(engineering default)."""

SLUR_HEIGHT = 0.10
"""Least height of the onset of a slur, in mV (consensus 2015: a J wave counts from 0.1 mV)."""

DOME_WIDTH = 0.040
"""Width of a dome at half its height, in s (vocabulary, j_dome_amplitude)."""

TRIANGLE = 0.5
"""How far below the take-off the triangle of r' is measured, in mV (Brugada consensus 2012)."""

SLOPE_SHARE, SLOPE_TIME = 0.10, 0.020
"""Standard uncertainty of a slope: this share of it, and the noise of the beat over this time in s (engineering
default)."""


def measure_j_waves(frame: Frame, waves: dict[str, QrsWaves], sampling_rate_enough: bool) -> list[Measurement]:
    """Return J waves in every lead and the take-off in V1 to V3.

    Args:
        frame: the representative beat.
        waves: named QRS waves by lead.
        sampling_rate_enough: whether the recording's own sampling rate shows J waves.
    """
    names = (*J_NAMES, *TAKE_OFF_NAMES)
    gap = NO_BEAT if frame.waves.qrs_onset is None else None if sampling_rate_enough else TOO_COARSE
    if gap is not None:
        return frame.per_lead(names, lambda row: {}, gap)
    smooth = smooth_contour(frame.beat, frame.rate)
    leads = {row: lead for lead, row in frame.rows.items()}
    return frame.per_lead(
        names,
        lambda row: {
            **_measure_j(frame, row, smooth[row], waves[leads[row]]),
            **_measure_take_off(frame, row, smooth[row], leads[row]),
        },
    )


def _measure_j(frame: Frame, row: int, line: NDArray[np.float64], waves: QrsWaves) -> dict[str, Reading | Missing]:
    last = waves.r_prime if waves.r_prime is not None else waves.r
    kind, place = "none", None
    # After an S wave there is no R downslope left for a notch or slur to stand on.
    if last is not None and (waves.s is None or last is waves.r_prime):
        kind, place = _find_j(frame, line, last)
    height = 0.0 if place is None else float(line[place])
    noise = float(frame.noise[row])
    span = (frame.offset, frame.offset) if place is None else (place, place)
    dome = _dome(frame, line)
    return {
        "j_notch_amplitude": Reading(height, of_amplitude(height, noise), span),
        "j_wave_type": Reading(kind, None, span),
        "j_dome_amplitude": Reading(dome, of_amplitude(dome, noise), (frame.offset, frame.offset)),
    }


def _find_j(frame: Frame, line: NDArray[np.float64], wave: Wave) -> tuple[str, int | None]:
    """Find a notch, else a slur, on the second half of the downslope of the last R wave (consensus 2015)."""
    stop = frame.offset + frame.samples(0.03)
    after = line[wave.peak : stop + 1]
    half = np.flatnonzero(after < wave.amplitude / 2)
    if half.size == 0:
        return "none", None
    start = wave.peak + int(half[0])
    piece = line[start : stop + 1]
    if piece.size < frame.samples(SLUR_TIME) + 2:
        return "none", None
    for top in find_tops(piece, NOTCH):
        if piece[: top + 1].min() > 0 and piece[top] >= SMALLEST:
            return "notch", start + int(top)
    fall = -np.gradient(line[wave.peak : stop + 1])
    slow = (fall < SLUR_SLOPE * fall.max()) & (fall > 0.0)
    width = frame.samples(SLUR_TIME)
    slow = slow[start - wave.peak :]
    if slow.size < width:
        return "none", None
    runs = np.flatnonzero(np.convolve(slow, np.ones(width), mode="valid") >= width - 0.5)
    if runs.size and start + int(runs[0]) < frame.offset:
        place = start + int(runs[0])
        if line[place] >= SLUR_HEIGHT and line[place] - line[stop] >= SMALLEST:
            return "slur", place
    return "none", None


def _dome(frame: Frame, line: NDArray[np.float64]) -> float:
    """Return the height of a dome at the J point, at least 40 ms wide at half height; 0 if there is none."""
    start, stop = frame.offset - frame.samples(0.03), frame.offset + frame.samples(0.09)
    if frame.waves.t_onset is not None:
        stop = min(stop, frame.waves.t_onset)
    piece = line[start : stop + 1]
    if piece.size < frame.samples(DOME_WIDTH):
        return 0.0
    tops = find_peaks(piece, height=SMALLEST, prominence=SMALLEST, narrowest=frame.samples(DOME_WIDTH)).places
    return float(piece[tops].max()) if tops.size else 0.0


def _measure_take_off(frame: Frame, row: int, line: NDArray[np.float64], lead: str) -> dict[str, Reading | Missing]:
    if lead not in TAKE_OFF_LEADS:
        return dict.fromkeys(TAKE_OFF_NAMES, Missing(ELSEWHERE))
    nadir = frame.onset + int(np.argmin(line[frame.onset : frame.offset + 1]))
    stop = frame.offset + frame.samples(0.04)
    top = nadir + int(np.argmax(line[nadir : stop + 1]))
    height = float(line[top])
    later = top + frame.samples(0.04)
    descent = height - float(line[min(later, line.size - 1)])
    u = of_amplitude(height, float(frame.noise[row]))
    readings: dict[str, Reading | Missing] = {
        "st_take_off": Reading(height, u, (top, top)),
        "st_take_off_descent": Reading(descent, u, (top, later)),
    }
    return {**readings, **_triangle(frame, line, (nadir, top, stop), float(frame.noise[row]))}


def _triangle(
    frame: Frame, line: NDArray[np.float64], places: tuple[int, int, int], noise: float
) -> dict[str, Reading | Missing]:
    """Return base and apex angle of the triangle that r' makes, drawn with its steepest rise and fall."""
    nadir, top, stop = places
    reach = frame.samples(0.04)
    if not nadir + 2 < top < stop or line[top] - line[top : top + reach].min() < NOTCH:
        return dict.fromkeys(("r_prime_triangle_base", "beta_angle"), Missing("no r' after S"))
    slope = np.gradient(line) * frame.rate
    rise = float(slope[nadir : top + 1].max())
    fall = float(-slope[top : top + reach].min())
    base = 1000.0 * TRIANGLE * (1 / rise + 1 / fall)
    # On paper at 25 mm/s and 10 mm/mV a slope of 2.5 mV/s is 45 degrees.
    angle = 180.0 - math.degrees(math.atan(rise / 2.5)) - math.degrees(math.atan(fall / 2.5))
    span = (nadir, top + reach)
    errors = [combine(SLOPE_SHARE * slope, noise / SLOPE_TIME) for slope in (rise, fall)]
    pairs = list(zip((rise, fall), errors, strict=True))
    base_error = 1000.0 * TRIANGLE * combine(*(error / slope**2 for slope, error in pairs))
    angle_error = math.degrees(combine(*(error / 2.5 / (1 + (slope / 2.5) ** 2) for slope, error in pairs)))
    return {
        "r_prime_triangle_base": Reading(base, base_error, span),
        "beta_angle": Reading(angle, angle_error, span),
    }
