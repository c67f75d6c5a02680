"""Lint: what can never hold, always holds, or never comes to act."""

from __future__ import annotations

import re
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pack_writer import AFIB, LONG_PR, THRESHOLDS, write_pack

from ecg_core.findings import Citation
from ecg_core.rules.ast import Number
from ecg_core.rules.check import lint_pack
from ecg_core.rules.parse import parse_expression
from ecg_core.rules.protocol import Threshold
from ecg_core.rules.search import Goal, can_all_hold

SOURCE = Citation("X", "p. 1")
LIMITS = {
    name: Threshold(name, Number(value, unit), unit, name, SOURCE, "published")
    for name, value, unit in (
        ("pr_low", 120.0, "ms"),
        ("pr_high", 200.0, "ms"),
        ("pr_odd", 5000.0, "ms"),
        ("st", 100.0, "uV"),
        ("half", 0.5, ""),
    )
}


def holds(text: str, *, wanted: bool = True) -> bool:
    expression, faults = parse_expression(text, LIMITS)
    assert expression is not None, faults
    return can_all_hold([Goal(expression.body, wanted)])


@pytest.mark.parametrize(
    ("text", "can_be_true", "can_be_false"),
    [
        ("pr_interval > pr_high", True, True),
        ("pr_interval > pr_odd", False, True),
        ("pr_interval < pr_odd", True, False),
        ("pr_interval > pr_high and pr_interval < pr_low", False, True),
        ("pr_interval > pr_high and pr_interval <= pr_high", False, True),
        ("pr_interval >= pr_high and pr_interval <= pr_high", True, True),
        ("pr_interval > pr_high or pr_interval <= pr_high", True, False),
        ("pr_interval > pr_high or pr_interval < pr_high", True, True),
        ("not (pr_interval > pr_high and pr_interval < pr_low)", True, False),
        ("pr_low <= pr_interval <= pr_high and not pr_interval <= pr_high", False, True),
        ("pr_interval == pr_high and pr_interval != pr_high", False, True),
        ("pr_interval - pr_high > pr_odd", False, True),
        ("abs(st_j[V1]) < 0 mV", False, True),
        ("abs(st_j[V1]) >= 0 mV", True, False),
        ("min(pr_interval, qrs_duration) > pr_odd", False, True),
        ("max(pr_interval, qrs_duration) > pr_high", True, True),
        ("score(av_dissociation: 1, delta_wave[V1]: 1) > 2", False, True),
        ("score(av_dissociation: 1, delta_wave[V1]: 1) >= 2", True, True),
        ("dropped_beat_count > 0 and dropped_beat_count < 1", False, True),
        ("dropped_beat_count > 0 and dropped_beat_count < 2", True, True),
        ("av_dissociation and not av_dissociation", False, True),
        ("av_dissociation or not av_dissociation", True, False),
        ("sex == male and sex == female", False, True),
        ("sex != male and sex != female", False, True),
        ("sex == male or sex == female", True, False),
        ("known(pr_interval) and not known(pr_interval)", False, True),
        ("known(pr_interval) and not known(qrs_duration)", True, True),
        ("any(all: st_j >= st)", True, True),
        ("any(all: st_j >= st and st_j < 0 mV)", False, True),
        ("all([V1, V2]: st_j >= st) and st_j[V2] < 0 mV", False, True),
        ("any([V1, V2]: st_j >= st) and st_j[V2] < 0 mV", True, True),
        ("any([V1, V2]: st_j >= st) and all([V1, V2]: st_j < st)", False, True),
        ("at_least(2, [V1, V2, V3]: st_j >= st) and st_j[V2] < 0 mV and st_j[V3] < 0 mV", False, True),
        ("at_least(2, contiguous(inferior): st_j >= st) and st_j[aVF] < 0 mV", False, True),
        ("at_least(2, contiguous(inferior): st_j >= st) and not any(inferior: st_j >= st)", False, True),
        ("at_least(2, contiguous(inferior): st_j >= st) or any([III]: st_j < st) or all(all: st_j < st)", True, True),
        ("if(sex == male, pr_low, pr_high) < pr_interval and pr_interval <= pr_low", False, True),
        ("if(sex == male, pr_low, pr_high) > pr_interval and sex == male and pr_interval >= pr_low", False, True),
    ],
)  # fmt: skip
def test_what_can_hold(text: str, can_be_true: bool, can_be_false: bool) -> None:
    assert (holds(text), holds(text, wanted=False)) == (can_be_true, can_be_false)


PIECES = [f"pr_interval {op} {limit}" for op, limit in product(("<", "<=", ">", ">=", "=="), ("pr_low", "pr_high"))]


