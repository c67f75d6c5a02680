"""Neighbouring bands of one measurement that leave a gap between them, or overlap.

A criterion that speaks of one measurement alone says: from here to there. Where one ends and another begins at the same
place, give or take what the measurement cannot tell apart (its tolerance), the two are meant as neighbours: then every
value must belong to one of them, and to one only. Wider gaps and overlaps are meant: between slow and fast lies normal.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, product
from typing import Literal

from ecg_core.errors import Fault
from ecg_core.rules.ast import And, Boolean, Compare, Measured, Number
from ecg_core.rules.formula import AnyFinding, CriterionRef, FindingRef
from ecg_core.rules.intervals import MIRRORED, Box, Interval, allowed, plausible, value_range
from ecg_core.rules.network import formula_parts
from ecg_core.rules.protocol import Rule
from ecg_core.rules.rule_files import RuleSource
from ecg_core.rules.search import Goal, can_all_hold
from ecg_core.rules.strict_yaml import Mapping as YamlMapping
from ecg_core.rules.strict_yaml import Node
from ecg_core.rules.units import from_canonical, to_canonical
from ecg_core.rules.walk import walk
from ecg_core.vocabulary import measurement

_PERSON = ("age", "sex")
_STAGES: tuple[Literal["raw", "final"], ...] = ("raw", "final")


@dataclass(frozen=True, slots=True)
class _Band:
    """What a criterion asks of its one measurement, for one person."""

    source: RuleSource
    criterion: str
    interval: Interval


def misfits(sources: Sequence[RuleSource], linked: Mapping[str, Rule]) -> Iterator[Fault]:
    """Yield a fault for every two neighbouring bands that do not join, at the later one of the two.

    An overlap is none where the two findings cannot both be reported: their rules contradict each other, one silences
    the other, or one is true only if nothing else is found.

    Args:
        sources: the rules as their files say, in protocol order.
        linked: the same by statement, with what other rules' ``suppresses`` adds.
    """
    pure = _pure_criteria(sources)
    seen: set[tuple[str, str, str, str]] = set()
    for name, members in pure.items():
        for person in _people([body for _, _, body in members]):
            bands = [
                _Band(source, criterion, band)
                for source, criterion, body in members
                if not (band := _band(body, name, person)).empty
            ]
            for first, second in combinations(bands, 2):
                if first.source is second.source:
                    continue
                key = (first.source.rule.id, first.criterion, second.source.rule.id, second.criterion)
                if key in seen:
                    continue
                message = _gap(name, first.interval, second.interval, [band.interval for band in bands])
                if message is None and (message := _overlap(name, first.interval, second.interval)) is not None:
                    rules = (linked[first.source.rule.statement], linked[second.source.rule.statement])
                    message = message if _both_reported(*rules, first.criterion, second.criterion) else None
                if message is not None:
                    seen.add(key)
                    where = f"criterion {first.criterion!r} of rule {first.source.rule.id!r}"
                    node = _expression(second.source, second.criterion)
                    yield Fault(second.source.file, node.line, node.column, f"{message} with {where}")


def _pure_criteria(sources: Sequence[RuleSource]) -> dict[str, list[tuple[RuleSource, str, Boolean]]]:
    """Return the criteria in ``when`` that speak of one measurement of the whole recording, by its name."""
    found: dict[str, list[tuple[RuleSource, str, Boolean]]] = {}
    for source in sources:
        used = {part.name for part in formula_parts(source.rule.when) if isinstance(part, CriterionRef)}
        for criterion in (source.rule.criteria[name] for name in source.rule.criteria if name in used):
            names = {node.name for node in walk(criterion.body) if isinstance(node, Measured)} - {*_PERSON}
            if len(names) == 1 and _is_band(criterion.body):
                name = names.pop()
                if measurement(name).kind == "number" and measurement(name).scope == "global":
                    found.setdefault(name, []).append((source, criterion.name, criterion.body))
    return found


def _is_band(body: Boolean) -> bool:
    """Whether a condition is a comparison of a measurement with a limit, or several of them joined by "and"."""
    match body:
        case And(items):
            return all(map(_is_band, items))
        case Compare(op, left, right):
            return op not in ("==", "!=") and isinstance(left, Measured) != isinstance(right, Measured)
        case _:
            return False


def _band(body: Boolean, name: str, person: Box) -> Interval:
    """Return the values for which a band holds."""
    match body:
        case And(items):
            band = plausible(measurement(name))
            for item in items:
                band = band.meet(_band(item, name, person))
            return band
        case Compare(op, Measured(), right):
            return allowed(op, value_range(right, person, None)).meet(plausible(measurement(name)))
        case Compare(op, left, _):
            return allowed(MIRRORED[op], value_range(left, person, None)).meet(plausible(measurement(name)))
        case _:
            raise TypeError(f"not a band: {type(body).__name__}")


def _people(bodies: list[Boolean]) -> Iterator[Box]:
    """Yield one person for each row of the tables by sex and age that the bands are given in."""
    asked = [node for body in bodies for node in walk(body) if isinstance(node, Compare)]
    limits = {
        node.right.value
        for node in asked
        if isinstance(node.left, Measured) and node.left.name == "age" and isinstance(node.right, Number)
    }
    by_sex = any(isinstance(node.left, Measured) and node.left.name == "sex" for node in asked)
    ages = sorted({age for limit in limits for age in (limit - 0.5, limit, limit + 0.5)}) or [50.0]
    sexes = (0.0, 1.0) if by_sex else (0.0,)
    for age, sex in product(ages, sexes):
        yield Box({("age", None): Interval(age, age), ("sex", None): Interval(sex, sex)})


def _gap(name: str, first: Interval, second: Interval, bands: list[Interval]) -> str | None:
    """Say what lies between two bands and is too narrow to be meant, or None."""
    low, high = _ordered(first, second)
    gap = Interval(low.high, high.low, not low.high_open, not high.low_open)
    if gap.empty or gap.high - gap.low > _width(name) or any(_holds(band, gap) for band in bands):
        return None
    return f"{_written(name, gap)} lies in neither band: there is a gap"


def _overlap(name: str, first: Interval, second: Interval) -> str | None:
    """Say what lies in two bands and is too narrow to be meant, or None."""
    low, high = _ordered(first, second)
    overlap = low.meet(high)
    if overlap.empty or overlap.high - overlap.low > _width(name) or _holds(low, high) or _holds(high, low):
        return None
    return f"{_written(name, overlap)} lies in both bands: there is an overlap"


def _both_reported(first: Rule, second: Rule, first_criterion: str, second_criterion: str) -> bool:
    silenced = {blocker.statement for blocker in first.blockers} | {blocker.statement for blocker in second.blockers}
    if {first.statement, second.statement} & silenced:
        return False
    if any(isinstance(part, AnyFinding) for rule in (first, second) for part in formula_parts(rule.when)):
        return False
    goals = [Goal(rule.when, criteria=rule.criteria) for rule in (first, second)]
    goals += [Goal(FindingRef(rule.statement, stage)) for rule in (first, second) for stage in _STAGES]
    bodies = (first.criteria[first_criterion].body, second.criteria[second_criterion].body)
    return can_all_hold([*goals, *map(Goal, bodies)])


def _ordered(first: Interval, second: Interval) -> tuple[Interval, Interval]:
    return (first, second) if (first.low, first.high) <= (second.low, second.high) else (second, first)


def _width(name: str) -> float:
    definition = measurement(name)
    return to_canonical(definition.tolerance or 0.0, definition.unit)


def _holds(outer: Interval, inner: Interval) -> bool:
    return outer.meet(inner) == inner


def _written(name: str, band: Interval) -> str:
    definition = measurement(name)
    ends = [f"{from_canonical(end, definition.unit):g}" for end in (band.low, band.high)]
    value = ends[0] if ends[0] == ends[1] else f"{ends[0]} to {ends[1]}"
    return f"{definition.label} of {value} {definition.unit}".rstrip()


def _expression(source: RuleSource, criterion: str) -> Node:
    node = source.nodes["criteria"]
    for key in (criterion, "if"):
        node = next(value for name, value in node.pairs if name.raw == key) if isinstance(node, YamlMapping) else node
    return node
