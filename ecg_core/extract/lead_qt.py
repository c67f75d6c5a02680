"""T end, T duration and QT of every lead, and how far QT is spread over leads."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from ecg_core.extract.frame import NO_BEAT, NO_T, Frame, Missing, Reading
from ecg_core.extract.t_wave import SMALLEST, lead_t_ends
from ecg_core.extract.uncertainty import combine
from ecg_core.measurements import Measurement
from ecg_core.vocabulary import STANDARD_LEADS

LEAD_NAMES = ("lead_qt_interval", "t_duration")

CLEAR = 0.2
"""Height of a T wave, in mV, from which its end is well defined (LUDB)."""

CLEAR_MS, LOW_MS = 7.0, 20.0
"""Standard uncertainty of a lead's T end where T is clear and where it is low, in ms: root mean square of the SD of all
and of the middle nine tenths of the differences from that lead's own manual marks (LUDB: 526 and 518 leads)."""

FEWEST_LEADS = 8
"""Leads with a T end that a dispersion needs (engineering default)."""

BEFORE_NEXT = 0.02
"""A T wave ends at least this long before the next P wave or QRS complex, in s (engineering default)."""


def measure_lead_qt(frame: Frame) -> list[Measurement]:
    """Return QT and T duration of every lead, and the QT dispersion over the standard leads."""
    waves = frame.waves
    gap = NO_BEAT if waves.qrs_onset is None else NO_T if waves.t_offset is None else None
    if gap is not None:
        return [*frame.per_lead(LEAD_NAMES, lambda row: {}, gap), frame.report("qt_dispersion", Missing(gap))]
    ends, sizes = lead_t_ends(
        frame.beat, frame.edge("qrs_offset"), frame.edge("t_offset"), _next_wave(frame), frame.rate
    )
    readings = {lead: _measure_lead(frame, float(ends[row]), float(sizes[row])) for lead, row in frame.rows.items()}
    leads = {row: lead for lead, row in frame.rows.items()}
    return [
        *frame.per_lead(LEAD_NAMES, lambda row: readings[leads[row]]),
        frame.report("qt_dispersion", _disperse([readings[lead] for lead in STANDARD_LEADS if lead in readings])),
    ]


def _next_wave(frame: Frame) -> float:
    """Return the sample of the representative beat by which T must have ended."""
    if frame.mean_rr is None:
        return float(frame.beat.shape[1])
    first = frame.onset if frame.waves.p_onset is None else frame.waves.p_onset
    return first + (frame.mean_rr / 1000.0 - BEFORE_NEXT) * frame.rate


def _measure_lead(frame: Frame, end: float, size: float) -> dict[str, Reading | Missing]:
    if size < SMALLEST:
        return dict.fromkeys(LEAD_NAMES, Missing("T wave too flat"))
    if math.isnan(end):
        return dict.fromkeys(LEAD_NAMES, Missing("T end not found in this lead"))
    error = CLEAR_MS if size >= CLEAR else LOW_MS
    start, onset = frame.edge("qrs_onset"), frame.waves.t_onset
    doubt = frame.doubt("qrs_onset")
    u = combine(error, frame.method["j_point"], doubt)
    width: Reading | Missing = Missing("T onset not found")
    if onset is not None:
        width = Reading(frame.milliseconds(end - onset), combine(error, frame.method["st_duration"]), (onset, end))
    return {
        "lead_qt_interval": Reading(frame.milliseconds(end - start), u, (start, end), doubt > 0),
        "t_duration": width,
    }


def _disperse(readings: list[dict[str, Reading | Missing]]) -> Reading | Missing:
    """Return the longest QT minus the shortest."""
    found = [reading for each in readings if isinstance(reading := each["lead_qt_interval"], Reading)]
    if len(found) < FEWEST_LEADS:
        return Missing(f"fewer than {FEWEST_LEADS} leads with a T end")
    values: NDArray[np.float64] = np.array([reading.value for reading in found], dtype=np.float64)
    shortest, longest = found[int(values.argmin())], found[int(values.argmax())]
    # Both hold the error of the same QRS onset, which drops out: this errs on the large side.
    return Reading(float(np.ptp(values)), combine(shortest.u or 0.0, longest.u or 0.0), longest.span)
