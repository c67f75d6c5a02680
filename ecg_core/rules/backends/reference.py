"""The reference back end: the meaning of every expression, one recording at a time, with its trace.

Truth is a pair (definitely, possibly), that is Kleene's true, false and unknown. Beside it stands a margin: the
distance from the decision in units of uncertainty, as an interval. Three invariants hold throughout: what is definite
is possible; what is definite has no negative margin; what is not possible has no positive one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import erfc, inf, isfinite, isinf, sqrt
from typing import NamedTuple, cast

from ecg_core.findings import Evidence, RuleTrace, Verdict
from ecg_core.measurements import Measurements
from ecg_core.rules.ast import (
    AtLeast,
    Boolean,
    Known,
    Measured,
)
from ecg_core.rules.backends.numeric import is_unknown
from ecg_core.rules.backends.plan import Leaf, Plan, plan
from ecg_core.rules.backends.readings import Reading, Readings
from ecg_core.rules.backends.truths import (
    Comparison,
    UnknownPart,
    Verdicts,
    compare,
    compare_numbers,
    reason_of,
    verdict_of,
)
from ecg_core.rules.units import from_canonical

_SQRT_2 = sqrt(2.0)
_TRUE, _FALSE, _UNKNOWN = Verdict.TRUE, Verdict.FALSE, Verdict.UNKNOWN


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
    return Judging(measurements).trace(body)


class Judging:
    """Judges conditions on one recording; what they have in common is judged once.

    Args:
        measurements: of the recording.
    """

    __slots__ = ("_traces", "_verdicts")

    def __init__(self, measurements: Measurements) -> None:
        def read(name: str, lead: str | None) -> Reading:
            item = measurements.get(name, lead=lead)
            if item is None:
                return Reading(None, None, "not attempted by the extractor")
            return Reading(item.value, item.u, item.reason or "not measured")

        readings = Readings(read)
        self._verdicts = Verdicts(readings)
        self._traces = _Traces(readings)

    def verdict(self, body: Boolean) -> Verdict:
        """Return the verdict that `trace` would have, without making the trace."""
        return verdict_of(self._verdicts.judge(plan(body, None)))

    def trace(self, body: Boolean) -> RuleTrace:
        """Judge a condition like `judge`."""
        return self._traces.judge(plan(body, None)).trace

    def unknown(self, body: Boolean) -> Iterable[UnknownPart]:
        """Return the comparisons that keep a condition unknown, once each; none if it is known."""
        return self._verdicts.unknown(plan(body, None))


class _Judged(NamedTuple):
    """A trace with what the node above needs of it.

    Attributes:
        trace: the trace.
        definitely: whether it is true.
        possibly: whether it is not false.
        low: lower end of its margin, -inf or +inf where that has no number.
        high: upper end, likewise.
    """

    trace: RuleTrace
    definitely: bool
    possibly: bool
    low: float
    high: float


class _Traces:
    """Traces of one recording; a node that several conditions share is judged once."""

    __slots__ = ("_known", "_readings")

    def __init__(self, readings: Readings) -> None:
        self._readings = readings
        self._known: dict[Plan, _Judged] = {}

    def judge(self, plan: Plan) -> _Judged:
        found = self._known.get(plan)
        if found is None:
            leaf = plan.leaf
            if leaf is None:
                found = self._known_trace(plan) if plan.kind == "known" else self._joint_trace(plan)
            elif leaf.limit is None and leaf.exact is None:
                found = _leaf_trace(plan, leaf, self._readings)
            else:
                found = _plain_trace(plan, leaf, self._readings)
            self._known[plan] = found
        return found

    def _known_trace(self, plan: Plan) -> _Judged:
        reading = self._readings.entry(cast("Known", plan.node).item, plan.lead).reading
        if reading.value is None:
            return _Judged(RuleTrace("known", plan.text, _FALSE, note=reading.reason), False, False, -inf, -inf)
        return _Judged(RuleTrace("known", plan.text, _TRUE), True, True, inf, inf)

    def _joint_trace(self, plan: Plan) -> _Judged:
        parts = [self.judge(child) for child in plan.children]
        children, definite, possible, lows, highs = zip(*parts, strict=True)
        if plan.kind == "and":
            definitely, possibly, low, high = all(definite), all(possible), min(lows), min(highs)
        elif plan.kind == "or":
            definitely, possibly, low, high = any(definite), any(possible), max(lows), max(highs)
        elif plan.kind == "not":
            definitely, possibly, low, high = not possible[0], not definite[0], 0.0 - highs[0], 0.0 - lows[0]
        else:
            count = cast("AtLeast", plan.node).count
            definitely, possibly = sum(definite) >= count, sum(possible) >= count
            low, high = _nth_largest(count, lows), _nth_largest(count, highs)
        verdict = _TRUE if definitely else _UNKNOWN if possibly else _FALSE
        trace = RuleTrace(plan.kind, plan.text, verdict, _margin(low, high), None, children)
        return _Judged(trace, definitely, possibly, low, high)


def _nth_largest(n: int, values: Sequence[float]) -> float:
    """Return the margin of "at least n": certain for none, hopeless for more than there are."""
    if n < 1:
        return inf
    return sorted(values, reverse=True)[n - 1] if n <= len(values) else -inf


def _plain_trace(plan: Plan, leaf: Leaf, readings: Readings) -> _Judged:
    """Judge the comparison of one measurement with a number, a category or a truth value, as most are.

    `_leaf_trace` would find the same; this way it takes a third of the time.
    """
    op, exact = leaf.node.op, leaf.exact
    entry = readings.entry(cast("Measured", leaf.node.left), plan.lead)
    value, limit = entry.reading.value, leaf.shown_limit if leaf.limit is None else leaf.limit
    if value is None:
        evidence = Evidence(
            leaf.measurement, op, _UNKNOWN, leaf.lead, None, leaf.unit, None, limit, leaf.threshold, leaf.source,
            None, None, entry.reading.reason,
        )  # fmt: skip
        return _Judged(RuleTrace("compare", plan.text, _UNKNOWN, (None, None), evidence), False, True, -inf, inf)
    if exact is None:
        holds, margin = (value == limit) == (op == "=="), inf
    else:
        holds = compare_numbers(op, entry.quantity.low, exact)
        margin = inf if not entry.u or op in ("==", "!=") else abs(entry.quantity.low - exact) / entry.u
    if not holds:
        margin = 0.0 - margin
    verdict = _TRUE if holds else _FALSE
    shown = margin if isfinite(margin) else None
    evidence = Evidence(
        leaf.measurement, op, verdict, leaf.lead, entry.shown if leaf.limit is None else cast("bool | str", value),
        leaf.unit, entry.shown_u, limit, leaf.threshold, leaf.source, shown, _probability(margin), None,
    )  # fmt: skip
    return _Judged(RuleTrace("compare", plan.text, verdict, (shown, shown), evidence), holds, holds, margin, margin)


def _leaf_trace(plan: Plan, leaf: Leaf, readings: Readings) -> _Judged:
    found = compare(leaf.node, plan.lead, readings)
    verdict = verdict_of(found.truth)
    low, high, u = _leaf_margin(leaf.node.op, found)
    decided = verdict is not _UNKNOWN
    margin = low if verdict is _TRUE else high
    value, limit = _decisive(leaf.node.op, verdict, found)
    evidence = Evidence(
        measurement=leaf.measurement,
        operator=leaf.node.op,
        verdict=verdict,
        lead=leaf.lead,
        value=None if value is None else from_canonical(value, leaf.unit),
        unit=leaf.unit,
        u=from_canonical(u, leaf.unit) if u else None,
        limit=None if limit is None else from_canonical(limit, leaf.unit),
        threshold=leaf.threshold,
        source=leaf.source,
        margin=margin if decided and isfinite(margin) else None,
        probability=_probability(margin) if decided else None,
        reason=None if decided else reason_of(leaf, found.reasons),
    )
    trace = RuleTrace("compare", plan.text, verdict, _margin(low, high), evidence)
    return _Judged(trace, *found.truth, *_bounds(trace))


def _leaf_margin(op: str, found: Comparison) -> tuple[float, float, float]:
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


def _decisive(op: str, verdict: Verdict, found: Comparison) -> tuple[float | None, float | None]:
    """Return the value and the limit that decide: of an interval, the end nearest to the other side."""
    left, right = found.left, found.right
    if verdict is Verdict.UNKNOWN:
        return (left.low if left.low == left.high else None), (right.low if right.low == right.high else None)
    if (op in (">", ">=")) == (verdict is Verdict.TRUE):
        return left.low, right.high
    return left.high, right.low


def _probability(margin: float) -> float:
    """Return the probability that a comparison is true if its margin has a normal error of one unit."""
    return 0.5 * erfc(-margin / _SQRT_2)


def _bounds(trace: RuleTrace) -> tuple[float, float]:
    """Return the margin of a trace; an end without a number lies beyond doubt on the side of the verdict."""
    low, high = trace.margin
    return (
        (inf if trace.verdict is Verdict.TRUE else -inf) if low is None else low,
        (-inf if trace.verdict is Verdict.FALSE else inf) if high is None else high,
    )


def _margin(low: float, high: float) -> tuple[float | None, float | None]:
    return None if isinf(low) else low, None if isinf(high) else high
