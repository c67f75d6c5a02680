"""Groups of beats on drawn rhythms whose order is known."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from drawn_rhythm import Drawn, draw, steady, values

from ecg_core.extract.beat_groups import NAMES, measure_beat_groups
from ecg_core.extract.delineation import Delineation
from ecg_core.extract.p_search import find_atrial_activity


def groups(drawn: Delineation) -> dict[str, object]:
    return values(measure_beat_groups(drawn, find_atrial_activity(drawn)))


def in_order(pattern: str, *, cycle: float = 0.86, coupling: float = 0.6) -> list[Drawn]:
    """Draw N (dominant), V (ventricular) and S (premature, with P wave) beats, early ones at a share of the cycle."""
    kinds = {"N": "dominant", "V": "ventricular", "S": "supraventricular"}
    time, beats = 0.5, []
    for number, letter in enumerate(pattern):
        early = letter != "N"
        if number:
            after_early = pattern[number - 1] != "N"
            time += cycle * (coupling if early else 2 - coupling if after_early else 1.0)
        beats.append(Drawn(time, kinds[letter], None if letter == "V" else 0.16))  # type: ignore[arg-type]
    return beats


def with_t_ends(drawn: Delineation) -> Delineation:
    """State where the drawn T waves end: 0.35 s after each QRS complex."""
    ends = (beat.sample + round(0.35 * drawn.sampling_rate) for beat in drawn.beats)
    beats = (
        replace(beat, waves=replace(beat.waves, t_offset=end)) for beat, end in zip(drawn.beats, ends, strict=True)
    )
    return replace(drawn, beats=tuple(beats))


@pytest.mark.parametrize(
    ("pattern", "name", "count"),
    [
        ("NNVNNVNNVNN", "ventricular_trigeminy_count", 3),
        ("NNVNNVNNNNN", "ventricular_trigeminy_count", 2),
        ("NVNVNVNVNVN", "ventricular_trigeminy_count", 0),
        ("NSNSNSNSNNN", "supraventricular_bigeminy_count", 4),
        ("NNSNNSNNSNN", "supraventricular_trigeminy_count", 3),
        ("NNSNNSNNSNN", "supraventricular_bigeminy_count", 1),
        ("NNNNNNNNNNN", "supraventricular_bigeminy_count", 0),
    ],
)
def test_groups_are_counted_in_unbroken_chains(pattern: str, name: str, count: int) -> None:
    assert groups(draw(in_order(pattern)))[name] == count


def test_a_premature_beat_is_junctional_only_where_a_missing_p_wave_would_be_seen() -> None:
    beats = in_order("NNNNNSNNNNN", coupling=0.8)
    early = replace(beats[5], pr=None)
    drawn = draw([*beats[:5], early, *beats[6:]])
    assert groups(with_t_ends(drawn))["junctional_premature_count"] == 1
    assert groups(drawn)["junctional_premature_count"] == 0, "where the T wave ends is not known"
    assert groups(with_t_ends(draw(beats)))["junctional_premature_count"] == 0, "it has a P wave"
    close = in_order("NNNNNSNNNNN", coupling=0.6)
    hidden = draw([*close[:5], replace(close[5], pr=None), *close[6:]])
    assert groups(with_t_ends(hidden))["junctional_premature_count"] == 0, "its P wave may be in the T wave"


def test_escape_beats_end_a_pause() -> None:
    usual = [Drawn(0.5 + 0.8 * number) for number in range(6)]
    after = [Drawn(7.0 + 0.8 * number) for number in range(3)]
    junctional = groups(draw([*usual, Drawn(6.1, pr=None), *after]))
    assert (junctional["junctional_escape_count"], junctional["ventricular_escape_count"]) == (1, 0)
    ventricular = groups(draw([*usual, Drawn(6.1, "ventricular", None), *after]))
    assert (ventricular["junctional_escape_count"], ventricular["ventricular_escape_count"]) == (0, 1)


def test_a_wide_beat_is_aberrant_if_a_premature_p_wave_leads_to_it() -> None:
    beats = in_order("NNNNNVNNNNN", coupling=0.8)
    assert groups(with_t_ends(draw(beats)))["aberrant_count"] == 0
    led = [*beats[:5], replace(beats[5], pr=0.16), *beats[6:]]
    assert groups(with_t_ends(draw(led)))["aberrant_count"] == 1
    assert groups(draw(led))["aberrant_count"] == 0, "where the T wave ends is not known"


def test_the_rate_of_a_run_is_that_of_its_own_intervals() -> None:
    usual = [Drawn(0.5 + 0.8 * number) for number in range(4)]
    run = [Drawn(3.4 + 0.7 * number, "ventricular", None) for number in range(4)]
    found = groups(draw([*usual, *run, *(Drawn(6.5 + 0.8 * number) for number in range(4))]))
    assert found["ventricular_run_rate"] == pytest.approx(60 / 0.7, abs=1)
    assert groups(draw(in_order("NNNVVNNNNN")))["ventricular_run_rate"] is None


def test_a_parasystolic_focus_keeps_its_own_cycle() -> None:
    sinus = np.arange(0.5, 30, 0.83)
    focus = np.arange(1.0, 30, 1.9)
    # The focus is seen where the ventricles are not refractory and not just about to be excited.
    distance = focus[:, None] - sinus[None, :]
    seen = [time for time, gap in zip(focus, distance, strict=True) if np.all((gap < -0.15) | (gap > 0.42) | (gap > 5))]
    kept = [time for time in sinus if not any(-0.01 < time - other < 0.45 for other in seen)]
    beats = sorted(
        [*(Drawn(float(time)) for time in kept), *(Drawn(float(time), "ventricular", None) for time in seen)],
        key=lambda beat: beat.time,
    )
    found = groups(draw(beats, duration=30.0))
    assert isinstance(found["ventricular_coupling_range"], float)
    assert found["ventricular_coupling_range"] > 120
    assert isinstance(found["ventricular_interval_misfit"], float)
    assert found["ventricular_interval_misfit"] < 0.02
    fixed = groups(draw(in_order("NNVNNNVNVNNV")))
    assert fixed["ventricular_coupling_range"] == pytest.approx(0, abs=4)


def test_complexes_of_one_focus_are_alike_and_those_of_two_in_turn_are_not() -> None:
    one, turns = groups(draw(steady(70))), groups(draw(in_order("NVNVNVNVNVN")))
    assert isinstance(one["qrs_similarity"], float)
    assert one["qrs_similarity"] > 0.98
    assert one["qrs_duration_range"] == 0
    assert isinstance(turns["qrs_similarity"], float)
    assert turns["qrs_similarity"] < 0.5
    assert turns["qrs_duration_range"] == pytest.approx(80, abs=5)


def test_one_beat_has_no_groups() -> None:
    drawn = draw([Drawn(5.0)])
    items = measure_beat_groups(drawn, find_atrial_activity(drawn))
    assert [item.name for item in items] == list(NAMES)
    assert all(item.value is None and item.reason == "fewer than 2 beats" for item in items)
