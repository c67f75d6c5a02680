"""Everything that is reported of an evaluation, as plain figures for JSON and for tables."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ecg_core.evaluate.agreement import Agreement, agree
from ecg_core.evaluate.answers import (
    CERTAINTIES,
    Answer,
    Question,
    Stage,
    answer,
    class_questions,
    group_questions,
    used_labels,
)
from ecg_core.evaluate.classes import ClassGroup, ClassTable, LabelClass
from ecg_core.evaluate.judged import Judged
from ecg_core.evaluate.labelled import Labelled
from ecg_core.evaluate.why import why_found, why_missed
from ecg_core.rules.protocol import Protocol

MAJORITY = "majority"
"""Name of the baseline that always gives the commoner answer."""

LEAST_LABELLED = 10
"""Recordings with a label from which its aim counts (engineering default)."""

EXAMPLES = 3
"""Examples of each kind of error that stand with an aim that was not reached."""

NORMAL = "normal"
"""Class of the normal electrocardiogram."""

Figures = dict[str, Any]


@dataclass(frozen=True, slots=True, eq=False)
class Evaluation:
    """What is to be compared.

    Attributes:
        table: what labels mean.
        recordings: with their labels.
        judged: what was found in each, in the same order.
        packs: those that judged.
        resamples: draws for the intervals.
    """

    table: ClassTable
    recordings: Sequence[Labelled]
    judged: Sequence[Judged]
    packs: Sequence[Protocol]
    resamples: int = 1000

    def answers(self, questions: Sequence[Question], pack: str, stage: Stage) -> list[Answer]:
        """Return what a pack says to each question."""
        return [answer(question, self.judged[question.place].packs.get(pack), stage) for question in questions]

    def agreement(self, questions: Sequence[Question], found: Sequence[bool]) -> Agreement:
        """Compare answers with labels."""
        present = [question.present for question in questions]
        patients = [self.recordings[question.place].patient for question in questions]
        return agree(present, found, patients, resamples=self.resamples)


def summarize(evaluation: Evaluation) -> Figures:
    """Return the figures of every class and group that a label speaks of, and what stands behind the errors."""
    used = used_labels(evaluation.recordings)
    by_class = {one.id: class_questions(one, evaluation.recordings, used) for one in evaluation.table.classes.values()}
    spoken = {name: questions for name, questions in by_class.items() if any(each.present for each in questions)}
    groups = {
        group: group_questions(group, evaluation.table, evaluation.recordings, used)
        for group in evaluation.table.groups
    }
    classes = [_class_figures(evaluation, evaluation.table.classes[name], each) for name, each in spoken.items()]
    return {
        "recordings": len(evaluation.recordings),
        "patients": len({one.patient for one in evaluation.recordings}),
        "sets": dict(Counter(one.set for one in evaluation.recordings)),
        "failed": _failed(evaluation),
        "packs": [{"id": pack.id, "version": pack.version, "sha256": pack.sha256} for pack in evaluation.packs],
        "resamples": evaluation.resamples,
        "classes": classes,
        "groups": [
            _figures(evaluation, group.name, _statements_of(group, evaluation.table), questions) | {"id": group.id}
            for group, questions in groups.items()
            if any(question.present for question in questions)
        ],
        "normal_in_major": _normal_in_major(evaluation, by_class),
        "missed_critical": _missed_critical(evaluation, spoken),
        "shortfalls": _shortfalls(evaluation, classes, spoken),
        "manual": _manual(evaluation, spoken),
        "unmapped": _unmapped(evaluation),
    }


def _class_figures(evaluation: Evaluation, label_class: LabelClass, questions: Sequence[Question]) -> Figures:
    return _figures(evaluation, label_class.name, label_class.statements, questions) | {
        "id": label_class.id,
        "statements": list(label_class.statements),
        "critical": label_class.critical,
        "aim_f1": label_class.aim_f1,
    }


def _statements_of(group: ClassGroup, table: ClassTable) -> tuple[str, ...]:
    return tuple(code for member in group.members for code in table.classes[member].statements)


def _figures(evaluation: Evaluation, name: str, statements: Sequence[str], questions: Sequence[Question]) -> Figures:
    present = sum(question.present for question in questions)
    common = present * 2 > len(questions)
    return {
        "name": name,
        "present": present,
        "absent": len(questions) - present,
        "packs": {
            pack.id: {
                "decided": any(rule.statement in statements for rule in pack.rules.values()),
                **_pack_figures(evaluation, questions, pack.id),
            }
            for pack in evaluation.packs
        },
        MAJORITY: _plain(evaluation.agreement(questions, [common] * len(questions))),
    }


def _pack_figures(evaluation: Evaluation, questions: Sequence[Question], pack: str) -> Figures:
    final = evaluation.answers(questions, pack, "final")
    raw = evaluation.answers(questions, pack, "raw")
    sets = dict.fromkeys(evaluation.recordings[question.place].set for question in questions)
    return {
        "final": _plain(evaluation.agreement(questions, [one.found for one in final])),
        "raw": _plain(evaluation.agreement(questions, [one.found for one in raw])),
        "not_assessed": sum(
            one.not_assessed for one, question in zip(final, questions, strict=True) if question.present
        ),
        "certainty": {
            certainty: {
                "hits": sum(a.certainty == certainty and q.present for a, q in zip(final, questions, strict=True)),
                "false": sum(a.certainty == certainty and not q.present for a, q in zip(final, questions, strict=True)),
            }
            for certainty in CERTAINTIES
        },
        "by_set": {name: _of_set(evaluation, questions, final, name) for name in sets},
    }


def _of_set(evaluation: Evaluation, questions: Sequence[Question], answers: Sequence[Answer], name: str) -> Figures:
    own = [
        (question.present, one.found)
        for question, one in zip(questions, answers, strict=True)
        if evaluation.recordings[question.place].set == name
    ]
    agreement = agree([p for p, _ in own], [f for _, f in own], [str(place) for place in range(len(own))], resamples=0)
    return {
        "hits": agreement.hits,
        "false": agreement.false,
        "missed": agreement.missed,
        "rejected": agreement.rejected,
        "f1": agreement.figures["f1"][0],
    }


def _plain(agreement: Agreement) -> Figures:
    return {
        "hits": agreement.hits,
        "false": agreement.false,
        "missed": agreement.missed,
        "rejected": agreement.rejected,
        **{name: list(values) for name, values in agreement.figures.items()},
    }


def _failed(evaluation: Evaluation) -> dict[str, str]:
    return {
        _title(one): judged.error
        for one, judged in zip(evaluation.recordings, evaluation.judged, strict=True)
        if judged.error is not None
    }


def _normal_in_major(evaluation: Evaluation, by_class: Mapping[str, Sequence[Question]]) -> Figures:
    """Return how often a recording with a major abnormality is called normal, whatever its label of normality says."""
    major = [one.id for one in evaluation.table.classes.values() if one.major]
    places = sorted({each.place for name in major for each in by_class[name] if each.present})
    normal = evaluation.table.classes[NORMAL]
    questions = [Question(place, False, frozenset(normal.statements)) for place in places]
    figures: Figures = {"recordings": len(places), "packs": {}}
    for pack in evaluation.packs:
        found = [one.found for one in evaluation.answers(questions, pack.id, "final")]
        called = [place for place, yes in zip(places, found, strict=True) if yes]
        figures["packs"][pack.id] = {
            "decided": any(rule.statement in normal.statements for rule in pack.rules.values()),
            "specificity": list(evaluation.agreement(questions, found).figures["specificity"]),
            "called_normal": [
                {"recording": _title(evaluation.recordings[place]), "labels": _labels(evaluation, place)}
                for place in called
            ],
        }
    return figures


def _missed_critical(evaluation: Evaluation, spoken: Mapping[str, Sequence[Question]]) -> list[Figures]:
    """Return every recording whose label names a critical statement that does not stand."""
    return [
        {"class": label_class.id, "pack": pack.id, **_missed(evaluation, pack, label_class, question)}
        for label_class in (evaluation.table.classes[name] for name in spoken)
        if label_class.critical
        for pack in evaluation.packs
        for question in spoken[label_class.id]
        if question.present and not evaluation.answers([question], pack.id, "final")[0].found
    ]


def _shortfalls(
    evaluation: Evaluation, classes: Sequence[Figures], spoken: Mapping[str, Sequence[Question]]
) -> list[Figures]:
    """Return, for each aim that a pack with a rule for it does not reach, causes and examples of the errors."""
    shortfalls = []
    for figures in classes:
        aim = figures["aim_f1"]
        if aim is None:
            continue
        label_class = evaluation.table.classes[figures["id"]]
        for pack in evaluation.packs:
            own = figures["packs"][pack.id]
            if own["decided"] and (own["final"]["f1"][0] or 0.0) < aim:
                shortfalls.append(_shortfall(evaluation, pack, label_class, spoken[label_class.id]))
    return shortfalls


def _shortfall(
    evaluation: Evaluation, pack: Protocol, label_class: LabelClass, questions: Sequence[Question]
) -> Figures:
    answers = evaluation.answers(questions, pack.id, "final")
    pairs = list(zip(questions, answers, strict=True))
    missed = [
        _missed(evaluation, pack, label_class, question)
        for question, one in pairs
        if question.present and not one.found
    ]
    false = [_falsely(evaluation, pack, question) for question, one in pairs if one.found and not question.present]
    return {
        "class": label_class.id,
        "pack": pack.id,
        "causes": dict(Counter(one["cause"] for one in missed)),
        "missed": missed[:EXAMPLES],
        "false": false[:EXAMPLES],
    }


def _missed(evaluation: Evaluation, pack: Protocol, label_class: LabelClass, question: Question) -> Figures:
    judged = evaluation.judged[question.place]
    about = {
        "recording": _title(evaluation.recordings[question.place]),
        "labels": _labels(evaluation, question.place),
    }
    if judged.measurements is None:
        return about | {"cause": "not measurable", "why": [judged.error]}
    cause, why = why_missed(pack, judged.measurements, label_class)
    return about | {"cause": cause, "why": list(why)}


def _falsely(evaluation: Evaluation, pack: Protocol, question: Question) -> Figures:
    measurements = evaluation.judged[question.place].measurements
    assert measurements is not None, "what was not measured has no findings"
    return {
        "recording": _title(evaluation.recordings[question.place]),
        "labels": _labels(evaluation, question.place),
        "why": list(why_found(pack, measurements, question.answers)),
    }


def _manual(evaluation: Evaluation, spoken: Mapping[str, Sequence[Question]]) -> Figures:
    """Return which errors vanish, and which come, when people's intervals take the place of the measured ones."""
    marked = {place for place, judged in enumerate(evaluation.judged) if judged.manual}
    by_pack: dict[str, list[Figures]] = {}
    for pack in evaluation.packs:
        rows = by_pack.setdefault(pack.id, [])
        for name, questions in spoken.items():
            own = [question for question in questions if question.place in marked]
            measured = {
                question.place
                for question, one in zip(own, evaluation.answers(own, pack.id, "final"), strict=True)
                if one.found != question.present
            }
            manual = {
                question.place
                for question in own
                if answer(question, evaluation.judged[question.place].manual[pack.id], "final").found
                != question.present
            }
            if measured != manual:
                rows.append(
                    {
                        "class": name,
                        "errors": len(measured),
                        "errors_with_manual": len(manual),
                        "vanished": [_title(evaluation.recordings[place]) for place in sorted(measured - manual)],
                        "new": [_title(evaluation.recordings[place]) for place in sorted(manual - measured)],
                    }
                )
    return {"recordings": len(marked), "packs": by_pack}


def _unmapped(evaluation: Evaluation) -> list[str]:
    """Return labels that the table does not know, with their vocabulary."""
    return sorted(
        {
            f"{one.vocabulary} {label}"
            for one in evaluation.recordings
            for label in one.labels
            if not evaluation.table.knows(one.vocabulary, label)
        }
    )


def _title(recording: Labelled) -> str:
    return f"{recording.set} {recording.record}"


def _labels(evaluation: Evaluation, place: int) -> list[str]:
    return sorted(evaluation.recordings[place].labels)
