"""Global intervals: P, PR, QRS, QT and what is computed from them."""

from __future__ import annotations

import math

import numpy as np

from ecg_core.extract.frame import NO_BEAT, NO_P, NO_T, Frame, Missing, Reading
from ecg_core.extract.uncertainty import METHOD_MS, combine
from ecg_core.measurements import Measurement

P_NAMES = ("p_duration", "pr_interval", "pr_segment")
T_NAMES = ("qt_interval", "jt_interval", "st_duration", "t_peak_end")
QTC_NAMES = ("qtc_bazett", "qtc_fridericia", "qtc_framingham", "qtc_hodges", "qtc_decision")

WIDE_QRS = 120.0
"""QRS duration in ms from which the QTc that rules judge is reduced (Bogossian 2014)."""

BOGOSSIAN = 0.485
"""Share of QRS duration taken from QT in that case (Bogossian 2014)."""

BAZETT_RATES = (60.0, 90.0)
"""Heart rates in 1/min within which Bazett's formula decides; Fridericia's outside (vocabulary, qtc_decision)."""

IRREGULAR = 0.20
"""Relative scatter of RR above which QTc is withheld as the deciding one (engineering default)."""


def measure_intervals(frame: Frame) -> list[Measurement]:
    """Return all global intervals of the vocabulary."""
    if frame.waves.qrs_onset is None:
        names = ("p_wave_present", *P_NAMES, "qrs_duration", *T_NAMES, *QTC_NAMES)
        return frame.everything(names, dict.fromkeys(names, Missing(NO_BEAT)))
    qrs = _interval(frame, "qrs_duration", frame.onset, frame.offset, 0.0)
    return [
        *_measure_p(frame),
        frame.report("qrs_duration", qrs),
        *_measure_t(frame),
    ]


def _interval(frame: Frame, name: str, first: float, last: float, beat_error: float) -> Reading:
    u = combine(METHOD_MS[name], beat_error)
    return Reading(frame.milliseconds(last - first), u, (first, last))


def _measure_p(frame: Frame) -> list[Measurement]:
    waves = frame.waves
    if waves.p_onset is None or waves.p_offset is None:
        present = Reading(value=False)
        return [
            frame.report("p_wave_present", present),
            *frame.everything(P_NAMES, dict.fromkeys(P_NAMES, Missing(NO_P))),
        ]
    scatter = _scatter(
        frame,
        [
            beat.waves.qrs_onset - beat.waves.p_onset
            for beat in frame.delineation.beats
            if beat.kind == "dominant" and beat.waves.qrs_onset is not None and beat.waves.p_onset is not None
        ],
    )
    return [
        frame.report("p_wave_present", Reading(value=True, span=(waves.p_onset, waves.p_offset))),
        frame.report("p_duration", _interval(frame, "p_duration", waves.p_onset, waves.p_offset, 0.0)),
        frame.report("pr_interval", _interval(frame, "pr_interval", waves.p_onset, frame.onset, scatter)),
        frame.report("pr_segment", _interval(frame, "pr_segment", waves.p_offset, frame.onset, scatter)),
    ]


def _measure_t(frame: Frame) -> list[Measurement]:
    waves = frame.waves
    if waves.t_peak is None or waves.t_offset is None:
        names = (*T_NAMES, *QTC_NAMES)
        return frame.everything(names, dict.fromkeys(names, Missing(NO_T)))
    scatter = _scatter(
        frame,
        [
            beat.waves.t_offset - beat.waves.qrs_onset
            for beat in frame.delineation.beats
            if beat.kind == "dominant" and beat.waves.qrs_onset is not None and beat.waves.t_offset is not None
        ],
    )
    qt = _interval(frame, "qt_interval", frame.onset, waves.t_offset, scatter)
    st: Reading | Missing = Missing("T onset not found")
    if waves.t_onset is not None:
        st = _interval(frame, "st_duration", frame.offset, waves.t_onset, 0.0)
    return [
        frame.report("qt_interval", qt),
        frame.report("jt_interval", _interval(frame, "jt_interval", frame.offset, waves.t_offset, scatter)),
        frame.report("st_duration", st),
        frame.report("t_peak_end", _interval(frame, "t_peak_end", waves.t_peak, waves.t_offset, 0.0)),
        *_measure_qtc(frame, qt),
    ]


def _measure_qtc(frame: Frame, qt: Reading) -> list[Measurement]:
    if frame.mean_rr is None:
        return frame.everything(QTC_NAMES, dict.fromkeys(QTC_NAMES, Missing("fewer than 2 beats")))
    interval = float(qt.value) if isinstance(qt.value, float | int) else math.nan
    rr = frame.mean_rr / 1000.0
    rate = 60.0 / rr
    u = qt.u or 0.0
    span = qt.span
    readings: dict[str, Reading | Missing] = {
        # Bazett 1920, Fridericia 1920, Sagie 1992 (Framingham), Hodges 1983.
        "qtc_bazett": Reading(interval / math.sqrt(rr), u / math.sqrt(rr), span),
        "qtc_fridericia": Reading(interval / rr ** (1 / 3), u / rr ** (1 / 3), span),
        "qtc_framingham": Reading(interval + 154.0 * (1.0 - rr), u, span),
        "qtc_hodges": Reading(interval + 1.75 * (rate - 60.0), u, span),
        "qtc_decision": _decide(frame, interval, rr, u, span),
    }
    return frame.everything(QTC_NAMES, readings)


def _decide(frame: Frame, interval: float, rr: float, u: float, span: tuple[float, float] | None) -> Reading | Missing:
    """Return the QTc that rules judge."""
    intervals = np.diff([beat.sample for beat in frame.delineation.beats if beat.kind != "ventricular"])
    if intervals.size >= 2 and float(np.std(intervals) / np.mean(intervals)) > IRREGULAR:
        return Missing("rhythm too irregular for one QTc")
    qrs = frame.milliseconds(frame.offset - frame.onset)
    if qrs >= WIDE_QRS:
        interval -= BOGOSSIAN * qrs
    low, high = BAZETT_RATES
    power = 1 / 2 if low <= 60.0 / rr <= high else 1 / 3
    return Reading(interval / rr**power, u / rr**power, span)


def _scatter(frame: Frame, samples: list[int]) -> float:
    """Return the standard error of the mean over beats, in ms; NaN with fewer than three."""
    if len(samples) < 3:
        return math.nan
    return frame.milliseconds(float(np.std(samples, ddof=1)) / math.sqrt(len(samples)))
