from __future__ import annotations

import numpy as np
import pytest
from drawn_rhythm import Drawn, draw, steady, values

from ecg_core.extract.delineation import Beat, Waves
from ecg_core.extract.ectopy import measure_ectopy


def beats_of(letters: str, intervals: list[float]) -> list[Drawn]:
    kinds = {"N": "dominant", "S": "supraventricular", "V": "ventricular", "F": "fusion", "P": "paced"}
    times = np.cumsum([0.6, *intervals])
    return [
        Drawn(float(time), kind=kinds[letter], pr=None if letter == "V" else 0.16)  # type: ignore[arg-type]
        for time, letter in zip(times, letters, strict=True)
    ]


def ectopy(letters: str, intervals: list[float]) -> dict[str, object]:
    return values(measure_ectopy(draw(beats_of(letters, intervals), duration=12.0)))


def test_a_premature_ventricular_beat_with_its_pause() -> None:
    found = ectopy("NNNVNNNN", [0.8, 0.8, 0.5, 1.1, 0.8, 0.8, 0.8])
    assert found["ventricular_premature_count"] == 1
    assert found["ventricular_morphology_count"] == 1
    assert found["ventricular_run_length"] == 1
    assert found["supraventricular_premature_count"] == 0
    assert found["beat_classes"] == tuple("NNNVNNNN")
    assert found["beat_prematurity"][3] == pytest.approx(0.625, abs=0.01)
    assert found["beat_pause"][3] == pytest.approx(1.375, abs=0.01)


def test_a_ventricular_beat_that_opens_the_window_counts_by_its_pause() -> None:
    assert ectopy("VNNNNN", [1.1, 0.8, 0.8, 0.8, 0.8])["ventricular_premature_count"] == 1
    assert ectopy("VNNNNN", [0.8, 0.8, 0.8, 0.8, 0.8])["ventricular_premature_count"] == 0


def test_couplet_run_and_bigeminy() -> None:
    found = ectopy("NNVVNNNVVVNN", [0.8, 0.5, 0.45, 1.1, 0.8, 0.8, 0.5, 0.45, 0.45, 1.1, 0.8])
    assert found["ventricular_couplet_count"] == 1
    assert found["ventricular_run_length"] == 3
    assert found["ventricular_premature_count"] == 5
    found = ectopy("NVNVNVNN", [0.5, 1.1, 0.5, 1.1, 0.5, 1.1, 0.8])
    assert found["ventricular_bigeminy_count"] == 3


def test_a_late_wide_beat_is_an_escape() -> None:
    found = ectopy("NNNVNNN", [0.8, 0.8, 1.6, 0.8, 0.8, 0.8])
    assert found["beat_classes"][3] == "E"
    assert found["ventricular_premature_count"] == 0


def test_an_abrupt_early_beat_is_premature_and_sinus_arrhythmia_is_not() -> None:
    assert ectopy("NNNNSNNN", [0.8, 0.8, 0.8, 0.55, 0.9, 0.8, 0.8])["supraventricular_premature_count"] == 1
    found = ectopy("NNNNSSNNN", [1.0, 1.0, 0.95, 0.84, 0.80, 0.9, 1.0, 1.0])
    assert found["supraventricular_premature_count"] == 0


def test_an_extra_beat_that_leaves_the_others_in_place_is_unclassifiable() -> None:
    found = ectopy("NNNSNNNN", [0.8, 0.8, 0.35, 0.45, 0.8, 0.8, 0.8])
    assert found["beat_classes"][3] == "Q"
    assert found["supraventricular_premature_count"] == 0


def test_alternation_is_measured_in_each_lead_that_is_there() -> None:
    drawing = draw(steady(100))
    scale = np.ones(drawing.signal.shape[1])
    for number, beat in enumerate(drawing.beats):
        scale[beat.sample - 40 : beat.sample + 40] = 1.1 if number % 2 else 0.9
    drawing.signal[:] *= scale
    found = {item.lead: item for item in measure_ectopy(drawing) if item.name == "qrs_alternation"}
    assert found["II"].value == pytest.approx(0.2, abs=0.03)
    assert found["V5"].value == pytest.approx(0.2, abs=0.03)


def test_alternation_is_withheld_across_ectopic_beats() -> None:
    items = measure_ectopy(draw(beats_of("NNNNVNNN", [0.8, 0.8, 0.8, 0.5, 1.1, 0.8, 0.8])))
    reasons = {item.reason for item in items if item.name == "qrs_alternation"}
    assert reasons == {"ectopic beats break the sequence"}


def test_beats_without_waves_are_counted_all_the_same() -> None:
    drawing = draw(steady(60))
    bare = tuple(Beat(beat.sample, "unclassifiable", 0, 0.5, Waves()) for beat in drawing.beats)
    object.__setattr__(drawing, "beats", bare)
    assert set(values(measure_ectopy(drawing))["beat_classes"]) == {"Q"}
