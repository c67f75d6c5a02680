from __future__ import annotations

from expressions import THRESHOLDS, Key, conditions, measured, values
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from ecg_core.findings import RuleTrace, Verdict
from ecg_core.measurements import Value
from ecg_core.rules.ast import Boolean
from ecg_core.rules.backends.reference import Judging, judge
from ecg_core.rules.backends.text import to_text
from ecg_core.rules.backends.truths import truth, verdict_of
from ecg_core.rules.parse import parse_expression
from ecg_core.rules.syntax import MAX_TEXT
from ecg_core.rules.trace import margin_bounds, unknown_parts

MANY = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def nodes(trace: RuleTrace) -> list[RuleTrace]:
    return [trace, *(node for child in trace.children for node in nodes(child))]


@MANY
@given(conditions())
def test_text_parses_to_the_same_tree(body: Boolean) -> None:
    text = to_text(body)
    assume(len(text) <= MAX_TEXT)
    expression, faults = parse_expression(text, THRESHOLDS)
    assert expression is not None, (text, [fault.message for fault in faults])
    assert expression.body == body, text


@MANY
@given(st.lists(conditions(), min_size=1, max_size=4), values())
def test_without_the_trace_verdict_and_reasons_are_the_same(bodies: list[Boolean], drawn: dict[Key, Value]) -> None:
    judging = Judging(measured(drawn))
    for body in bodies:
        trace = judge(body, measured(drawn))
        assert judging.verdict(body) is trace.verdict
        assert judging.trace(body) == trace
        leaves = [part.evidence for part in unknown_parts(trace) if part.evidence is not None]
        expected = dict.fromkeys((item.measurement, item.lead, item.reason) for item in leaves)
        assert [tuple(part) for part in judging.unknown(body)] == list(expected)


@MANY
@given(conditions(), values())
def test_invariants(body: Boolean, drawn: dict[Key, Value]) -> None:
    definitely, possibly = truth(body, lambda name, lead: drawn.get((name, lead)))
    assert possibly or not definitely, "what is definite is possible"
    trace = judge(body, measured(drawn))
    assert trace.verdict is verdict_of((definitely, possibly)), "with and without trace the verdict is the same"
    for node in nodes(trace):
        low, high = margin_bounds(node)
        assert low <= high
        if node.verdict is Verdict.TRUE:
            assert low >= 0, "what is definite has no negative margin"
        if node.verdict is Verdict.FALSE:
            assert high <= 0, "what is not possible has no positive margin"
        if node.evidence is not None:
            unknown = node.verdict is Verdict.UNKNOWN
            assert (node.evidence.reason is not None) == unknown, "what is unknown says why, and only that"
            assert node.evidence.reason != ""
            assert (node.evidence.probability is None) == unknown


@MANY
@given(conditions(with_known=False), values(), values())
def test_more_knowledge_never_turns_a_decision(body: Boolean, drawn: dict[Key, Value], more: dict[Key, Value]) -> None:
    before = judge(body, measured(drawn))
    after = judge(body, measured({**more, **drawn}))
    if before.verdict is not Verdict.UNKNOWN:
        assert after.verdict is before.verdict
    low, high = margin_bounds(before)
    new_low, new_high = margin_bounds(after)
    # Equality has no margin but its verdict, and a wider interval may have a larger uncertainty: signs, not sizes.
    assert (low >= 0) <= (new_low >= 0)
    assert (high <= 0) <= (new_high <= 0)


@MANY
@given(st.text(max_size=200))
def test_no_text_breaks_the_parser(text: str) -> None:
    expression, faults = parse_expression(text, THRESHOLDS)
    assert (expression is None) == bool(faults)
    assert all(0 <= fault.offset <= len(text) for fault in faults)


WORDS = [
    "pr_interval",
    "st_j",
    "[V1]",
    "sex",
    "male",
    "any",
    "(",
    ")",
    "inferior",
    ":",
    ">",
    "==",
    "and",
    "not",
    "3",
    "ms",
]


@MANY
@given(
    st.lists(st.sampled_from([*WORDS, "score", ",", "if", "+", "*", "at_least", "contiguous", "known"]), max_size=20)
)
def test_no_words_break_the_parser(words: list[str]) -> None:
    text = " ".join(words)
    expression, faults = parse_expression(text, THRESHOLDS)
    assert (expression is None) == bool(faults)
    assert all(0 <= fault.offset <= len(text) for fault in faults)
