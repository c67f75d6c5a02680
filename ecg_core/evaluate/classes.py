"""What labels mean: classes of labels with the statements that answer them, and groups of classes."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any, Literal

import yaml

from ecg_core.vocabulary import statement

Vocabulary = Literal["scp", "snomed", "cpsc", "ludb"]

Said = Literal["present", "absent", "unclear", "unused"]
"""What a recording's labels say of a class: yes, no, neither, or its source never uses such a label."""


@dataclass(frozen=True, slots=True)
class LabelClass:
    """Labels that say one thing, and the statements that answer them.

    Attributes:
        id: e.g. "atrial_fibrillation".
        name: in words.
        statements: any of them answers the label; the first is the one it names.
        also: found beside the label they answer it too, found without it they count for nothing.
        labels: vocabulary -> labels that say "present".
        unclear: vocabulary -> labels that leave it open.
        absent_if: vocabulary -> labels of which one must be there to say "absent"; in other vocabularies every
            recording without the label says so.
        major: whether it is a major abnormality.
        aim_f1: what the project means to reach, or None.
    """

    id: str
    name: str
    statements: tuple[str, ...]
    labels: Mapping[str, frozenset[str]]
    also: frozenset[str] = frozenset()
    unclear: Mapping[str, frozenset[str]] = field(default_factory=dict)
    absent_if: Mapping[str, frozenset[str]] = field(default_factory=dict)
    major: bool = False
    aim_f1: float | None = None

    @property
    def critical(self) -> bool:
        """Whether the statement that the label names asks for immediate review."""
        return statement(self.statements[0]).urgency == "U3"

    def uses(self, vocabulary: str, labels: Set[str]) -> bool:
        """Say whether any of the labels says "present"."""
        return not self.labels.get(vocabulary, frozenset()).isdisjoint(labels)

    def said(self, vocabulary: str, labels: Set[str], doubtful: Set[str]) -> Said:
        """Say what the labels of a recording, whose source uses this class, mean for it.

        Args:
            vocabulary: of the labels.
            labels: stated as more likely than not.
            doubtful: stated as less likely than not.
        """
        if self.uses(vocabulary, labels):
            return "present"
        if self.uses(vocabulary, doubtful) or self.unclear.get(vocabulary, frozenset()) & labels:
            return "unclear"
        if vocabulary in self.absent_if and self.absent_if[vocabulary].isdisjoint(labels):
            return "unclear"
        return "absent"


@dataclass(frozen=True, slots=True)
class ClassGroup:
    """Classes among which one may stand for another.

    Attributes:
        id: e.g. "infarct_any".
        name: in words.
        members: ids of classes.
    """

    id: str
    name: str
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ClassTable:
    """The whole table.

    Attributes:
        classes: by id, in reporting order.
        groups: in reporting order.
        not_scored: vocabulary -> labels that no statement answers.
    """

    classes: Mapping[str, LabelClass]
    groups: tuple[ClassGroup, ...]
    not_scored: Mapping[str, frozenset[str]]

    def knows(self, vocabulary: str, label: str) -> bool:
        """Say whether a label has a place in the table."""
        sets = [mapping for one in self.classes.values() for mapping in (one.labels, one.unclear)]
        return any(label in mapping.get(vocabulary, ()) for mapping in (*sets, self.not_scored))


@cache
def class_table() -> ClassTable:
    """Return the table that ships with the package.

    Raises:
        UnknownNameError: if it names a statement that is not in the vocabulary.
    """
    text = files(__package__).joinpath("label_classes.yaml").read_text(encoding="utf-8")
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    table: dict[str, Any] = yaml.load(text, Loader=loader)  # noqa: S506 - our own file, safe loader
    classes = [_label_class(row) for row in table["classes"]]
    return ClassTable(
        classes=MappingProxyType({one.id: one for one in classes}),
        groups=tuple(ClassGroup(row["id"], row["name"], tuple(row["members"])) for row in table["groups"]),
        not_scored=_sets(table["not_scored"]),
    )


def _label_class(row: dict[str, Any]) -> LabelClass:
    for code in (*row["statements"], *row.get("also", ())):
        statement(code)
    mappings = {key: _sets(row.get(key, {})) for key in ("labels", "unclear", "absent_if")}
    return LabelClass(
        **{
            **row,
            **mappings,
            "statements": tuple(row["statements"]),
            "also": frozenset(row.get("also", ())),
        }
    )


def _sets(mapping: dict[str, list[str]]) -> Mapping[str, frozenset[str]]:
    return MappingProxyType({key: frozenset(values) for key, values in mapping.items()})
