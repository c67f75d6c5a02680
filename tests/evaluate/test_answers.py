"""Which recordings are asked for a class, and what counts as an answer."""

from __future__ import annotations

from pathlib import Path

from ecg_core.evaluate.answers import Question, answer, class_questions, group_questions, used_labels
from ecg_core.evaluate.classes import ClassGroup, ClassTable, LabelClass
from ecg_core.evaluate.judged import Found, Verdicts
from ecg_core.evaluate.labelled import Labelled


def labelled(source: str, *labels: str, doubtful: str = "") -> Labelled:
    return Labelled(
        set=source,
        source=source,
        record="r",
        path=Path("r"),
        patient="p",
        vocabulary="scp",
        labels=frozenset(labels),
        doubtful=frozenset(doubtful.split()),
        ecg="e",
    )


LEFT = LabelClass("left", "left", ("CON_LBBB",), {"scp": frozenset({"CLBBB"})}, also=frozenset({"CON_LBBB_STRICT"}))
RIGHT = LabelClass("right", "right", ("CON_RBBB",), {"scp": frozenset({"CRBBB"})})
GROUP = ClassGroup("either", "either", ("left", "right"))
TABLE = ClassTable({"left": LEFT, "right": RIGHT}, (GROUP,), {})

RECORDINGS = [
    labelled("a", "CLBBB"),
    labelled("a", "NORM"),
    labelled("a", "NORM", doubtful="CLBBB"),
    labelled("b", "CRBBB"),
    labelled("b", "NORM"),
]
USED = used_labels(RECORDINGS)


def test_a_source_without_the_label_is_not_asked() -> None:
    questions = class_questions(LEFT, RECORDINGS, USED)
    assert questions == [
        Question(0, True, frozenset({"CON_LBBB", "CON_LBBB_STRICT"})),
        Question(1, False, frozenset({"CON_LBBB"})),
    ]


def test_members_of_a_group_stand_for_each_other_only_where_one_is_present() -> None:
    questions = {one.place: one for one in group_questions(GROUP, TABLE, RECORDINGS, USED)}
    assert sorted(questions) == [0, 1, 3, 4]
    assert "CON_RBBB" in questions[0].answers
    assert questions[1].answers == {"CON_LBBB"}
    assert questions[4].answers == {"CON_RBBB"}


def test_answer_of_raw_and_final_findings() -> None:
    question = Question(0, True, frozenset({"CON_LBBB", "CON_LBBB_STRICT"}))
    verdicts = Verdicts((Found("CON_LBBB", False, "definite"), Found("CON_LBBB_STRICT", True, "possible")))
    final, raw = answer(question, verdicts, "final"), answer(question, verdicts, "raw")
    assert (final.found, final.certainty) == (True, "possible")
    assert (raw.found, raw.certainty) == (True, "definite")
    silent = answer(question, Verdicts(not_assessed=frozenset({"CON_LBBB"})), "final")
    assert (silent.found, silent.not_assessed) == (False, True)
    assert answer(question, None, "final").not_assessed
