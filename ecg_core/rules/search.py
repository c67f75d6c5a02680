"""Find out whether conditions can hold together: "no" is proved, "yes" means that no contradiction was found.

Comparisons narrow what the measurements can be, round by round; alternatives are tried one after the other.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import combinations
from math import comb

from ecg_core.rules.ast import (
    ANY_LEAD,
    And,
    AtLeast,
    Boolean,
    Category,
    Compare,
    CompareOp,
    Known,
    Measured,
    Not,
    Numeric,
    Or,
)
from ecg_core.rules.formula import AllOf, AnyFinding, AnyOf, CriterionRef, FindingRef, Fired, Formula, Negation
from ecg_core.rules.intervals import MIRRORED, OPPOSITE, Box, Interval, allowed, can_hold, is_whole, value_range
from ecg_core.rules.protocol import Criterion
from ecg_core.vocabulary import measurement

MAX_BRANCHES = 3000
"""Most alternatives that one question tries; beyond it "can hold" is the answer (engineering limit)."""

MAX_ROUNDS = 8
"""Most rounds of narrowing (engineering limit)."""


@dataclass(frozen=True, slots=True)
class Goal:
    """Something that must be true (or false): a condition, or a formula with its rule's criteria."""

    node: Boolean | Formula
    wanted: bool = True
    lead: str | None = None
    criteria: Mapping[str, Criterion] | None = None


@dataclass(slots=True)
class _State:
    box: Box = field(default_factory=Box)
    facts: dict[object, bool] = field(default_factory=dict)
    comparisons: list[Goal] = field(default_factory=list)
    choices: list[list[list[Goal]]] = field(default_factory=list)

    def copy(self) -> _State:
        return _State(self.box.copy(), dict(self.facts), list(self.comparisons), list(self.choices))


def can_all_hold(goals: Iterable[Goal]) -> bool:
    """Say whether some values of the measurements, and some truth of other findings, meet all goals."""
    return _Search().solve(_State(), list(goals))


class _Search:
    def __init__(self) -> None:
        self._branches = 0

    def solve(self, state: _State, goals: list[Goal]) -> bool:
        pending = list(goals)
        while pending:
            if not self._take(pending.pop(), state, pending):
                return False
        if not _narrow(state):
            return False
        if not state.choices:
            return True
        alternatives = min(state.choices, key=len)
        rest = [choice for choice in state.choices if choice is not alternatives]
        for alternative in alternatives:
            self._branches += 1
            if self._branches > MAX_BRANCHES:
                return True
            branch = state.copy()
            branch.choices = list(rest)
            if self.solve(branch, alternative):
                return True
        return False

    def _take(self, goal: Goal, state: _State, pending: list[Goal]) -> bool:
        """Split a goal into smaller ones; false if it contradicts what is known."""
        node, wanted = goal.node, goal.wanted
        match node:
            case Not(item) | Negation(item):
                pending.append(_part(goal, item, not wanted))
            case And(items) | AllOf(items):
                self._join([_part(goal, item, wanted) for item in items], wanted, state, pending)
            case Or(items) | AnyOf(items):
                self._join([_part(goal, item, wanted) for item in items], not wanted, state, pending)
            case AtLeast(count, groups, body):
                self._leads(goal, count, groups, body, state, pending)
            case Compare():
                state.comparisons.append(goal)
            case CriterionRef(name):
                assert goal.criteria is not None
                pending.append(Goal(goal.criteria[name].body, wanted))
            case Fired(reference):
                pending.append(_part(goal, reference, wanted))
            case Known(Measured(name, lead)):
                key = (name, goal.lead if lead == ANY_LEAD else lead)
                return state.facts.setdefault(key, wanted) == wanted
            case FindingRef() | AnyFinding():
                return state.facts.setdefault(node, wanted) == wanted
        return True

    def _join(self, parts: list[Goal], all_of_them: bool, state: _State, pending: list[Goal]) -> None:
        if all_of_them:
            pending += parts
        else:
            state.choices.append([[part] for part in parts])

    def _leads(
        self,
        goal: Goal,
        count: int,
        groups: tuple[tuple[str, ...], ...],
        body: Boolean,
        state: _State,
        pending: list[Goal],
    ) -> None:
        """Ask that `count` groups hold in all their leads; or that so many fail that this cannot be."""
        if goal.wanted:
            need = count
            options = [[Goal(body, True, lead) for lead in group] for group in groups]
        else:
            need = len(groups) - count + 1
            if any(len(group) > 1 for group in groups):
                # A window fails in any one of its leads. Where not all windows must fail, nothing is asked.
                if need == len(groups):
                    state.choices += [[[Goal(body, False, lead)] for lead in group] for group in groups]
                return
            options = [[Goal(body, False, group[0])] for group in groups]
        if need == len(options):
            pending += [part for option in options for part in option]
        elif comb(len(options), need) <= MAX_BRANCHES:
            state.choices.append([[part for option in pick for part in option] for pick in combinations(options, need)])


def _part(goal: Goal, node: Boolean | Formula, wanted: bool) -> Goal:
    return Goal(node, wanted, goal.lead, goal.criteria)


def _narrow(state: _State) -> bool:
    """Narrow the measurements by the comparisons; false if that leaves nothing."""
    for _ in range(MAX_ROUNDS):
        changed = False
        for goal in state.comparisons:
            comparison = goal.node
            assert isinstance(comparison, Compare)
            op = comparison.op if goal.wanted else OPPOSITE[comparison.op]
            left = value_range(comparison.left, state.box, goal.lead)
            right = value_range(comparison.right, state.box, goal.lead)
            if not can_hold(op, left, right):
                return False
            changed |= _narrow_side(comparison.left, op, right, state.box, goal.lead)
            changed |= _narrow_side(comparison.right, MIRRORED[op], left, state.box, goal.lead)
        if not changed:
            return True
    return True


def _narrow_side(node: Numeric | Category, op: CompareOp, other: Interval, box: Box, lead: str | None) -> bool:
    if not isinstance(node, Measured):
        return False
    own = lead if node.lead == ANY_LEAD else node.lead
    if op != "!=":
        return box.narrow(node.name, own, allowed(op, other))
    held = box.get(node.name, own)
    if not is_whole(measurement(node.name)) or not other.point:
        return False
    # A whole number that is excluded at an end of the range shortens it.
    if other.low == held.low:
        return box.narrow(node.name, own, Interval(held.low, held.high, low_open=True))
    if other.low == held.high:
        return box.narrow(node.name, own, Interval(held.low, held.high, high_open=True))
    return False
