"""The waves of a drawn beat, read from its formula on a fine grid: no filter, no noise, no search for boundaries."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from ecg_core.measurements import Value
from ecg_core.testing.synthetic.waves import Atrial, Ventricular
from ecg_core.vocabulary import STANDARD_LEADS

GRID = 0.25
"""Distance of the samples, in ms."""

SMALLEST, CORE, BRIEFEST = 0.03, 6.0, 12.0
"""A wave deviates by 0.03 mV for 6 ms and lasts 12 ms (IEC 60601-2-51, annex GG); mV and ms."""

PHASE = 0.02
"""Smallest phase of a P wave, in mV (vocabulary, p_polarity)."""

ST_POINTS = {"st_j": 0.0, "st_20": 20.0, "st_40": 40.0, "st_60": 60.0, "st_80": 80.0}

Part = Iterator[tuple[str, str | None, Value]]


def true_waves(shape: Ventricular, atrial: Atrial | None, wiring: NDArray[np.float64]) -> Part:
    """Yield name, lead and value of what is true of a beat's waves.

    Args:
        shape: QRS, ST and T of the dominant beat.
        atrial: its P wave, or None.
        wiring: shape ``[leads, leads]``: what each recorded lead holds of the true ones.
    """
    time = np.arange(0.0, shape.end + GRID, GRID)
    beat = wiring @ shape.draw(time)
    inside = beat[:, time <= shape.qrs]
    areas = inside.sum(axis=1) * GRID
    yield from _axis("qrs_axis", areas)
    for row, lead in enumerate(STANDARD_LEADS):
        yield "qrs_area", lead, float(areas[row])
        yield "qrs_peak_to_peak", lead, float(np.ptp(inside[row]))
        if not shape.j:
            # With a J wave it is a matter of definition which part of the QRS belongs to it.
            yield from _qrs(inside[row], lead)
        yield from _st(np.interp(shape.qrs + np.array(list(ST_POINTS.values())), time, beat[row]), lead)
        yield "st_shape", lead, _st_shape(shape, time, beat[row])
    yield from _t(shape, wiring)
    if shape.u:
        first, last = min(wave.first for wave in shape.u), max(wave.last for wave in shape.u)
        part = beat[:, (time >= first) & (time <= last)]
        for row, lead in enumerate(STANDARD_LEADS):
            yield "u_amplitude", lead, float(part[row, np.abs(part[row]).argmax()])
    if atrial is not None:
        yield from _p(atrial, wiring)


def _qrs(course: NDArray[np.float64], lead: str) -> Part:
    waves = _deflections(course)
    upright = [number for number, (_, _, size) in enumerate(waves) if size > 0]
    first = upright[0] if upright else len(waves)
    q = min(waves[:first], key=lambda wave: wave[2], default=None)
    r = waves[first] if upright else None
    s, r_prime = (waves[first + step] if len(waves) > first + step else None for step in (1, 2))
    if not upright:
        s = r_prime = None
    for name, wave in (("q", q), ("r", r), ("s", s), ("r_prime", r_prime)):
        yield f"{name}_amplitude", lead, 0.0 if wave is None else abs(wave[2])
        yield f"{name}_duration", lead, 0.0 if wave is None else (wave[1] - wave[0]) * GRID
    yield "qs_complex", lead, bool(waves) and not upright
    if r is not None:
        last = r if r_prime is None else r_prime
        yield "r_peak_time", lead, (last[0] + int(course[last[0] : last[1]].argmax())) * GRID
        yield "r_s_ratio", lead, 100.0 if s is None else min(100.0, r[2] / abs(s[2]))
    elif waves:
        yield "r_s_ratio", lead, 0.0


def _deflections(course: NDArray[np.float64]) -> list[tuple[int, int, float]]:
    """Return first sample, last sample and signed extreme of each wave of one lead's QRS complex."""
    sign = np.sign(np.where(np.abs(course) < 1e-6, 0.0, course))
    bounds = [0, *(np.flatnonzero(np.diff(sign)) + 1).tolist(), course.size]
    waves: list[tuple[int, int, float]] = []
    for start, stop in pairwise(bounds):
        part = course[start:stop]
        size = float(part[np.abs(part).argmax()])
        long_enough = (stop - start) * GRID >= BRIEFEST and np.count_nonzero(np.abs(part) >= SMALLEST) * GRID >= CORE
        if not long_enough:
            continue
        if waves and np.sign(waves[-1][2]) == np.sign(size):
            before = waves.pop()
            start, size = before[0], max(before[2], size, key=abs)
        waves.append((start, stop, size))
    return waves


