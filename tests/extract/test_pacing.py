from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import wfdb
from drawn_rhythm import RATE, draw, steady, values

from ecg_core.extract.pacing import find_spikes, keep_timed, measure_pacing
from ecg_core.testing.synthetic import Recorder, make, scenario

SPIKE_GAIN = np.array([0.8, 1.5, 0.7, -1.1, 0.1, 1.0, 0.05, -1.2, -0.9, 0.6, 0.9, 0.7])
NOTHING_MISSING = np.zeros((12, round(10 * RATE)), dtype=bool)


def with_spikes(
    signal: np.ndarray, times: list[float], rate: float = RATE, gain: np.ndarray = SPIKE_GAIN
) -> np.ndarray:
    """Add spikes of one sample at 500 Hz (2 ms)."""
    spiked = signal.copy()
    width = max(1, round(0.002 * rate))
    for time in times:
        first = round(time * rate)
        spiked[:, first : first + width] += gain[:, None]
    return spiked


def test_spikes_are_found_where_they_are_and_nowhere_else() -> None:
    beats = steady(70)
    times = [beat.time - 0.045 for beat in beats]
    signal = draw(beats).signal
    assert find_spikes(signal, NOTHING_MISSING, RATE).size == 0
    found = find_spikes(with_spikes(signal, times), NOTHING_MISSING, RATE)
    assert found == pytest.approx(times, abs=0.004)


def test_spikes_of_both_chambers_are_found() -> None:
    beats = steady(70)
    ventricular, atrial = [beat.time - 0.045 for beat in beats], [beat.time - 0.195 for beat in beats]
    signal = with_spikes(with_spikes(draw(beats).signal, ventricular), atrial, gain=0.4 * SPIKE_GAIN[::-1])
    found = find_spikes(signal, NOTHING_MISSING, RATE)
    assert found == pytest.approx(sorted(ventricular + atrial), abs=0.004)


@pytest.mark.parametrize("rate", [400.0, 1000.0, 2000.0])
def test_other_sampling_rates(rate: float) -> None:
    times = [1.0, 2.0, 3.0, 4.0]
    signal = 0.005 * np.random.default_rng(0).standard_normal((12, round(5 * rate)))
    found = find_spikes(with_spikes(signal, times, rate), np.zeros(signal.shape, dtype=bool), rate)
    assert found == pytest.approx(times, abs=0.004)


def test_low_sampling_rates_show_none() -> None:
    signal = with_spikes(np.zeros((12, 1000)), [1.0, 2.0, 3.0, 4.0], 100.0)
    assert find_spikes(signal, np.zeros(signal.shape, dtype=bool), 100.0).size == 0


def test_steps_bursts_and_huge_artefacts_are_no_spikes() -> None:
    rng = np.random.default_rng(2)
    signal = draw(steady(70)).signal
    signal[:, 1500:] += 37.0
    signal[:, 2500:2600] += rng.normal(0, 2.0, (12, 100))
    signal[3, 3000] += 5.0
    signal[:, 4000] += rng.normal(0, 1.0, 12)
    assert find_spikes(signal, NOTHING_MISSING, RATE).size == 0


def test_a_spike_that_the_recorder_holds_until_the_qrs_is_found() -> None:
    beats = steady(70)
    times = [beat.time - 0.05 for beat in beats]
    signal = draw(beats).signal
    for time in times:
        first = round(time * RATE)
        signal[:, first : first + 12] += 0.5 * SPIKE_GAIN[:, None]
        # It falls off into the QRS complex, not at once.
        signal[:, first + 12 : first + 20] += 0.5 * SPIKE_GAIN[:, None] * np.linspace(1.0, 0.0, 8)
    assert find_spikes(signal, NOTHING_MISSING, RATE) == pytest.approx(times, abs=0.004)


def test_a_spike_that_runs_into_the_qrs_is_found() -> None:
    beats = steady(70)
    times = [beat.time - 0.012 for beat in beats]
    found = find_spikes(with_spikes(draw(beats).signal, times), NOTHING_MISSING, RATE)
    assert found == pytest.approx(times, abs=0.004)


def test_steps_of_one_electrode_that_come_again_are_no_spikes() -> None:
    signal = draw(steady(70)).signal
    # Far from any QRS complex, so that the signal is as calm after each step as before.
    for number, time in enumerate((1.76, 3.48, 5.19, 6.9)):
        signal[:, round(time * RATE) :] += (1.0 if number % 2 else -1.0) * SPIKE_GAIN[:, None]
    assert find_spikes(signal, NOTHING_MISSING, RATE).size == 0


