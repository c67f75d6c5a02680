"""No PR interval where there are no P waves."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from drawn_rhythm import Drawn, draw, steady

from ecg_core.extract import measure
from ecg_core.extract.atrial_evidence import CONTESTED, FIBRILLATING, look_at_atria
from ecg_core.readers import read_recording

SAW_GAIN = np.array([0.0, -0.12, -0.12, 0.06, 0.06, -0.12, 0.06, 0.02, 0.0, 0.0, 0.0, 0.0])


def flutter(hertz: float) -> np.ndarray:
    phase = 2 * np.pi * hertz * np.arange(5000) / 500
    return np.outer(SAW_GAIN, np.sin(phase) + 0.4 * np.sin(2 * phase + 0.6))


def test_a_flutter_wave_before_each_beat_is_no_p_wave() -> None:
    hertz = 4.8
    beats = [Drawn(float(place), pr=None) for place in np.arange(0.5, 9.5, 2 / hertz)]
    drawing = draw(beats, atrial=flutter(hertz))
    object.__setattr__(drawing, "waves", draw(steady(75)).waves)
    assert drawing.waves.p_onset is not None
    seen, atria = look_at_atria(drawing)
    assert atria.spectrum.flutter
    assert seen.waves.p_onset is None
    assert not any(name.startswith("p_") for name in seen.edges)
    assert all(beat.waves.p_onset is None for beat in seen.beats)
    assert atria.activity.peaks.size == 0


def test_sinus_rhythm_keeps_its_p_waves() -> None:
    drawing = draw(steady(75))
    seen, atria = look_at_atria(drawing)
    assert seen is drawing
    assert atria.activity.peaks.size == len(drawing.beats)


def test_a_contested_p_wave_yields_to_less_fibrillation() -> None:
    rng = np.random.default_rng(2)
    places = np.cumsum(rng.uniform(0.5, 1.1, 12)) - 0.2
    waves = np.sin(2 * np.pi * np.cumsum(rng.normal(6.0, 0.8, 5000)) / 500)
    noise = 0.05 * np.array([np.convolve(row, np.ones(15) / 15, "same") for row in rng.normal(size=(12, 5000))])
    drawing = draw(
        [Drawn(float(place), pr=None) for place in places if place < 9.5],
        atrial=0.05 * np.outer(SAW_GAIN, waves) + noise,
    )
    seen_by_one = draw(steady(75)).waves, drawing.waves
    assert seen_by_one[1].p_onset is None
    object.__setattr__(drawing, "waves", seen_by_one[0])
    index = look_at_atria(drawing)[1].spectrum.index
    assert index is not None
    assert CONTESTED <= index < FIBRILLATING
    assert look_at_atria(drawing)[0].waves.p_onset is not None
    object.__setattr__(drawing, "opinions", seen_by_one)
    assert look_at_atria(drawing)[0].waves.p_onset is None


@pytest.mark.parametrize("extractor", ["classical", "learned"])
def test_no_pr_is_claimed_in_labelled_fibrillation_or_flutter(data: Path, extractor: str) -> None:
    claimed, count = [], 0
    with (data / "manifest.csv").open() as file:
        for row in csv.DictReader(file):
            concepts = set(row["concepts"].split(";"))
            if row["dataset"] not in ("ludb", "ptbxl", "cinc2021") or not concepts & {"AFIB", "AFLT"}:
                continue
            count += 1
            found = measure(read_recording(data / f"{row['path']}.hea"), extractor=extractor)
            if found.value("pr_interval") is not None:
                claimed.append(row["record"])
    assert count >= 25
    assert not claimed
