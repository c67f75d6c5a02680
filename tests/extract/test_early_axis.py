"""The early QRS axis: what a right bundle-branch block adds late leaves it as it is."""

from __future__ import annotations

import pytest

from ecg_core.extract import measure
from ecg_core.testing.synthetic import make, scenario


@pytest.mark.parametrize("axis", [-50.0, 40.0])
def test_it_is_the_axis_of_the_part_before_the_right_bundle(axis: float) -> None:
    recording, _ = make(scenario("right_bundle", axis=axis))
    found = measure(recording)
    early, whole = found.value("qrs_early_axis"), found.value("qrs_axis")
    assert isinstance(early, float)
    assert isinstance(whole, float)
    assert early == pytest.approx(axis, abs=12.0)
    assert abs(whole - axis) > abs(early - axis)


def test_it_is_the_whole_axis_of_a_short_qrs() -> None:
    recording, _ = make(scenario("axis", axis=60.0))
    found = measure(recording)
    assert found.value("qrs_early_axis") == pytest.approx(found.value("qrs_axis"), abs=8.0)
