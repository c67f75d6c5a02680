"""Asystole and torsades from signal to statement: drawn, measured by our engines, judged by the adult pack."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from ecg_core.extract import measure
from ecg_core.findings import Verdict
from ecg_core.recording import Recording
from ecg_core.rules.engine import truths
from ecg_core.rules.load import load_protocol
from ecg_core.testing.synthetic import make, scenario

ENGINES = ("classical", "learned")
NOISE = 0.01


def sinus() -> Recording:
    recording, _ = make(scenario("pr", pr=160.0))
    return recording


def noise(recording: Recording) -> NDArray[np.float64]:
    return NOISE * np.random.default_rng(0).standard_normal(recording.signal.shape)


def torsades(recording: Recording, rate: float) -> NDArray[np.float64]:
    """Draw wide complexes without a pause between them, whose axis turns around every four seconds."""
    time = np.arange(recording.signal.shape[1]) / recording.sampling_rate
    turn, phase = 2 * np.pi * time / 4, (time * rate / 60) % 1
    wave = np.exp(-0.5 * ((phase - 0.3) / 0.13) ** 2) - 0.45 * np.exp(-0.5 * ((phase - 0.75) / 0.14) ** 2)
    left, down, front = np.cos(turn), np.sin(turn), np.sin(turn + 1)
    one, two = left, 0.6 * left + 1.2 * down
    rows = {"I": one, "II": two, "III": two - one, "aVR": -(one + two) / 2, "aVL": one - two / 2, "aVF": two - one / 2}
    shares = ((-0.4, 1.4), (-0.2, 1.6), (0.3, 1.2), (0.6, 0.8), (0.9, 0.4), (1.0, 0.0))
    rows |= {f"V{number}": a * left + b * front for number, (a, b) in enumerate(shares, start=1)}
    return np.stack([rows[lead] * wave for lead in recording.leads])


def found(recording: Recording, signal: NDArray[np.float64], engine: str) -> set[str]:
    measurements = measure(replace(recording, signal=signal + noise(recording)), extractor=engine)
    final = truths(load_protocol("adult12"), measurements, engine="python").final
    return {code for code, verdict in final.items() if verdict is Verdict.TRUE}


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("rate", [160.0, 200.0, 240.0])
def test_torsades_is_named_and_nothing_less_urgent_in_its_place(engine: str, rate: float) -> None:
    recording = sinus()
    codes = found(recording, torsades(recording, rate), engine)
    assert {"RHY_VT_POLY", "OVR_CRITICAL"} <= codes
    assert codes.isdisjoint({"RHY_VF", "RHY_VT", "RHY_WCT", "RHY_AFIB", "RHY_NSVT", "RHY_UNDET"})


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("seconds", [0.0, 3.5])
def test_asystole_is_named_after_the_last_beat_and_without_any(engine: str, seconds: float) -> None:
    recording = sinus()
    signal = recording.signal.copy()
    signal[:, round(seconds * recording.sampling_rate) :] = 0.0
    codes = found(recording, signal, engine)
    assert {"RHY_ASYST", "OVR_CRITICAL"} <= codes
    assert codes.isdisjoint({"RHY_VF", "OVR_UNINTERP"})


@pytest.mark.parametrize("engine", ENGINES)
def test_sinus_rhythm_is_neither(engine: str) -> None:
    recording = sinus()
    codes = found(recording, recording.signal, engine)
    assert "RHY_SINUS" in codes
    assert codes.isdisjoint({"RHY_ASYST", "RHY_VT_POLY", "RHY_VT", "OVR_CRITICAL"})
