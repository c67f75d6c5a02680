"""The classical engine on made-up beats whose truth is known."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from drawn_rhythm import QRS_GAIN, T_GAIN, Drawn
from made_up import drawn, measure, recording_of, with_signal

from ecg_core.testing.synthetic import sinus_rhythm
from ecg_core.vocabulary import STANDARD_LEADS


def steady(interval: float, duration: float = 10.0, pr: float | None = 0.16) -> list[Drawn]:
    return [Drawn(float(time), pr=pr) for time in np.arange(0.6, duration - 0.4, interval)]


@pytest.mark.parametrize("rate", [25, 40, 75, 110, 150, 180])
def test_the_rate_is_right_from_slow_to_fast(rate: int) -> None:
    duration = 20.0 if rate < 40 else 10.0
    found = measure(drawn(steady(60 / rate, duration, pr=None if rate > 150 else 0.16), duration))
    assert found.value("heart_rate") == pytest.approx(rate, abs=0.5)


def test_three_hundred_narrow_beats_per_minute_are_counted() -> None:
    time = np.arange(5000) / 500
    train = sum(np.exp(-0.5 * ((time - beat) / 0.012) ** 2) for beat in np.arange(0.5, 9.8, 0.2))
    found = measure(recording_of(np.outer(QRS_GAIN, train)))
    assert found.value("heart_rate") == pytest.approx(300, abs=1)


def test_tall_t_waves_are_not_counted() -> None:
    recording = drawn(steady(0.9))
    time = np.arange(5000) / 500
    tall = sum(np.exp(-0.5 * ((time - beat - 0.27) / 0.04) ** 2) for beat in np.arange(0.6, 9.6, 0.9))
    found = measure(with_signal(recording, recording.signal + np.outer(4 * T_GAIN, tall)))
    assert found.value("heart_rate") == pytest.approx(60 / 0.9, abs=0.5)


def test_amplitudes_and_axes_are_those_that_were_drawn() -> None:
    found = measure(drawn(steady(0.8)))
    for lead, gain, t_gain in zip(STANDARD_LEADS, QRS_GAIN, T_GAIN, strict=True):
        if gain > 0.2:
            assert found.value("r_amplitude", lead=lead) == pytest.approx(gain, abs=0.04)
        if gain < -0.2:
            assert found.value("q_amplitude", lead=lead) == pytest.approx(-gain, abs=0.04)
            assert found.value("qs_complex", lead=lead) is True
        if abs(t_gain) > 0.1:
            assert found.value("t_amplitude", lead=lead) == pytest.approx(t_gain, abs=0.03)
    frontal = math.degrees(math.atan2(2 / math.sqrt(3) * QRS_GAIN[5], QRS_GAIN[0]))
    assert found.value("qrs_axis") == pytest.approx(frontal, abs=3)
    assert found.value("pr_interval") == pytest.approx(160, abs=25)


@pytest.mark.parametrize("pr", [0.12, 0.16, 0.22, 0.30])
def test_a_longer_pr_is_measured_longer_by_as_much(pr: float) -> None:
    usual = measure(drawn(steady(1.0, pr=0.16))).value("pr_interval")
    found = measure(drawn(steady(1.0, pr=pr))).value("pr_interval")
    assert float(found) - float(usual) == pytest.approx(1000 * (pr - 0.16), abs=8)  # type: ignore[arg-type]


def test_without_p_waves_there_is_no_pr_interval() -> None:
    found = measure(drawn(steady(0.8, pr=None)))
    assert found.value("p_wave_present") is False
    assert found.value("pr_interval") is None
    assert found.reason("pr_interval") == "no P wave found"
    assert found.reason("p_amplitude", lead="II") == "no P wave found"


def test_in_fibrillation_no_p_wave_is_invented() -> None:
    rng = np.random.default_rng(5)
    times = 0.5 + np.cumsum(rng.uniform(0.45, 1.1, 16))
    time = np.arange(5000) / 500
    waves = np.sin(2 * np.pi * 6.3 * time + 3 * np.sin(2 * np.pi * 0.4 * time))
    atrial = 0.08 * np.outer(np.linspace(0.3, 1, 12), waves)
    found = measure(drawn([Drawn(float(at), pr=None) for at in times if at < 9.5], atrial=atrial))
    assert found.value("p_wave_present") is False
    assert found.value("supraventricular_premature_count") == 0


def test_a_wide_early_beat_is_ventricular_and_stays_out_of_the_average() -> None:
    beats = steady(0.8)
    early = replace(beats[5], time=beats[5].time - 0.3, kind="ventricular", pr=None)
    plain, found = measure(drawn(beats)), measure(drawn([*beats[:5], early, *beats[6:]]))
    assert found.value("ventricular_premature_count") == 1
    assert found.value("beat_classes")[5] == "V"  # type: ignore[index]
    assert found.value("qrs_duration") == pytest.approx(plain.value("qrs_duration"), abs=4)


def test_a_narrow_early_beat_is_supraventricular() -> None:
    beats = steady(0.8)
    early = [replace(beat, time=beat.time - 0.25) if number == 5 else beat for number, beat in enumerate(beats)]
    found = measure(drawn(early))
    assert found.value("supraventricular_premature_count") == 1
    assert found.value("ventricular_premature_count") == 0


def test_a_shift_of_the_st_segment_is_measured_where_it_is() -> None:
    recording = drawn(steady(0.8))
    time = np.arange(5000) / 500
    # A plateau from the end of QRS into the T wave, with soft edges.
    plateau = sum(
        np.clip((time - beat - 0.02) / 0.02, 0, 1) * np.clip((beat + 0.34 - time) / 0.04, 0, 1)
        for beat in np.arange(0.6, 9.6, 0.8)
    )
    signal = recording.signal.copy()
    signal[7] += 0.2 * plateau
    plain, found = measure(recording), measure(with_signal(recording, signal))
    for name in ("st_40", "st_60", "st_80"):
        rise = float(found.value(name, lead="V2")) - float(plain.value(name, lead="V2"))  # type: ignore[arg-type]
        assert rise == pytest.approx(0.2, abs=0.05), name
        assert found.value(name, lead="V5") == pytest.approx(plain.value(name, lead="V5"), abs=0.01)


def test_what_is_missing_is_named() -> None:
    recording = sinus_rhythm()
    found = measure(
        replace(recording, signal=recording.signal[:11], leads=STANDARD_LEADS[:11], provenance=("recorded",) * 11)
    )
    assert found.reason("r_amplitude", lead="V6") == "lead V6 is missing"
    assert found.reason("precordial_transition") == "lead V6 is missing"
    assert found.value("qrs_axis") is not None
    assert found.reason("delineator_disagreement") == "one delineator only"


def test_the_cornell_product_needs_the_sex() -> None:
    recording = sinus_rhythm()
    unknown = measure(recording_of(recording.signal))
    assert unknown.reason("cornell_product") == "sex is not known"
    man, woman = (
        float(measure(recording_of(recording.signal, sex=sex)).value("cornell_product"))  # type: ignore[arg-type]
        for sex in ("male", "female")
    )
    assert woman - man == pytest.approx(0.8 * float(unknown.value("qrs_duration")), abs=0.1)  # type: ignore[arg-type]


def test_further_leads_are_measured_too() -> None:
    recording = sinus_rhythm()
    row = recording.lead("V1")[None, :]
    wider = replace(
        recording,
        signal=np.concatenate([recording.signal, row]),
        leads=(*STANDARD_LEADS, "V4R"),
        provenance=("recorded",) * 13,
    )
    found = measure(wider)
    assert found.value("s_amplitude", lead="V4R") == pytest.approx(found.value("s_amplitude", lead="V1"), abs=0.001)


def test_spans_point_at_the_beat() -> None:
    recording = sinus_rhythm()
    found = measure(recording)
    item = found.get("r_amplitude", lead="V5")
    assert item is not None
    assert item.span is not None
    first, last = item.span
    pr = found.get("pr_interval")
    assert pr is not None
    assert pr.span is not None
    assert (pr.span[1] - pr.span[0]) * 2 == pr.value
    piece = recording.lead("V5")[first : last + 1]
    assert piece.max() == pytest.approx(recording.lead("V5").max(), abs=0.05)


def test_artefacts_of_37_millivolts_in_one_lead_do_not_hide_the_beats() -> None:
    recording = sinus_rhythm()
    signal = recording.signal.copy()
    signal[8, 1500:1600] += 37.0
    signal[8, 3300:3310] -= 37.0
    found = measure(with_signal(recording, signal))
    assert found.value("heart_rate") == pytest.approx(72, abs=0.5)


def test_noise_alone_gives_no_beats() -> None:
    noise = np.random.default_rng(0).normal(0, 0.03, (12, 5000))
    found = measure(recording_of(noise))
    assert found.value("beat_count") == 0
    assert found.value("heart_rate") is None
    assert found.reason("qrs_duration") == "no QRS complex found"
    assert found.reason("st_j", lead="V2") == "no QRS complex found"
