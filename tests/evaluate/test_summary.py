"""Figures of an evaluation whose every answer is known, and the tables made of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pack_writer import write_pack

from ecg_core.evaluate.classes import class_table
from ecg_core.evaluate.judged import Found, Judged, Verdicts
from ecg_core.evaluate.labelled import Labelled
from ecg_core.evaluate.summary import Evaluation, summarize
from ecg_core.evaluate.tables import tables_of
from ecg_core.measurements import Measurement, Measurements
from ecg_core.rules.load import load_protocol

LONG = Found("AVC_LONGPR", True, "definite")
SILENCED = Found("AVC_LONGPR", False, "probable")


def labelled(record: int, *labels: str) -> Labelled:
    return Labelled(
        set="ptbxl",
        source="ptbxl",
        record=str(record),
        path=Path(str(record)),
        patient=str(record),
        vocabulary="scp",
        labels=frozenset(labels),
        ecg=str(record),
    )


def measured(pr: float | None, *, p_wave: bool | None = True) -> Measurements:
    return Measurements(
        [
            Measurement("pr_interval", pr, "ms", u=5.0, reason=None if pr else "no P wave found"),
            Measurement("p_wave_present", p_wave, "", reason=None if p_wave is not None else "too noisy"),
        ]
    )


def judged(pr: float | None, *found: Found, manual: tuple[Found, ...] | None = None, **verdicts: Any) -> Judged:
    p_wave = verdicts.pop("p_wave", True)
    return Judged(
        measured(pr, p_wave=p_wave),
        {"tiny": Verdicts(found, **verdicts)},
        {} if manual is None else {"tiny": Verdicts(manual)},
    )


@pytest.fixture(scope="module")
def figures(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Eleven recordings with a long PR interval of which four are missed, each for another reason; four without."""
    rows = [(labelled(n, "1AVB"), judged(220.0, LONG)) for n in range(7)] + [
        (labelled(7, "1AVB"), judged(190.0, manual=(LONG,))),
        (labelled(8, "1AVB"), judged(210.0, SILENCED, p_wave=False)),
        (labelled(9, "1AVB"), judged(None, not_assessed=frozenset({"AVC_LONGPR"}))),
        (labelled(10, "1AVB"), Judged(None, error="every lead is flat")),
        (labelled(11, "3AVB"), judged(210.0, LONG)),
        (labelled(12, "NORM"), judged(150.0)),
        (labelled(13, "NORM", "CLBBB"), judged(150.0, Found("OVR_NORMAL", True, "definite"))),
        (labelled(14, "XYZ"), judged(150.0, manual=(LONG,))),
    ]
    pack = load_protocol(write_pack(tmp_path_factory.mktemp("pack")))
    evaluation = Evaluation(class_table(), [one for one, _ in rows], [two for _, two in rows], [pack], resamples=200)
    return summarize(evaluation) | {"left_out": ["2 records"], "extractor": "classical"}


def by_id(rows: list[dict[str, Any]], name: str) -> dict[str, Any]:
    (one,) = (row for row in rows if row["id"] == name)
    return one


def test_figures_of_a_class(figures: dict[str, Any]) -> None:
    block = by_id(figures["classes"], "first_degree_block")
    assert (block["present"], block["absent"]) == (11, 4)
    own = block["packs"]["tiny"]
    assert [own["final"][cell] for cell in ("hits", "false", "missed", "rejected")] == [7, 1, 4, 3]
    assert own["raw"]["hits"] == 8
    assert own["not_assessed"] == 2
    assert own["certainty"]["definite"] == {"hits": 7, "false": 1}
    assert own["by_set"]["ptbxl"]["f1"] == pytest.approx(14 / 19)
    assert block["majority"]["sensitivity"][0] == 1.0
    assert not by_id(figures["classes"], "left_bundle_branch_block")["packs"]["tiny"]["decided"]


