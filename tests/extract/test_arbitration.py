"""Where the network and the classical delineator differ grossly."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from ecg_core.extract import measure
from ecg_core.extract.arbitration import arbitrate
from ecg_core.extract.fiducials import GlobalWaves
from ecg_core.extract.p_wave import PWave
from ecg_core.extract.t_wave import TWave
from ecg_core.testing.synthetic import make, scenario

RATE = 500.0
TIME = np.arange(500)
SHAPE = np.linspace(0.4, 1.0, 8)[:, None]


def arch(first: int, last: int) -> np.ndarray:
    inside = (first <= TIME) & (last >= TIME)
    return np.where(inside, np.sin(np.pi * (TIME - first) / (last - first)) ** 2, 0.0)


BEAT = SHAPE * (0.15 * arch(100, 150) + 1.2 * arch(180, 225) + 0.4 * arch(270, 370))
P = PWave(onset=100, peak=125, offset=150, agreement=0.99, isolation=10.0)
T = TWave(onset=270, peak=320, offset=368)
TRUE = GlobalWaves(onset=180, offset=225, p=P, t=T)


def edges(waves: GlobalWaves) -> tuple[object, ...]:
    return waves.onset, waves.offset, waves.p, waves.t


@pytest.mark.parametrize(
    "wrong",
    [
        replace(TRUE, onset=191.0),
        replace(TRUE, offset=214.0),
        replace(TRUE, p=replace(P, onset=118.0)),
        replace(TRUE, p=replace(P, offset=128.0)),
        replace(TRUE, t=replace(T, offset=345.0)),
    ],
    ids=["qrs onset", "qrs offset", "p onset", "p offset", "t offset"],
)
def test_an_edge_inside_the_wave_gives_way(wrong: GlobalWaves) -> None:
    assert edges(arbitrate(wrong, TRUE, BEAT, RATE)) == edges(TRUE)
    # The first is not changed by a second that is wrong.
    assert edges(arbitrate(TRUE, wrong, BEAT, RATE)) == edges(TRUE)


def test_edges_that_lie_close_are_left_alone() -> None:
    near = replace(TRUE, onset=TRUE.onset + 5, offset=TRUE.offset - 5, t=replace(T, offset=T.offset - 8))
    assert edges(arbitrate(near, TRUE, BEAT, RATE)) == edges(near)


def test_a_p_wave_of_the_second_alone_must_repeat_and_stand_alone() -> None:
    without = replace(TRUE, p=None)
    assert arbitrate(without, TRUE, BEAT, RATE).p == P
    for doubtful in (replace(P, agreement=0.9), replace(P, isolation=2.0)):
        assert arbitrate(without, replace(TRUE, p=doubtful), BEAT, RATE).p is None


@pytest.mark.parametrize(
    ("builder", "changes"),
    [("left_bundle", {}), ("concordant_lbbb", {}), ("pacing", {"spikes": "P"}), ("high_grade", {})],
    ids=str,
)
def test_p_waves_that_the_network_does_not_know_are_measured(builder: str, changes: dict[str, object]) -> None:
    recording, truth = make(scenario(builder, **changes))
    found = measure(recording, extractor="learned")
    assert found.value("pr_interval") == pytest.approx(truth.value("pr_interval"), abs=12)
    assert found.value("heart_rate") == pytest.approx(truth.value("heart_rate"), abs=1)


@pytest.mark.parametrize(
    "changes", [{"ratios": (4,)}, {"ratios": (2, 4, 3, 4)}, {"ratios": (2,), "size": 1.2}], ids=str
)
def test_flutter_waves_are_no_p_waves(changes: dict[str, object]) -> None:
    recording, _ = make(scenario("flutter", **changes))
    assert measure(recording, extractor="learned").value("pr_interval") is None


def test_a_biphasic_t_wave_ends_with_its_second_phase() -> None:
    recording, truth = make(scenario("wellens", kind="A"))
    found = measure(recording, extractor="learned")
    assert found.value("qt_interval") == pytest.approx(truth.value("qt_interval"), abs=20)
