from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from bench_folders import annotate, make_ludb, of_all, record_signal, sequence, steady, waves

from ecg_core.bench.candidates import (
    ExtractorCandidate,
    Found,
    annotation_candidate,
    extractor_candidate,
    held_out_candidate,
)
from ecg_core.bench.reference import TOGETHER, Reference, load_references
from ecg_core.bench.score import Scored, score
from ecg_core.bench.summary import Figures, summarize
from ecg_core.errors import NotAssessableError, UsageError
from ecg_core.extract.marks import LeadMarks
from ecg_core.measurements import Measurement, Measurements
from ecg_core.recording import Recording
from ecg_core.testing.synthetic import sinus_rhythm


class Stub:
    """An extractor that says the same of every recording."""

    name, version = "stub", "1"

    def __init__(self, *, fails_on: str = "", marks: LeadMarks | None = None) -> None:
        self.asked: list[str] = []
        self._fails_on, self._marks = fails_on, marks

    def extract(self, recording: Recording) -> Measurements:
        self.asked.append(recording.name)
        if recording.name == self._fails_on:
            raise NotAssessableError("nothing there")
        return Measurements(
            [
                Measurement("qrs_duration", 121.0, "ms", u=20.0),
                Measurement("pr_interval", 160.0, "ms", u=1.0),
                Measurement("qt_interval", None, "ms", reason="no T wave found"),
                Measurement("p_wave_present", True, ""),
            ]
        )


