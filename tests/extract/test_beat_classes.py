"""Classes of beats by the whole classical engine, on rhythms in which every class is drawn."""

from __future__ import annotations

import numpy as np
import pytest
from drawn_rhythm import Drawn, draw

from ecg_core.extract.beat_classes import Described, classify
from ecg_core.extract.classical import ClassicalExtractor
from ecg_core.extract.filters import low_pass
from ecg_core.measurements import Measurements
from ecg_core.recording import Recording
from ecg_core.vocabulary import STANDARD_LEADS

KINDS = {"N": "dominant", "V": "ventricular", "F": "fusion"}


def measured(signal: np.ndarray, rate: float = 500.0) -> Measurements:
    recording = Recording(signal=signal, sampling_rate=rate, leads=STANDARD_LEADS, provenance=("recorded",) * 12)
    return ClassicalExtractor().extract(recording)


def drawn(letters: str, intervals: list[float], duration: float = 10.0) -> np.ndarray:
    times = np.cumsum([0.6, *intervals])
    beats = [
        Drawn(float(time), kind=KINDS[letter], pr=None if letter == "V" else 0.16)  # type: ignore[arg-type]
        for time, letter in zip(times, letters, strict=True)
    ]
    return draw(beats, duration=duration).signal


def test_fusion_is_the_sum_of_two_shapes_at_the_expected_time() -> None:
    found = measured(drawn("NNVNNNFNNVNN", [0.8, 0.5, 1.1, 0.8, 0.8, 0.8, 0.8, 0.8, 0.5, 1.1, 0.8]))
    assert "".join(found.value("beat_classes")) == "NNVNNNFNNVNN"  # type: ignore[arg-type]
    assert found.value("fusion_count") == 1
    assert found.value("ventricular_premature_count") == 2


def test_a_conducted_beat_and_fusion_in_a_paced_rhythm() -> None:
    letters, intervals = "VVVNVVFVVNVV", [0.8, 0.8, 0.72, 0.8, 0.8, 0.8, 0.8, 0.8, 0.72, 0.8, 0.8]
    times = np.cumsum([0.6, *intervals])
    beats = [Drawn(float(time), kind=KINDS[letter], pr=None) for time, letter in zip(times, letters, strict=True)]  # type: ignore[arg-type]
    signal = draw(beats).signal
    for time, letter in zip(times, letters, strict=True):
        if letter != "N":
            signal[:, round((time - 0.07) * 500)] += np.linspace(-2.0, 2.0, 12)
    found = measured(signal)
    assert "".join(found.value("beat_classes")) == letters.replace("V", "P")  # type: ignore[arg-type]
    assert found.value("fusion_count") == 1


def test_the_same_shape_too_early_is_no_fusion() -> None:
    found = measured(drawn("NNVNNNFNNVNN", [0.8, 0.5, 1.1, 0.8, 0.8, 0.55, 1.05, 0.8, 0.5, 1.1, 0.8]))
    assert found.value("fusion_count") == 0


def test_a_third_shape_that_is_no_sum_is_no_fusion() -> None:
    signal = drawn("NNVNNNNNNVNN", [0.8, 0.5, 1.1, 0.8, 0.8, 0.8, 0.8, 0.8, 0.5, 1.1, 0.8])
    place = round(500 * (0.6 + 0.8 + 0.5 + 1.1 + 0.8 + 0.8 + 0.8))
    time = np.arange(signal.shape[1]) - place
    signal += np.outer(np.roll(np.linspace(-1.5, 1.5, 12), 4), np.exp(-0.5 * (time / 12.0) ** 2) * np.sin(time / 6.0))
    found = measured(signal)
    assert found.value("fusion_count") == 0
    assert found.value("beat_classes")[6] == "Q"  # type: ignore[index]


def test_bigeminy() -> None:
    found = measured(drawn("NVNVNVNVNVN", [0.5, 1.1] * 5))
    assert "".join(found.value("beat_classes")) == "NVNVNVNVNVN"  # type: ignore[arg-type]
    assert found.value("ventricular_bigeminy_count") == 5
    assert found.value("heart_rate") == pytest.approx(75, abs=0.5)
    assert found.value("qrs_duration") < 110  # type: ignore[operator]


def test_a_hundred_samples_per_second_show_the_same_beats() -> None:
    signal = low_pass(drawn("NVNVNVNVNVN", [0.5, 1.1] * 5), 40.0, 500.0)[:, ::5]
    found = measured(signal, 100.0)
    assert "".join(found.value("beat_classes")) == "NVNVNVNVNVN"  # type: ignore[arg-type]
    assert found.value("heart_rate") == pytest.approx(75, abs=0.5)
    assert found.reason("pacing_spikes") == "sampling rate too low to see pacing spikes"


def test_three_seconds_are_enough_for_rate_and_classes() -> None:
    found = measured(drawn("NNVN", [0.7, 0.45, 0.95], duration=3.2))
    assert "".join(found.value("beat_classes")) == "NNVN"  # type: ignore[arg-type]
    assert found.value("heart_rate") == pytest.approx(60 * 3 / 2.1, abs=0.5)


def test_artefacts_of_forty_millivolts_hide_no_beat_and_make_none() -> None:
    signal = drawn("N" * 11, [0.8] * 10)
    signal[3, 1000:1040] += 40.0
    signal[7, 3000:3300] -= 37.0 * np.linspace(0, 1, 300)
    found = measured(signal)
    assert found.value("beat_count") == 11
    assert found.value("heart_rate") == pytest.approx(75, abs=0.2)


def test_a_pulse_in_several_leads_is_no_beat() -> None:
    signal = drawn("N" * 11, [0.8] * 10)
    signal[:6, 1200:1203] += np.array([-2.0, -2.0, 0.0, 2.0, -1.0, -1.0])[:, None]
    found = measured(signal)
    assert found.value("beat_classes") == ("N",) * 11


def test_a_shape_that_spikes_mostly_start_is_paced_where_the_spike_is_lost() -> None:
    onsets = np.arange(0.5, 8.5, 1.0)
    beats = Described(
        onsets=onsets,
        widths=np.full(8, 0.16),
        numbers=np.zeros(8, dtype=np.intp),
        likeness=np.ones(8),
        has_p=np.zeros(8, dtype=np.bool_),
    )
    assert classify(beats, onsets[[0, 1, 2, 4, 6]] - 0.03) == ["paced"] * 8
    assert classify(beats, onsets[[0, 1, 2]] - 0.03) == ["paced"] * 3 + ["dominant"] * 5


@pytest.mark.parametrize("period", [0.30, 0.345])
def test_every_beat_of_a_tachycardia_without_a_quiet_moment_is_found(period: float) -> None:
    time = np.arange(5000) / 500
    phase = (time / period) % 1.0
    saw = np.where(phase < 0.85, phase / 0.85, (1.0 - phase) / 0.15) - 0.5
    gain = np.linspace(0.6, 1.4, 12) * np.array([1, 1, 1, -1, 1, 1, -1, -1, 1, 1, 1, 1])
    noise = np.random.default_rng(3).normal(0, 0.01, (12, 5000))
    found = measured(np.outer(2.0 * gain, saw) * (1 + 0.2 * np.sin(2 * np.pi * 0.3 * time)) + noise)
    assert found.value("heart_rate") == pytest.approx(60 / period, rel=0.01)
