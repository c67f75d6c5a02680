"""Filters, resampling and peaks give what scipy.signal gives, without importing it."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import signal

from ecg_core.extract.filters import band_pass, fast_length, high_pass, low_pass, resample, runs
from ecg_core.extract.peaks import find_maxima, find_peaks

RATE = 500.0


def drifting(samples: int = 5000) -> NDArray[np.float64]:
    random = np.random.default_rng(4)
    steps = random.normal(size=(3, samples))
    return 0.02 * np.cumsum(steps, axis=1) + 0.1 * random.normal(size=(3, samples))


def forth_and_back(line: NDArray[np.float64], kind: str, corner: float | tuple[float, float]) -> NDArray[np.float64]:
    sections = signal.butter(2, corner, kind, fs=RATE, output="sos")
    return np.asarray(signal.sosfiltfilt(sections, line, axis=-1, padlen=line.shape[-1] - 1))


@pytest.mark.parametrize("corner", [0.5, 1.0, 20.0, 150.0])
def test_low_and_high_pass_are_butterworth_filters_run_forth_and_back(corner: float) -> None:
    line = drifting()
    inside = slice(round(RATE / corner), -round(RATE / corner))
    for filtered, kind in ((low_pass(line, corner, RATE), "lowpass"), (high_pass(line, corner, RATE), "highpass")):
        np.testing.assert_allclose(filtered[:, inside], forth_and_back(line, kind, corner)[:, inside], atol=2e-4)


def test_band_pass_is_a_butterworth_filter_run_forth_and_back() -> None:
    line = drifting()
    expected = forth_and_back(line, "band", (6.0, 32.0))
    np.testing.assert_allclose(band_pass(line, 6.0, 32.0, RATE)[:, 200:-200], expected[:, 200:-200], atol=1e-6)


def test_a_filter_keeps_steady_lines_and_does_not_carry_one_end_to_the_other() -> None:
    slope = np.linspace(-3.0, 5.0, 2000)
    np.testing.assert_allclose(low_pass(slope, 0.5, RATE), slope, atol=0.01)
    step = np.where(np.arange(4000) < 3990, 0.0, 1.0)
    assert np.abs(low_pass(step, 5.0, RATE)[:3000]).max() < 1e-4


@pytest.mark.parametrize("samples", [2, 3, 17, 90])
def test_short_signals_are_filtered_too(samples: int) -> None:
    line = drifting(samples)
    for filtered in (low_pass(line, 0.5, RATE), band_pass(line, 6.0, 32.0, RATE)):
        assert filtered.shape == line.shape
        assert np.isfinite(filtered).all()


@pytest.mark.parametrize(("up", "down"), [(1, 2), (2, 1), (5, 4), (25, 18), (500, 257), (1, 1)])
def test_resampling_is_polyphase_filtering(up: int, down: int) -> None:
    line = drifting(601)
    expected = signal.resample_poly(line, up, down, axis=1)
    np.testing.assert_allclose(resample(line, up, down), expected, atol=1e-12)


def test_fast_lengths_have_small_factors() -> None:
    def is_smooth(number: int) -> bool:
        for factor in (2, 3, 5):
            while number % factor == 0:
                number //= factor
        return number == 1

    for least in range(1, 700):
        expected = next(number for number in range(least, 2 * least + 1) if is_smooth(number))
        assert fast_length(least) == expected


def test_runs_are_the_stretches_of_true() -> None:
    assert runs(np.array([True, True, False, True, False, False, True])) == [(0, 2), (3, 4), (6, 7)]
    assert runs(np.zeros(4, dtype=np.bool_)) == []


def lines() -> list[NDArray[np.float64]]:
    random = np.random.default_rng(2)
    found: list[NDArray[np.float64]] = []
    for number in range(300):
        line = random.normal(size=int(random.integers(1, 90)))
        line = np.cumsum(line) if number % 2 else line
        found.append(np.round(2 * line) / 2 if number % 3 == 0 else line)  # level tops
    return found


@pytest.mark.parametrize("distance", [1, 2, 7])
def test_maxima_apart(distance: int) -> None:
    for number, line in enumerate(lines()):
        if distance > 1 and number % 3 == 0:
            continue  # which of two equal heights stays is not defined
        expected, _ = signal.find_peaks(line, height=0.2, distance=distance)
        np.testing.assert_array_equal(find_maxima(line, height=0.2, distance=distance), expected)


@pytest.mark.filterwarnings("ignore::scipy.signal._peak_finding_utils.PeakPropertyWarning")
def test_prominence_and_width() -> None:
    for line in lines():
        expected, about = signal.find_peaks(line, prominence=0.4, height=-1.0, width=(2.03, 9.07))
        found = find_peaks(line, prominence=0.4, height=-1.0, narrowest=2.03, widest=9.07)
        np.testing.assert_array_equal(found.places, expected)
        np.testing.assert_allclose(found.prominences, about["prominences"])


def test_measuring_does_not_import_scipy_signal() -> None:
    """It takes more than half a second of processor time, a third of a cold interpretation."""
    program = """
import sys
import numpy as np
from ecg_core.extract import measure
from ecg_core.recording import Recording
from ecg_core.vocabulary import STANDARD_LEADS
time = np.arange(5000) / 500
beat = np.exp(-(((time % 0.8) - 0.4) / 0.01) ** 2) + 0.2 * np.exp(-(((time % 0.8) - 0.65) / 0.04) ** 2)
lead = np.outer(np.linspace(0.4, 1.5, 12), beat) + np.random.default_rng(1).normal(0, 0.004, (12, 5000))
recording = Recording(lead, 500.0, STANDARD_LEADS, ("recorded",) * 12)
for engine in ("classical", "learned"):
    assert measure(recording, extractor=engine).value("heart_rate") is not None
sys.exit("scipy.signal" in sys.modules)
"""
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
