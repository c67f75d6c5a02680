from __future__ import annotations

import numpy as np
import pytest
from drawn_rhythm import Drawn, draw, steady, values

from ecg_core.extract.atrial_evidence import look_at_atria
from ecg_core.extract.classical import ClassicalExtractor
from ecg_core.extract.delineation import Delineation
from ecg_core.extract.rhythm import mean_rr, measure_rhythm
from ecg_core.measurements import Measurement, Measurements
from ecg_core.recording import Recording
from ecg_core.vocabulary import STANDARD_LEADS

NONE = np.empty(0)

RHYTHM_NAMES = {
    "beat_count",
    "beat_times",
    "heart_rate",
    "rr_intervals",
    "rr_mean",
    "rr_variation",
    "rr_variation_all",
    "rr_longest",
    "rr_shortest",
    "rr_irregularity",
    "rr_pnn50",
    "rr_entropy",
    "pp_intervals",
    "pp_variation",
    "atrial_rate",
    "beat_classes",
    "beat_prematurity",
    "beat_pause",
    "p_wave_fraction",
    "p_morphology_count",
    "p_position",
    "rp_intervals",
    "pr_intervals",
    "pr_variation",
    "nonconducted_p_count",
    "dropped_beat_count",
    "wenckebach_count",
    "av_ratio",
    "p_per_qrs",
    "conduction_ratio_count",
    "dropped_run_length",
    "av_dissociation",
    "fibrillatory_index",
    "atrial_frequency",
    "flutter_waves",
    "ventricular_fibrillation_index",
    "pacing_spikes",
    "pacing_spike_relation",
    "pacing_spike_count",
    "noncaptured_spike_count",
    "undersensed_spike_count",
    "pacing_interval",
    "paced_ventricular_fraction",
    "paced_atrial_fraction",
    "qrs_alternation",
    "supraventricular_premature_count",
    "supraventricular_run_length",
    "fusion_count",
    "ventricular_premature_count",
    "ventricular_morphology_count",
    "ventricular_run_length",
    "ventricular_bigeminy_count",
    "ventricular_couplet_count",
}


def rhythm(delineation: Delineation) -> dict[str, object]:
    return values(measured_rhythm(delineation))


def measured_rhythm(delineation: Delineation) -> list[Measurement]:
    seen, atria = look_at_atria(delineation)
    return measure_rhythm(seen, atria, NONE, True)


@pytest.mark.parametrize("count", [0, 1, 2, 12])
def test_every_name_is_there_once_with_a_value_or_a_reason(count: int) -> None:
    beats = [Drawn(0.6 + 0.75 * number) for number in range(count)]
    items = measured_rhythm(draw(beats))
    Measurements(items)  # refuses duplicates and unknown names
    assert {item.name for item in items} >= RHYTHM_NAMES
    assert {item.lead for item in items if item.name == "qrs_alternation"} == set(STANDARD_LEADS)
    for item in items:
        assert (item.value is None) != (item.reason is None), item


def test_one_beat_has_no_rate() -> None:
    items = measured_rhythm(draw([Drawn(5.0)]))
    rate = next(item for item in items if item.name == "heart_rate")
    assert (rate.value, rate.reason) == (None, "fewer than 2 beats")


def test_sinus_rhythm() -> None:
    found = rhythm(draw(steady(75)))
    assert found["heart_rate"] == pytest.approx(75, abs=0.1)
    assert found["rr_mean"] == pytest.approx(800, abs=1)
    assert found["atrial_rate"] == pytest.approx(75, abs=0.5)
    assert found["p_wave_fraction"] == 1.0
    assert found["p_morphology_count"] == 1
    assert found["pr_variation"] == pytest.approx(0, abs=2)
    assert found["av_ratio"] == "1:1"
    assert found["nonconducted_p_count"] == 0
    assert found["flutter_waves"] is False
    assert found["atrial_frequency"] is None
    assert found["fibrillatory_index"] < 0.2
    assert found["rr_irregularity"] < 0.01
    assert set(found["beat_classes"]) == {"N"}
    assert set(found["p_position"]) == {"before"}
    assert found["ventricular_fibrillation_index"] < 0.05


def test_heart_rate_carries_the_uncertainty_of_two_qrs_positions() -> None:
    rate = next(item for item in measured_rhythm(draw(steady(60))) if item.name == "heart_rate")
    assert rate.u == pytest.approx(60000 / 1000**2 * np.sqrt(2) * 2 / 8, rel=0.05)
    assert rate.span == (250, 250 + 8 * 500)


