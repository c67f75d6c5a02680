from __future__ import annotations

import pytest

from ecg_core.rules.formula import AllOf, AnyFinding, AnyOf, CriterionRef, FindingRef, Fired, Formula, Negation
from ecg_core.rules.formula_parse import parse_formula

WIDE, TALL = CriterionRef("wide"), CriterionRef("tall")


@pytest.mark.parametrize(
    ("text", "formula"),
    [
        ("wide", WIDE),
        ("wide and tall", AllOf((WIDE, TALL))),
        ("wide or not tall", AnyOf((WIDE, Negation(TALL)))),
        ("wide and (tall or RHY_AFIB)", AllOf((WIDE, AnyOf((TALL, FindingRef("RHY_AFIB")))))),
        ("not fired(RHY_AFIB)", Negation(Fired(FindingRef("RHY_AFIB")))),
        ("final(RHY_AFIB)", FindingRef("RHY_AFIB", "final")),
        ("any_finding(severity >= borderline)", AnyFinding(severity="borderline")),
        ("any_finding(urgency >= U3)", AnyFinding(urgency="U3")),
        ("true", AllOf(())),
    ],
)
def test_formula(text: str, formula: Formula) -> None:
    parsed, faults = parse_formula(text, ("wide", "tall"), overall=True)
    assert parsed is not None, [fault.message for fault in faults]
    assert parsed.body == formula


@pytest.mark.parametrize(
    ("text", "offset", "words"),
    [
        ("wid", 0, "did you mean 'wide'?"),
        ("wide and RHY_AFI", 9, "did you mean 'RHY_AFIB'?"),
        ("wide and fired(nothing)", 15, "unknown statement 'nothing'"),
        ("final(RHY_AFIB)", 0, "group overall"),
        ("any_finding(severity >= abnormal)", 0, "group overall"),
        ("wide and", 8, "ends too early"),
        ("wide > 3", 5, "'>'"),
        ("not " * 400 + "wide", 128, "nested more than 32 deep"),
        ("wide or " * 400 + "wide", 0, "longer than 2000"),
    ],
)
def test_fault(text: str, offset: int, words: str) -> None:
    parsed, faults = parse_formula(text, ("wide", "tall"), overall=False)
    assert parsed is None
    assert len(faults) == 1
    assert words in faults[0].message
    assert faults[0].offset == offset


@pytest.mark.parametrize(
    "text", ["any_finding(severity > normal)", "any_finding(urgency >= normal)", "any_finding(x >= U1)"]
)
def test_levels_of_any_finding(text: str) -> None:
    _, faults = parse_formula(text, (), overall=True)
    assert [fault.message.startswith("any_finding() takes") for fault in faults] == [True]


def test_names_are_recorded_with_their_places() -> None:
    parsed, _ = parse_formula("wide and not RHY_AFIB or fired(AVC_WPW)", ("wide", "tall"), overall=False)
    assert parsed is not None
    assert parsed.criteria == {"wide"}
    assert parsed.statements == (("RHY_AFIB", 13), ("AVC_WPW", 31))


def test_all_faults_are_found() -> None:
    _, faults = parse_formula("wid and RHY_AFI or tal", ("wide", "tall"), overall=False)
    assert [fault.offset for fault in faults] == [0, 8, 19]
