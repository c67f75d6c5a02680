"""Pauses on drawn rhythms."""

from __future__ import annotations

import numpy as np
import pytest
from drawn_rhythm import P_GAIN, RATE, Drawn, draw, steady, values

from ecg_core.extract.delineation import Delineation
from ecg_core.extract.p_search import find_atrial_activity
from ecg_core.extract.pauses import measure_pauses


def pauses(drawn: Delineation) -> dict[str, object]:
    return values(measure_pauses(drawn, find_atrial_activity(drawn)))


def paused(length: float, *, cycle: float = 0.8, duration: float = 12.0) -> list[Drawn]:
    """Draw six beats, a pause in s, and further beats."""
    before = [Drawn(0.5 + cycle * number) for number in range(6)]
    return [*before, *(Drawn(float(time)) for time in np.arange(before[-1].time + length, duration - 0.5, cycle))]


def test_the_longest_pp_interval_is_measured_beside_the_typical_one() -> None:
    found = pauses(draw(paused(2.4), duration=12.0))
    assert found["pp_longest"] == pytest.approx(2400, abs=20)
    assert found["pp_typical"] == pytest.approx(800, abs=20)


def test_an_escape_beat_does_not_end_a_sinus_pause_but_an_ectopic_beat_hides_a_p_wave() -> None:
    beats = paused(2.8)
    escape = draw(sorted([*beats, Drawn(6.1, pr=None)], key=lambda beat: beat.time), duration=12.0)
    assert pauses(escape)["pp_longest"] == pytest.approx(2800, abs=20)
    usual = [beat for beat in steady(75, duration=12.0) if abs(beat.time - 6.1) > 0.1]
    ectopic = draw(sorted([*usual, Drawn(5.8, "ventricular", None)], key=lambda beat: beat.time), duration=12.0)
    assert pauses(ectopic)["pp_longest"] == pytest.approx(800, abs=20), "a sinus P wave may stand in the QRS complex"


def test_without_p_waves_there_is_no_pp_interval() -> None:
    drawn = draw(steady(70, pr=None))
    found = {item.name: item for item in measure_pauses(drawn, find_atrial_activity(drawn))}
    assert found["pp_longest"].value is None
    assert found["pp_longest"].reason == "fewer than 3 P waves"


def test_a_p_wave_in_the_t_wave_before_a_pause_is_told_by_the_t_waves_of_other_beats() -> None:
    beats = paused(1.3)
    time = np.arange(round(12.0 * RATE)) / RATE
    hidden = np.outer(P_GAIN, np.exp(-0.5 * ((time - beats[5].time - 0.35) / 0.02) ** 2))
    assert pauses(draw(beats, duration=12.0, atrial=hidden))["blocked_premature_p_count"] == 1
    assert pauses(draw(beats, duration=12.0))["blocked_premature_p_count"] == 0, "a sinus pause"
    regular = draw(steady(75, duration=12.0), duration=12.0)
    assert pauses(regular)["blocked_premature_p_count"] == 0


def test_the_time_without_qrs_counts_the_ends_of_the_window_and_p_waves_do_not_end_it() -> None:
    beats = [Drawn(0.5 + 0.8 * number) for number in range(4)]
    silent = pauses(draw(beats, duration=12.0))
    assert silent["qrs_free_time"] == pytest.approx(12000 - 2900, abs=500)
    standstill = pauses(draw(beats, duration=12.0, free_p=tuple(np.arange(3.7, 11.5, 0.8))))
    assert standstill["qrs_free_time"] == pytest.approx(12000 - 2900, abs=500)
    assert pauses(draw([], duration=6.0))["qrs_free_time"] == pytest.approx(6000, abs=20)


def test_fibrillation_and_missing_signal_are_no_time_without_qrs() -> None:
    time = np.arange(round(8.0 * RATE)) / RATE
    chaos = np.outer(np.full(12, 0.5), np.sin(2 * np.pi * 5 * time))
    found = pauses(draw([], duration=8.0, atrial=chaos))["qrs_free_time"]
    assert isinstance(found, float)
    assert found < 200
    drawn = draw([Drawn(0.5 + 0.8 * number) for number in range(5)], duration=12.0)
    drawn.missing[:, round(4.2 * RATE) :] = True
    missing = pauses(drawn)["qrs_free_time"]
    assert isinstance(missing, float)
    assert missing < 1000


def test_a_file_filled_up_with_a_constant_is_no_time_without_qrs() -> None:
    drawn = draw([Drawn(0.5 + 0.8 * number) for number in range(5)], duration=12.0)
    drawn.signal[:, round(4.2 * RATE) :] = 0.0
    found = pauses(drawn)["qrs_free_time"]
    assert isinstance(found, float)
    assert found < 1600, "the second in which the signal ends counts"


def test_no_usable_lead_leaves_the_time_without_qrs_unmeasured() -> None:
    drawn = draw([], duration=6.0)
    drawn.usable.update(dict.fromkeys(drawn.usable, False))
    item = measure_pauses(drawn, find_atrial_activity(drawn))[-1]
    assert (item.value, item.reason) == (None, "no lead holds a signal")