@settings(max_examples=60, deadline=None)
@given(st.recursive(
    st.sampled_from(PIECES),
    lambda inner: st.one_of(
        st.tuples(inner, inner).map(" and ".join), st.tuples(inner, inner).map(lambda pair: f"({' or '.join(pair)})"),
        inner.map(lambda text: f"not ({text})"),
    ),
    max_leaves=6,
))  # fmt: skip
def test_it_agrees_with_trying_all_values(text: str) -> None:
    """With one measurement and two limits five values decide everything."""
    # not, and, or, <, ... mean the same in Python
    code = text.replace("pr_interval", "x").replace("pr_low", "120").replace("pr_high", "200")
    truths = {bool(eval(code, {"x": value})) for value in (80, 120, 160, 200, 240)}
    assert holds(text) == (True in truths)
    assert holds(text, wanted=False) == (False in truths)


def faults_of(folder: Path, changes: dict[str, str]) -> list[str]:
    pattern = re.compile("never|always")
    return [str(fault) for fault in lint_pack(write_pack(folder, changes)) if pattern.search(fault.message)]


RULE = "rules/av/long_pr.yaml"
LIMITS_FILE = "thresholds/av.yaml"
ADDED = (
    "  short:\n    if: pr_interval < pr_upper\n    text: short\n"
    "    source: {ref: AHA3, where: p. 1}\n    provenance: published\nwhen:"
)


@pytest.mark.parametrize(
    ("changes", "line", "words"),
    [
        ({LIMITS_FILE: THRESHOLDS.replace("200 ms", "2000 ms")}, 7, "'prolonged' can never hold: PR interval"),
        ({LIMITS_FILE: THRESHOLDS.replace("200 ms", "20 ms")}, 7, "criterion 'prolonged' always holds"),
        (
            {RULE: LONG_PR.replace("pr_interval > pr_upper", "pr_interval > pr_upper or qrs_duration > 4 * pr_upper")},
            7,
            "'qrs_duration > 4 * pr_upper' can never hold: QRS duration is 30 to 400 ms",
        ),
        ({RULE: LONG_PR.replace("when: prolonged", "when: prolonged and short").replace("when:", ADDED, 1)}, 16,
         "'when' can never hold"),
        ({RULE: LONG_PR.replace("when: prolonged", "when: prolonged or not prolonged")}, 11, "'when' always holds"),
        ({RULE: LONG_PR.replace("when:", ADDED, 1) + "escalate: [{if: short, urgency: U3}]\n"}, 19, "together with"),
        ({RULE: LONG_PR.replace("when:", ADDED, 1) + "mimics: [{finding: RHY_AFIB, against: short, text: x}]\n"}, 19,
         "never speaks against"),
        (
            {RULE: LONG_PR.replace("when:", ADDED, 1).replace("[RHY_AFIB]", "[{finding: RHY_AFIB, if: short}]")},
            17,
            "this can never hold together with 'when'",
        ),
        (
            {
                "rules/rhythm/afib.yaml": AFIB.replace("not p_wave_present", "pr_interval > 0 ms"),
                RULE: LONG_PR,
            },
            None,
            "criterion 'no_p' always holds",
        ),
        ({"rules/rhythm/afib.yaml": AFIB.replace("not p_wave_present", "pr_interval >= pr_upper")}, 11,
         "never reported: RHY_AFIB, which silences it, is found whenever AVC_LONGPR is"),
    ],
)  # fmt: skip
def test_constructed_faults(tmp_path: Path, changes: dict[str, str], line: int | None, words: str) -> None:
    found = faults_of(tmp_path, changes)
    matching = [fault for fault in found if words in fault]
    assert matching, found
    assert line is None or any(f".yaml:{line}:" in fault for fault in matching), matching


def test_a_sound_pack_has_none(tmp_path: Path) -> None:
    assert faults_of(tmp_path, {}) == []


def test_a_question_too_wide_is_answered_with_yes() -> None:
    """A half is never the difference of two counts, but all 4096 ways to count would have to be tried."""
    first = [f"qs_complex[V{n}]" for n in range(1, 7)]
    second = [f"delta_wave[V{n}]" for n in range(1, 7)]
    either = " and ".join(f"({flag} or not {flag})" for flag in (*first, *second))
    counts = [f"score({', '.join(f'{flag}: 1' for flag in flags)})" for flags in (first, second)]
    assert holds(f"{either} and {counts[0]} - {counts[1]} == half")
    few = " and ".join(f"({flag} or not {flag})" for flag in first)
    assert not holds(f"{few} and {counts[0]} == half and {counts[0]} >= half")