def test_fibrillation_has_no_p_an_irregular_rr_and_a_high_index() -> None:
    rng = np.random.default_rng(4)
    times = np.cumsum(rng.uniform(0.45, 1.1, 12))
    time = np.arange(5000) / 500
    phase = 2 * np.pi * np.cumsum(6.3 + rng.normal(0, 2.0, 5000).cumsum() * 0.01) / 500
    waves = np.zeros((12, 5000))
    waves[6], waves[1] = 0.08 * np.sin(phase), 0.04 * np.sin(phase + 1)
    beats = [Drawn(float(place), pr=None) for place in times if place < time[-1] - 0.5]
    found = rhythm(draw(beats, atrial=waves, noise=0.01))
    assert found["p_wave_fraction"] == 0
    assert found["rr_irregularity"] > 0.1
    assert found["fibrillatory_index"] > 0.5
    assert found["flutter_waves"] is False
    assert found["pr_intervals"] is None
    assert found["av_dissociation"] is None


@pytest.mark.parametrize("ratio", [2, 3, 4])
def test_flutter_is_found_with_fixed_conduction(ratio: int) -> None:
    hertz = 4.8
    time = np.arange(5000) / 500
    saw = np.sin(2 * np.pi * hertz * time) + 0.4 * np.sin(4 * np.pi * hertz * time + 0.6)
    gain = np.array([0.0, -0.12, -0.12, 0.06, 0.06, -0.12, 0.06, 0.02, 0.0, 0.0, 0.0, 0.0])
    times = np.arange(0.5, 9.5, ratio / hertz)
    beats = [Drawn(float(place), pr=None) for place in times]
    found = rhythm(draw(beats, atrial=np.outer(gain, saw), known_p=False))
    assert found["flutter_waves"] is True
    assert found["atrial_frequency"] == pytest.approx(hertz, abs=0.15)
    assert found["atrial_rate"] == pytest.approx(60 * hertz, abs=9)


def test_a_u_wave_is_no_blocked_p_wave() -> None:
    beats = steady(44, first=0.6)
    # At a steady 0.45 s after every QRS, far from half way between the P waves.
    found = rhythm(draw(beats, free_p=[beat.time + 0.42 for beat in beats]))
    assert found["nonconducted_p_count"] == 0
    assert found["av_ratio"] == "1:1"


def test_a_short_recording_says_so() -> None:
    items = measured_rhythm(draw(steady(80, duration=3.0), duration=3.0))
    reasons = {item.name: item.reason for item in items}
    assert reasons["fibrillatory_index"] == "shorter than 4 s"
    assert reasons["ventricular_fibrillation_index"] == "shorter than 4 s"
    assert reasons["heart_rate"] is None


@pytest.mark.parametrize("seed", range(4))
def test_ventricular_fibrillation_is_chaos_without_repeating_complexes(seed: int) -> None:
    rng = np.random.default_rng(seed)
    time = np.arange(5000) / 500
    sources = []
    for _ in range(3):
        phase = 2 * np.pi * np.cumsum(4.5 + 0.6 * np.cumsum(rng.normal(0, 0.02, 5000))) / 500
        swell = 0.6 + 0.3 * np.sin(2 * np.pi * rng.uniform(0.2, 0.6) * time + rng.uniform(0, 6))
        sources.append(swell * np.sin(phase + rng.uniform(0, 6)))
    chaos = rng.normal(0, 0.5, (12, 3)) @ np.array(sources)
    found = _whole_chain(chaos + rng.normal(0, 0.01, (12, 5000)))
    assert found.value("ventricular_fibrillation_index") > 0.3


def test_neither_noise_nor_a_regular_rhythm_is_ventricular_fibrillation() -> None:
    noise = _whole_chain(np.random.default_rng(0).normal(0, 0.1, (12, 5000)))
    assert noise.value("ventricular_fibrillation_index") < 0.1
    assert noise.value("usable_lead_count") == 0
    fast = [Drawn(float(place), kind="dominant", pr=None) for place in np.arange(0.5, 9.5, 0.32)]
    assert _whole_chain(draw(fast).signal).value("ventricular_fibrillation_index") < 0.1


def _whole_chain(signal: np.ndarray) -> Measurements:
    recording = Recording(signal=signal, sampling_rate=500.0, leads=STANDARD_LEADS, provenance=("recorded",) * 12)
    return ClassicalExtractor().extract(recording)


def test_mean_rr_needs_two_beats() -> None:
    beats = draw(steady(60)).beats
    assert mean_rr(beats, 500.0) == pytest.approx(1000)
    assert mean_rr(beats[:1], 500.0) is None
