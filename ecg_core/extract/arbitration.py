"""Where two delineators differ grossly, the signal itself says which of them is wrong.

A wave ends where the signal comes to rest. An edge of QRS or T at which all leads together still move half as fast as
anywhere in the wave is none, nor is one of P at half its height; if the other delineator's lies where they move more
slowly, or lower, that one stands in its place.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ecg_core.extract.boundaries import spatial_velocity
from ecg_core.extract.fiducials import GlobalWaves
from ecg_core.extract.p_wave import PWave
from ecg_core.extract.t_wave import TWave, t_velocity

GROSS = 0.020
"""How far edges must lie apart to be judged, in s: twice the scatter of a good delineator (engineering default)."""

MOVING, RESTING = 0.5, 0.75
"""Share of the wave's highest velocity, or height, from which its edge is none, and share of that at the edge below
which the other one is better (engineering defaults; edges of T by the classical delineator lie at a quarter)."""

LEVEL = 0.01
"""Time before QRS onset that gives the level of P, in s."""

AGREEMENT, ISOLATION = 0.95, 4.0
"""Agreement between beats, and size relative to all that lies between T and P, from which the classical delineator is
heard on P waves: flutter waves repeat as well, but do not stand alone, and a P wave hardly above its surroundings has
no height to judge edges by (engineering defaults, checked on drawn flutter and 41 recordings of LUDB, PTB-XL, CPSC 2018
and CinC 2021 with fibrillation or flutter)."""


def arbitrate(own: GlobalWaves, other: GlobalWaves, beat: NDArray[np.float64], rate: float) -> GlobalWaves:
    """Return the waves of the first delineator with what the signal refutes replaced by what the second found.

    Args:
        own: what the first has found.
        other: what the classical delineator has found.
        beat: usable leads of the representative beat, shape ``[leads, length]``, mV.
        rate: in Hz.
    """
    velocity = spatial_velocity(beat, rate)
    span = slice(max(0, round(min(own.onset, other.onset))), round(max(own.offset, other.offset)) + 1)
    top = float(velocity[span].max())
    onset = _judge(own.onset, other.onset, velocity, top, rate)
    offset = _judge(own.offset, other.offset, velocity, top, rate)
    if onset >= offset:
        onset, offset = own.onset, own.offset
    return GlobalWaves(
        onset=onset, offset=offset, p=_judge_p(own.p, other.p, beat, onset, rate), t=_judge_t(own, other, beat, rate)
    )


def _judge_p(
    own: PWave | None, other: PWave | None, beat: NDArray[np.float64], qrs_onset: float, rate: float
) -> PWave | None:
    if other is None or other.agreement < AGREEMENT or other.isolation < ISOLATION:
        return own
    if own is None:
        return other
    # P rises from, and falls to, the level at QRS onset.
    stop = max(2, round(qrs_onset))
    level = beat[:, max(0, stop - round(LEVEL * rate)) : stop].mean(axis=1, keepdims=True)
    height = np.sqrt(np.mean((beat[:, :stop] - level) ** 2, axis=0))
    top = float(height[max(0, round(min(own.onset, other.onset))) :].max())
    onset = _judge(own.onset, other.onset, height, top, rate)
    offset = _judge(own.offset, other.offset, height, top, rate)
    if (onset, offset) == (own.onset, own.offset) or not onset < offset <= qrs_onset:
        return own
    return replace(other, onset=onset, offset=offset)


def _judge_t(own: GlobalWaves, other: GlobalWaves, beat: NDArray[np.float64], rate: float) -> TWave | None:
    if own.t is None or other.t is None:
        return own.t
    velocity = t_velocity(beat, rate)
    first = own.t.onset if own.t.onset is not None else own.t.peak
    top = float(velocity[first : round(max(own.t.offset, other.t.offset)) + 1].max())
    end = _judge(own.t.offset, other.t.offset, velocity, top, rate)
    return own.t if end == own.t.offset else replace(other.t, offset=end)


def _judge(edge: float, other: float, course: NDArray[np.float64], top: float, rate: float) -> float:
    """Return the other edge where it is far off, and the course (velocity or height) high at the first and lower there.

    Args:
        edge: of the first delineator, in samples.
        other: of the second.
        course: shape ``[samples]``.
        top: its highest value within the wave.
        rate: in Hz.
    """
    if abs(other - edge) < GROSS * rate:
        return edge
    at, there = (float(course[min(max(round(place), 0), course.size - 1)]) for place in (edge, other))
    return other if at >= MOVING * top and there <= RESTING * at else edge