def _st(levels: NDArray[np.float64], lead: str) -> Part:
    for name, level in zip(ST_POINTS, levels, strict=True):
        yield name, lead, float(level)
    yield "st_slope", lead, float((levels[-1] - levels[0]) / 0.08)


def _st_shape(shape: Ventricular, time: NDArray[np.float64], course: NDArray[np.float64]) -> str:
    """Return on which side of the chord from J to the peak of T (or to J + 80 ms) the course runs furthest."""
    later = np.where(time >= shape.qrs + 80.0, np.abs(course), 0.0)
    stop = int(later.argmax()) if later.max() > 0 else int(np.searchsorted(time, shape.qrs + 80.0))
    first = int(np.searchsorted(time, shape.qrs))
    chord = np.linspace(course[first], course[stop], stop - first + 1)
    away = course[first : stop + 1] - chord
    furthest = float(away[np.abs(away).argmax()])
    if abs(furthest) < 0.02:
        return "straight"
    return "convex" if furthest > 0 else "concave"


def _t(shape: Ventricular, wiring: NDArray[np.float64]) -> Part:
    if not shape.t:
        return
    time = np.arange(min(wave.first for wave in shape.t), shape.qt + GRID, GRID)
    course = wiring @ shape.draw(time)
    areas = course.sum(axis=1) * GRID
    yield from _axis("t_axis", areas)
    for row, lead in enumerate(STANDARD_LEADS):
        yield "t_amplitude", lead, float(course[row, np.abs(course[row]).argmax()])
        yield "t_negative_amplitude", lead, float(max(0.0, -course[row].min()))


def _p(atrial: Atrial, wiring: NDArray[np.float64]) -> Part:
    time = np.arange(0.0, atrial.duration + GRID, GRID)
    course = wiring @ atrial.draw(time)
    yield from _axis("p_axis", course.sum(axis=1) * GRID)
    for row, lead in enumerate(STANDARD_LEADS):
        high, low = float(max(0.0, course[row].max())), float(max(0.0, -course[row].min()))
        yield "p_amplitude", lead, high
        yield "p_negative_amplitude", lead, low
        yield "p_polarity", lead, _polarity(course[row], high, low)
    terminal = course[STANDARD_LEADS.index("V1")]
    positive = np.flatnonzero(terminal > 1e-9)
    negative = terminal[positive[-1] + 1 :] if positive.size else terminal
    depth = float(max(0.0, -negative.min())) if negative.size else 0.0
    lasting = np.count_nonzero(negative < -1e-9) * GRID if depth else 0.0
    yield "p_terminal_duration", None, float(lasting)
    yield "p_terminal_force", None, depth * float(lasting)


def _polarity(course: NDArray[np.float64], high: float, low: float) -> str:
    if high < PHASE and low < PHASE:
        return "flat"
    if high < PHASE or low < PHASE:
        return "positive" if high >= PHASE else "negative"
    return "positive_negative" if course.argmax() < course.argmin() else "negative_positive"


def _axis(name: str, areas: NDArray[np.float64]) -> Part:
    """Yield the frontal axis from net areas in I and aVF; nothing where both are zero."""
    first, foot = float(areas[STANDARD_LEADS.index("I")]), float(areas[STANDARD_LEADS.index("aVF")])
    if math.hypot(first, foot) > 1e-6:
        yield name, None, math.degrees(math.atan2(2 / math.sqrt(3) * foot, first))