def test_a_group_takes_one_degree_for_another(figures: dict[str, Any]) -> None:
    final = by_id(figures["groups"], "av_block")["packs"]["tiny"]["final"]
    assert [final[cell] for cell in ("hits", "false", "missed", "rejected")] == [8, 0, 4, 3]


def test_called_normal_despite_a_major_abnormality(figures: dict[str, Any]) -> None:
    normal = figures["normal_in_major"]
    assert normal["recordings"] == 2
    assert normal["packs"]["tiny"]["specificity"][0] == 0.5
    assert normal["packs"]["tiny"]["called_normal"] == [{"recording": "ptbxl 13", "labels": ["CLBBB", "NORM"]}]


def test_missed_critical_statements_are_listed(figures: dict[str, Any]) -> None:
    (missed,) = figures["missed_critical"]
    assert (missed["class"], missed["recording"], missed["cause"]) == ("third_degree_block", "ptbxl 11", "no rule")


def test_aims_reached_have_no_shortfall(figures: dict[str, Any]) -> None:
    # F1 is 0.74, the aim 0.65.
    assert figures["shortfalls"] == []


def test_errors_with_manual_intervals(figures: dict[str, Any]) -> None:
    assert figures["manual"]["recordings"] == 2
    (row,) = (row for row in figures["manual"]["packs"]["tiny"] if row["class"] == "first_degree_block")
    assert (row["errors"], row["errors_with_manual"]) == (1, 1)
    assert (row["vanished"], row["new"]) == (["ptbxl 7"], ["ptbxl 14"])


def test_labels_without_a_class_and_recordings_without_measurements(figures: dict[str, Any]) -> None:
    assert figures["unmapped"] == ["scp XYZ"]
    assert figures["failed"] == {"ptbxl 10": "every lead is flat"}


def test_every_miss_of_an_aim_has_its_cause(tmp_path: Path) -> None:
    rows = [(labelled(n, "1AVB"), judged(190.0)) for n in range(8)] + [
        (labelled(8, "1AVB"), judged(210.0, SILENCED, p_wave=False)),
        (labelled(9, "1AVB"), judged(None, not_assessed=frozenset({"AVC_LONGPR"}))),
        (labelled(10, "NORM"), judged(230.0, LONG)),
    ]
    pack = load_protocol(write_pack(tmp_path))
    figures = summarize(Evaluation(class_table(), [a for a, _ in rows], [b for _, b in rows], [pack], resamples=0))
    (shortfall,) = (one for one in figures["shortfalls"] if one["class"] == "first_degree_block")
    assert shortfall["causes"] == {"criteria not met": 8, "silenced": 1, "not measurable": 1}
    assert len(shortfall["missed"]) == 3
    assert shortfall["missed"][0]["why"] == ["PR interval 190 ms \N{LESS-THAN OR EQUAL TO} 200 ms"]
    (false,) = shortfall["false"]
    assert false["why"] == ["First-degree AV block / prolonged PR: PR interval 230 ms exceeds 200 ms."]


def test_tables_say_it_in_words(figures: dict[str, Any]) -> None:
    tables = {table.title: table for table in tables_of(figures)}
    assert all(len(row) == len(table.headers) for table in tables.values() for row in table.rows)
    aims = [row for row in tables["Aims"].rows if row[0] == "First-degree AV block"]
    assert aims[0][-1] == "reached"
    assert ("Left bundle-branch block", "1", "tiny", "0.000 (0.00-0.00)", "0.80", "no rule, n < 10") in tables[
        "Aims"
    ].rows
    strict = {row[0]: row for row in tables["Labels, strictly"].rows if row[0]}
    assert strict["First-degree AV block"][4].startswith("0.64 (")
    assert strict["Left bundle-branch block"][4] == "no rule"
    assert ("label without a class", "scp XYZ") in tables["Recordings"].rows
    assert "Aims not reached: examples" not in tables
