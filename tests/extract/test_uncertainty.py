from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from drawn_rhythm import steady
from made_up import drawn, measure, with_signal

from ecg_core.extract.classical import ClassicalExtractor
from ecg_core.extract.learned import LearnedExtractor
from ecg_core.extract.uncertainty import combine, method_table, of_amplitude

NAMES = {
    "p_duration",
    "pr_interval",
    "pr_segment",
    "qrs_duration",
    "qt_interval",
    "jt_interval",
    "st_duration",
    "t_peak_end",
    "j_point",
}


@pytest.mark.parametrize("engine", [ClassicalExtractor, LearnedExtractor])
def test_each_engine_has_a_table_of_its_version(engine: type[ClassicalExtractor | LearnedExtractor]) -> None:
    table = method_table(engine.name, engine.version)
    assert list(table) == ["good", "fair", "poor"]
    for better, worse in (("good", "fair"), ("fair", "poor")):
        assert set(table[better]) == set(table[worse]) == NAMES  # type: ignore[index]
        for name in NAMES:
            assert 0 < table[better][name] <= table[worse][name]  # type: ignore[index]


def test_a_table_of_another_version_is_refused() -> None:
    with pytest.raises(ValueError, match="version"):
        method_table("classical", "0")


def test_parts_that_are_not_known_are_left_out() -> None:
    assert combine(3.0, math.nan, 4.0) == 5.0
    assert of_amplitude(0.0, math.nan) == pytest.approx(0.010)


def test_noise_lowers_the_quality_and_widens_the_uncertainty() -> None:
    clean = drawn(steady(70))
    noise = np.random.default_rng(4).normal(size=clean.signal.shape)
    before, after = measure(clean), measure(with_signal(clean, clean.signal + 0.1 * noise))
    assert (before.value("recording_quality"), after.value("recording_quality")) == ("good", "poor")
    table = method_table("classical", ClassicalExtractor.version)
    for name in ("qrs_duration", "qt_interval"):
        first, second = before.get(name), after.get(name)
        assert first is not None
        assert second is not None
        assert first.u == pytest.approx(table["good"][name], rel=0.2)
        assert second.u is not None
        assert second.u >= table["poor"][name]
        assert (first.quality, second.quality) == ("good", "poor")


def test_the_rate_of_an_irregular_rhythm_is_less_certain() -> None:
    regular = measure(drawn(steady(70))).get("heart_rate")
    beats = steady(70)
    jittered = [
        replace(beat, time=beat.time + float(shift))
        for beat, shift in zip(beats, np.random.default_rng(1).uniform(-0.12, 0.12, len(beats)), strict=True)
    ]
    irregular = measure(drawn(jittered)).get("heart_rate")
    assert regular is not None
    assert irregular is not None
    assert regular.u is not None
    assert irregular.u is not None
    assert irregular.u > 10 * regular.u
