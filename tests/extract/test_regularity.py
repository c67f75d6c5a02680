from __future__ import annotations

import numpy as np
import pytest
from drawn_rhythm import Drawn, draw, steady, values

from ecg_core.extract.p_search import find_atrial_activity
from ecg_core.extract.regularity import measure_regularity


def regularity(beats: list[Drawn], duration: float = 10.0) -> dict[str, object]:
    drawing = draw(beats, duration=duration)
    return values(measure_regularity(drawing, find_atrial_activity(drawing)))


def test_a_steady_rhythm() -> None:
    found = regularity(steady(75))
    assert found["rr_pnn50"] == 0
    assert found["rr_irregularity"] < 0.01
    assert found["pp_variation"] < 0.01


def test_share_of_large_steps() -> None:
    times = np.cumsum([0.6, 0.8, 0.8, 0.9, 0.9, 0.9, 0.82, 0.82])
    assert regularity([Drawn(float(time)) for time in times])["rr_pnn50"] == pytest.approx(2 / 6, abs=0.001)


def test_beats_next_to_ventricular_ones_are_left_out() -> None:
    times = np.cumsum([0.6, 0.8, 0.8, 0.5, 1.1, 0.8, 0.8, 0.8, 0.8])
    beats = [Drawn(float(time), kind="ventricular" if n == 3 else "dominant") for n, time in enumerate(times)]
    assert regularity(beats)["rr_irregularity"] < 0.01


def test_entropy_tells_fibrillation_from_sinus_arrhythmia_of_the_same_spread() -> None:
    rng = np.random.default_rng(7)
    swing = 0.8 + 0.1 * np.sin(2 * np.pi * np.arange(24) / 6)
    shuffled = 0.8 + 0.1 * np.sqrt(2) * rng.standard_normal(24).clip(-1.5, 1.5) / 1.1
    ordered, chaotic = (
        regularity([Drawn(float(time)) for time in np.cumsum([0.6, *intervals])], duration=24.0)["rr_entropy"]
        for intervals in (swing, shuffled)
    )
    assert ordered + 0.5 < chaotic  # type: ignore[operator]


def test_entropy_is_that_of_its_definition() -> None:
    # Nine equal intervals: every pair matches and goes on matching, so that only the two logarithms are left.
    found = regularity(steady(60))
    assert found["rr_entropy"] is not None
    assert found["rr_entropy"] == pytest.approx(np.log(2 * 30 / 1000), abs=0.01)


def test_few_beats_have_no_entropy_and_say_so() -> None:
    drawing = draw(steady(60, duration=5.0), duration=5.0)
    items = {item.name: item for item in measure_regularity(drawing, find_atrial_activity(drawing))}
    assert items["rr_entropy"].reason == "fewer than 8 RR intervals without ventricular beats"
