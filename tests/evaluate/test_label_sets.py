"""Label sets in their published layouts."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from label_folders import make_headers, make_ludb, make_ptbxl, record_signal

from ecg_core.errors import UnreadableError, UsageError
from ecg_core.evaluate.classes import class_table
from ecg_core.evaluate.labelled import load_label_sets


def test_ptbxl_likelihoods_age_and_sex(tmp_path: Path) -> None:
    make_ptbxl(tmp_path, {1: "{'NORM': 80.0, 'SR': 0.0, 'IMI': 15.0}"})
    (one,) = load_label_sets(tmp_path).recordings
    assert (one.labels, one.doubtful) == ({"NORM", "SR"}, {"IMI"})
    assert (one.age, one.sex) == (90.0, "male")
    assert one.patient == "ptbxl 7"


def test_ptbxl_list_of_codes_and_record_without_codes(tmp_path: Path) -> None:
    make_ptbxl(tmp_path, {1: "['NORM']"})
    record_signal(tmp_path / "records500" / "00000", "00002_hr")
    (tmp_path / "labels.csv").write_text("ecg_id,patient_id,age,sex,scp_codes\n2,,,,\n3,,,,['SR']\n", encoding="utf-8")
    loaded = load_label_sets(tmp_path)
    assert [one.labels for one in loaded.recordings] == [{"NORM"}]
    assert loaded.left_out == ("1 records of PTB-XL without SCP statements",)


def test_ptbxl_codes_that_are_none_are_refused(tmp_path: Path) -> None:
    make_ptbxl(tmp_path, {1: "{'NORM': x}"})
    with pytest.raises(UnreadableError, match="not understood"):
        load_label_sets(tmp_path)


def test_ludb_diagnoses_are_lines_of_cells(tmp_path: Path) -> None:
    (one,) = load_label_sets(make_ludb(tmp_path)).recordings
    assert one.labels == {"Sinus rhythm", "I degree av block"}
    assert one.marks


def test_a_signal_in_two_sets_counts_once(tmp_path: Path) -> None:
    make_headers(tmp_path / "cinc2021", {"A0004": "164889003", "E00001": "426783006,59118001"})
    make_headers(tmp_path / "cpsc2018", {"A0004": "AF"})
    loaded = load_label_sets(tmp_path)
    assert [(one.set, one.source, one.labels) for one in loaded.recordings] == [
        ("cpsc2018", "cpsc2018", {"AF"}),
        ("cinc2021", "cinc2021 E", {"426783006", "59118001"}),
    ]
    assert loaded.left_out == ("1 records whose signal stands in another set too",)


def test_the_manifest_tells_patients_apart(tmp_path: Path) -> None:
    make_headers(tmp_path / "cpsc2018", {"A0001": "AF", "A0002": "AF"})
    (tmp_path / "manifest.csv").write_text(
        "dataset,record,group\ncpsc2018,A0001,one\ncpsc2018,A0002,one\n", encoding="utf-8"
    )
    for folder in (tmp_path, tmp_path / "cpsc2018"):
        assert {one.patient for one in load_label_sets(folder).recordings} == {"one"}


def test_no_folder_and_no_labels(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no folder"):
        load_label_sets(tmp_path / "none")
    record_signal(tmp_path, "r")
    with pytest.raises(UsageError, match="no label set"):
        load_label_sets(tmp_path)


def test_real_sets(data: Path) -> None:
    loaded = load_label_sets(data)
    assert Counter(one.set for one in loaded.recordings) == {"ptbxl": 260, "ludb": 100, "cpsc2018": 76, "cinc2021": 62}
    table = class_table()
    assert {
        label for one in loaded.recordings for label in one.labels if not table.knows(one.vocabulary, label)
    } == set()
