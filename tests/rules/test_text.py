from __future__ import annotations

import pytest

from ecg_core.rules.ast import ANY_LEAD, AtLeast, Boolean, Compare, Measured, Number
from ecg_core.rules.backends.text import number_text, to_text
from ecg_core.rules.parse import parse_expression

UP = Compare(">", Measured("st_j", ANY_LEAD), Number(100.0, "uV"))


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("at_least(2, contiguous(inferior): st_j > 0.1 mV)", "at_least(2, contiguous(inferior): st_j > 100 uV)"),
        ("any([II, III, aVF]: st_j > 0)", "any(inferior: st_j > 0 uV)"),
        ("all(septal: not qs_complex)", "all(septal: not qs_complex)"),
        ("1 ms<pr_interval<2 s", "1 ms < pr_interval and pr_interval < 2000 ms"),
        ("(qs_complex[V1] or qs_complex[V2]) and sex == male", "(qs_complex[V1] or qs_complex[V2]) and sex == male"),
        ("qt_interval - (pr_interval - 1 ms) > -5 ms", "qt_interval - (pr_interval - 1 ms) > -5 ms"),
        ("score(qs_complex[V1]: 0.5) >= 1", "score(qs_complex[V1]: 0.5) >= 1"),
    ],
)
def test_text(text: str, written: str) -> None:
    expression, _ = parse_expression(text, {})
    assert expression is not None
    assert to_text(expression.body) == written


def test_the_bound_lead_is_filled_in() -> None:
    assert to_text(UP, lead="aVF") == "st_j[aVF] > 100 uV"
    assert to_text(AtLeast(1, (("II",),), UP), lead="aVF") == "any([II]: st_j > 100 uV)", (
        "an inner quantifier binds its own"
    )


@pytest.mark.parametrize(
    ("body", "written"),
    [
        (AtLeast(1, (("I", "aVL"), ("V5", "V6")), UP), "at_least(1, [I & aVL, V5 & V6]: st_j > 100 uV)"),
        (AtLeast(2, (("II", "aVF"), ("aVF", "III")), UP), "at_least(2, [II & aVF, aVF & III]: st_j > 100 uV)"),
    ],
)
def test_groups_without_a_name_are_written_but_not_read(body: Boolean, written: str) -> None:
    assert to_text(body) == written
    assert parse_expression(written, {})[0] is None


@pytest.mark.parametrize(
    ("value", "text"), [(0.0, "0"), (-3.0, "-3"), (0.1, "0.1"), (1e-7, "0.0000001"), (1e22, "1" + "0" * 22)]
)
def test_numbers_have_no_exponent(value: float, text: str) -> None:
    assert number_text(value) == text
    assert float(text) == value
