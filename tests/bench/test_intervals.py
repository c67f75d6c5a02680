from __future__ import annotations

import numpy as np
import pytest
from bench_folders import of_all, steady, waves

from ecg_core.bench.intervals import fuse_leads, global_intervals, has_p
from ecg_core.extract.marks import LeadMarks


def test_intervals_of_regular_beats() -> None:
    found = global_intervals(of_all(steady(rr=0.8)), least_leads=6)
    assert found == pytest.approx(
        {
            "heart_rate": 75.0,
            "p_duration": 100.0,
            "pr_interval": 160.0,
            "qrs_duration": 90.0,
            "qt_interval": 400.0,
            "qtc_bazett": 400.0 / 0.8**0.5,
        }
    )


def test_median_over_leads_then_over_beats() -> None:
    leads = {name: steady(qrs=width) for name, width in (("I", 0.08), ("II", 0.10), ("V1", 0.20))}
    assert global_intervals(LeadMarks(leads, ""), least_leads=6)["qrs_duration"] == pytest.approx(100.0)


def test_an_interval_needs_enough_leads() -> None:
    with_p, without = steady(), waves([], steady().qrs, steady().t)
    leads = LeadMarks({**dict.fromkeys(("I", "II", "III"), with_p), **dict.fromkeys(("V1", "V2", "V3"), without)}, "")
    assert "pr_interval" not in global_intervals(leads, least_leads=4)
    assert "pr_interval" in global_intervals(leads, least_leads=3)


def test_a_p_wave_without_complex_has_no_pr() -> None:
    lead = steady(3, rr=2.0)
    blocked = waves([*lead.p, (2.0, 2.05, 2.1)], lead.qrs, lead.t)
    blocked = waves(blocked.p[np.argsort(blocked.p[:, 1])], lead.qrs, lead.t)
    assert global_intervals(of_all(blocked), least_leads=6)["pr_interval"] == pytest.approx(160.0)


def test_no_complexes_no_intervals() -> None:
    assert global_intervals(of_all(waves([], [])), least_leads=6) == {}
    assert global_intervals(LeadMarks({}, ""), least_leads=6) == {}


def test_most_leads_decide_on_p_waves() -> None:
    with_p, without = steady(), waves([], steady().qrs)
    assert has_p(LeadMarks({"I": with_p, "II": with_p, "III": without}, ""))
    assert not has_p(LeadMarks({"I": with_p, "II": without, "III": without}, ""))
    assert not has_p(LeadMarks({}, ""))


def test_fused_waves_are_those_of_enough_leads() -> None:
    leads = {name: steady(qrs=width) for name, width in (("I", 0.08), ("II", 0.09), ("V1", 0.12))}
    alone = waves(steady().p, [*steady().qrs, (20.0, 20.1, 20.2)], steady().t)
    fused = fuse_leads(LeadMarks({**leads, "V2": alone}, ""), least_leads=3)
    assert len(fused.qrs) == 8
    assert fused.qrs[0] == pytest.approx([1.0, 1.04, 1.09])
