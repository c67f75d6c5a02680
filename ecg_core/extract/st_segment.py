"""ST levels, slope and shape in every lead."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ecg_core.extract.frame import NO_BEAT, Frame, Missing, Reading
from ecg_core.extract.uncertainty import combine, of_amplitude
from ecg_core.measurements import Measurement

LEAD_NAMES = ("st_j", "st_20", "st_40", "st_60", "st_80", "st_mid", "st_end", "st_slope", "st_shape")

FAST = 120.0
"""Heart rate in 1/min above which the level at J + 60 ms is taken at J + 40 ms (vocabulary, st_60)."""

STRAIGHT = 0.02
"""Largest deviation from the chord, in mV, of a straight ST segment (vocabulary, st_shape)."""

MID_SHARE, END_SHARE = 1 / 16, 1 / 8
"""Distance of the mid and end ST levels from the J point as a share of the mean RR interval (12SL's definition)."""

LEVEL_WIDTH = 0.004
"""A level is the mean over this much on each side, in s (engineering default)."""


def measure_st(frame: Frame) -> list[Measurement]:
    """Return the ST measurements of every lead."""
    gap = NO_BEAT if frame.waves.qrs_onset is None else None
    return frame.per_lead(LEAD_NAMES, lambda row: _measure_lead(frame, row), gap)


def _measure_lead(frame: Frame, row: int) -> dict[str, Reading | Missing]:
    line, noise = frame.beat[row], float(frame.noise[row])
    fast = frame.mean_rr is not None and 60000.0 / frame.mean_rr > FAST
    delays = {"st_j": 0.0, "st_20": 0.02, "st_40": 0.04, "st_60": 0.04 if fast else 0.06, "st_80": 0.08}
    readings: dict[str, Reading | Missing] = dict.fromkeys(("st_mid", "st_end"), Missing("fewer than 2 beats"))
    if frame.mean_rr is not None:
        delays |= {"st_mid": MID_SHARE * frame.mean_rr / 1000.0, "st_end": END_SHARE * frame.mean_rr / 1000.0}
    doubt = frame.doubt("qrs_offset")
    edge = combine(frame.method["j_point"], doubt)
    for name, delay in delays.items():
        place = frame.offset + frame.samples(delay)
        level, slope = _level(frame, line, place)
        # The level may be wrong by what the signal does within the uncertainty of the J point.
        u = combine(of_amplitude(level, noise), slope * edge)
        readings[name] = Reading(level, u, (place, place), doubtful=doubt > 0)
    j, late = readings["st_j"], readings["st_80"]
    assert isinstance(j, Reading)
    assert isinstance(late, Reading)
    assert isinstance(j.value, float)
    assert isinstance(late.value, float)
    end = frame.offset + frame.samples(0.08)
    readings["st_slope"] = Reading(
        (late.value - j.value) / 0.08, combine(j.u or 0.0, late.u or 0.0) / 0.08, (frame.offset, end), doubt > 0
    )
    readings["st_shape"] = _shape(frame, line)
    return readings


def _level(frame: Frame, line: NDArray[np.float64], place: int) -> tuple[float, float]:
    """Return the level in mV about a sample, and the slope there in mV/ms."""
    half = frame.samples(LEVEL_WIDTH)
    piece = line[place - half : place + half + 1]
    return float(piece.mean()), float(abs(piece[-1] - piece[0]) / frame.milliseconds(2 * half))


def _shape(frame: Frame, line: NDArray[np.float64]) -> Reading:
    """Return whether the ST segment lies above (convex) or below (concave) the chord from J to the T peak.

    Without a T wave the chord ends 80 ms after J.
    """
    stop = frame.waves.t_peak if frame.waves.t_peak is not None else frame.offset + frame.samples(0.08)
    piece = line[frame.offset : stop + 1]
    span = (frame.offset, stop)
    if piece.size < 3:
        return Reading("straight", None, span)
    deviation = piece - np.linspace(piece[0], piece[-1], piece.size)
    largest = float(deviation[np.argmax(np.abs(deviation))])
    if abs(largest) < STRAIGHT:
        return Reading("straight", None, span)
    return Reading("convex" if largest > 0 else "concave", None, span)
