"""The reference back end: the meaning of every expression, one recording at a time, with its trace.

Truth is a pair (definitely, possibly), that is Kleene's true, false and unknown. Beside it stands a margin: the
distance from the decision in units of uncertainty, as an interval. Three invariants hold throughout: what is definite
is possible; what is definite has no negative margin; what is not possible has no positive one.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from math import erfc, inf, isfinite, isinf, sqrt
from typing import NamedTuple, cast

from ecg_core.findings import Evidence, RuleTrace, Verdict
from ecg_core.measurements import Measurements, Value
from ecg_core.rules.ast import (
    ANY_LEAD,
    And,
    AtLeast,
    Boolean,
    Category,
    Compare,
    Known,
    Measured,
    Named,
    Not,
    Number,
    Numeric,
    Or,
)
from ecg_core.rules.backends.numeric import Quantity, Truth, evaluate, is_unknown, unknown
from ecg_core.rules.backends.plan import Leaf, Plan, make_plan
from ecg_core.rules.units import from_canonical, to_canonical
from ecg_core.vocabulary import measurement

Reasons = tuple[tuple[str, str], ...]


class Reading(NamedTuple):
    """A value in vocabulary units with its uncertainty, or the reason why there is none."""

    value: Value | None
    u: float | None
    reason: str


Read = Callable[[str, str | None], Reading]


def judge(body: Boolean, measurements: Measurements) -> RuleTrace:
    """Judge a condition.

    Args:
        body: the condition.
        measurements: of one recording; a missing lead or value makes what needs it unknown.

    Returns:
        The tree of verdicts. Its nodes are "and", "or", "not", "at_least" (its children are the condition in each
        group of leads), "known" and "compare"; the last are leaves with `Evidence`, whose `u` is the uncertainty of
        the difference between value and limit.
    """

    def read(name: str, lead: str | None) -> Reading:
        item = measurements.get(name, lead=lead)
        if item is None:
            return Reading(None, None, "not attempted by the extractor")
        return Reading(item.value, item.u, item.reason or "not measured")

    return _trace(_plan(_ById(body)), read)


def truth(body: Boolean, lookup: Callable[[str, str | None], Value | None]) -> Truth:
    """Decide a condition, without a trace.

    Args:
        body: the condition.
        lookup: gives the value of a measurement (name, lead) in vocabulary units, or None.

    Returns:
        Whether it holds definitely, and whether it holds possibly.
    """
    return _truth(body, None, lambda name, lead: Reading(lookup(name, lead), None, "not measured"))[0]


def verdict_of(pair: Truth) -> Verdict:
    """Return the Kleene truth value of a pair."""
    definitely, possibly = pair
    return Verdict.TRUE if definitely else Verdict.UNKNOWN if possibly else Verdict.FALSE


# ---- truth alone


def _truth(node: Boolean, lead: str | None, read: Read) -> tuple[Truth, Reasons]:
    match node:
        case Compare():
            comparison = _compare(node, lead, read)
            return comparison.truth, comparison.reasons
        case And(items):
            parts = [_truth(item, lead, read) for item in items]
            return _conjunction([part for part, _ in parts]), _open_reasons(parts)
        case Or(items):
            parts = [_truth(item, lead, read) for item in items]
            return _disjunction([part for part, _ in parts]), _open_reasons(parts)
        case Not(item):
            (definitely, possibly), reasons = _truth(item, lead, read)
            return (not possibly, not definitely), reasons
        case Known(item):
            known = _value(item, lead, read).value is not None
            return (known, known), ()
        case AtLeast(count, groups, body):
            within = [[_truth(body, each, read) for each in group] for group in groups]
            pairs = [_conjunction([part for part, _ in group]) for group in within]
            return _at_least(count, pairs), _open_reasons([part for group in within for part in group])


def _conjunction(pairs: list[Truth]) -> Truth:
    return all(pair[0] for pair in pairs), all(pair[1] for pair in pairs)


def _disjunction(pairs: list[Truth]) -> Truth:
    return any(pair[0] for pair in pairs), any(pair[1] for pair in pairs)


def _at_least(count: int, pairs: list[Truth]) -> Truth:
    return sum(pair[0] for pair in pairs) >= count, sum(pair[1] for pair in pairs) >= count


def _open_reasons(parts: list[tuple[Truth, Reasons]]) -> Reasons:
    return tuple(
        reason for (definitely, possibly), reasons in parts if possibly and not definitely for reason in reasons
    )


# ---- comparisons


class _Comparison(NamedTuple):
    truth: Truth
    left: Quantity
    right: Quantity
    reasons: Reasons


def _compare(node: Compare, lead: str | None, read: Read) -> _Comparison:
    if isinstance(node.right, Category):
        return _compare_category(node, node.right, lead, read)
    left = _number(cast("Numeric", node.left), lead, read)
    right = _number(node.right, lead, read)
    pair = (False, True) if is_unknown(left) or is_unknown(right) else _compare_intervals(node.op, left, right)
    return _Comparison(pair, left, right, left.reasons + right.reasons)


def _compare_intervals(op: str, left: Quantity, right: Quantity) -> Truth:
    match op:
        case "<":
            return left.high < right.low, left.low < right.high
        case "<=":
            return left.high <= right.low, left.low <= right.high
        case ">":
            return left.low > right.high, left.high > right.low
        case ">=":
            return left.low >= right.high, left.high >= right.low
    same = left.low == left.high == right.low == right.high
    overlap = left.low <= right.high and right.low <= left.high
    return (same, overlap) if op == "==" else (not overlap, not same)


def _compare_category(node: Compare, category: Category, lead: str | None, read: Read) -> _Comparison:
    item = cast("Measured", node.left)
    reading = _value(item, lead, read)
    if reading.value is None:
        nothing = unknown(((_label(item, lead), reading.reason),))
        return _Comparison((False, True), nothing, nothing, nothing.reasons)
    holds = (reading.value == category.name) == (node.op == "==")
    place = Quantity(0.0, 0.0)
    return _Comparison((holds, holds), place, place, ())


def _number(node: Numeric, lead: str | None, read: Read) -> Quantity:
    # Most comparisons are of a measurement with a number: for them the general way costs twice the time.
    if isinstance(node, Measured):
        return _measured(node, lead, read)
    if isinstance(node, Named) and isinstance(node.body, Number):
        return Quantity(node.body.value, node.body.value)
    return evaluate(
        node,
        lead,
        lambda item, own: _measured(item, own, read),
        lambda condition, own: _truth(condition, own, read),
    )


def _measured(item: Measured, lead: str | None, read: Read) -> Quantity:
    reading = _value(item, lead, read)
    if reading.value is None:
        return unknown(((_label(item, lead), reading.reason),))
    definition = measurement(item.name)
    value = to_canonical(cast("float", reading.value), definition.unit)
    u = definition.tolerance if reading.u is None else reading.u
    return Quantity(value, value, to_canonical(u, definition.unit) if u else 0.0)


def _value(item: Measured, lead: str | None, read: Read) -> Reading:
    reading = read(item.name, lead if item.lead == ANY_LEAD else item.lead)
    if isinstance(reading.value, float) and not isfinite(reading.value):
        return Reading(None, None, "the value is not a finite number")
    return reading


def _label(item: Measured, lead: str | None) -> str:
    own = lead if item.lead == ANY_LEAD else item.lead
    return f"{item.name} in {own}" if own else item.name


# ---- truth with trace


class _ById:
    """A condition as a key: the same object, not an equal one, because hashing a tree costs as much as judging it."""

    __slots__ = ("body",)

    def __init__(self, body: Boolean) -> None:
        self.body = body

    def __hash__(self) -> int:
        return id(self.body)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _ById) and other.body is self.body


@lru_cache(maxsize=2048)
def _plan(key: _ById) -> Plan:
    return make_plan(key.body, None)


def _trace(plan: Plan, read: Read) -> RuleTrace:
    if plan.leaf is not None:
        return _leaf_trace(plan, plan.leaf, read)
    if plan.kind == "known":
        item = cast("Known", plan.node).item
        reading = _value(item, plan.lead, read)
        verdict = Verdict.FALSE if reading.value is None else Verdict.TRUE
        return RuleTrace("known", plan.text, verdict, note=reading.reason if reading.value is None else "")
    children = tuple([_trace(child, read) for child in plan.children])
    pairs = [(child.verdict is Verdict.TRUE, child.verdict is not Verdict.FALSE) for child in children]
    bounds = [_bounds(child) for child in children]
    lows, highs = [low for low, _ in bounds], [high for _, high in bounds]
    if plan.kind == "and":
        pair, low, high = _conjunction(pairs), min(lows), min(highs)
    elif plan.kind == "or":
        pair, low, high = _disjunction(pairs), max(lows), max(highs)
    elif plan.kind == "not":
        (definitely, possibly) = pairs[0]
        pair, low, high = (not possibly, not definitely), 0.0 - highs[0], 0.0 - lows[0]
    else:
        count = cast("AtLeast", plan.node).count
        pair = _at_least(count, pairs)
        low, high = _nth_largest(count, lows), _nth_largest(count, highs)
    return RuleTrace(plan.kind, plan.text, verdict_of(pair), _margin(low, high), children=children)


def _nth_largest(n: int, values: list[float]) -> float:
    """Return the margin of "at least n": certain for none, hopeless for more than there are."""
    if n < 1:
        return inf
    return sorted(values, reverse=True)[n - 1] if n <= len(values) else -inf


def _leaf_trace(plan: Plan, leaf: Leaf, read: Read) -> RuleTrace:
    found = _compare(leaf.node, plan.lead, read)
    verdict = verdict_of(found.truth)
    low, high, u = _leaf_margin(leaf.node.op, found)
    decided = verdict is not Verdict.UNKNOWN
    margin = low if verdict is Verdict.TRUE else high
    value, limit = _decisive(leaf.node.op, verdict, found)
    evidence = Evidence(
        measurement=leaf.measurement,
        operator=leaf.node.op,
        verdict=verdict,
        lead=leaf.lead,
        value=_shown_value(leaf, value, plan.lead, read),
        unit=leaf.unit,
        u=from_canonical(u, leaf.unit) if u else None,
        limit=leaf.limit if leaf.limit is not None else None if limit is None else from_canonical(limit, leaf.unit),
        threshold=leaf.threshold,
        source=leaf.source,
        margin=margin if decided and isfinite(margin) else None,
        probability=_probability(margin) if decided else None,
        reason=None if decided else _reason(leaf, found.reasons),
    )
    return RuleTrace("compare", plan.text, verdict, _margin(low, high), evidence)


def _leaf_margin(op: str, found: _Comparison) -> tuple[float, float, float]:
    """Return the margin's ends and the uncertainty of the difference.

    Equality is asked of counts, categories and waves that are absent, where nearness means nothing: such a comparison,
    like one of exact numbers, is decided beyond doubt.
    """
    left, right = found.left, found.right
    definitely, possibly = found.truth
    if is_unknown(left) or is_unknown(right):
        return -inf, inf, 0.0
    u = sqrt(left.u * left.u + right.u * right.u)
    if not u or op in ("==", "!="):
        return (inf if definitely else -inf), (inf if possibly else -inf), u
    if op in (">", ">="):
        return (left.low - right.high) / u, (left.high - right.low) / u, u
    return (right.low - left.high) / u, (right.high - left.low) / u, u


def _decisive(op: str, verdict: Verdict, found: _Comparison) -> tuple[float | None, float | None]:
    """Return the value and the limit that decide: of an interval, the end nearest to the other side."""
    left, right = found.left, found.right
    if verdict is Verdict.UNKNOWN:
        return (left.low if left.low == left.high else None), (right.low if right.low == right.high else None)
    if (op in (">", ">=")) == (verdict is Verdict.TRUE):
        return left.low, right.high
    return left.high, right.low


def _shown_value(leaf: Leaf, value: float | None, lead: str | None, read: Read) -> float | bool | str | None:
    if leaf.limit is not None:
        return cast("bool | str | None", _value(cast("Measured", leaf.node.left), lead, read).value)
    return None if value is None else from_canonical(value, leaf.unit)


def _probability(margin: float) -> float:
    """Return the probability that a comparison is true if its margin has a normal error of one unit."""
    return 0.5 * erfc(-margin / sqrt(2.0))


def _reason(leaf: Leaf, reasons: Reasons) -> str:
    # The reader of evidence sees its measurement and lead beside the reason.
    own = f"{leaf.measurement} in {leaf.lead}" if leaf.lead else leaf.measurement
    if len(reasons) == 1 and reasons[0][0] == own:
        return reasons[0][1]
    return "; ".join(dict.fromkeys(f"{name}: {reason}" if name else reason for name, reason in reasons))


def _bounds(trace: RuleTrace) -> tuple[float, float]:
    """Return the margin of a trace; an end without a number lies beyond doubt on the side of the verdict."""
    low, high = trace.margin
    return (
        (inf if trace.verdict is Verdict.TRUE else -inf) if low is None else low,
        (-inf if trace.verdict is Verdict.FALSE else inf) if high is None else high,
    )


def _margin(low: float, high: float) -> tuple[float | None, float | None]:
    return None if isinf(low) else low, None if isinf(high) else high
