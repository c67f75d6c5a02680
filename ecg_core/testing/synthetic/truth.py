"""What is true of a drawn recording, by construction."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from ecg_core.measurements import Measurement, Measurements, Value
from ecg_core.recording import Patient
from ecg_core.testing.synthetic.script import BeatLetter, PEvent, QrsEvent, Script
from ecg_core.testing.synthetic.true_waves import true_waves
from ecg_core.testing.synthetic.waves import Ventricular
from ecg_core.vocabulary import measurement


@dataclass(frozen=True, slots=True)
class TrueBeat:
    """One beat as it was drawn; times in s from the start of the recording, None where there is no such wave.

    Attributes:
        kind: class, as the vocabulary writes it (beat_classes).
        qrs_onset: beginning of the QRS complex.
        qrs_offset: J point.
        p_onset: beginning of the P wave that leads to it.
        t_offset: end of the T wave.
    """

    kind: BeatLetter
    qrs_onset: float
    qrs_offset: float
    p_onset: float | None
    t_offset: float | None


@dataclass(frozen=True, slots=True)
class Truth:
    """What was drawn.

    Attributes:
        measurements: the values that an extractor should find, by vocabulary name; what has no truth is not there.
        beats: in time order.
        p_waves: onset and end of every P wave, conducted or not, in s.
        spikes: times of the pacing spikes, in s.
    """

    measurements: Measurements
    beats: tuple[TrueBeat, ...]
    p_waves: tuple[tuple[float, float], ...]
    spikes: tuple[float, ...]

    def value(self, name: str, *, lead: str | None = None) -> Value | None:
        """Return the true value of a measurement, or None if it has none."""
        return self.measurements.value(name, lead=lead)


def true_of(script: Script, wiring: NDArray[np.float64], patient: Patient, sampling_rate: float) -> Truth:
    """Work out the truth of a script.

    Args:
        script: the recording before it is drawn.
        wiring: shape ``[leads, leads]``: what each recorded lead holds of the true ones.
        patient: as the recording will name them.
        sampling_rate: likewise, in Hz.
    """
    beats = [beat for beat in script.beats if beat.time < script.duration]
    p_waves = [wave for wave in script.p_waves if wave.time < script.duration]
    values: dict[tuple[str, str | None], Value] = {}
    for part in (
        _meta(script, patient, sampling_rate),
        _rhythm(script, beats, p_waves),
        _dominant_beat(beats, p_waves, wiring),
        ((name, None, value) for name, value in script.facts.items()),
    ):
        values.update({(name, lead): value for name, lead, value in part})
    _correct_qt(values)
    return Truth(
        measurements=Measurements(
            (_as_measurement(name, lead, value) for (name, lead), value in values.items()), extractor="truth"
        ),
        beats=tuple(_as_beat(beat) for beat in beats),
        p_waves=tuple((wave.time, wave.time + wave.shape.duration / 1000) for wave in p_waves),
        spikes=tuple(spike.time for spike in script.spikes),
    )


Part = Iterator[tuple[str, str | None, Value]]


def _as_measurement(name: str, lead: str | None, value: Value) -> Measurement:
    definition = measurement(name)
    return Measurement(name, value, definition.unit, lead=lead, u=0.0 if definition.kind == "number" else None)


def _as_beat(beat: QrsEvent) -> TrueBeat:
    has_t = bool(beat.shape.t)
    return TrueBeat(
        kind=beat.kind,
        qrs_onset=beat.time,
        qrs_offset=beat.time + beat.shape.qrs / 1000,
        p_onset=None if beat.pr is None else beat.time - beat.pr / 1000,
        t_offset=beat.time + beat.shape.qt / 1000 if has_t else None,
    )


def _meta(script: Script, patient: Patient, sampling_rate: float) -> Part:
    yield "sampling_rate", None, sampling_rate
    yield "duration", None, script.duration
    if patient.age is not None:
        yield "age", None, patient.age
    if patient.sex is not None:
        yield "sex", None, patient.sex


def _rhythm(script: Script, beats: list[QrsEvent], p_waves: list[PEvent]) -> Part:
    kinds = [beat.kind for beat in beats]
    yield "beat_count", None, len(beats)
    yield "beat_classes", None, tuple(kinds)
    yield "ventricular_premature_count", None, kinds.count("V")
    yield "supraventricular_premature_count", None, kinds.count("S") + kinds.count("A")
    yield "pacing_spike_count", None, len(script.spikes)
    yield "nonconducted_p_count", None, sum(not wave.conducted for wave in p_waves)
    if beats:
        led = sum(beat.pr is not None for beat in beats)
        yield "p_wave_fraction", None, led / len(beats)
        yield "p_wave_present", None, led > len(beats) / 2
        yield "paced_ventricular_fraction", None, kinds.count("P") / len(beats)
    if p_waves:
        yield "paced_atrial_fraction", None, sum(wave.paced for wave in p_waves) / len(p_waves)
    if len(p_waves) > 2:
        yield "atrial_rate", None, 60.0 / float(np.diff([wave.time for wave in p_waves]).mean())
    pr = [beat.pr for beat in beats if beat.pr is not None and beat.kind == "N"]
    if len(pr) > 1:
        yield "pr_variation", None, float(np.std(pr))
    if len(beats) > 1:
        rr = 1000 * np.diff([beat.time for beat in beats])
        yield "rr_intervals", None, tuple(rr.tolist())
        yield "rr_mean", None, float(rr.mean())
        yield "heart_rate", None, 60000 / float(rr.mean())
        yield "rr_longest", None, float(rr.max())
        yield "rr_shortest", None, float(rr.min())
        yield "rr_variation_all", None, float(rr.std() / rr.mean())
        normal = np.array([one == other == "N" for one, other in pairwise(kinds)])
        if normal.sum() > 1:
            yield "rr_variation", None, float(rr[normal].std() / rr[normal].mean())


def _dominant_beat(beats: list[QrsEvent], p_waves: list[PEvent], wiring: NDArray[np.float64]) -> Part:
    if not beats:
        return
    shape = dominant_shape(beats)
    yield "qrs_duration", None, shape.qrs
    if shape.t:
        yield "qt_interval", None, shape.qt
        yield "jt_interval", None, shape.qt - shape.qrs
        yield "st_duration", None, min(wave.first for wave in shape.t) - shape.qrs
    led = [beat.pr for beat in beats if beat.pr is not None and beat.shape is shape]
    atrial = [wave.shape for wave in p_waves if wave.conducted]
    common_p = Counter(atrial).most_common(1)[0][0] if led and atrial else None
    if led and common_p is not None:
        pr = float(np.median(led))
        yield "pr_interval", None, pr
        yield "p_duration", None, common_p.duration
        yield "pr_segment", None, pr - common_p.duration
    yield from true_waves(shape, common_p if led else None, wiring)


def dominant_shape(beats: list[QrsEvent]) -> Ventricular:
    """Return the shape that most beats have; of several, the one that comes first."""
    return Counter(beat.shape for beat in beats).most_common(1)[0][0]


def _correct_qt(values: dict[tuple[str, str | None], Value]) -> None:
    """Add the rate-corrected QT intervals (formulas as the vocabulary gives them)."""
    qt, mean = values.get(("qt_interval", None)), values.get(("rr_mean", None))
    if not isinstance(qt, float | int) or not isinstance(mean, float):
        return
    rr = mean / 1000
    corrected: Mapping[str, float] = {
        "qtc_bazett": qt / math.sqrt(rr),
        "qtc_fridericia": qt / rr ** (1 / 3),
        "qtc_framingham": qt + 154 * (1 - rr),
        "qtc_hodges": qt + 1.75 * (60 / rr - 60),
    }
    values.update({(name, None): value for name, value in corrected.items()})
