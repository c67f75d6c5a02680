from __future__ import annotations

from pathlib import Path

import pytest
from bench_folders import RATE, annotate, make_ludb, record_signal, sequence, steady

from ecg_core.bench.reference import TOGETHER, load_references
from ecg_core.errors import UnreadableError, UsageError
from ecg_core.recording import Recording
from ecg_core.testing.synthetic import sinus_rhythm


@pytest.fixture(scope="module")
def recording() -> Recording:
    return sinus_rhythm()


def test_ludb(tmp_path: Path, recording: Recording) -> None:
    make_ludb(tmp_path, recording, steady(), ("10", "2"))
    first, second = load_references(tmp_path)
    assert (first.record, second.record) == ("2", "10")
    assert first.groups == ("paced", "even")
    assert second.groups == ("unpaced", "even")
    assert first.marks is not None
    assert list(first.marks.leads) == list(recording.leads)
    assert first.marks.leads["aVR"].qrs == pytest.approx(steady().qrs, abs=0.001)
    (only, _) = load_references(tmp_path, annotators=["ii"])
    assert only.marks is not None
    assert list(only.marks.leads) == ["II"]


def test_any_wfdb_folder_with_files_by_lead(tmp_path: Path, recording: Recording) -> None:
    record_signal(tmp_path / "a", "r", recording)
    record_signal(tmp_path / "b", "unmarked", recording)
    annotate(tmp_path / "a", "r", "v6", sequence(steady()))
    (found,) = load_references(tmp_path)
    assert found.record == "a/r"
    assert found.marks is not None
    assert list(found.marks.leads) == ["V6"]


def test_any_wfdb_folder_with_one_file_for_several_signals(tmp_path: Path, recording: Recording) -> None:
    record_signal(tmp_path, "r", recording, ["I", "II"])
    annotate(tmp_path, "r", "atr", [(1.0, "N"), (1.1, "N"), (2.0, "N")], channels=[0, 1, 0])
    annotate(tmp_path, "r", "man", [(1.0, "N")])
    (found,) = load_references(tmp_path, annotators=["atr"])
    assert found.marks is not None
    assert {lead: len(marks.qrs) for lead, marks in found.marks.leads.items()} == {"I": 2, "II": 1}
    (shared,) = load_references(tmp_path, annotators=["man"])
    assert shared.marks is not None
    assert list(shared.marks.leads) == [TOGETHER]


def test_qtdb(tmp_path: Path, recording: Recording) -> None:
    record_signal(tmp_path, "sel1", recording, ["MLII", "V5"])
    record_signal(tmp_path, "sel2", recording, ["MLII", "V5"])
    for extension in ("q1c", "qt1"):
        annotate(tmp_path, "sel1", extension, sequence(steady(4)) if extension == "q1c" else [(1.0, "t")])
    annotate(tmp_path, "sel2", "qt1", [(1.3, "t"), (1.4, ")")])
    annotate(tmp_path, "sel1", "pu1", sequence(steady(3)))
    first, second = load_references(tmp_path)
    assert first.marks is not None
    assert second.marks is not None
    assert (first.marks.source, second.marks.source) == ("q1c", "qt1")
    assert len(first.marks.leads[TOGETHER].qrs) == 4
    assert second.marks.leads[TOGETHER].t[0, 1:] == pytest.approx([1.3, 1.4])
    (program,) = load_references(tmp_path, annotators=["pu0", "pu1"])
    assert program.marks is not None
    assert list(program.marks.leads) == ["V5"]


def test_qtdb_record_at_hand(data: Path) -> None:
    (found,) = load_references(data / "other_signals" / "qtdb", annotators=["pu1"])
    assert found.record == "sel100"
    assert found.marks is not None
    assert len(found.marks.leads["V5"].qrs) == pytest.approx(1134, abs=20)


def test_isp(tmp_path: Path, recording: Recording) -> None:
    for part, name in (("train", "7"), ("test", "3")):
        record_signal(tmp_path / f"{part}_data", name, recording)
        (tmp_path / f"{part}_isp_delineation_data.csv").write_text(
            f'file_name,target\n{name},"[(0, 400, 450), (1, 500, 545), (2, 600, 700)]"\n', encoding="utf-8"
        )
    first, second = load_references(tmp_path)
    assert (first.record, first.groups, second.record) == ("test/3", ("test",), "train/7")
    assert not first.peaks
    assert first.marks is not None
    marks = first.marks.leads[TOGETHER]
    assert marks.p.tolist() == [[400 / RATE, 425 / RATE, 450 / RATE]]
    assert marks.qrs[0, 2] == pytest.approx(545 / RATE)
    assert marks.t[0, 0] == pytest.approx(600 / RATE)


def test_isp_with_an_unknown_class_is_unreadable(tmp_path: Path, recording: Recording) -> None:
    record_signal(tmp_path / "train_data", "7", recording)
    table = tmp_path / "train_isp_delineation_data.csv"
    table.write_text('file_name,target\n7,"[(5, 400, 450)]"\n', encoding="utf-8")
    with pytest.raises(UnreadableError, match="class 5"):
        load_references(tmp_path)


def test_ecgrdvq(tmp_path: Path, recording: Recording) -> None:
    record_signal(tmp_path / "raw" / "1001", "abc-1", recording)
    record_signal(tmp_path / "medians" / "1001", "abc-1", recording)
    (tmp_path / "SCR-002.Clinical.Data.csv").write_text(
        "EGREFID,RANDID,RR,PR,QT,QRS\nABC-1,1001,900,NA,410,95\nabsent,1001,900,160,400,90\n", encoding="utf-8"
    )
    (found,) = load_references(tmp_path)
    assert found.path == tmp_path / "raw" / "1001" / "abc-1.hea"
    assert found.marks is None
    assert found.intervals == pytest.approx(
        {"heart_rate": 60000 / 900, "qrs_duration": 95.0, "qt_interval": 410.0, "qtc_bazett": 410.0 / 0.9**0.5}
    )


@pytest.mark.parametrize(
    ("folder", "name", "said"),
    [
        ("absent", None, "no folder"),
        (".", None, "no known data set"),
        (".", "mitdb", "unknown"),
        (".", "wfdb", "no rec"),
    ],
)
def test_what_is_no_data_set_is_said(tmp_path: Path, folder: str, name: str | None, said: str) -> None:
    with pytest.raises(UsageError, match=said) as caught:
        load_references(tmp_path / folder, name)
    assert caught.value.hint
