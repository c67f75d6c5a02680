"""What the baseline filter takes from slow hearts comes back."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from lines import ONSET, frame_of, line
from numpy.typing import NDArray

from ecg_core.extract.clean import baseline
from ecg_core.extract.delineation import Beat, Delineation, Waves
from ecg_core.extract.slow_part import find_slow_part

BEAT = line((-160, 0), (-110, 0.15), (-60, 0), (0, 0), (45, 1.0), (90, 0.1), (220, 0.3), (300, 0.5), (420, 0))


def filtered(interval: int, *, beats: int = 9, ectopic: int | None = None) -> Delineation:
    """Delineate a train of one beat, every `interval` samples, whose baseline has been filtered out."""
    places = np.arange(beats) * interval + 50
    signal = np.zeros((1, int(places[-1]) + BEAT.size + 200))
    for place in places:
        part = BEAT[: min(BEAT.size, signal.shape[1] - place)]
        signal[0, place : place + part.size] += part
    clean = signal - baseline(signal)
    template = np.mean([clean[:, place : place + BEAT.size] for place in places[1:-1]], axis=0)
    delineation = frame_of({"II": BEAT}).delineation
    return replace(
        delineation,
        raw=signal,
        signal=clean,
        missing=np.zeros(signal.shape, dtype=np.bool_),
        representative=template,
        waves=Waves(qrs_onset=ONSET, qrs_offset=ONSET + 45),
        beats=tuple(
            Beat(int(place) + ONSET, "dominant", int(number == ectopic), 1.0, Waves())
            for number, place in enumerate(places)
        ),
    )


def error(beat: NDArray[np.float64]) -> float:
    """Return the largest deviation from the truth between QRS onset and T end, in mV."""
    last = ONSET + 220
    return float(np.abs(beat[0, ONSET:last] - beat[0, ONSET] - BEAT[ONSET:last]).max())


@pytest.mark.parametrize("interval", [740, 1000, 1400])
def test_st_and_t_of_slow_hearts_come_back(interval: int) -> None:
    delineation = filtered(interval)
    assert error(delineation.representative) > 0.008
    assert error(delineation.representative + find_slow_part(delineation)) < 0.001


def test_it_is_zero_at_the_qrs_onset() -> None:
    assert np.abs(find_slow_part(filtered(740))[:, ONSET]).max() < 1e-9


def test_a_beat_of_another_shape_is_left_out() -> None:
    one = filtered(740, ectopic=4)
    assert error(one.representative + find_slow_part(one)) < error(one.representative) / 2


def test_without_a_whole_beat_there_is_nothing_to_give_back() -> None:
    delineation = filtered(740)
    short = replace(delineation, signal=delineation.signal[:, :700], beats=delineation.beats[:1])
    assert not find_slow_part(short).any()
