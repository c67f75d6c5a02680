"""The steps of the delineator one by one."""

from __future__ import annotations

import numpy as np
import pytest
from made_up import recording_of

from ecg_core.extract.average import average
from ecg_core.extract.beat_classes import is_premature
from ecg_core.extract.boundaries import find_qrs
from ecg_core.extract.clean import bridge, condition
from ecg_core.extract.shapes import cut, sort_shapes

NO_SPIKES = np.empty(0)


def bump(time: np.ndarray, centre: float, width: float) -> np.ndarray:
    return np.exp(-0.5 * ((time - centre) / width) ** 2)


def test_gaps_are_bridged_by_straight_lines() -> None:
    signal = np.array([[np.nan, 1.0, np.nan, 3.0, np.nan], [np.nan] * 5])
    filled = bridge(signal, np.isnan(signal))
    assert filled.tolist() == [[1, 1, 2, 3, 3], [0, 0, 0, 0, 0]]


def test_the_working_signal_is_at_500_hz_with_gaps_marked_and_raw_kept() -> None:
    signal = np.tile(np.sin(2 * np.pi * 5 * np.arange(2000) / 250), (12, 1))
    signal[3, 500:750] = np.nan
    made = condition(recording_of(signal, 250.0), NO_SPIKES)
    assert made.signal.shape == (12, 4000)
    assert made.missing[3].sum() == 500
    assert not made.missing[2].any()
    assert np.all(made.raw[3, 1000:1500] == 0)
    assert made.raw[2, 100:3900] == pytest.approx(np.sin(2 * np.pi * 5 * np.arange(100, 3900) / 500), abs=0.01)


def test_wander_and_mains_go_and_the_qrs_stays() -> None:
    time = np.arange(5000) / 500
    beats = sum(bump(time, at, 0.012) for at in np.arange(0.5, 9.8, 0.8))
    dirt = 1.0 * np.sin(2 * np.pi * 0.15 * time) + 0.1 * np.sin(2 * np.pi * 49.97 * time)
    clean = condition(recording_of(np.tile(beats, (12, 1))), NO_SPIKES).signal[0]
    made = condition(recording_of(np.tile(beats + dirt, (12, 1))), NO_SPIKES).signal[0]
    assert made[500:4500] == pytest.approx(clean[500:4500], abs=0.03)


def test_pacing_spikes_are_bridged_before_filtering_and_kept_in_raw() -> None:
    signal = np.zeros((12, 5000))
    signal[:, 2000] = 5.0
    made = condition(recording_of(signal), np.array([4.0]))
    assert np.abs(made.signal).max() < 0.01
    assert made.raw[0, 2000] == 5.0


def test_windows_are_cut_between_samples() -> None:
    time = np.arange(1000.0)
    signal = np.sin(2 * np.pi * time / 40)[None, :]
    pieces = cut(signal, np.array([300.0, 400.37]), 20, 30)
    assert pieces.shape == (2, 1, 50)
    assert pieces[1, 0] == pytest.approx(np.sin(2 * np.pi * (400.37 + np.arange(-20, 30)) / 40), abs=1e-3)
    assert np.isnan(cut(signal, np.array([5.0]), 20, 30)[0, 0, :15]).all()


def test_an_outlier_beat_does_not_move_the_average() -> None:
    pieces = np.ones((9, 2, 4)) * np.array([1.0, 2.0])[None, :, None]
    pieces[4] = 50.0
    pieces[0, :, 0] = np.nan
    assert average(pieces).tolist() == [[1, 1, 1, 1], [2, 2, 2, 2]]


def test_shapes_are_told_apart_and_aligned() -> None:
    time = np.arange(5000) / 500
    narrow, wide = (0.4037, 1.2, 2.0011, 2.8, 4.4, 5.2, 6.0, 6.8), (3.6, 7.6)
    signal = sum(bump(time, at, 0.012) for at in narrow) - sum(bump(time, at, 0.035) for at in wide)
    leads = np.stack([signal, 0.5 * signal])
    found = np.array([round(500 * at) + 4 for at in sorted((*narrow, *wide))])
    shapes = sort_shapes(leads, found, 500.0)
    assert shapes.numbers.tolist() == [0, 0, 0, 0, 1, 0, 0, 0, 0, 1]
    aligned = shapes.positions[shapes.numbers == 0] - 500 * np.array(narrow)
    assert np.ptp(aligned) < 0.15
    assert shapes.likeness[1] < 0


@pytest.mark.parametrize("width", [70, 100, 140])
def test_qrs_edges_of_a_triangle_that_all_leads_share(width: int) -> None:
    onset = 260
    samples = (np.arange(730) - onset) * 2.0
    line = np.interp(samples, [0, width / 2, width], [0, 1.0, 0])
    first, last = find_qrs(np.stack([line, -0.4 * line]), onset + width // 4, 500.0)
    # A corner is sharp: there is nothing to be seen outside of it.
    assert (last - first) * 2 == pytest.approx(width + 4, abs=6)
    assert first == pytest.approx(onset, abs=2)


def test_a_qrs_does_not_begin_before_a_pacing_artefact_is_over() -> None:
    samples = (np.arange(730) - 260) * 2.0
    line = np.interp(samples, [-6, 0, 6, 20, 80, 140], [0, 2.0, 0, 0, 1.0, 0])
    free, _ = find_qrs(line[None, :], 300, 500.0)
    bound, _ = find_qrs(line[None, :], 300, 500.0, not_before=267.0)
    assert free < 262
    # The complex itself begins at 270.
    assert 267.0 <= bound < 273.0


def test_beats_are_premature_against_their_neighbours() -> None:
    onsets = np.array([0.0, 0.8, 1.6, 2.2, 3.2, 4.0, 4.8, 5.5])
    assert is_premature(onsets, np.zeros(8, dtype=int)).tolist() == [False, False, False, True, *[False] * 4]
