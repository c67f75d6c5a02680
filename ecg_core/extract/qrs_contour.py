"""Notches, slurs and fragments of the QRS complex in every lead."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ecg_core.extract.frame import NO_BEAT, Frame, Missing, Reading
from ecg_core.extract.peaks import find_peaks
from ecg_core.extract.qrs_waves import QrsWaves
from ecg_core.extract.turning import TOO_COARSE, count_turns, find_tops, smooth_contour
from ecg_core.measurements import Measurement

LEAD_NAMES = (
    "mid_qrs_notch",
    "delta_wave",
    "delta_polarity",
    "qrs_fragment_count",
    "epsilon_wave",
    "initial_terminal_ratio",
)
COUNTED = ("I", "aVL", "V1", "V2", "V5", "V6")
"""Leads whose mid-QRS notches are counted (Strauss 2011)."""

EPSILON_LEADS = ("V1", "V2", "V3")

NOTCH = 0.05
"""Depth of a notch or fragment, in mV (vocabulary, mid_qrs_notch)."""

NOTCH_FROM = 0.040
"""A mid-QRS notch lies at least this long after QRS onset, in s (Strauss 2011)."""

PLATEAU = 0.020
"""A plateau lasts at least this long, in s (engineering default)."""

PLATEAU_SLOPE = 0.10
"""Share of the steepest slope of the lead that a plateau stays below (engineering default)."""

DELTA_SLOPE = 0.30
"""Share of the steepest slope that a delta wave stays below (vocabulary, delta_wave)."""

DELTA_TIMES = (0.030, 0.070)
"""Length of a delta wave, in s: 20 to 60 ms (vocabulary), and the onset lies up to 10 ms early in single leads."""

DELTA_READ = 0.040
"""Where the polarity of a delta wave is read after QRS onset, in s (vocabulary, delta_polarity)."""

DELTA_FLAT = 0.05
"""Deviation there, in mV, below which it counts as neither (engineering default)."""

DELTA_SIZE = 0.10
"""What it amounts to at its end, in mV (engineering default)."""

EPSILON_SIZE = (0.05, 0.20)
"""Size of an epsilon wave, in mV (vocabulary, epsilon_wave)."""

TERMINAL = 0.040
"""The first and the last part compared, in s (Vereckei 2007)."""


def measure_qrs_contour(frame: Frame, waves: dict[str, QrsWaves], sampling_rate_enough: bool) -> list[Measurement]:
    """Return the contour measurements of every lead and the count of leads with a notch.

    Args:
        frame: the representative beat.
        waves: named QRS waves by lead.
        sampling_rate_enough: whether the recording's own sampling rate shows notches.
    """
    gap = NO_BEAT if frame.waves.qrs_onset is None else None if sampling_rate_enough else TOO_COARSE
    if gap is not None:
        return [
            *frame.per_lead(LEAD_NAMES, lambda row: {}, gap),
            frame.report("mid_qrs_notch_count", Missing(gap)),
        ]
    smooth = smooth_contour(frame.beat, frame.rate)
    leads = {row: lead for lead, row in frame.rows.items()}
    return [
        *frame.per_lead(LEAD_NAMES, lambda row: _measure_lead(frame, leads[row], smooth[row], waves[leads[row]])),
        frame.report("mid_qrs_notch_count", _count_notched(frame, smooth)),
    ]


def _measure_lead(frame: Frame, lead: str, line: NDArray[np.float64], waves: QrsWaves) -> dict[str, Reading | Missing]:
    whole = (frame.onset, frame.offset)
    piece = line[frame.onset : frame.offset + 1]
    named = sum(wave is not None for wave in (waves.q, waves.r, waves.s))
    turns = count_turns(piece, NOTCH)
    epsilon: Reading | Missing = Missing("defined in V1 to V3 only")
    if lead in EPSILON_LEADS:
        epsilon = Reading(_has_epsilon(frame, line), None, whole)
    delta = _has_delta(frame, piece)
    return {
        "mid_qrs_notch": Reading(_has_mid_notch(frame, piece), None, whole),
        "delta_wave": Reading(delta, None, whole),
        "delta_polarity": _delta_polarity(frame, line) if delta else Missing("no delta wave"),
        "qrs_fragment_count": Reading(max(0, turns - named), None, whole),
        "epsilon_wave": epsilon,
        "initial_terminal_ratio": _initial_terminal(frame, piece),
    }


def _has_mid_notch(frame: Frame, piece: NDArray[np.float64]) -> bool:
    """Tell whether the main deflection has a second peak or a plateau in the middle of the complex."""
    z = piece if piece.max() >= -piece.min() else -piece
    top = float(z.max())
    first, last = frame.samples(NOTCH_FROM), z.size - frame.samples(0.03)
    if top < 2 * NOTCH or last - first < frame.samples(PLATEAU):
        return False
    peaks = find_tops(z, NOTCH)
    peaks = peaks[z[peaks] > top / 2]
    if peaks.size >= 2:
        dip = int(peaks[0]) + int(np.argmin(z[peaks[0] : peaks[-1] + 1]))
        if first <= dip <= last and z[dip] > 0:
            return True
    slope = np.abs(np.gradient(z))
    flat = (slope < PLATEAU_SLOPE * slope.max()) & (z > top / 2)
    middle = flat[first:last]
    width = frame.samples(PLATEAU)
    return bool(np.any(np.convolve(middle, np.ones(width), mode="valid") >= width - 0.5))


def _count_notched(frame: Frame, smooth: NDArray[np.float64]) -> Reading | Missing:
    for lead in COUNTED:
        if lead in frame.refused:
            return Missing(frame.refused[lead])
    pieces = (smooth[frame.rows[lead], frame.onset : frame.offset + 1] for lead in COUNTED)
    return Reading(sum(_has_mid_notch(frame, piece) for piece in pieces), None, (frame.onset, frame.offset))


def _has_delta(frame: Frame, piece: NDArray[np.float64]) -> bool:
    """Tell whether the complex starts with a slow slope in the direction in which it goes on."""
    slope = np.gradient(piece)
    steepest = int(np.argmax(np.abs(slope)))
    limit = DELTA_SLOPE * abs(float(slope[steepest]))
    quick = np.flatnonzero(np.abs(slope) >= limit)
    end = int(quick[0]) if quick.size else 0
    shortest, longest = (frame.samples(time) for time in DELTA_TIMES)
    if not shortest <= end <= longest:
        return False
    rise = float(piece[end])
    return abs(rise) >= DELTA_SIZE and rise * float(slope[end]) > 0


def _delta_polarity(frame: Frame, line: NDArray[np.float64]) -> Reading:
    place = frame.onset + frame.samples(DELTA_READ)
    level = float(line[place])
    polarity = "isoelectric" if abs(level) < DELTA_FLAT else "positive" if level > 0 else "negative"
    return Reading(polarity, None, (frame.onset, place))


def _has_epsilon(frame: Frame, line: NDArray[np.float64]) -> bool:
    """Tell whether a small narrow deflection stands between the J point and the T wave."""
    start = frame.offset + frame.samples(0.004)
    stop = frame.offset + frame.samples(0.10)
    if frame.waves.t_onset is not None:
        stop = min(stop, frame.waves.t_onset)
    if stop - start < frame.samples(0.02):
        return False
    smallest, largest = EPSILON_SIZE
    for direction in (1.0, -1.0):
        narrow = find_peaks(direction * line[start:stop], prominence=smallest, widest=frame.samples(0.04))
        if (narrow.prominences <= largest).any():
            return True
    return False


def _initial_terminal(frame: Frame, piece: NDArray[np.float64]) -> Reading | Missing:
    """Return the way the voltage travels in the first 40 ms over that in the last 40 ms."""
    width = frame.samples(TERMINAL)
    if piece.size < 2 * width:
        return Missing("QRS shorter than 80 ms")
    steps = np.abs(np.diff(piece))
    first, last = float(steps[:width].sum()), float(steps[-width:].sum())
    if last < NOTCH:
        return Missing("no deflection in the last 40 ms of QRS")
    return Reading(first / last, 0.1 * first / last, (frame.onset, frame.offset))
