"""Real recordings, changed in ways that must not change their intervals."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from scipy.signal import resample_poly

from ecg_core.extract import measure
from ecg_core.measurements import Measurements
from ecg_core.readers import read_recording
from ecg_core.recording import Recording

RECORDS = ("4", "25", "42", "68", "85", "107", "122", "140", "163", "179")
FEW = RECORDS[1::3]
INTERVALS = ("p_duration", "pr_interval", "qrs_duration", "qt_interval")
LIMIT = 4.0
"""ms: two samples of the working rate."""

ENGINES = pytest.mark.parametrize("engine", ["classical", "learned"])


@cache
def read(data: Path, record: str) -> Recording:
    return read_recording(data / "ludb" / "data" / f"{record}.hea")


@cache
def plain(data: Path, record: str, engine: str) -> Measurements:
    return measure(read(data, record), extractor=engine)


def resampled(recording: Recording, rate: int) -> Recording:
    ratio = Fraction(rate, round(recording.sampling_rate))
    level = np.median(recording.signal, axis=1, keepdims=True)
    signal = resample_poly(recording.signal - level, ratio.numerator, ratio.denominator, axis=1) + level
    return replace(recording, signal=signal, sampling_rate=float(rate))


def with_v5_upside_down(recording: Recording) -> Recording:
    signal = recording.signal.copy()
    signal[recording.leads.index("V5")] *= -1
    return replace(recording, signal=signal)


def with_leads_in_reverse(recording: Recording) -> Recording:
    return replace(
        recording,
        signal=recording.signal[::-1],
        leads=recording.leads[::-1],
        provenance=recording.provenance[::-1],
    )


CHANGES: dict[str, Callable[[Recording], Recording]] = {
    "half the gain": lambda recording: replace(recording, signal=0.5 * recording.signal),
    "twice the gain": lambda recording: replace(recording, signal=2.0 * recording.signal),
    "offsets": lambda recording: replace(recording, signal=recording.signal + np.linspace(-5, 5, 12)[:, None]),
    "order of leads": with_leads_in_reverse,
    "a third of a second later": lambda recording: recording.window(0.337),
    "twice over": lambda recording: replace(recording, signal=np.tile(recording.signal, 2)),
    "a lead upside down": with_v5_upside_down,
}


def shifts(before: Measurements, after: Measurements) -> dict[str, float]:
    """Changes of the intervals that both have; one that appears or vanishes is infinitely far."""
    pairs = {name: (before.value(name), after.value(name)) for name in INTERVALS}
    return {
        name: np.inf if (one is None) != (other is None) else 0.0 if one is None else abs(float(other) - float(one))  # type: ignore[arg-type]
        for name, (one, other) in pairs.items()
    }


@ENGINES
@pytest.mark.parametrize("rate", [250, 400, 1000])
def test_the_sampling_rate_moves_no_interval(data: Path, rate: int, engine: str) -> None:
    moved = {}
    for record in RECORDS:
        after = measure(resampled(read(data, record), rate), extractor=engine)
        found = shifts(plain(data, record, engine), after)
        moved |= {(record, name): shift for name, shift in found.items() if shift > LIMIT}
    assert not moved


@ENGINES
@pytest.mark.parametrize("change", CHANGES)
def test_what_does_not_touch_the_heart_moves_no_interval(data: Path, change: str, engine: str) -> None:
    moved = {}
    for record in FEW:
        after = measure(CHANGES[change](read(data, record)), extractor=engine)
        found = shifts(plain(data, record, engine), after)
        moved |= {(record, name): shift for name, shift in found.items() if shift > LIMIT}
    assert not moved


@ENGINES
def test_amplitudes_follow_the_gain(data: Path, engine: str) -> None:
    recording = read(data, RECORDS[0])
    single = plain(data, RECORDS[0], engine)
    double = measure(CHANGES["twice the gain"](recording), extractor=engine)
    for lead in recording.leads:
        one, two = single.value("qrs_peak_to_peak", lead=lead), double.value("qrs_peak_to_peak", lead=lead)
        assert two == pytest.approx(2 * float(one), rel=0.02)  # type: ignore[arg-type]
    assert double.value("qrs_axis") == pytest.approx(single.value("qrs_axis"), abs=2.0)
