from __future__ import annotations

import time

import pytest

from ecg_core.findings import Citation
from ecg_core.rules.ast import (
    ANY_LEAD,
    And,
    Arithmetic,
    AtLeast,
    Category,
    Compare,
    Known,
    Measured,
    Named,
    Not,
    Number,
    Or,
    Score,
)
from ecg_core.rules.parse import parse_expression
from ecg_core.rules.protocol import Threshold

PR_UPPER = Threshold("pr_upper", Number(200.0, "ms"), "ms", "upper limit", Citation("X"), "published")
THREE = Threshold("three_points", Number(3.0, ""), "", "points", Citation("X"), "published")
THRESHOLDS = {"pr_upper": PR_UPPER, "three_points": THREE, "broken": None}
PR = Measured("pr_interval", None)
ST = Measured("st_j", ANY_LEAD)
QS1 = Compare("==", Measured("qs_complex", "V1"), Number(1.0, ""))


def body(text: str) -> object:
    expression, faults = parse_expression(text, THRESHOLDS)
    assert expression is not None, [fault.message for fault in faults]
    return expression.body


def faults(text: str) -> list[tuple[int, str]]:
    expression, found = parse_expression(text, THRESHOLDS)
    assert expression is None
    return [(fault.offset, fault.message) for fault in found]


@pytest.mark.parametrize(
    ("text", "node"),
    [
        ("pr_interval > pr_upper", Compare(">", PR, Named("pr_upper", Number(200.0, "ms"), Citation("X")))),
        ("pr_interval > 0.2 s", Compare(">", PR, Number(200.0, "ms"))),
        ("pr > 200 ms", Compare(">", PR, Number(200.0, "ms"))),
        ("st_j[V2] >= 0.15 mV", Compare(">=", Measured("st_j", "V2"), Number(150.0, "uV"))),
        ("st_j[V2] > 0", Compare(">", Measured("st_j", "V2"), Number(0.0, "uV"))),
        (
            "100 ms < pr_interval <= 200 ms",
            And((Compare("<", Number(100.0, "ms"), PR), Compare("<=", PR, Number(200.0, "ms")))),
        ),
        ("not qs_complex[V1]", Not(QS1)),
        ("known(st_j[V2])", Known(Measured("st_j", "V2"))),
        (
            "p_polarity[I] == negative",
            Compare("==", Measured("p_polarity", "I"), Category("negative", 2)),
        ),
        ("any(high_lateral: st_j > 0)", AtLeast(1, (("I",), ("aVL",)), Compare(">", ST, Number(0.0, "uV")))),
        (
            "all(high_lateral + [V6]: st_j > 0)",
            AtLeast(3, (("I",), ("aVL",), ("V6",)), Compare(">", ST, Number(0.0, "uV"))),
        ),
        (
            "at_least(2, contiguous(inferior + lateral): st_j > 0)",
            AtLeast(
                1,
                (("aVL", "I"), ("II", "aVF"), ("aVF", "III"), ("V5", "V6")),
                Compare(">", ST, Number(0.0, "uV")),
            ),
        ),
        (
            "at_least(3, contiguous(precordial): st_j > 0)",
            AtLeast(
                1,
                (("V1", "V2", "V3"), ("V2", "V3", "V4"), ("V3", "V4", "V5"), ("V4", "V5", "V6")),
                Compare(">", ST, Number(0.0, "uV")),
            ),
        ),
        (
            "score(qs_complex[V1]: 1, pr_interval > pr_upper: three_points) >= 2",
            Compare(
                ">=",
                Score(((QS1, 1.0), (Compare(">", PR, Named("pr_upper", Number(200.0, "ms"), Citation("X"))), 3.0))),
                Number(2.0, ""),
            ),
        ),
        ("-pr_interval < 0", Compare("<", Arithmetic("-", Number(0.0, "ms"), PR), Number(0.0, "ms"))),
        (
            "qs_complex[V1] or qs_complex[V1] and qs_complex[V1]",
            Or((QS1, And((QS1, QS1)))),
        ),
        ("(qs_complex[V1] or qs_complex[V1]) and qs_complex[V1]", And((Or((QS1, QS1)), QS1))),
        ("qs_complex[V1] and (qs_complex[V1] and qs_complex[V1])", And((QS1, And((QS1, QS1))))),
    ],
)
def test_tree(text: str, node: object) -> None:
    assert body(text) == node


def test_binding_strength() -> None:
    # 1 + 2 * 3 - 4 is (1 + (2 * 3)) - 4, and a / b / c is (a / b) / c.
    assert body("pr_interval + 2 * pr_interval - pr_interval > 0") == Compare(
        ">",
        Arithmetic("-", Arithmetic("+", PR, Arithmetic("*", Number(2.0, ""), PR)), PR),
        Number(0.0, "ms"),
    )
    assert body("pr_interval / 2 / 2 > 0") == Compare(
        ">", Arithmetic("/", Arithmetic("/", PR, Number(2.0, "")), Number(2.0, "")), Number(0.0, "ms")
    )


