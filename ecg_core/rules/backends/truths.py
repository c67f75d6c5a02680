"""Truth of conditions, without a trace: comparisons, and what follows from them by Kleene's logic.

Truth is a pair (definitely, possibly): true, false, or unknown where it is only possible.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, cast

from ecg_core.findings import Verdict
from ecg_core.measurements import Value
from ecg_core.rules.ast import (
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
from ecg_core.rules.backends.plan import Leaf, Plan
from ecg_core.rules.backends.readings import Reading, Readings, label

Reasons = tuple[tuple[str, str], ...]


class UnknownPart(NamedTuple):
    """A comparison that could not be judged; measurement, lead and reason are as in `Evidence`."""

    measurement: str
    lead: str | None
    reason: str


def truth(body: Boolean, lookup: Callable[[str, str | None], Value | None]) -> Truth:
    """Decide a condition, without a trace.

    Args:
        body: the condition.
        lookup: gives the value of a measurement (name, lead) in vocabulary units, or None.

    Returns:
        Whether it holds definitely, and whether it holds possibly.
    """
    return _truth(body, None, Readings(lambda name, lead: Reading(lookup(name, lead), None, "not measured")))[0]


def verdict_of(pair: Truth) -> Verdict:
    """Return the Kleene truth value of a pair."""
    definitely, possibly = pair
    return Verdict.TRUE if definitely else Verdict.UNKNOWN if possibly else Verdict.FALSE


def _truth(node: Boolean, lead: str | None, readings: Readings) -> tuple[Truth, Reasons]:
    match node:
        case Compare():
            comparison = compare(node, lead, readings)
            return comparison.truth, comparison.reasons
        case And(items):
            parts = [_truth(item, lead, readings) for item in items]
            return _conjunction([part for part, _ in parts]), _open_reasons(parts)
        case Or(items):
            parts = [_truth(item, lead, readings) for item in items]
            return _disjunction([part for part, _ in parts]), _open_reasons(parts)
        case Not(item):
            (definitely, possibly), reasons = _truth(item, lead, readings)
            return (not possibly, not definitely), reasons
        case Known(item):
            known = readings.entry(item, lead).reading.value is not None
            return (known, known), ()
        case AtLeast(count, groups, body):
            within = [[_truth(body, each, readings) for each in group] for group in groups]
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


class Verdicts:
    """Truths of one recording; of a node only as much is judged as decides it."""

    __slots__ = ("_known", "_readings", "_unknown")

    def __init__(self, readings: Readings) -> None:
        self._readings = readings
        self._known: dict[Plan, Truth] = {}
        self._unknown: dict[Plan, dict[UnknownPart, None]] = {}

    def judge(self, plan: Plan) -> Truth:
        """Return the truth of a condition."""
        found = self._known.get(plan)
        if found is None:
            leaf = plan.leaf
            if leaf is not None:
                found = self._leaf(plan, leaf)
            elif plan.kind == "known":
                known = self._readings.entry(cast("Known", plan.node).item, plan.lead).reading.value is not None
                found = (known, known)
            else:
                found = self._joint(plan)
            self._known[plan] = found
        return found

    def unknown(self, plan: Plan) -> dict[UnknownPart, None]:
        """Return the comparisons that keep a condition unknown, in its order."""
        if self.judge(plan) != (False, True):
            return {}
        found = self._unknown.get(plan)
        if found is None:
            found = {}
            if plan.leaf is not None:
                found[UnknownPart(plan.leaf.measurement, plan.leaf.lead, self._why(plan, plan.leaf))] = None
            for child in plan.children:
                found |= self.unknown(child)
            self._unknown[plan] = found
        return found

    def _why(self, plan: Plan, leaf: Leaf) -> str:
        if leaf.limit is None and leaf.exact is None:
            return reason_of(leaf, compare(leaf.node, plan.lead, self._readings).reasons)
        return self._readings.entry(cast("Measured", leaf.node.left), plan.lead).reading.reason

    def _leaf(self, plan: Plan, leaf: Leaf) -> Truth:
        node = leaf.node
        if leaf.limit is None and leaf.exact is None:
            return compare(node, plan.lead, self._readings).truth
        entry = self._readings.entry(cast("Measured", node.left), plan.lead)
        value = entry.reading.value
        if value is None:
            return (False, True)
        if leaf.exact is None:
            holds = (value == leaf.limit) == (node.op == "==")
        else:
            holds = compare_numbers(node.op, entry.quantity.low, leaf.exact)
        return (holds, holds)

    def _joint(self, plan: Plan) -> Truth:
        if plan.kind == "not":
            definitely, possibly = self.judge(plan.children[0])
            return (not possibly, not definitely)
        # All of them, one of them, or a number of them must hold.
        total = len(plan.children)
        needed = total if plan.kind == "and" else 1 if plan.kind == "or" else cast("AtLeast", plan.node).count
        definite, possible = 0, total
        for child in plan.children:
            definitely, possibly = self.judge(child)
            definite += definitely
            possible -= not possibly
            if definite >= needed or possible < needed:
                break
        return (definite >= needed, possible >= needed)


class Comparison(NamedTuple):
    """A comparison judged: its truth, both sides, and why they are not known."""

    truth: Truth
    left: Quantity
    right: Quantity
    reasons: Reasons


def compare(node: Compare, lead: str | None, readings: Readings) -> Comparison:
    """Judge a comparison in a lead."""
    if isinstance(node.right, Category):
        return _compare_category(node, node.right, lead, readings)
    left = _number(cast("Numeric", node.left), lead, readings)
    right = _number(node.right, lead, readings)
    pair = (False, True) if is_unknown(left) or is_unknown(right) else _compare_intervals(node.op, left, right)
    return Comparison(pair, left, right, left.reasons + right.reasons)


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


def _compare_category(node: Compare, category: Category, lead: str | None, readings: Readings) -> Comparison:
    item = cast("Measured", node.left)
    reading = readings.entry(item, lead).reading
    if reading.value is None:
        nothing = unknown(((label(item, lead), reading.reason),))
        return Comparison((False, True), nothing, nothing, nothing.reasons)
    holds = (reading.value == category.name) == (node.op == "==")
    place = Quantity(0.0, 0.0)
    return Comparison((holds, holds), place, place, ())


def _number(node: Numeric, lead: str | None, readings: Readings) -> Quantity:
    # Most comparisons are of a measurement with a number: for them the general way costs twice the time.
    if isinstance(node, Measured):
        return readings.entry(node, lead).quantity
    if isinstance(node, Named) and isinstance(node.body, Number):
        return Quantity(node.body.value, node.body.value)
    return evaluate(
        node,
        lead,
        lambda item, own: readings.entry(item, own).quantity,
        lambda condition, own: _truth(condition, own, readings),
    )


def compare_numbers(op: str, left: float, right: float) -> bool:
    """Compare two exact numbers."""
    match op:
        case "<":
            return left < right
        case "<=":
            return left <= right
        case ">":
            return left > right
        case ">=":
            return left >= right
        case "==":
            return left == right
    return left != right


def reason_of(leaf: Leaf, reasons: Reasons) -> str:
    """Say why a comparison is unknown, in one line."""
    # The reader of evidence sees its measurement and lead beside the reason.
    own = f"{leaf.measurement} in {leaf.lead}" if leaf.lead else leaf.measurement
    if len(reasons) == 1 and reasons[0][0] == own:
        return reasons[0][1]
    return "; ".join(dict.fromkeys(f"{name}: {reason}" if name else reason for name, reason in reasons))
