from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from ecg_core.errors import NotAssessableError, UnknownNameError, UsageError
from ecg_core.extract import Extractor, analysis_window, measure
from ecg_core.extract.classical import ClassicalExtractor
from ecg_core.recording import Recording
from ecg_core.testing.check_extractor import check_extractor
from ecg_core.testing.synthetic import sinus_rhythm


def lasting(seconds: float) -> Recording:
    return Recording(np.zeros((1, round(100 * seconds))), 100.0, ("II",), ("recorded",))


def test_up_to_two_minutes_are_analysed_whole() -> None:
    recording = lasting(120)
    assert analysis_window(recording) is recording


def test_of_a_longer_recording_the_first_ten_seconds_are_analysed_and_a_note_says_so() -> None:
    window = analysis_window(lasting(121))
    assert window.duration == 10
    assert window.notes == ("analysed 10 s from 0 s on, of 121 s recorded",)


@pytest.mark.parametrize(
    ("start", "duration", "first", "length"), [(30, None, 30, 10), (None, 60, 0, 60), (115, 20, 115, 6), (5, 2, 5, 2)]
)
def test_start_and_duration_choose_the_window(
    start: float | None, duration: float | None, first: float, length: float
) -> None:
    window = analysis_window(lasting(121), start, duration)
    assert window.start == first
    assert window.duration == length
    assert f"from {first} s on" in window.notes[0]


def test_a_window_outside_the_recording_is_refused() -> None:
    with pytest.raises(UsageError):
        analysis_window(lasting(10), 10.5)


@pytest.mark.parametrize(
    ("signal", "message"),
    [
        (np.zeros((1, 0)), "0 s of signal"),
        (np.sin(np.arange(100.0))[None, :], "0.2 s of signal"),
        (np.full((1, 5000), np.nan), "no lead holds a sample"),
        (np.full((1, 5000), 3.7), "every lead is flat"),
    ],
)
def test_what_cannot_be_assessed_at_all_is_refused_with_a_hint(signal: np.ndarray, message: str) -> None:
    recording = Recording(signal, 500.0, ("II",), ("recorded",))
    with pytest.raises(NotAssessableError, match=message) as caught:
        measure(recording)
    assert caught.value.hint


def test_one_flat_lead_is_no_reason_to_refuse() -> None:
    recording = sinus_rhythm()
    signal = recording.signal.copy()
    signal[6] = 0.0
    measurements = measure(replace(recording, signal=signal))
    assert measurements.value("heart_rate") == pytest.approx(72, abs=0.5)
    assert measurements.reason("r_amplitude", lead="V1") == "lead V1 is flat"
    assert measurements.reason("sokolow_lyon_voltage") == "lead V1 is flat"


def test_an_unknown_engine_is_named() -> None:
    with pytest.raises(UnknownNameError, match="clasical"):
        measure(sinus_rhythm(), extractor="clasical")


def test_the_classical_engine_keeps_the_contract() -> None:
    engine = ClassicalExtractor()
    assert isinstance(engine, Extractor)
    check_extractor(engine)


class Forgetful(ClassicalExtractor):
    """Leaves out a measurement."""

    def extract(self, recording: Recording):  # type: ignore[no-untyped-def]
        found = super().extract(recording)
        return type(found)([item for item in found if item.name != "st_j"], extractor=found.extractor)


class Inventive(ClassicalExtractor):
    """Gives a heart rate whatever the signal."""

    def extract(self, recording: Recording):  # type: ignore[no-untyped-def]
        found = super().extract(recording)
        items = [replace(item, value=72.0, reason=None) if item.name == "heart_rate" else item for item in found]
        return type(found)(items, extractor=found.extractor)


@pytest.mark.parametrize(
    ("engine", "fault"), [(Forgetful(), "st_j of I .* has no entry"), (Inventive(), "a flat recording gave heart_rate")]
)
def test_the_conformance_test_finds_what_is_wrong(engine: Extractor, fault: str) -> None:
    with pytest.raises(AssertionError, match=fault):
        check_extractor(engine)