@pytest.mark.parametrize(
    ("text", "offset", "words"),
    [
        ("pr_interval > 0.2 mV", 0, "cannot compare ms with mV"),
        ("pr_interval > 200", 0, "write the unit of 200"),
        ("pr_interval > 200 sec", 18, "unknown unit 'sec'"),
        ("pr_interval + st_j[V2] > 0", 0, "'+' cannot join ms with mV"),
        ("pr_interval * qt_interval > 0", 0, "'*' cannot join ms with ms"),
        ("max(pr_interval, st_j[V2]) > 0", 0, "cannot mix"),
        ("if(sex == male, 1 ms, 1 mV) < pr_interval", 0, "cannot choose between ms with mV"),
        ("heart_rte > 3", 0, "did you mean 'heart_rate'?"),
        ("pr_interval > pr_uper", 14, "did you mean 'pr_upper'?"),
        ("st_j > 0", 0, "measured per lead"),
        ("pr_interval[V2] > 0", 0, "not measured per lead"),
        ("st_j[V10] > 0", 5, "unknown lead 'V10'"),
        ("st_j[avr] > 0", 5, "did you mean 'aVR'?"),
        ("any(V2: st_j > 0)", 4, "write [V2]"),
        ("any(inferor: st_j > 0)", 4, "did you mean 'inferior'?"),
        ("any(inferior + [III]: st_j > 0)", 16, "lead III stands here twice"),
        ("any(inferior: pr_interval > pr_upper)", 14, "no measurement here depends on the lead"),
        ("at_least(4, inferior: st_j > 0)", 0, "can never hold"),
        ("at_least(0, inferior: st_j > 0)", 9, "not a number of leads"),
        ("at_least(1, contiguous(inferior): st_j > 0)", 0, "one lead has no neighbour"),
        ("at_least(2, contiguous([III, aVL]): st_j > 0)", 0, "no 2 of these leads are neighbours"),
        ("rr_intervals > 3", 0, "is a series"),
        ("qrs_morphology[V1] == 3", 0, "is a text"),
        ("qs_complex[V1] > 0", 0, "is true or false"),
        ("qs_complex[V1] == 1", 0, "is true or false"),
        ("sex", 0, "a category"),
        ("pr_interval", 0, "a number"),
        ("sex == mal", 7, "did you mean 'male'?"),
        ("sex > male", 0, "compare it by == or !="),
        ("pr_interval and qs_complex[V1]", 0, "a number"),
        ("(pr_interval > pr_upper) > 3", 1, "a condition, not a number"),
        ("known(pr_upper)", 0, "asks for a measurement"),
        ("score(qs_complex[V1]: 2 ms) > 1", 22, "points are a plain number"),
        ("200 ms > pr_upper", 0, "no measurement here"),
        ("pr_interval = 200 ms", 12, "write '=='"),
        ("pr_interval > 200 ms && qs_complex[V1]", 21, "write 'and'"),
        ("pr_interval >", 13, "ends too early"),
        ("> 3", 0, "a comparison stands between two numbers"),
        ("pr_interval > 0200 ms", 15, "no leading zero"),
        ("pr_interval > 2e3", 15, "unknown unit 'e3'"),
        ("pr_interval ** 2 > 0", 13, "unexpected"),
        ("__import__('os')", 10, "unexpected '('"),
        ("pr_interval.value > 0", 11, "'.' is not allowed"),
        ("", 0, "ends too early"),
    ],
)
def test_fault(text: str, offset: int, words: str) -> None:
    found = faults(text)
    assert len(found) == 1, found
    assert words in found[0][1]
    assert found[0][0] == offset


def test_all_faults_of_an_expression_are_found() -> None:
    found = faults("any(inferor: st_j > 0) and foo > 3 or pr_interval > 0.2 mV and st_j > 0")
    assert [offset for offset, _ in found] == [4, 27, 38, 63]


def test_a_broken_threshold_is_not_reported_twice() -> None:
    assert parse_expression("pr_interval > broken", THRESHOLDS) == (None, [])


def test_literals_and_names_are_recorded() -> None:
    expression, _ = parse_expression(
        "pr_interval > 120 ms and at_least(2, septal: st_j > 3 * pr_upper / 2 ms * 1 mV)", {}
    )
    assert expression is None
    expression, _ = parse_expression("pr_interval > pr_upper + 120 ms and st_j[V1] > -0.5 mV", THRESHOLDS)
    assert expression is not None
    assert [(n.value, n.unit, n.offset) for n in expression.literals] == [(120.0, "ms", 25), (0.5, "mV", 48)]
    assert expression.measured == {"pr_interval", "st_j"}
    assert expression.thresholds == {"pr_upper"}


@pytest.mark.parametrize(
    "text",
    [
        "not " * 3000 + "qs_complex[V1]",
        "not " * 490 + "qs_complex[V1]",
        "(" * 3000 + "pr_interval",
        "-" * 1900 + "pr_interval > 0",
        "abs(" * 400 + "pr_interval" + ")" * 400 + " > 0",
        " or ".join(["qs_complex[V1]"] * 10_000),
        "1+" * 990 + "1 > pr_interval / pr_interval",
    ],
)
def test_hostile_text_is_bounded(text: str) -> None:
    start = time.process_time()
    expression, found = parse_expression(text, {})
    assert expression is None
    assert len(found) == 1
    # Half a second is some fifty times what it takes; without the limits it is seconds, or the end of the process.
    # Time of this process, not of the clock: the machine may be busy.
    assert time.process_time() - start < 0.5


def test_parentheses_alone_do_not_count_as_depth() -> None:
    assert body("(" * 300 + "qs_complex[V1]" + ")" * 300) == QS1
