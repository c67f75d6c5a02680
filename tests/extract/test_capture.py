from __future__ import annotations

import numpy as np
import pytest

from ecg_core.extract.capture import measure_capture

NONE = np.empty(0)


def values(spikes: list[float], beats: list[float], paced: list[bool], p_waves: list[float] | None = None) -> dict:
    p_onsets = NONE if p_waves is None else np.array(p_waves)
    items = measure_capture(np.array(spikes), np.array(beats), np.array(paced, dtype=bool), p_onsets, 10.0)
    return {item.name: item.value for item in items}


def test_pacing_that_works() -> None:
    beats = [1.0, 2.0, 3.0, 4.0]
    found = values([beat - 0.01 for beat in beats], beats, [True] * 4)
    assert found == {"noncaptured_spike_count": 0, "undersensed_spike_count": 0, "pacing_interval": 1000.0}


def test_a_spike_without_response_is_counted() -> None:
    found = values([0.99, 1.99, 2.99, 3.99], [1.0, 2.0, 4.0], [True, True, True])
    assert found["noncaptured_spike_count"] == 1
    assert found["undersensed_spike_count"] == 0


@pytest.mark.parametrize(
    ("spike", "p_waves", "counted"),
    [
        (3.25, None, 0),  # within the refractory period of the beat at 3.0
        (3.35, None, 1),
        (3.62, None, 0),  # the QRS complex at 4.0 is its late answer
        (3.55, None, 1),
        (3.55, [3.6], 0),  # an atrial spike with its P wave
        (9.7, None, 0),  # too near the end to tell
    ],
)
def test_what_counts_as_response(spike: float, p_waves: list[float] | None, counted: int) -> None:
    found = values([spike], [1.0, 2.0, 3.0, 4.0, 9.0], [False] * 5, p_waves)
    assert found["noncaptured_spike_count"] == counted


@pytest.mark.parametrize(
    ("after", "paced", "counted"),
    [(0.05, False, 0), (0.11, False, 0), (0.2, False, 1), (0.2, True, 0), (0.31, False, 0)],
)
def test_spikes_soon_after_own_beats(after: float, paced: bool, counted: int) -> None:
    found = values([2.0 + after], [1.0, 2.0, 3.0], [True, paced, True])
    assert found["undersensed_spike_count"] == counted


def test_the_pacing_interval_leaves_own_beats_out() -> None:
    found = values([], [1.0, 1.9, 2.8, 3.3, 4.2], [True, True, True, False, True])
    assert found["pacing_interval"] == pytest.approx(900.0)


def test_no_beats_and_no_spikes() -> None:
    assert values([], [], []) == {
        "noncaptured_spike_count": 0,
        "undersensed_spike_count": 0,
        "pacing_interval": None,
    }
    assert values([1.0], [], [])["noncaptured_spike_count"] == 1
