"""Amplitudes, durations and areas of Q, R, S, R', S' and R'' in every lead, and the times that follow from them."""

from __future__ import annotations

import numpy as np

from ecg_core.extract.frame import NO_BEAT, Frame, Missing, Reading
from ecg_core.extract.qrs_waves import BRIEFEST, QrsWaves, Wave, find_waves
from ecg_core.extract.uncertainty import AMPLITUDE_MV, AMPLITUDE_SHARE, WAVE_EDGE_MS, combine, of_amplitude
from ecg_core.measurements import Measurement

WAVES = ("q", "r", "s", "r_prime", "s_prime", "r_double_prime")
"""Names of the waves of `QrsWaves.in_order`."""

LEAD_NAMES = (
    "qrs_peak_to_peak",
    *(f"{wave}_{what}" for wave in WAVES for what in ("amplitude", "duration", "wave_area")),
    "qs_complex",
    "q_r_ratio",
    "r_s_ratio",
    "qrs_morphology",
    "r_peak_time",
    "rs_interval",
    "lead_qrs_duration",
    "initial_isoelectric",
    "terminal_isoelectric",
)

RATIO_LIMIT = 100.0
"""Ratio given where the denominator is no wave (vocabulary)."""

SAMPLING_SHARE = 0.289
"""Standard uncertainty of a place known to one sample, in samples: one over the root of twelve."""


def find_all_waves(frame: Frame) -> dict[str, QrsWaves]:
    """Return the QRS waves of every lead that may be measured; none where there is no complex."""
    if frame.waves.qrs_onset is None:
        return {}
    return {
        lead: find_waves(frame.beat[row], frame.onset, frame.offset, frame.rate) for lead, row in frame.rows.items()
    }


def measure_qrs_amplitudes(frame: Frame, waves: dict[str, QrsWaves]) -> list[Measurement]:
    """Return the QRS measurements of every lead.

    Args:
        frame: the representative beat.
        waves: what `find_all_waves` found.
    """
    by_row = {frame.rows[lead]: found for lead, found in waves.items()}
    gap = NO_BEAT if frame.waves.qrs_onset is None else None
    return frame.per_lead(LEAD_NAMES, lambda row: _measure_lead(frame, row, by_row[row]), gap)


def _measure_lead(frame: Frame, row: int, waves: QrsWaves) -> dict[str, Reading | Missing]:
    piece = frame.beat[row, frame.onset : frame.offset + 1]
    excursion = float(np.ptp(piece))
    noise = float(frame.noise[row])
    whole = (frame.onset, frame.offset)
    readings: dict[str, Reading | Missing] = {}
    for name, wave in zip(WAVES, waves.in_order, strict=True):
        readings |= _wave(frame, row, name, wave)
    return {
        **readings,
        **_ratios(waves, noise, whole),
        **_times(frame, row, waves),
        "qrs_peak_to_peak": Reading(excursion, of_amplitude(excursion, noise), whole),
        "qs_complex": Reading(waves.qs, None, whole),
        "qrs_morphology": Reading(waves.morphology, None, whole) if waves.morphology else Missing("no QRS wave found"),
    }


def size_of(wave: Wave | None) -> float:
    """Return the size of a wave in mV, 0 if it is not there."""
    return 0.0 if wave is None else abs(wave.amplitude)


def _wave(frame: Frame, row: int, name: str, wave: Wave | None) -> dict[str, Reading | Missing]:
    noise = float(frame.noise[row])
    level = combine(AMPLITUDE_MV, noise)
    if wave is None:
        whole = (frame.onset, frame.offset)
        return {
            f"{name}_amplitude": Reading(0.0, of_amplitude(0.0, noise), whole),
            f"{name}_duration": Reading(0.0, WAVE_EDGE_MS, whole),
            f"{name}_wave_area": Reading(0.0, level * BRIEFEST * 1000.0, whole),
        }
    span = (wave.first, wave.last)
    width = frame.milliseconds(wave.width)
    area = float(np.abs(frame.beat[row, wave.first : wave.last + 1]).sum()) * frame.milliseconds(1.0)
    edges = combine(_edge_error(frame, row, wave.first), _edge_error(frame, row, wave.last))
    return {
        f"{name}_amplitude": Reading(abs(wave.amplitude), of_amplitude(wave.amplitude, noise), span),
        f"{name}_duration": Reading(width, edges, span),
        f"{name}_wave_area": Reading(area, combine(level * width, AMPLITUDE_SHARE * area), span),
    }


