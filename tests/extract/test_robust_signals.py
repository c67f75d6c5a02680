"""Signals that break measuring engines: what they must still get right, and what they must not invent."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ecg_core.extract import measure
from ecg_core.measurements import Measurements
from ecg_core.testing.synthetic import Noise, Recorder, Sketch, Truth, make, scenario

BOTH = pytest.mark.parametrize("engine", ["classical", "learned"])


def drawn(sketch: Sketch, engine: str) -> tuple[Truth, Measurements]:
    recording, truth = make(sketch)
    return truth, measure(recording, extractor=engine)


def counts_the_beats(truth: Truth, found: Measurements) -> bool:
    return abs(float(found.value("beat_count")) - float(truth.value("beat_count"))) <= 1  # type: ignore[arg-type]


@BOTH
def test_paced_beats_are_counted_once_and_their_width_is_not_the_spikes(engine: str) -> None:
    truth, found = drawn(scenario("pacing", spikes="V"), engine)
    assert counts_the_beats(truth, found)
    assert abs(float(found.value("pacing_spike_count")) - len(truth.spikes)) <= 1  # type: ignore[arg-type]
    assert found.value("paced_ventricular_fraction") == pytest.approx(1.0, abs=0.1)
    assert found.value("qrs_duration") == pytest.approx(truth.value("qrs_duration"), abs=30)


@BOTH
def test_at_100_hertz_spikes_are_not_looked_for_and_that_is_said(engine: str) -> None:
    sketch = replace(scenario("pacing", spikes="V"), recorder=Recorder(sampling_rate=100.0))
    truth, found = drawn(sketch, engine)
    assert counts_the_beats(truth, found)
    assert found.reason("pacing_spike_count") == "sampling rate too low to see pacing spikes"


@BOTH
def test_100_hertz_gives_intervals_and_says_what_it_cannot_resolve(engine: str) -> None:
    fine_truth, fine = drawn(scenario("normal"), engine)
    _, coarse = drawn(replace(scenario("normal"), recorder=Recorder(sampling_rate=100.0)), engine)
    assert coarse.value("heart_rate") == pytest.approx(fine_truth.value("heart_rate"), abs=0.5)
    for name in ("pr_interval", "qrs_duration", "qt_interval"):
        assert coarse.value(name) == pytest.approx(fine.value(name), abs=15)
    assert coarse.value("j_wave_type", lead="V5") is None
    assert "sampling rate" in str(coarse.reason("j_wave_type", lead="V5"))


@BOTH
@pytest.mark.parametrize("seed", [3, 8])
def test_in_fibrillation_no_p_wave_is_invented(engine: str, seed: int) -> None:
    truth, found = drawn(scenario("fibrillation", rate=85.0, seed=seed), engine)
    assert counts_the_beats(truth, found)
    assert found.value("pr_interval") is None
    assert found.value("heart_rate") == pytest.approx(truth.value("heart_rate"), abs=1)


@BOTH
def test_flutter_waves_are_not_beats(engine: str) -> None:
    truth, found = drawn(scenario("flutter", ratios=(4,)), engine)
    assert counts_the_beats(truth, found)
    assert found.value("atrial_frequency") == pytest.approx(4.9, abs=0.3)


@BOTH
def test_bigeminy_is_seen_beat_by_beat(engine: str) -> None:
    truth, found = drawn(scenario("ectopy", pattern="NV"), engine)
    assert counts_the_beats(truth, found)
    assert float(found.value("ventricular_bigeminy_count")) >= 4  # type: ignore[arg-type]
    # The dominant beat is the narrow one: it has the P wave.
    assert found.value("qrs_duration") == pytest.approx(90, abs=20)


@BOTH
@pytest.mark.parametrize("name", ["left_bundle", "right_bundle"])
def test_a_wide_qrs_is_measured_wide_and_counted_once(engine: str, name: str) -> None:
    truth, found = drawn(scenario(name), engine)
    assert counts_the_beats(truth, found)
    assert found.value("qrs_duration") == pytest.approx(truth.value("qrs_duration"), abs=24)


@BOTH
def test_low_voltage_loses_no_beat(engine: str) -> None:
    truth, found = drawn(scenario("low_voltage", limb=0.25, chest=0.45), engine)
    assert counts_the_beats(truth, found)
    assert found.value("qrs_peak_to_peak", lead="II") == pytest.approx(
        truth.value("qrs_peak_to_peak", lead="II"), abs=0.04
    )


@BOTH
def test_an_artefact_of_40_millivolts_in_one_lead_hides_nothing(engine: str) -> None:
    truth, found = drawn(replace(scenario("normal"), noise=Noise(artefacts={"V2": 40.0})), engine)
    assert found.value("beat_count") == truth.value("beat_count")
    assert found.value("heart_rate") == pytest.approx(truth.value("heart_rate"), abs=0.5)
    assert found.value("qrs_duration") == pytest.approx(90, abs=20)


@BOTH
def test_artefacts_of_40_millivolts_in_two_leads_hide_no_beat(engine: str) -> None:
    truth, found = drawn(replace(scenario("normal"), noise=Noise(artefacts={"V2": 40.0, "V5": -40.0})), engine)
    assert counts_the_beats(truth, found)
    assert found.value("qrs_duration") == pytest.approx(90, abs=20)
    assert found.value("pr_interval") == pytest.approx(truth.value("pr_interval"), abs=15)


@BOTH
def test_what_is_missing_is_named_and_the_rest_is_measured(engine: str) -> None:
    gone = ("III", "V1", "V2", "V3", "V4")
    truth, found = drawn(replace(scenario("normal"), recorder=Recorder(missing=gone)), engine)
    assert found.value("missing_leads") == len(gone)
    assert counts_the_beats(truth, found)
    for lead in gone:
        assert found.reason("r_amplitude", lead=lead) == f"lead {lead} is missing"
    assert found.value("r_amplitude", lead="V5") == pytest.approx(truth.value("r_amplitude", lead="V5"), abs=0.07)
    assert found.value("qrs_axis") == pytest.approx(truth.value("qrs_axis"), abs=3)


@BOTH
def test_a_flat_lead_among_good_ones_has_no_waves(engine: str) -> None:
    _, found = drawn(replace(scenario("normal"), recorder=Recorder(flat=("V3",))), engine)
    assert found.value("lead_flat", lead="V3") is True
    assert found.value("r_amplitude", lead="V3") is None


@BOTH
def test_noise_without_a_heart_gives_no_intervals(engine: str) -> None:
    silent = scenario("normal")
    silent = replace(silent, script=replace(silent.script, beats=(), p_waves=()), noise=Noise(white=0.03, wander=0.5))
    _, found = drawn(silent, engine)
    for name in ("pr_interval", "qrs_duration", "qt_interval"):
        assert found.value(name) is None
        assert found.reason(name)
