"""Exchanged electrodes: the algebra, the decision, and real recordings with leads put into another order."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from drawn_rhythm import draw, steady, values

from ecg_core.extract.arrangements import INDEPENDENT_LEADS, is_pair, limb_arrangements, precordial_arrangements
from ecg_core.extract.classical import ClassicalExtractor
from ecg_core.extract.delineation import Delineation, Waves
from ecg_core.extract.interchange import find_flat_limb_lead, measure_interchange, points_right
from ecg_core.extract.lead_model import cut_parts, gains, make_model, second_moments, shipped_model
from ecg_core.measurements import Measurements
from ecg_core.readers import read_recording
from ecg_core.recording import Recording
from ecg_core.vocabulary import PRECORDIAL_LEADS, STANDARD_LEADS, measurement

ELECTRODES = ("right arm", "left arm", "left leg", *PRECORDIAL_LEADS)


def leads_from(potentials: np.ndarray) -> np.ndarray:
    """Return the twelve leads as they are defined, from potentials in the order of ELECTRODES."""
    right, left, leg = potentials[:3]
    centre = (right + left + leg) / 3
    limb = [left - right, leg - right, leg - left]
    augmented = [right - (left + leg) / 2, left - (right + leg) / 2, leg - (right + left) / 2]
    return np.array([*limb, *augmented, *(potentials[3:] - centre)])


def independent(potentials: np.ndarray) -> np.ndarray:
    return leads_from(potentials)[[STANDARD_LEADS.index(lead) for lead in INDEPENDENT_LEADS]]


LIMB_ORDERS = {
    "right_arm_left_arm": (1, 0, 2),
    "right_arm_left_leg": (2, 1, 0),
    "left_arm_left_leg": (0, 2, 1),
    "limbs_clockwise": (1, 2, 0),
    "limbs_anticlockwise": (2, 0, 1),
}
"""For the cables of right arm, left arm and left leg: on which of these limbs they are."""


@pytest.mark.parametrize("name", LIMB_ORDERS)
def test_limb_arrangements_are_what_exchanged_cables_record(name: str) -> None:
    potentials = np.random.default_rng(1).normal(size=(9, 7))
    moved = potentials[[*LIMB_ORDERS[name], *range(3, 9)]]
    np.testing.assert_allclose(limb_arrangements()[name] @ independent(potentials), independent(moved), atol=1e-12)
    assert is_pair(name) == (not name.startswith("limbs"))


def test_precordial_arrangements_are_what_exchanged_cables_record() -> None:
    potentials = np.random.default_rng(2).normal(size=(9, 7))
    orders = {
        "v2_v5": [0, 4, 2, 3, 1, 5],
        "v1_v6_reversed": [5, 4, 3, 2, 1, 0],
        "v1_v2_v3_rotated_down": [1, 2, 0, 3, 4, 5],
        "v1_v3_with_v4_v6": [3, 4, 5, 0, 1, 2],
    }
    for name, order in orders.items():
        moved = potentials[[0, 1, 2, *(3 + np.array(order))]]
        found = precordial_arrangements()[name] @ independent(potentials)
        np.testing.assert_allclose(found, independent(moved), atol=1e-12)
        assert is_pair(name) == (name == "v2_v5")
    assert len(precordial_arrangements()) == 15 + 6


def test_the_vocabulary_lists_every_exchange() -> None:
    right_leg = {"right_arm_right_leg", "left_arm_right_leg", "both_arms_legs"}
    assert set(measurement("limb_interchange").categories) == {
        "none",
        "dextrocardia",
        *right_leg,
        *limb_arrangements(),
    }
    assert set(measurement("precordial_interchange").categories) == {"none", *precordial_arrangements()}


@pytest.mark.parametrize("family", ["limb", "precordial"])
def test_the_vocabulary_states_the_threshold_in_use(family: str) -> None:
    definition = measurement(f"{family}_interchange_score").definition
    assert f"states it from {shipped_model().thresholds[family]}." in definition


def test_gains_are_those_of_the_definition() -> None:
    rng = np.random.default_rng(3)
    beat = rng.normal(size=(8, 300))
    usual = np.stack([sample @ sample.T for sample in rng.normal(size=(3, 8, 20))])
    model = make_model(usual, {}, {})
    moments = second_moments(cut_parts(beat, Waves(qrs_onset=100, qrs_offset=150, t_offset=280), 500.0))
    assert np.isnan(moments[0]).all()
    swap = precordial_arrangements()["v1_v4"]
    found = gains(moments, swap[None], model)[0]
    qrs = beat[:, 100:151]
    undone = np.linalg.inv(swap) @ qrs
    ratio = np.sum((model.forms[1] @ qrs) * qrs) / np.sum((model.forms[1] @ undone) * undone)
    assert found[0] == 0.0
    assert found[1] == pytest.approx(np.log(ratio))
    assert found[2] != 0.0


def test_the_p_part_stands_on_the_line_between_its_ends() -> None:
    slope = np.linspace(0.0, 1.0, 300)[None, :] * np.arange(1, 9)[:, None]
    parts = cut_parts(slope, Waves(qrs_onset=100, qrs_offset=150, p_onset=40, p_offset=80), 500.0)
    assert parts[0] is not None
    np.testing.assert_allclose(parts[0], 0.0, atol=1e-12)
    assert parts[2] is None


WAVES = Waves(qrs_onset=0, qrs_offset=50, t_offset=150)


@pytest.mark.parametrize(
    ("i", "ii", "said"),
    [
        (1.0, 0.05, "right_arm_right_leg"),
        (1.0, 1.05, "left_arm_right_leg"),
        (0.05, 1.0, "both_arms_legs"),
        (1.0, 0.3, None),
        (0.03, 0.001, None),
    ],
)
def test_one_flat_limb_lead_tells_of_the_right_leg(i: float, ii: float, said: str | None) -> None:
    wave = np.sin(np.linspace(0.0, 20.0, 151))
    assert find_flat_limb_lead(np.stack([i * wave, ii * wave]), WAVES) == said


def test_dextrocardia_needs_p_qrs_t_and_v6() -> None:
    down, up = np.full((8, 20), -0.1), np.full((8, 20), 0.1)
    qrs = np.zeros((8, 20))
    qrs[[0, -1], 10], qrs[-1, 5] = -1.0, 0.4
    assert points_right([down, qrs, down])
    assert not points_right([up, qrs, down])
    assert not points_right([None, qrs, down])
    qrs[-1, 5] = 1.2
    assert not points_right([down, qrs, down])


def drawing_without(*leads: str) -> Delineation:
    drawing = draw(steady(60))
    kept = [row for row, lead in enumerate(drawing.leads) if lead not in leads]
    return replace(
        drawing,
        leads=tuple(drawing.leads[row] for row in kept),
        raw=drawing.raw[kept],
        signal=drawing.signal[kept],
        missing=drawing.missing[kept],
        representative=drawing.representative[kept],
    )


def test_a_missing_lead_is_the_reason() -> None:
    found = measure_interchange(drawing_without("V3"), {"V3": "lead V3 is missing"}, ())
    assert {item.name for item in found} == {
        "limb_interchange",
        "limb_interchange_score",
        "precordial_interchange",
        "precordial_interchange_score",
    }
    assert {item.reason for item in found} == {"lead V3 is missing"}


def test_without_beats_nothing_is_said() -> None:
    assert {item.reason for item in measure_interchange(draw([]), {}, ())} == {"no QRS complex found"}


def test_a_flat_lead_two_is_judged_without_the_chest_leads() -> None:
    drawing = draw(steady(60))
    drawing.representative[drawing.leads.index("II")] = 0.0
    missing = {"V1": "lead V1 is missing", "II": "lead II is flat"}
    found = values(measure_interchange(drawing, missing, {"II"}))
    assert found["limb_interchange"] == "right_arm_right_leg"
    assert found["precordial_interchange"] is None


RECORDS = ("ptbxl/records500/00000/00001_hr", "ludb/data/3", "ludb/data/25", "ludb/data/113")


def measure(recording: Recording) -> Measurements:
    return ClassicalExtractor().extract(recording)


def moved(recording: Recording, order: tuple[int, ...]) -> Recording:
    """Put cables elsewhere: for each of ELECTRODES, whose potential it records."""
    rows = [recording.leads.index(lead) for lead in STANDARD_LEADS]
    leads = recording.signal[rows]
    potentials = np.concatenate([leads[3:6] * 2 / 3, leads[6:]])
    return replace(recording, signal=leads_from(potentials[list(order)]), leads=STANDARD_LEADS)


@pytest.fixture(scope="module")
def recordings(data: Path) -> list[Recording]:
    paths = [data / f"{name}.hea" for name in RECORDS]
    return [read_recording(path) for path in paths if path.exists()]


def test_real_recordings_are_in_order(recordings: list[Recording]) -> None:
    assert len(recordings) >= 3
    for recording in recordings:
        found = measure(recording)
        assert found.value("limb_interchange") == "none", recording.name
        assert found.value("precordial_interchange") == "none", recording.name


def test_exchanged_arms_are_found_and_nothing_is_corrected(recordings: list[Recording]) -> None:
    for recording in recordings:
        before, after = measure(recording), measure(moved(recording, (1, 0, *range(2, 9))))
        assert after.value("limb_interchange") == "right_arm_left_arm", recording.name
        assert after.value("precordial_interchange") == "none"
        assert after.value("limb_interchange_score") > 0.8  # type: ignore[operator]
        # Lead I shows what is recorded.
        assert after.value("qrs_area", lead="I") == pytest.approx(-before.value("qrs_area", lead="I"), abs=2)  # type: ignore[operator]


def test_exchanged_chest_electrodes_are_found(recordings: list[Recording]) -> None:
    for recording in recordings:
        found = measure(moved(recording, (0, 1, 2, 5, 4, 3, 6, 7, 8)))
        assert found.value("precordial_interchange") == "v1_v3", recording.name
        assert found.value("limb_interchange") == "none"


def test_an_arm_on_the_right_leg_is_found(recordings: list[Recording]) -> None:
    # The right leg has the potential of the left one.
    for recording in recordings:
        found = measure(moved(recording, (2, 1, 2, *range(3, 9))))
        assert found.value("limb_interchange") == "right_arm_right_leg", recording.name
        assert found.reason("precordial_interchange") is not None
