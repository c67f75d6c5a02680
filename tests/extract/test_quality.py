from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from drawn_rhythm import RATE, draw, steady, values

from ecg_core.extract.delineation import Delineation
from ecg_core.extract.quality import LeadQuality, lead_quality, measure_quality
from ecg_core.measurements import Measurement
from ecg_core.vocabulary import STANDARD_LEADS

RECORDED = dict.fromkeys(STANDARD_LEADS, "recorded")
TIME = np.arange(round(10 * RATE)) / RATE


def judged(signal: np.ndarray, missing: np.ndarray | None = None) -> dict[str, LeadQuality]:
    gaps = np.zeros(signal.shape, dtype=bool) if missing is None else missing
    return lead_quality(signal, gaps, RATE, STANDARD_LEADS[: len(signal)])


def everything(drawing: Delineation, provenance: dict[str, str] = RECORDED) -> list[Measurement]:
    return measure_quality(drawing, lead_quality(drawing.raw, drawing.missing, RATE, drawing.leads), provenance)


def of_lead(items: list[Measurement], name: str, lead: str) -> Measurement:
    return next(item for item in items if (item.name, item.lead) == (name, lead))


def test_a_clean_drawing_is_usable() -> None:
    for quality in judged(draw(steady(70)).signal).values():
        assert quality.usable
        assert not quality.flat
        assert quality.clipped_fraction == 0
        assert quality.baseline_wander < 0.1
        assert quality.high_frequency_noise < 0.01
        assert quality.mains_amplitude < 0.003


def test_baseline_wander_is_its_range() -> None:
    signal = draw(steady(70)).signal + 0.5 * np.sin(2 * np.pi * 0.25 * TIME)
    quality = judged(signal)["II"]
    # p95 - p5 of a sine of amplitude a is 2 a sin(0.45 pi).
    assert quality.baseline_wander == pytest.approx(2 * 0.5 * np.sin(0.45 * np.pi), rel=0.1)
    assert quality.usable


@pytest.mark.parametrize("hertz", [50.0, 60.0])
def test_mains_amplitude(hertz: float) -> None:
    signal = draw(steady(70)).signal + 0.05 * np.sin(2 * np.pi * hertz * TIME)
    assert judged(signal)["V2"].mains_amplitude == pytest.approx(0.05, abs=0.006)


def test_broad_noise_is_not_mains() -> None:
    noisy = draw(steady(70), noise=0.05)
    quality = judged(noisy.signal)["V2"]
    assert quality.mains_amplitude < 0.01
    # White noise of 0.05 mV: the share of 0-250 Hz above 20 Hz.
    assert quality.high_frequency_noise == pytest.approx(0.05 * np.sqrt(230 / 250), rel=0.15)


def test_flat_clipped_and_missing_leads_are_not_usable() -> None:
    signal = draw(steady(70)).signal
    missing = np.zeros(signal.shape, dtype=bool)
    signal[0] = 0.3
    signal[1] = np.clip(4 * signal[1], -2.0, 0.8)
    missing[2, :3000] = True
    signal[2, :3000] = 0.0
    signal[3] += np.random.default_rng(0).normal(0, 0.4, TIME.size)
    signal[4] += np.where(np.arange(TIME.size) % 400 < 200, 37.0, 0.0)
    quality = judged(signal, missing)
    assert quality["I"].flat
    assert quality["II"].clipped_fraction > 0.01
    assert quality["III"].missing_fraction == pytest.approx(0.6)
    usable = [lead for lead in STANDARD_LEADS if quality[lead].usable]
    assert usable == ["aVF", "V1", "V2", "V3", "V4", "V5", "V6"]


def test_a_baseline_without_noise_is_not_clipping_but_a_lead_at_the_rail_is() -> None:
    beats = np.zeros((12, TIME.size))
    for first in range(200, TIME.size - 200, 400):
        beats[:, first : first + 40] = 1.2 * np.sin(np.pi * np.arange(40) / 40)
    assert judged(beats)["II"].clipped_fraction == 0
    noisy = beats + np.random.default_rng(0).normal(0, 0.01, beats.shape)
    noisy[1] = np.maximum(noisy[1], 0.05)
    assert judged(noisy)["II"].clipped_fraction > 0.5


def test_a_slow_crest_is_not_clipping() -> None:
    quality = judged(draw(steady(70)).signal + 3.0 * np.sin(2 * np.pi * 0.2 * TIME))
    assert quality["V1"].clipped_fraction == 0


def test_a_gap_at_an_offset_is_neither_wander_nor_noise() -> None:
    signal = draw(steady(70)).signal + 4.0
    missing = np.zeros(signal.shape, dtype=bool)
    missing[:, 1000:1400] = True
    signal[missing] = 0.0
    quality = judged(signal, missing)["II"]
    assert quality.baseline_wander < 0.2
    assert quality.missing_fraction == pytest.approx(0.08)
    assert quality.usable


def test_noise_is_measured_outside_qrs_and_without_the_beats() -> None:
    items = everything(draw(steady(70), noise=0.02))
    noise = of_lead(items, "high_frequency_noise", "V5").value
    assert noise == pytest.approx(0.02 * np.sqrt(230 / 250), rel=0.1)
    assert of_lead(items, "beat_correlation", "V5").value > 0.98
    assert of_lead(items, "lead_usable", "V5").value is True
    assert of_lead(items, "burst_count", "V5").value == 0


