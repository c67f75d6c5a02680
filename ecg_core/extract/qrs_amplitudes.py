"""Amplitudes and durations of Q, R, S, R' in every lead, and what is summed from them."""

from __future__ import annotations

import numpy as np

from ecg_core.extract.frame import NO_BEAT, Frame, Missing, Reading
from ecg_core.extract.qrs_waves import QrsWaves, Wave, find_waves
from ecg_core.extract.uncertainty import WAVE_EDGE_MS, combine, of_amplitude
from ecg_core.measurements import Measurement
from ecg_core.vocabulary import PRECORDIAL_LEADS

LEAD_NAMES = (
    "qrs_peak_to_peak",
    "q_amplitude",
    "q_duration",
    "r_amplitude",
    "r_duration",
    "s_amplitude",
    "s_duration",
    "r_prime_amplitude",
    "r_prime_duration",
    "qs_complex",
    "q_r_ratio",
    "r_s_ratio",
    "qrs_morphology",
    "r_peak_time",
    "rs_interval",
)

SUM_NAMES = (
    "sokolow_lyon_voltage",
    "cornell_voltage",
    "cornell_product",
    "peguero_voltage",
    "deepest_s",
    "precordial_transition",
)

RATIO_LIMIT = 100.0
"""Ratio given where the denominator is no wave (vocabulary)."""

CORNELL_FEMALE = 0.8
"""Added to the Cornell voltage of women, in mV (Okin 1995, vocabulary)."""


def find_all_waves(frame: Frame) -> dict[str, QrsWaves]:
    """Return the QRS waves of every lead that may be measured; none where there is no complex."""
    if frame.waves.qrs_onset is None:
        return {}
    return {
        lead: find_waves(frame.beat[row], frame.onset, frame.offset, frame.rate) for lead, row in frame.rows.items()
    }


def measure_qrs_amplitudes(frame: Frame, waves: dict[str, QrsWaves], sex: str | None) -> list[Measurement]:
    """Return the QRS measurements of every lead and the voltage sums.

    Args:
        frame: the representative beat.
        waves: what `find_all_waves` found.
        sex: "male", "female" or None; decides the Cornell product.
    """
    if frame.waves.qrs_onset is None:
        return [
            *frame.per_lead(LEAD_NAMES, lambda row: {}, NO_BEAT),
            *frame.everything(SUM_NAMES, dict.fromkeys(SUM_NAMES, Missing(NO_BEAT))),
        ]
    by_row = {frame.rows[lead]: found for lead, found in waves.items()}
    return [
        *frame.per_lead(LEAD_NAMES, lambda row: _measure_lead(frame, row, by_row[row])),
        *frame.everything(SUM_NAMES, _measure_sums(frame, waves, sex)),
    ]


def _measure_lead(frame: Frame, row: int, waves: QrsWaves) -> dict[str, Reading | Missing]:
    piece = frame.beat[row, frame.onset : frame.offset + 1]
    noise = float(frame.noise[row])
    whole = (frame.onset, frame.offset)
    height, depth, dip = size_of(waves.r), size_of(waves.s), size_of(waves.q)
    r_error = of_amplitude(height, noise)
    if waves.r is None:
        r_s: Reading = Reading(0.0, None, whole)
        q_r = Reading(RATIO_LIMIT if waves.q is not None else 0.0, None, whole)
    else:
        r_s = _ratio(height, depth, r_error, of_amplitude(depth, noise), whole)
        q_r = Reading(dip / height, combine(of_amplitude(dip, noise), dip / height * r_error) / height, whole)
    return {
        "qrs_peak_to_peak": Reading(float(np.ptp(piece)), of_amplitude(float(np.ptp(piece)), noise), whole),
        **_wave(frame, "q", waves.q, noise),
        **_wave(frame, "r", waves.r, noise),
        **_wave(frame, "s", waves.s, noise),
        **_wave(frame, "r_prime", waves.r_prime, noise),
        "qs_complex": Reading(waves.qs, None, whole),
        "q_r_ratio": q_r,
        "r_s_ratio": r_s,
        "qrs_morphology": Reading(waves.morphology, None, whole) if waves.morphology else Missing("no QRS wave found"),
        "r_peak_time": _peak_time(frame, waves),
        "rs_interval": _rs_interval(frame, waves),
    }


def size_of(wave: Wave | None) -> float:
    """Return the size of a wave in mV, 0 if it is not there."""
    return 0.0 if wave is None else abs(wave.amplitude)


