"""What labels mean in statements."""

from __future__ import annotations

import pytest

from ecg_core.evaluate.classes import class_table
from ecg_core.vocabulary import codes

TABLE = class_table()


def test_every_scp_code_has_a_class() -> None:
    superseded = {"LAO", "LAE", "RAO", "RAE"}
    assert [code for code in codes()["scp"] if code not in superseded and not TABLE.knows("scp", code)] == []


def test_groups_name_classes() -> None:
    members = {member for group in TABLE.groups for member in group.members}
    assert members <= set(TABLE.classes)
    assert len({group.id for group in TABLE.groups} | set(TABLE.classes)) == len(TABLE.groups) + len(TABLE.classes)


def test_a_label_is_not_both_clear_and_unclear() -> None:
    for one in TABLE.classes.values():
        for vocabulary, labels in one.unclear.items():
            assert labels.isdisjoint(one.labels.get(vocabulary, frozenset())), one.id
        assert one.also.isdisjoint(one.statements), one.id


def test_critical_is_what_the_first_statement_says() -> None:
    assert TABLE.classes["third_degree_block"].critical
    assert not TABLE.classes["atrial_fibrillation"].critical


@pytest.mark.parametrize(
    ("name", "vocabulary", "labels", "doubtful", "said"),
    [
        ("atrial_fibrillation", "scp", {"AFIB"}, set(), "present"),
        ("atrial_fibrillation", "scp", {"NORM"}, set(), "absent"),
        ("inferior_infarct", "scp", {"SR"}, {"IMI"}, "unclear"),
        ("premature_ventricular", "scp", {"BIGU"}, set(), "unclear"),
        ("premature_ventricular", "scp", {"BIGU", "PVC"}, set(), "present"),
        ("sinus", "scp", {"NORM"}, set(), "unclear"),
        ("sinus", "scp", {"AFIB"}, set(), "absent"),
        ("sinus", "cpsc", {"RBBB"}, set(), "unclear"),
    ],
)
def test_said(name: str, vocabulary: str, labels: set[str], doubtful: set[str], said: str) -> None:
    assert TABLE.classes[name].said(vocabulary, labels, doubtful) == said