@pytest.mark.parametrize("rate", [250.0, 500.0, 1000.0])
@pytest.mark.parametrize(
    ("builder", "sizes"), [("tall_r_v1", {"r": 0.9, "s": 0.4}), ("posterior_infarct", {"r": 30.0})]
)
def test_a_sharp_start_of_the_qrs_in_all_leads_is_no_spike(builder: str, sizes: dict[str, float], rate: float) -> None:
    recording, _ = make(replace(scenario(builder, **sizes), recorder=Recorder(sampling_rate=rate)))
    assert find_spikes(recording.signal, np.isnan(recording.signal), rate).size == 0


@pytest.mark.parametrize("rate", [400.0, 500.0, 1000.0])
@pytest.mark.parametrize("spikes", ["V", "A"])
def test_drawn_pacing_is_found_at_every_rate(spikes: str, rate: float) -> None:
    recording, truth = make(replace(scenario("pacing", spikes=spikes), recorder=Recorder(sampling_rate=rate)))
    assert find_spikes(recording.signal, np.isnan(recording.signal), rate).size == truth.value("pacing_spike_count")


def test_pulses_at_any_time_are_not_a_pacemakers() -> None:
    beats = np.arange(0.5, 9.5, 0.8)
    at_random = np.sort(np.random.default_rng(5).uniform(0, 10, 9))
    assert keep_timed(at_random, beats).size == 0
    assert keep_timed(beats - 0.05, beats).size == beats.size
    # Spikes that never capture keep their own interval.
    assert keep_timed(np.arange(0.3, 9.9, 1.0), beats).size == 10


def test_gaps_are_no_spikes() -> None:
    signal, missing = draw(steady(70)).signal + 5.0, NOTHING_MISSING.copy()
    for start in (800, 1800, 2800, 3800):
        missing[:, start : start + 2] = True
        missing[:, start + 100 : start + 160] = True
    signal[missing] = 0.0
    assert find_spikes(signal, missing, RATE).size == 0


def test_ventricular_capture_and_its_absence() -> None:
    beats = steady(60, pr=None)
    times = np.array([beat.time - 0.06 for beat in beats] + [beats[3].time + 0.45])
    found = values(measure_pacing(draw(beats, known_p=False), np.sort(times), True))
    assert found["paced_ventricular_fraction"] == 1.0
    assert found["pacing_spike_count"] == len(beats) + 1
    assert found["pacing_spike_relation"].count("V") == len(beats)
    assert found["pacing_spike_relation"].count("none") == 1
    assert found["paced_atrial_fraction"] is None


def test_atrial_pacing() -> None:
    beats = steady(60)
    # P begins 200 ms before the QRS position: onset 40 ms before it, PR 160 ms.
    times = np.array([beat.time - 0.22 for beat in beats])
    found = values(measure_pacing(draw(beats), times, True))
    assert found["paced_atrial_fraction"] == 1.0
    assert found["paced_ventricular_fraction"] == 0.0
    assert set(found["pacing_spike_relation"]) == {"A"}


def test_a_low_sampling_rate_is_the_reason() -> None:
    items = measure_pacing(draw(steady(60)), np.empty(0), False)
    assert {item.reason for item in items} == {"sampling rate too low to see pacing spikes"}
    assert all(item.value is None for item in items)


def test_real_recordings_without_a_pacemaker_show_no_spikes(data: Path) -> None:
    paced, unpaced = [], []
    with (data / "manifest.csv").open() as file:
        for row in csv.DictReader(file):
            if row["dataset"] == "ludb":
                (paced if "PACE" in row["concepts"] else unpaced).append(row["path"])
    # Record 72 is not labelled as paced, but shows a spike of 3 mV before every QRS, exactly one per second.
    unpaced = [path for path in unpaced if not path.endswith("/72")]
    assert [path for path in unpaced[::4] if _count(data / path)] == []
    assert sum(_count(data / path) >= 5 for path in paced) >= 3


def _count(path: Path) -> int:
    record = wfdb.rdrecord(str(path))
    signal = record.p_signal.T
    return find_spikes(signal, ~np.isfinite(signal), float(record.fs)).size