def _edge_error(frame: Frame, row: int, sample: int) -> float:
    """Return the standard uncertainty in ms of a crossing of the level: that of the level over the slope there.

    Where the line comes off the level flatly, as at the QRS onset, that of the QRS edges bounds it.
    """
    line = frame.beat[row]
    slope = abs(float(line[sample + 1] - line[sample - 1])) / frame.milliseconds(2.0)
    level = combine(AMPLITUDE_MV, float(frame.noise[row]))
    crossing = level / slope if slope > 0 else np.inf
    limit = max(frame.method["j_point"], WAVE_EDGE_MS)
    return min(combine(crossing, frame.milliseconds(SAMPLING_SHARE)), limit)


def _ratios(waves: QrsWaves, noise: float, span: tuple[float, float]) -> dict[str, Reading | Missing]:
    height, depth, dip = size_of(waves.r), size_of(waves.s), size_of(waves.q)
    if waves.r is None:
        return {
            "r_s_ratio": Reading(0.0, None, span),
            "q_r_ratio": Reading(RATIO_LIMIT if waves.q is not None else 0.0, None, span),
        }
    r_error = of_amplitude(height, noise)
    r_s = Reading(RATIO_LIMIT, None, span)
    if depth > 0.0 and height / depth < RATIO_LIMIT:
        u = height / depth * combine(r_error / height, of_amplitude(depth, noise) / depth)
        r_s = Reading(height / depth, u, span)
    q_r = dip / height
    return {
        "r_s_ratio": r_s,
        "q_r_ratio": Reading(q_r, combine(of_amplitude(dip, noise), q_r * r_error) / height, span),
    }


def _times(frame: Frame, row: int, waves: QrsWaves) -> dict[str, Reading | Missing]:
    present = [wave for wave in waves.in_order if wave is not None]
    names = ("r_peak_time", "rs_interval", "lead_qrs_duration", "initial_isoelectric", "terminal_isoelectric")
    if not present:
        return dict.fromkeys(names, Missing("no QRS wave found"))
    first, last = present[0].first, present[-1].last
    start, stop = _edge_error(frame, row, first), _edge_error(frame, row, last)
    doubts = frame.doubt("qrs_onset"), frame.doubt("qrs_offset")
    onset, offset = (combine(frame.method["j_point"], doubt) for doubt in doubts)
    return {
        "r_peak_time": _peak_time(frame, waves, onset, doubtful=doubts[0] > 0),
        "rs_interval": _rs_interval(frame, row, waves),
        "lead_qrs_duration": Reading(frame.milliseconds(last - first + 1), combine(start, stop), (first, last)),
        "initial_isoelectric": Reading(
            frame.milliseconds(first - frame.onset), combine(start, onset), (frame.onset, first), doubts[0] > 0
        ),
        "terminal_isoelectric": Reading(
            frame.milliseconds(frame.offset - last), combine(stop, offset), (last, frame.offset), doubts[1] > 0
        ),
    }


def _peak_time(frame: Frame, waves: QrsWaves, onset_error: float, *, doubtful: bool) -> Reading | Missing:
    """Return the time from global QRS onset to the last R peak."""
    last = next((wave for wave in (waves.r_double_prime, waves.r_prime, waves.r) if wave is not None), None)
    if last is None:
        return Missing("no R wave")
    u = combine(onset_error, frame.milliseconds(1.0))
    return Reading(frame.milliseconds(last.peak - frame.onset), u, (frame.onset, last.peak), doubtful)


def _rs_interval(frame: Frame, row: int, waves: QrsWaves) -> Reading | Missing:
    """Return the time from R onset to the nadir of S (Brugada 1991)."""
    if waves.r is None or waves.s is None:
        return Missing("no RS complex")
    u = combine(_edge_error(frame, row, waves.r.first), frame.milliseconds(1.0))
    return Reading(frame.milliseconds(waves.s.peak - waves.r.first), u, (waves.r.first, waves.s.peak))
