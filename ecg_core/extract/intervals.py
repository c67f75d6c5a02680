"""Global intervals: P, PR, QRS, QT and what is computed from them."""

from __future__ import annotations

import math

import numpy as np

from ecg_core.extract.disagreement import compare
from ecg_core.extract.frame import NO_BEAT, NO_P, NO_T, Frame, Missing, Reading
from ecg_core.extract.uncertainty import combine
from ecg_core.measurements import Measurement

P_NAMES = ("p_duration", "pr_interval", "pr_segment")
T_NAMES = ("qt_interval", "jt_interval", "st_duration", "t_peak_end")
QTC_NAMES = ("qtc_bazett", "qtc_fridericia", "qtc_framingham", "qtc_hodges", "qtc_decision", "qtc_caution")

WIDE_QRS = 120.0
"""QRS duration in ms from which the QTc that rules judge is reduced (Bogossian 2014)."""

BOGOSSIAN = 0.485
"""Share of QRS duration taken from QT in that case (Bogossian 2014)."""

BAZETT_RATES = (60.0, 90.0)
"""Heart rates in 1/min within which Bazett's formula decides; Fridericia's outside (vocabulary, qtc_decision)."""

P_EARLIEST = 0.5
"""How long before QRS onset a P wave was sought in vain, in s (engineering default)."""

CAUTION_RATES = (50.0, 100.0)
"""Heart rates in 1/min beyond which no formula is trusted alone (engineering default; Bazett over-corrects fast and
under-corrects slow rates, AHA/ACC/HRS 2009 part IV)."""

IRREGULAR = 0.20
"""Relative scatter of RR above which QTc is withheld as the deciding one (engineering default)."""


def measure_intervals(frame: Frame) -> list[Measurement]:
    """Return all global intervals of the vocabulary."""
    if frame.waves.qrs_onset is None:
        names = ("p_wave_present", *P_NAMES, "qrs_duration", *T_NAMES, *QTC_NAMES)
        return frame.everything(names, dict.fromkeys(names, Missing(NO_BEAT)))
    return [
        *_measure_p(frame),
        frame.report("qrs_duration", _interval(frame, "qrs_duration", "qrs_onset", "qrs_offset")),
        *_measure_t(frame),
    ]


def measure_disagreement(frame: Frame) -> Measurement:
    """Return the largest difference between the two delineators of an engine, in ms."""
    name, opinions = "delineator_disagreement", frame.delineation.opinions
    if opinions is None:
        return frame.report(name, Missing("one delineator only"))
    return frame.report(name, Reading(max(compare(*opinions, frame.rate).values())))


def _interval(frame: Frame, name: str, first: str, last: str, beat_error: float = 0.0) -> Reading:
    """Return the time between two fiducial points, both of them found."""
    start, stop = frame.edge(first), frame.edge(last)
    doubt = frame.doubt(first, last)
    u = combine(frame.method[name], beat_error, doubt)
    return Reading(frame.milliseconds(stop - start), u, (start, stop), doubtful=doubt > 0)


def _measure_p(frame: Frame) -> list[Measurement]:
    waves, opinions = frame.waves, frame.delineation.opinions
    contested = opinions is not None and (opinions[0].p_onset is None) != (opinions[1].p_onset is None)
    if waves.p_onset is None or waves.p_offset is None:
        searched = (max(0, frame.onset - frame.samples(P_EARLIEST)), frame.onset)
        return [
            frame.report("p_wave_present", Reading(value=False, span=searched, doubtful=contested)),
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
        frame.report("p_wave_present", Reading(value=True, span=(waves.p_onset, waves.p_offset), doubtful=contested)),
        frame.report("p_duration", _interval(frame, "p_duration", "p_onset", "p_offset")),
        frame.report("pr_interval", _interval(frame, "pr_interval", "p_onset", "qrs_onset", scatter)),
        frame.report("pr_segment", _interval(frame, "pr_segment", "p_offset", "qrs_onset", scatter)),
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
    qt = _interval(frame, "qt_interval", "qrs_onset", "t_offset", scatter)
    st: Reading | Missing = Missing("T onset not found")
    if waves.t_onset is not None:
        st = _interval(frame, "st_duration", "qrs_offset", "t_onset")
    return [
        frame.report("qt_interval", qt),
        frame.report("jt_interval", _interval(frame, "jt_interval", "qrs_offset", "t_offset", scatter)),
        frame.report("st_duration", st),
        frame.report("t_peak_end", _interval(frame, "t_peak_end", "t_peak", "t_offset")),
        *_measure_qtc(frame, qt),
    ]


def _measure_qtc(frame: Frame, qt: Reading) -> list[Measurement]:
    if frame.mean_rr is None:
        return frame.everything(QTC_NAMES, dict.fromkeys(QTC_NAMES, Missing("fewer than 2 beats")))
    interval = float(qt.value) if isinstance(qt.value, float | int) else math.nan
    rr = frame.mean_rr / 1000.0
    rate = 60.0 / rr
    u = qt.u or 0.0
    span, doubtful = qt.span, qt.doubtful
    readings: dict[str, Reading | Missing] = {
        # Bazett 1920, Fridericia 1920, Sagie 1992 (Framingham), Hodges 1983.
        "qtc_bazett": Reading(interval / math.sqrt(rr), u / math.sqrt(rr), span, doubtful),
        "qtc_fridericia": Reading(interval / rr ** (1 / 3), u / rr ** (1 / 3), span, doubtful),
        "qtc_framingham": Reading(interval + 154.0 * (1.0 - rr), u, span, doubtful),
        "qtc_hodges": Reading(interval + 1.75 * (rate - 60.0), u, span, doubtful),
        "qtc_decision": _decide(frame, qt, rr),
        "qtc_caution": Reading(_caution(frame, rate), None, span),
    }
    return frame.everything(QTC_NAMES, readings)


def _caution(frame: Frame, rate: float) -> str:
    """Return what makes a corrected QT doubtful: the rate, a wide QRS, both or none."""
    odd_rate = not CAUTION_RATES[0] <= rate <= CAUTION_RATES[1]
    wide = frame.milliseconds(frame.edge("qrs_offset") - frame.edge("qrs_onset")) >= WIDE_QRS
    if odd_rate:
        return "rate_and_wide_qrs" if wide else "rate"
    return "wide_qrs" if wide else "none"


def _decide(frame: Frame, qt: Reading, rr: float) -> Reading | Missing:
    """Return the QTc that rules judge."""
    assert isinstance(qt.value, float)
    intervals = np.diff([beat.sample for beat in frame.delineation.beats if beat.kind != "ventricular"])
    if intervals.size >= 2 and float(np.std(intervals) / np.mean(intervals)) > IRREGULAR:
        return Missing("rhythm too irregular for one QTc")
    interval, qrs = qt.value, frame.milliseconds(frame.edge("qrs_offset") - frame.edge("qrs_onset"))
    if qrs >= WIDE_QRS:
        interval -= BOGOSSIAN * qrs
    low, high = BAZETT_RATES
    power = 1 / 2 if low <= 60.0 / rr <= high else 1 / 3
    return qt._replace(value=interval / rr**power, u=(qt.u or 0.0) / rr**power)


def _scatter(frame: Frame, samples: list[int]) -> float:
    """Return the standard error of the mean over beats, in ms; NaN with fewer than three."""
    if len(samples) < 3:
        return math.nan
    return frame.milliseconds(float(np.std(samples, ddof=1)) / math.sqrt(len(samples)))