@pytest.fixture(scope="module")
def ludb(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_ludb(tmp_path_factory.mktemp("ludb"), sinus_rhythm(), steady(7), ("1", "2", "3"))


def scored(references: list[Reference], *candidates: ExtractorCandidate) -> list[Scored]:
    return score(references, candidates)


def everything(candidate: Scored, **more: int) -> Figures:
    figures: Figures = summarize(candidate, **more)["groups"]["all"]
    return figures


def test_global_figures(ludb: Path) -> None:
    stub = Stub()
    (one,) = scored(load_references(ludb), ExtractorCandidate("stub", lambda record: stub))
    figures = everything(one, worst=2)
    qrs = figures["intervals"]["qrs_duration"]
    assert (qrs["n"], qrs["none"]) == (3, 0)
    assert qrs["bias"] == pytest.approx(31.0, abs=0.1)
    assert qrs["sd"] == pytest.approx(0.0, abs=0.1)
    assert (qrs["within_near"], qrs["within_far"], qrs["within_u"], qrs["within_2u"]) == (0.0, 0.0, 0.0, 1.0)
    assert len(qrs["worst"]) == 2
    assert figures["intervals"]["pr_interval"]["within_near"] == 1.0
    assert figures["intervals"]["qt_interval"]["none"] == 3
    assert figures["intervals"]["qt_interval"]["bias"] is None
    limit = figures["limits"]["QRS >= 120 ms"]
    assert (limit["falsely"], limit["missed"], limit["gross"], limit["beyond"]) == (3, 0, 3, 0)
    assert limit["wrong"]["1"] == {"found": 121.0, "reference": 90.0}
    assert figures["p_wave"] == {"with": 3, "sensitivity": 1.0, "without": 0, "specificity": None}
    assert figures["detection"]["p"] == {"marked": 0, "sensitivity": None, "positive_predictivity": None}


def test_subgroups_hold_their_records(ludb: Path) -> None:
    stub = Stub()
    (one,) = scored(load_references(ludb), ExtractorCandidate("stub", lambda record: stub))
    groups = summarize(one)["groups"]
    assert {name: group["records"] for name, group in groups.items()} == {
        "all": 3,
        "even": 1,
        "odd": 2,
        "paced": 1,
        "unpaced": 2,
    }


def test_the_first_record_warms_up_and_failures_are_told(ludb: Path) -> None:
    stub = Stub(fails_on="2")
    (one,) = scored(load_references(ludb), ExtractorCandidate("stub", lambda record: stub))
    assert stub.asked == ["1", "1", "2", "3"]
    figures = summarize(one)
    assert figures["failed"] == {"2": "nothing there"}
    assert figures["records"] == 2
    assert figures["cpu_ms"] >= 0


def test_a_record_that_a_candidate_was_made_on_is_left_out(ludb: Path) -> None:
    stub = Stub()
    (one,) = scored(load_references(ludb), ExtractorCandidate("stub", {"3": stub}.get))
    assert (len(one.outcomes), one.left_out) == (1, 2)


def test_a_damaged_recording_fails_for_every_candidate(tmp_path: Path, ludb: Path) -> None:
    stub = Stub()
    absent = replace(load_references(ludb)[0], path=tmp_path / "absent.hea", record="absent")
    found = scored([absent], ExtractorCandidate("a", lambda r: stub), ExtractorCandidate("b", lambda r: stub))
    assert [list(one.failed) for one in found] == [["absent"], ["absent"]]
    assert summarize(found[0])["cpu_ms"] is None


def test_a_program_that_repeats_the_marks_makes_no_error(ludb: Path) -> None:
    program = annotation_candidate("program", ludb / "data")
    figures = everything(score(load_references(ludb), [program])[0])
    for wave, beats in (("p", 7), ("qrs", 7), ("t", 7)):
        assert figures["detection"][wave] == {
            "marked": 3 * 12 * beats,
            "sensitivity": 1.0,
            "positive_predictivity": 1.0,
        }
    assert all(point["bias"] == 0.0 for point in figures["points"].values())
    assert figures["points"]["qrs_onset"]["within_tolerance"] == 1.0
    assert figures["intervals"]["qt_interval"]["bias"] == pytest.approx(0.0)
    assert figures["intervals"]["qt_interval"]["within_u"] is None


def test_a_program_that_is_late_and_misses_a_lead(tmp_path: Path, ludb: Path) -> None:
    late = steady(7, first=1.010)
    for record in ("1", "2", "3"):
        for lead in ("i", "ii", "iii", "avr", "avl", "avf"):
            annotate(tmp_path, record, lead, sequence(late))
    about = {"cpu_seconds": 0.25, "in_sample": [3]}
    (tmp_path / "about.json").write_text(json.dumps(about), encoding="utf-8")
    (one,) = score(load_references(ludb), [annotation_candidate("late", tmp_path)])
    figures = summarize(one)
    assert (figures["records"], figures["left_out"], figures["cpu_ms"]) == (2, 1, 250.0)
    assert everything(one)["points"]["qrs_onset"]["bias"] == pytest.approx(10.0, abs=0.01)
    assert everything(one)["detection"]["qrs"]["sensitivity"] == 0.5
    assert everything(one)["detection"]["qrs"]["positive_predictivity"] == 1.0


def test_a_program_without_a_record_has_failed_on_it(tmp_path: Path, ludb: Path) -> None:
    (one,) = score(load_references(ludb), [annotation_candidate("none", tmp_path)])
    assert list(one.failed) == ["1", "2", "3"]


def test_marks_of_all_leads_together_are_compared_with_the_fused_ones(ludb: Path) -> None:
    reference = replace(load_references(ludb)[0], marks=LeadMarks({TOGETHER: steady(7)}, "both"), peaks=False)
    figures = everything(score([reference], [annotation_candidate("program", ludb / "data")])[0])
    assert figures["detection"]["qrs"] == {"marked": 7, "sensitivity": 1.0, "positive_predictivity": 1.0}
    assert figures["points"]["t_peak"]["n"] == 0
    assert figures["points"]["t_offset"]["n"] == 7


def test_a_long_recording_is_cut_to_its_marks(tmp_path: Path) -> None:
    short = sinus_rhythm()
    record_signal(tmp_path, "long", replace(short, signal=np.tile(short.signal, 20)), ["I", "II"])
    marks = steady(5, first=100.0)
    for extension in ("i", "ii"):
        annotate(tmp_path, "long", extension, sequence(marks))
    references = load_references(tmp_path)
    seen: list[Recording] = []

    class Watching(Stub):
        def extract(self, recording: Recording) -> Measurements:
            seen.append(recording)
            return super().extract(recording)

    watching = Watching()
    program = annotation_candidate("program", tmp_path)
    outcomes = score(references, [ExtractorCandidate("w", lambda r: watching), program])
    assert seen[0].start == pytest.approx(99.84 - 5.0)
    assert seen[0].duration == pytest.approx(marks.t[-1, 2] + 5.0 - seen[0].start, abs=0.01)
    assert everything(outcomes[1])["points"]["p_onset"]["bias"] == pytest.approx(0.0)


def test_an_installed_extractor(ludb: Path) -> None:
    candidate = extractor_candidate("classical")
    recording = sinus_rhythm()
    found: Found = candidate.measure("1", recording)
    assert candidate.covers("anything")
    assert found.p_present is True
    assert found.marks is not None
    assert found.values["qrs_duration"][1] is not None
    assert found.cpu is not None


def test_held_out_weights_cover_their_records_alone(tmp_path: Path) -> None:
    import ecg_core.extract.network as network

    shipped = Path(network.__file__).parent / "weights" / "delineator.npz"
    (tmp_path / "fold0.npz").write_bytes(shipped.read_bytes())
    (tmp_path / "folds.json").write_text('{"fold0": [7, 9], "delineator": []}', encoding="utf-8")
    candidate = held_out_candidate(tmp_path)
    assert [candidate.covers(record) for record in ("7", "9", "8")] == [True, True, False]
    (tmp_path / "fold0.npz").unlink()
    with pytest.raises(UsageError, match="fold0"):
        held_out_candidate(tmp_path)


@pytest.mark.parametrize("about", ["no json", '{"in_sample": 3}', '{"cpu_seconds": "fast"}'])
def test_a_wrong_about_file_is_told(tmp_path: Path, about: str) -> None:
    (tmp_path / "about.json").write_text(about, encoding="utf-8")
    with pytest.raises(UsageError):
        annotation_candidate("x", tmp_path)
    with pytest.raises(UsageError):
        annotation_candidate("x", tmp_path / "absent")


def test_no_p_waves_are_told_from_p_waves(ludb: Path) -> None:
    without = waves([], steady(7).qrs, steady(7).t)
    reference = replace(load_references(ludb)[0], marks=of_all(without))
    stub = Stub()
    (one,) = scored([reference], ExtractorCandidate("stub", lambda record: stub))
    assert everything(one)["p_wave"] == {"with": 0, "sensitivity": None, "without": 1, "specificity": 0.0}
