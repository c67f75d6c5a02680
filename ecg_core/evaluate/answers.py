"""Where labels meet findings: for each class or group, what the labels say of a recording and what a pack found."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Literal

from ecg_core.evaluate.classes import ClassGroup, ClassTable, LabelClass, Said
from ecg_core.evaluate.judged import Verdicts
from ecg_core.evaluate.labelled import Labelled
from ecg_core.findings import Certainty

Stage = Literal["raw", "final"]

CERTAINTIES: tuple[Certainty, ...] = ("definite", "probable", "possible", "borderline")


@dataclass(frozen=True, slots=True)
class Question:
    """A class put to one recording.

    Attributes:
        place: which recording, by its place in the list.
        present: whether the labels say so.
        answers: statements that answer it here; none of them found means "no".
    """

    place: int
    present: bool
    answers: frozenset[str]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a pack says to a question.

    Attributes:
        found: whether any statement that answers it stands.
        certainty: the best of those that do, or None.
        not_assessed: whether none stands and one of them could not be judged.
    """

    found: bool
    certainty: Certainty | None
    not_assessed: bool


def used_labels(recordings: Iterable[Labelled]) -> Mapping[str, frozenset[str]]:
    """Return source -> every label that occurs in it.

    A source that never uses a label does not say that the thing is absent: CPSC 2018 knows nine classes and no axis.
    """
    used: dict[str, set[str]] = defaultdict(set)
    for one in recordings:
        used[one.source] |= one.labels
    return {source: frozenset(labels) for source, labels in used.items()}


def class_questions(
    label_class: LabelClass, recordings: Sequence[Labelled], used: Mapping[str, Set[str]]
) -> list[Question]:
    """Return the recordings whose labels say yes or no to a class."""
    questions = []
    for place, one in enumerate(recordings):
        said = _said(label_class, one, used)
        if said in ("present", "absent"):
            questions.append(_question(place, said == "present", [label_class]))
    return questions


def group_questions(
    group: ClassGroup, table: ClassTable, recordings: Sequence[Labelled], used: Mapping[str, Set[str]]
) -> list[Question]:
    """Return the recordings whose labels say yes or no to a group.

    Where a member is present, statements of any member answer. Where all are absent, only those count as false that
    answer a member which the recording's source uses.
    """
    members = [table.classes[member] for member in group.members]
    questions = []
    for place, one in enumerate(recordings):
        said = {member.id: _said(member, one, used) for member in members}
        if "present" in said.values():
            questions.append(_question(place, True, members))
        elif "unclear" not in said.values() and "absent" in said.values():
            questions.append(_question(place, False, [member for member in members if said[member.id] == "absent"]))
    return questions


def answer(question: Question, verdicts: Verdicts | None, stage: Stage) -> Answer:
    """Return what a pack says; of a recording that could not be measured (None) it says nothing."""
    if verdicts is None:
        return Answer(False, None, True)
    standing = [one for one in verdicts.found if one.statement in question.answers and (one.final or stage == "raw")]
    certainty = min((one.certainty for one in standing), key=CERTAINTIES.index, default=None)
    return Answer(bool(standing), certainty, not standing and not question.answers.isdisjoint(verdicts.not_assessed))


def _said(label_class: LabelClass, recording: Labelled, used: Mapping[str, Set[str]]) -> Said:
    if not label_class.uses(recording.vocabulary, used[recording.source]):
        return "unused"
    return label_class.said(recording.vocabulary, recording.labels, recording.doubtful)


def _question(place: int, present: bool, classes: Sequence[LabelClass]) -> Question:
    answers = {code for one in classes for code in one.statements}
    if present:
        answers |= {code for one in classes for code in one.also}
    return Question(place, present, frozenset(answers))
