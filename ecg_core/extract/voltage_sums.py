"""What is summed from QRS amplitudes over leads: voltages of hypertrophy, and where R comes to equal S."""

from __future__ import annotations

from typing import NamedTuple

from ecg_core.extract.frame import NO_BEAT, Frame, Missing, Reading
from ecg_core.extract.qrs_amplitudes import size_of
from ecg_core.extract.qrs_waves import QrsWaves, Wave
from ecg_core.extract.uncertainty import combine, of_amplitude
from ecg_core.measurements import Measurement
from ecg_core.vocabulary import PRECORDIAL_LEADS

SUM_NAMES = (
    "sokolow_lyon_voltage",
    "cornell_voltage",
    "cornell_product",
    "peguero_voltage",
    "deepest_s",
    "precordial_transition",
)

CORNELL_FEMALE = 0.8
"""Added to the Cornell voltage of women, in mV (Okin 1995, vocabulary)."""

TRANSITION_ERROR = 0.3
"""Standard uncertainty of the transition where it lies outside V1 to V6, in leads (engineering default)."""


class _Deflection(NamedTuple):
    """An R or S wave of one lead: its lead, size in mV, standard uncertainty, and where it peaks."""

    lead: str
    size: float
    u: float
    peak: int


def measure_voltage_sums(frame: Frame, waves: dict[str, QrsWaves], sex: str | None) -> list[Measurement]:
    """Return voltage sums and the precordial transition.

    Args:
        frame: the representative beat.
        waves: QRS waves by lead.
        sex: "male", "female" or None; decides the Cornell product.
    """
    if frame.waves.qrs_onset is None:
        return frame.everything(SUM_NAMES, dict.fromkeys(SUM_NAMES, Missing(NO_BEAT)))

    def refused(*leads: str) -> Missing | None:
        return next((Missing(frame.refused[lead]) for lead in leads if lead in frame.refused), None)

    depths = {lead: _depth(frame, lead, waves[lead]) for lead in waves}
    deepest = max(depths.values(), key=lambda found: found.size, default=None)

    def sokolow() -> Reading:
        lateral = max((_height(frame, lead, waves[lead]) for lead in ("V5", "V6")), key=lambda found: found.size)
        return _total(depths["V1"], lateral)

    cornell = refused("aVL", "V3") or _total(_height(frame, "aVL", waves["aVL"]), depths["V3"])
    readings: dict[str, Reading | Missing] = {
        "sokolow_lyon_voltage": refused("V1", "V5", "V6") or sokolow(),
        "cornell_voltage": cornell,
        "cornell_product": _cornell_product(frame, cornell, sex),
        "peguero_voltage": Missing("no lead can be measured"),
        "deepest_s": Missing("no lead can be measured"),
        "precordial_transition": refused(*PRECORDIAL_LEADS) or _transition(frame, waves),
    }
    if deepest is not None:
        readings["deepest_s"] = _total(deepest)
        readings["peguero_voltage"] = refused("V4") or _total(deepest, depths["V4"])
    return frame.everything(SUM_NAMES, readings)


def _height(frame: Frame, lead: str, waves: QrsWaves) -> _Deflection:
    return _deflection(frame, lead, waves.r, waves.r_prime, waves.r_double_prime)


def _depth(frame: Frame, lead: str, waves: QrsWaves) -> _Deflection:
    """Return the deepest S, or the QS complex."""
    return _deflection(frame, lead, *((waves.q,) if waves.qs else (waves.s, waves.s_prime)))


def _deflection(frame: Frame, lead: str, *waves: Wave | None) -> _Deflection:
    largest = max(waves, key=size_of)
    size = size_of(largest)
    u = of_amplitude(size, float(frame.noise[frame.rows[lead]]))
    return _Deflection(lead, size, u, frame.onset if largest is None else largest.peak)


def _total(*parts: _Deflection) -> Reading:
    peaks = [part.peak for part in parts]
    return Reading(sum(part.size for part in parts), combine(*(part.u for part in parts)), (min(peaks), max(peaks)))


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


def _transition(frame: Frame, waves: dict[str, QrsWaves]) -> Reading:
    """Return where R comes to equal S between V1 and V6: 0 if R is the larger in V1 already, 7 if it never is."""
    span = (frame.onset, frame.offset)
    pairs = [(_height(frame, lead, waves[lead]), _depth(frame, lead, waves[lead])) for lead in PRECORDIAL_LEADS]
    balance = [(r.size - s.size) / (r.size + s.size) if r.size + s.size > 0 else -1.0 for r, s in pairs]
    if balance[0] >= 0:
        return Reading(0.0, TRANSITION_ERROR, span)
    for number in range(1, len(balance)):
        if balance[number] >= 0:
            rise = balance[number] - balance[number - 1]
            errors = [combine(r.u, s.u) / max(r.size + s.size, r.u) for r, s in pairs[number - 1 : number + 1]]
            return Reading(number - balance[number - 1] / rise, min(combine(*errors) / rise, 1.0), span)
    return Reading(7.0, TRANSITION_ERROR, span)
