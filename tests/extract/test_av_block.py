"""The whole classical engine on drawn AV blocks: none of them is in the real recordings at hand often enough."""

from __future__ import annotations

import numpy as np
import pytest
from drawn_rhythm import Drawn, draw, steady

from ecg_core.extract.classical import ClassicalExtractor
from ecg_core.extract.delineation import Delineation
from ecg_core.measurements import Measurements
from ecg_core.recording import Recording
from ecg_core.vocabulary import STANDARD_LEADS

PP = 0.8


def measured(drawing: Delineation) -> Measurements:
    recording = Recording(
        signal=drawing.signal,
        sampling_rate=drawing.sampling_rate,
        leads=STANDARD_LEADS,
        provenance=("recorded",) * 12,
    )
    return ClassicalExtractor().extract(recording)


def conducted(delays: tuple[float | None, ...]) -> Delineation:
    """P waves every 0.8 s, conducted with the given delays in turn; None is a dropped beat."""
    beats, free = [], []
    for number in range(12):
        peak, delay = 0.6 + PP * number, delays[number % len(delays)]
        if delay is None:
            free.append(peak)
        elif peak + delay < 9.4:
            beats.append(Drawn(peak - 0.01 + delay, pr=delay))
    return draw(beats, free_p=free)


def test_wenckebach() -> None:
    found = measured(conducted((0.16, 0.22, 0.26, None)))
    assert found.value("dropped_beat_count") == 2
    assert found.value("wenckebach_count") == 2
    assert found.value("nonconducted_p_count") == 3  # the last one ends the window
    assert found.value("av_dissociation") is False
    assert found.value("flutter_waves") is False
    assert found.value("atrial_rate") == pytest.approx(60 / PP, abs=0.5)
    first, second, third = found.value("pr_intervals")[:3]
    assert (second - first, third - second) == (pytest.approx(60, abs=6), pytest.approx(40, abs=6))


def test_mobitz_two_keeps_its_pr() -> None:
    found = measured(conducted((0.16, 0.16, 0.16, None)))
    assert found.value("dropped_beat_count") == 2
    assert found.value("wenckebach_count") == 0
    assert found.value("pr_variation") < 5


def test_two_dropped_beats_in_a_row() -> None:
    found = measured(conducted((0.16, 0.16, None, None)))
    assert found.value("dropped_beat_count") == 4
    assert found.value("p_wave_fraction") == 1.0


def test_two_to_one() -> None:
    beats = steady(40, first=0.6)
    found = measured(draw(beats, free_p=[beat.time + 0.6 for beat in beats]))
    assert found.value("av_ratio") == "2:1"
    assert found.value("atrial_rate") == pytest.approx(80, abs=1)


def test_complete_block() -> None:
    found = measured(draw(steady(38, pr=None, first=0.7), free_p=list(np.arange(0.2, 9.9, 0.74))))
    assert found.value("av_dissociation") is True
    assert found.value("p_wave_present") is False
    assert found.value("pr_intervals") is None
    assert found.reason("pr_variation") == "P waves do not lead to the QRS complexes"
    assert found.value("atrial_rate") == pytest.approx(60 / 0.74, abs=1)


def test_sinus_rhythm_drops_nothing() -> None:
    found = measured(draw(steady(75)))
    assert found.value("nonconducted_p_count") == 0
    assert found.value("av_ratio") == "1:1"
    assert found.value("p_wave_fraction") == 1.0
