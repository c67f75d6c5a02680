"""Marks lead by lead."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import numpy as np
import pytest

from ecg_core.bench.intervals import global_intervals
from ecg_core.errors import UsageError
from ecg_core.extract.marks import LeadMarks, in_seconds, largest_deflection, lead_marks
from ecg_core.plugin_manager import PluginManager
from ecg_core.readers import read_recording
from ecg_core.recording import Recording
from ecg_core.testing.synthetic import TRUTH, sinus_rhythm


def in_order(marks: LeadMarks) -> bool:
    rows = np.concatenate([rows for lead in marks.leads.values() for rows in (lead.p, lead.qrs, lead.t)])
    known = np.where(np.isnan(rows), rows[:, 1:2], rows)
    return bool((np.diff(known, axis=1) >= 0).all())


@pytest.mark.parametrize("extractor", ["classical", "learned"])
def test_marks_give_the_intervals_that_were_drawn(extractor: str) -> None:
    recording = sinus_rhythm()
    marks = lead_marks(recording, extractor)
    assert set(marks.leads) == set(recording.leads)
    assert marks.source.startswith(extractor)
    assert in_order(marks)
    found = global_intervals(marks, least_leads=4)
    for name, truth in TRUTH.items():
        if name in found:
            assert found[name] == pytest.approx(truth, abs=max(12.0, 0.03 * truth)), name
    assert "pr_interval" in found
    assert all(len(lead.kinds) == len(lead.qrs) for lead in marks.leads.values())


@pytest.mark.parametrize("extractor", ["neurokit", "neurokit-prominence"])
def test_neurokit_marks_every_beat(extractor: str) -> None:
    marks = lead_marks(sinus_rhythm(), extractor)
    ours = lead_marks(sinus_rhythm(), "classical")
    assert len(marks.leads["II"].qrs) == pytest.approx(len(ours.leads["II"].qrs), abs=2)
    assert len(marks.leads["II"].p)
    assert len(marks.leads["II"].t)


def test_flat_leads_have_no_marks() -> None:
    recording = sinus_rhythm()
    recording.signal[recording.leads.index("V3")] = 0.0
    assert "V3" not in lead_marks(recording, "learned").leads


def test_without_beats_there_are_no_waves() -> None:
    recording = sinus_rhythm()
    noise = 0.02 * np.random.default_rng(1).normal(size=recording.signal.shape)
    quiet = Recording(noise, recording.sampling_rate, recording.leads, recording.provenance)
    for extractor in ("classical", "learned"):
        marks = lead_marks(quiet, extractor)
        assert all(len(lead.t) <= len(lead.qrs) for lead in marks.leads.values())


def test_an_engine_without_marks_is_a_usage_error() -> None:
    class Silent:
        name, version = "silent", "1"

    class Plugins:
        def make(self, hook: str, name: str) -> object:
            return Silent()

    with pytest.raises(UsageError, match="no marks"):
        lead_marks(sinus_rhythm(), "silent", plugins=cast(PluginManager, Plugins()))


def test_the_largest_deflection_is_from_the_line_between_the_ends() -> None:
    lead = np.linspace(0.0, 10.0, 101)
    lead[40] -= 2.0
    assert largest_deflection(lead, 20.0, 80.0) == 40.0
    assert largest_deflection(lead, 50.0, 51.0) == 50.0


def test_waves_without_a_peak_are_left_out() -> None:
    assert in_seconds([(1.0, None, 2.0), (None, 500.0, None)], 500.0)[:, 1].tolist() == [1.0]


def test_p_waves_of_a_real_recording_that_has_none(data: Path) -> None:
    marks = lead_marks(read_recording(data / "ludb" / "data" / "74.hea"), "learned")
    beats = sum(len(lead.qrs) for lead in marks.leads.values())
    assert sum(len(lead.p) for lead in marks.leads.values()) <= 0.1 * beats
