from __future__ import annotations

import pytest

from ecg_core.extract.cautions import find_cautions
from ecg_core.measurements import Measurement, Measurements


def measurements(*items: Measurement) -> Measurements:
    return Measurements(items)


def test_a_good_recording_needs_none() -> None:
    fine = measurements(
        Measurement("recording_quality", "good", ""),
        Measurement("bandwidth", 150.0, "Hz"),
        Measurement("limb_interchange", "none", ""),
        Measurement("precordial_interchange", None, "", reason="lead V3 is missing"),
        Measurement("gain_suspicion", "none", ""),
        Measurement("delineator_disagreement", 20.0, "ms"),
        Measurement("pr_interval", 160.0, "ms", quality="fair"),
    )
    assert find_cautions(fine) == []
    assert find_cautions(measurements()) == []


@pytest.mark.parametrize(
    ("name", "value", "unit", "words"),
    [
        ("limb_interchange", "right_arm_left_arm", "", "(right arm and left arm)"),
        ("limb_interchange", "dextrocardia", "", "dextrocardia"),
        ("precordial_interchange", "v1_v2", "", "(V1 and V2)"),
        ("precordial_interchange", "v1_v6_reversed", "", "(v1 v6 reversed)"),
        ("gain_suspicion", "too_large", "", "implausibly large"),
        ("recording_quality", "poor", "", "signal quality is poor"),
        ("bandwidth", 50.0, "Hz", "up to 50 Hz"),
    ],
)
def test_each_warning_is_said(name: str, value: float | str, unit: str, words: str) -> None:
    (said,) = find_cautions(measurements(Measurement(name, value, unit)))
    assert words in said


def test_a_disagreement_names_what_it_makes_less_certain() -> None:
    found = measurements(
        Measurement("delineator_disagreement", 34.0, "ms"),
        Measurement("pr_interval", 160.0, "ms", quality="fair"),
        Measurement("qrs_duration", 90.0, "ms"),
        Measurement("p_duration", None, "ms", reason="no P wave found"),
    )
    assert find_cautions(found) == [
        "two delineators place an edge 34 ms apart, so that this is less certain: PR interval"
    ]
