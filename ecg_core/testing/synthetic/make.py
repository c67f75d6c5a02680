"""From a script to a recording."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ecg_core.recording import Patient, Recording
from ecg_core.testing.synthetic.activity import draw_activity
from ecg_core.testing.synthetic.filters import FINE_RATE, reach, thin_out
from ecg_core.testing.synthetic.noise import Noise, Recorder
from ecg_core.testing.synthetic.script import Script
from ecg_core.testing.synthetic.truth import Truth, true_of
from ecg_core.vocabulary import STANDARD_LEADS

PATIENT = Patient(age=50.0, sex="male")
"""Whose recordings these are, unless somebody else is named."""


@dataclass(frozen=True, slots=True)
class Sketch:
    """All that a recording is made from.

    Attributes:
        script: what happens when.
        noise: what disturbs it.
        recorder: how it is recorded.
        patient: whose it is.
        name: of the recording.
    """

    script: Script
    noise: Noise = field(default_factory=Noise)
    recorder: Recorder = field(default_factory=Recorder)
    patient: Patient = PATIENT
    name: str = "synthetic"


def make(sketch: Sketch) -> tuple[Recording, Truth]:
    """Draw a recording, and say what is true of it.

    The script is drawn finely, low-passed at 0.4 of the sampling rate and thinned out, as a recorder does it: what is
    shorter than a sample is smeared, not missed.

    Args:
        sketch: what to draw; the same sketch gives the same recording.
    """
    recorder, script = sketch.recorder, sketch.script
    rate = recorder.sampling_rate
    wiring = np.eye(len(STANDARD_LEADS)) if recorder.wiring is None else np.array(recorder.wiring)
    signal = wiring @ _draw(script, rate)
    signal += sketch.noise.draw(np.arange(signal.shape[1]) / rate)
    for lead, limit in recorder.limit.items():
        row = signal[STANDARD_LEADS.index(lead)]
        np.clip(row, -limit, limit, out=row)
    if recorder.step:
        signal = np.rint(signal / recorder.step) * recorder.step
    signal[[STANDARD_LEADS.index(lead) for lead in recorder.flat]] = 0.0
    leads = tuple(lead for lead in STANDARD_LEADS if lead not in recorder.missing)
    recording = Recording(
        signal=signal[[STANDARD_LEADS.index(lead) for lead in leads]],
        sampling_rate=rate,
        leads=leads,
        provenance=tuple("recorded" for _ in leads),
        patient=sketch.patient,
        source="synthetic",
        name=sketch.name,
    )
    return recording, true_of(script, wiring, sketch.patient, rate)


def _draw(script: Script, rate: float) -> NDArray[np.float64]:
    """Return the undisturbed signal, shape ``[leads, samples]``."""
    factor = math.ceil(FINE_RATE / rate)
    fine_rate, lead_in = rate * factor, round(reach(rate) * rate) * factor
    count = (round(script.duration * rate) - 1) * factor + 1 + 2 * lead_in
    time = (np.arange(count) - lead_in) / fine_rate
    fine = np.zeros((len(STANDARD_LEADS), count))
    for wave in script.p_waves:
        span = _span(time, wave.time, wave.shape.end)
        fine[:, span] += wave.shape.draw(1000 * (time[span] - wave.time))
    for beat in script.beats:
        span = _span(time, beat.time, beat.shape.end)
        fine[:, span] += beat.shape.draw(1000 * (time[span] - beat.time))
    for spike in script.spikes:
        fine[:, _span(time, spike.time, spike.width)] += spike.size.array[:, None]
    for activity in script.activity:
        fine += draw_activity(activity, time)
    return thin_out(fine, factor)


def _span(time: NDArray[np.float64], start: float, length: float) -> slice:
    """Return the samples from `start` (s) on, `length` (ms) long."""
    first, last = np.searchsorted(time, [start, start + length / 1000])
    return slice(int(first), int(last))
