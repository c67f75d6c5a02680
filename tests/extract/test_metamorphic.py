"""What must not change, or must change in a known way, when the recording does."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from made_up import measure, with_signal

from ecg_core.measurements import Measurements
from ecg_core.testing.synthetic import sinus_rhythm
from ecg_core.vocabulary import STANDARD_LEADS

INTERVALS = ("heart_rate", "p_duration", "pr_interval", "qrs_duration", "qt_interval")
AMPLITUDES = ("r_amplitude", "s_amplitude", "q_amplitude", "t_amplitude", "p_amplitude", "st_j", "st_80")


@pytest.fixture(scope="module")
def plain() -> Measurements:
    return measure(sinus_rhythm())


def same(found: Measurements, expected: Measurements, names: tuple[str, ...], tolerance: float) -> None:
    for name in names:
        assert found.value(name) == pytest.approx(expected.value(name), abs=tolerance), name


def test_the_order_of_leads_does_not_matter(plain: Measurements) -> None:
    recording = sinus_rhythm()
    order = np.random.default_rng(3).permutation(12)
    shuffled = replace(
        recording, signal=recording.signal[order], leads=tuple(STANDARD_LEADS[number] for number in order)
    )
    found = measure(shuffled)
    same(found, plain, (*INTERVALS, "qrs_axis", "t_axis", "sokolow_lyon_voltage"), 0.1)
    for lead in STANDARD_LEADS:
        assert found.value("r_amplitude", lead=lead) == pytest.approx(plain.value("r_amplitude", lead=lead), abs=0.001)


def test_twice_the_gain_doubles_amplitudes_and_leaves_intervals_and_axes(plain: Measurements) -> None:
    recording = sinus_rhythm()
    found = measure(with_signal(recording, 2 * recording.signal))
    same(found, plain, INTERVALS, 4.0)
    same(found, plain, ("qrs_axis", "p_axis", "t_axis"), 3.0)
    compared = 0
    for lead in STANDARD_LEADS:
        for name in AMPLITUDES:
            single, double = plain.get(name, lead=lead), found.get(name, lead=lead)
            assert single is not None
            assert double is not None
            # A wave below the least size is none until the gain lifts it above; what follows has another name then.
            if not (single.value and double.value and single.span and double.span):
                continue
            if single.span[0] <= double.span[1] and double.span[0] <= single.span[1]:
                assert double.value == pytest.approx(2 * float(single.value), abs=0.02), (name, lead)
                compared += 1
    assert compared > 30


def test_an_offset_of_an_electrode_changes_nothing(plain: Measurements) -> None:
    recording = sinus_rhythm()
    found = measure(with_signal(recording, recording.signal + np.linspace(-5, 5, 12)[:, None]))
    same(found, plain, INTERVALS, 0.1)
    for lead in STANDARD_LEADS:
        for name in AMPLITUDES:
            assert found.value(name, lead=lead) == pytest.approx(plain.value(name, lead=lead), abs=0.001)


def test_a_lead_upside_down_swaps_its_waves_and_leaves_intervals(plain: Measurements) -> None:
    recording = sinus_rhythm()
    signal = recording.signal.copy()
    row = STANDARD_LEADS.index("V5")
    signal[row] *= -1
    found = measure(with_signal(recording, signal))
    same(found, plain, INTERVALS, 0.1)
    assert found.value("t_amplitude", lead="V5") == -plain.value("t_amplitude", lead="V5")  # type: ignore[operator]
    assert found.value("qrs_area", lead="V5") == pytest.approx(-plain.value("qrs_area", lead="V5"))  # type: ignore[operator]
    assert found.value("t_negative_amplitude", lead="V5") == pytest.approx(plain.value("t_amplitude", lead="V5"))
    depth = max(found.value(f"{wave}_amplitude", lead="V5") for wave in "qs")  # type: ignore[type-var]
    assert depth == pytest.approx(plain.value("r_amplitude", lead="V5"), abs=0.02)


@pytest.mark.parametrize("rate", [100.0, 250.0, 360.0, 1000.0, 2000.0])
def test_the_sampling_rate_hardly_matters(plain: Measurements, rate: float) -> None:
    found = measure(sinus_rhythm(sampling_rate=rate))
    same(found, plain, ("heart_rate",), 0.2)
    same(found, plain, INTERVALS[1:], 12.0 if rate < 250 else 8.0)
    assert found.value("r_amplitude", lead="V5") == pytest.approx(plain.value("r_amplitude", lead="V5"), abs=0.05)


def test_baseline_wander_and_mains_hardly_matter(plain: Measurements) -> None:
    recording = sinus_rhythm()
    time = np.arange(recording.signal.shape[1]) / recording.sampling_rate
    wander = 0.5 * np.sin(2 * np.pi * 0.3 * time + np.arange(12)[:, None])
    mains = 0.05 * np.sin(2 * np.pi * 50.03 * time)
    found = measure(with_signal(recording, recording.signal + wander + mains))
    same(found, plain, INTERVALS, 6.0)
    for lead in STANDARD_LEADS:
        assert found.value("st_j", lead=lead) == pytest.approx(plain.value("st_j", lead=lead), abs=0.03)


def test_what_is_missing_for_a_while_is_not_missed(plain: Measurements) -> None:
    recording = sinus_rhythm()
    signal = recording.signal.copy()
    signal[:, 2000:2600] = np.nan
    found = measure(with_signal(recording, signal))
    same(found, plain, INTERVALS[1:], 4.0)