def _wave(frame: Frame, name: str, wave: Wave | None, noise: float) -> dict[str, Reading | Missing]:
    if wave is None:
        whole = (frame.onset, frame.offset)
        return {
            f"{name}_amplitude": Reading(0.0, of_amplitude(0.0, noise), whole),
            f"{name}_duration": Reading(0.0, WAVE_EDGE_MS, whole),
        }
    span = (wave.first, wave.last)
    return {
        f"{name}_amplitude": Reading(abs(wave.amplitude), of_amplitude(wave.amplitude, noise), span),
        f"{name}_duration": Reading(frame.milliseconds(wave.width), WAVE_EDGE_MS, span),
    }


def _ratio(above: float, below: float, above_error: float, below_error: float, span: tuple[float, float]) -> Reading:
    if below == 0.0 or above / below >= RATIO_LIMIT:
        return Reading(RATIO_LIMIT, None, span)
    ratio = above / below
    return Reading(ratio, ratio * combine(above_error / above, below_error / below), span)


def _peak_time(frame: Frame, waves: QrsWaves) -> Reading | Missing:
    """Return the time from global QRS onset to the last R peak."""
    last = waves.r_prime if waves.r_prime is not None else waves.r
    if last is None:
        return Missing("no R wave")
    return Reading(frame.milliseconds(last.peak - frame.onset), WAVE_EDGE_MS, (frame.onset, last.peak))


def _rs_interval(frame: Frame, waves: QrsWaves) -> Reading | Missing:
    """Return the time from R onset to the nadir of S (Brugada 1991)."""
    if waves.r is None or waves.s is None:
        return Missing("no RS complex")
    return Reading(frame.milliseconds(waves.s.peak - waves.r.first), WAVE_EDGE_MS, (waves.r.first, waves.s.peak))


def _measure_sums(frame: Frame, waves: dict[str, QrsWaves], sex: str | None) -> dict[str, Reading | Missing]:
    def height(lead: str) -> float:
        return max(size_of(waves[lead].r), size_of(waves[lead].r_prime))

    def depth(lead: str) -> float:
        found = waves[lead]
        return size_of(found.q) if found.qs else max(size_of(found.s), size_of(found.s_prime))

    def total(leads: tuple[str, ...], value: float) -> Reading:
        return Reading(
            value, combine(*(of_amplitude(value / 2, float(frame.noise[frame.rows[lead]])) for lead in leads))
        )

    def refused(*leads: str) -> Missing | None:
        return next((Missing(frame.refused[lead]) for lead in leads if lead in frame.refused), None)

    deepest = max((depth(lead) for lead in waves), default=0.0)
    sokolow = refused("V1", "V5", "V6") or total(("V1", "V5"), depth("V1") + max(height("V5"), height("V6")))
    cornell = refused("aVL", "V3") or total(("aVL", "V3"), height("aVL") + depth("V3"))
    return {
        "sokolow_lyon_voltage": sokolow,
        "cornell_voltage": cornell,
        "cornell_product": _cornell_product(frame, cornell, sex),
        "peguero_voltage": refused("V4") or total(("V4", "V4"), deepest + depth("V4")),
        "deepest_s": Reading(deepest, of_amplitude(deepest, 0.0)) if waves else Missing("no lead can be measured"),
        "precordial_transition": _transition(frame, waves),
    }


def _cornell_product(frame: Frame, voltage: Reading | Missing, sex: str | None) -> Reading | Missing:
    if isinstance(voltage, Missing):
        return voltage
    if sex is None:
        return Missing("sex is not known")
    assert isinstance(voltage.value, float)
    height = voltage.value + (CORNELL_FEMALE if sex == "female" else 0.0)
    width = frame.milliseconds(frame.edge("qrs_offset") - frame.edge("qrs_onset"))
    doubt = frame.doubt("qrs_onset", "qrs_offset")
    edges = combine(frame.method["qrs_duration"], doubt)
    return Reading(
        height * width,
        combine(width * (voltage.u or 0.0), height * edges),
        (frame.onset, frame.offset),
        doubtful=doubt > 0,
    )


def _transition(frame: Frame, waves: dict[str, QrsWaves]) -> Reading | Missing:
    """Return where R comes to equal S between V1 and V6: 0 if R is the larger in V1 already, 7 if it never is."""
    for lead in PRECORDIAL_LEADS:
        if lead in frame.refused:
            return Missing(frame.refused[lead])
    balance: list[float] = []
    for lead in PRECORDIAL_LEADS:
        found = waves[lead]
        r = max(size_of(found.r), size_of(found.r_prime))
        s = size_of(found.q) if found.qs else max(size_of(found.s), size_of(found.s_prime))
        balance.append((r - s) / (r + s) if r + s > 0 else -1.0)
    if balance[0] >= 0:
        return Reading(0.0, 0.3)
    for number in range(1, len(balance)):
        if balance[number] >= 0:
            step = -balance[number - 1] / (balance[number] - balance[number - 1])
            return Reading(number + step, 0.3)
    return Reading(7.0, 0.3)
