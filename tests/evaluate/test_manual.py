"""People's intervals in place of the measured ones."""

from __future__ import annotations

from pathlib import Path

import pytest
from label_folders import make_ludb

from ecg_core.evaluate.labelled import load_label_sets
from ecg_core.evaluate.manual import manual_intervals, with_intervals
from ecg_core.measurements import Measurement, Measurements


def test_marked_and_derived_intervals(tmp_path: Path) -> None:
    (one,) = load_label_sets(make_ludb(tmp_path)).recordings
    assert manual_intervals(one) == pytest.approx(
        {
            "heart_rate": 60.0,
            "p_duration": 100.0,
            "pr_interval": 220.0,
            "qrs_duration": 90.0,
            "qt_interval": 400.0,
            "rr_mean": 1000.0,
            "jt_interval": 310.0,
            **dict.fromkeys(("qtc_bazett", "qtc_fridericia", "qtc_framingham", "qtc_hodges", "qtc_decision"), 400.0),
        },
        abs=2.0,
    )


def test_no_p_wave_marked(tmp_path: Path) -> None:
    (one,) = load_label_sets(make_ludb(tmp_path, p_marks=False)).recordings
    manual = manual_intervals(one)
    assert manual["pr_interval"] is None
    replaced = with_intervals(Measurements([Measurement("pr_interval", 160.0, "ms", u=5.0)]), manual)
    assert replaced.value("pr_interval") is None
    assert replaced.reason("pr_interval") == "no P wave marked"


def test_what_is_replaced_and_what_stays() -> None:
    measured = Measurements(
        [
            Measurement("qrs_duration", 100.0, "ms", u=4.0),
            Measurement("cornell_product", 200.0, "mV*ms"),
            Measurement("qtc_decision", None, "ms", reason="rhythm too irregular for one QTc"),
            Measurement("pr_interval", None, "ms", reason="no P wave found"),
            Measurement("r_amplitude", 1.0, "mV", lead="V5"),
        ],
        extractor="classical 1",
    )
    replaced = with_intervals(measured, {"qrs_duration": 120.0, "qtc_decision": 400.0, "pr_interval": 210.0})
    assert replaced.get("qrs_duration") == Measurement("qrs_duration", 120.0, "ms")
    assert replaced.value("cornell_product") == pytest.approx(240.0)
    assert replaced.reason("qtc_decision") == "rhythm too irregular for one QTc"
    assert replaced.value("pr_interval") == 210.0
    assert replaced.get("r_amplitude", lead="V5") == measured.get("r_amplitude", lead="V5")