def test_bursts_are_counted_in_their_lead() -> None:
    drawing = draw(steady(60))
    rng = np.random.default_rng(5)
    for start in (1100, 2100, 3600):
        drawing.signal[8, start : start + 100] += rng.normal(0, 0.3, 100)
    items = everything(drawing)
    assert of_lead(items, "burst_count", "V3").value == 3
    assert of_lead(items, "burst_count", "V4").value == 0


def test_inconsistent_limb_leads_show_unless_derived() -> None:
    drawing = draw(steady(60), noise=0.0)
    drawing.signal[2] = drawing.signal[1] - drawing.signal[0]
    drawing.signal[3] = -(drawing.signal[0] + drawing.signal[1]) / 2
    drawing.signal[4] = drawing.signal[0] - drawing.signal[1] / 2
    drawing.signal[5] = drawing.signal[1] - drawing.signal[0] / 2
    assert values(everything(drawing))["limb_lead_residual"] == 0
    drawing.signal[5] += 0.1
    assert values(everything(drawing))["limb_lead_residual"] == pytest.approx(0.1, abs=0.001)
    derived = RECORDED | dict.fromkeys(("III", "aVR", "aVL", "aVF"), "derived")
    item = next(item for item in everything(drawing, derived) if item.name == "limb_lead_residual")
    assert (item.value, item.reason) == (None, "limb leads are missing or derived from each other")


def test_neighbouring_precordial_leads_are_compared() -> None:
    neighbours = values(everything(draw(steady(60))))["precordial_correlation"]
    assert len(neighbours) == 5
    assert neighbours[3] > 0.95  # V4 and V5 point the same way
    assert neighbours[1] < 0.8  # V2 and V3 are on two sides of the transition


def test_missing_leads_are_named_and_counted() -> None:
    drawing = draw(steady(60))
    kept = [row for row, lead in enumerate(STANDARD_LEADS) if lead not in ("V3", "aVL")]
    fewer = replace(
        drawing,
        leads=tuple(STANDARD_LEADS[row] for row in kept),
        raw=drawing.raw[kept],
        signal=drawing.signal[kept],
        missing=drawing.missing[kept],
        representative=drawing.representative[kept],
    )
    items = everything(fewer)
    found = values(items)
    assert found["missing_leads"] == 2
    assert found["usable_lead_count"] == 10
    assert found["precordial_correlation"] is None
    assert of_lead(items, "high_frequency_noise", "V3").reason == "lead V3 is missing"
    assert {item.lead for item in items if item.name == "lead_usable"} == set(STANDARD_LEADS)


def test_without_beats_noise_is_still_measured() -> None:
    items = everything(draw([], noise=0.03))
    assert of_lead(items, "beat_correlation", "I").reason == "fewer than 2 dominant beats"
    assert of_lead(items, "high_frequency_noise", "I").value == pytest.approx(0.03 * np.sqrt(230 / 250), rel=0.1)
    assert values(items)["precordial_correlation"] is None


def test_signal_to_noise_is_their_ratio() -> None:
    drawing = draw(steady(70), noise=0.02)
    items = everything(drawing)
    noise, ratio = of_lead(items, "high_frequency_noise", "V4").value, of_lead(items, "signal_to_noise", "V4").value
    assert ratio * noise == pytest.approx(np.ptp(drawing.representative[drawing.leads.index("V4")]), rel=0.05)
    nothing = of_lead(everything(draw([], noise=0.02)), "signal_to_noise", "V4")
    assert nothing.reason == "no representative beat"


def test_a_step_is_told_from_beats_and_wander() -> None:
    drawing = draw(steady(70))
    drawing.signal[:] += 0.5 * np.sin(2 * np.pi * 0.25 * TIME)
    drawing.signal[9, 2600:] += 0.8
    items = everything(drawing)
    assert of_lead(items, "baseline_step", "V4").value == pytest.approx(0.8, abs=0.1)
    assert of_lead(items, "baseline_step", "V5").value < 0.15


def test_exchanged_labels_of_augmented_leads_show() -> None:
    drawing = draw(steady(60), noise=0.0)
    one, two = drawing.signal[0].copy(), drawing.signal[1].copy()
    drawing.signal[2:6] = two - one, -(one + two) / 2, one - two / 2, two - one / 2
    found = values(everything(drawing))
    assert (found["limb_lead_residual"], found["augmented_lead_residual"]) == (0, 0)
    drawing.signal[[4, 5]] = drawing.signal[[5, 4]]
    found = values(everything(drawing))
    assert found["limb_lead_residual"] == 0
    assert found["augmented_lead_residual"] > 0.05


@pytest.mark.parametrize(("factor", "said"), [(1.0, "none"), (1000.0, "too_large"), (0.01, "too_small")])
def test_gain_suspicion(factor: float, said: str) -> None:
    drawing = draw(steady(70))
    scaled = replace(drawing, representative=factor * drawing.representative)
    assert values(everything(scaled))["gain_suspicion"] == said


@pytest.mark.parametrize(("noise", "grade"), [(0.005, "good"), (0.045, "fair"), (0.09, "poor")])
def test_recording_quality_goes_by_noise(noise: float, grade: str) -> None:
    assert values(everything(draw(steady(70), noise=noise)))["recording_quality"] == grade
