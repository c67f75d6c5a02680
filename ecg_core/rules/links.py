"""Join the rules of a pack: statements they name, blocks they lay on each other, cycles."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise

from ecg_core.errors import Fault
from ecg_core.rules.formula import AllOf, AnyFinding, AnyOf, CriterionRef, FindingRef, Fired, Formula, Negation
from ecg_core.rules.protocol import Blocker, Criterion, Rule
from ecg_core.rules.rule_files import OVERALL, RuleSource

Stage = tuple[str, str]
"""A statement and which of its truths: ``("AVC_WPW", "raw")``."""

Place = tuple[str, int, int]


def link_rules(sources: Sequence[RuleSource], declared: Collection[str] | None) -> tuple[list[Rule], list[Fault]]:
    """Give every rule the blockers that others lay on it, and check what they say of each other.

    Args:
        sources: the rules, in protocol order.
        declared: statements of all rule files, those with a fault of their own too; None if a file does not even tell
            its statement.

    Returns:
        The rules in the same order, and the faults.
    """
    faults = [*_duplicates(sources), *(_undefined(sources, declared) if declared is not None else ())]
    rules = _with_suppressions(sources)
    faults += _cycles(sources)
    return rules, faults


def _duplicates(sources: Sequence[RuleSource]) -> Iterator[Fault]:
    first: dict[str, RuleSource] = {}
    for source in sources:
        rule, nodes = source.rule, source.nodes
        twin = first.setdefault(rule.statement, source)
        if twin is not source:
            message = f"statement {rule.statement} is decided by {twin.file} already: one rule per statement"
            yield Fault(source.file, nodes["statement"].line, nodes["statement"].column, message)


def _undefined(sources: Sequence[RuleSource], declared: Collection[str]) -> Iterator[Fault]:
    for source in sources:
        for mention in source.mentions:
            if mention.statement not in declared:
                message = f"statement {mention.statement} has no rule in this pack"
                yield Fault(source.file, mention.line, mention.column, message)


def _with_suppressions(sources: Sequence[RuleSource]) -> list[Rule]:
    rules = {source.rule.statement: source.rule for source in sources}
    for source in sources:
        for target, blocker in source.suppresses:
            if target in rules:
                rules[target] = _blocked(rules[target], blocker, source.rule)
    return [rules[source.rule.statement] for source in sources]


def _blocked(rule: Rule, blocker: Blocker, suppressor: Rule) -> Rule:
    """Add a blocker whose condition speaks of the suppressor's criteria.

    A rule's conditions name its own criteria only; so the rule borrows those that the condition needs, under the name
    ``<suppressor>.<criterion>``, which no author can write.
    """
    borrowed: dict[str, Criterion] = {}
    if blocker.condition is not None:
        condition = _borrow(blocker.condition, suppressor, borrowed)
        blocker = replace(blocker, condition=condition)
    if blocker in rule.blockers:
        return rule
    return replace(rule, blockers=(*rule.blockers, blocker), criteria={**rule.criteria, **borrowed})


def _borrow(formula: Formula, lender: Rule, borrowed: dict[str, Criterion]) -> Formula:
    match formula:
        case CriterionRef(name):
            criterion = lender.criteria[name]
            renamed = f"{lender.id}.{name}"
            borrowed[renamed] = replace(criterion, name=renamed)
            return CriterionRef(renamed)
        case AllOf(items):
            return AllOf(tuple(_borrow(item, lender, borrowed) for item in items))
        case AnyOf(items):
            return AnyOf(tuple(_borrow(item, lender, borrowed) for item in items))
        case Negation(item):
            return Negation(_borrow(item, lender, borrowed))
        case _:
            return formula


def _cycles(sources: Sequence[RuleSource]) -> list[Fault]:
    """Return a fault for each cycle among raw and final truths, at the place that closes it."""
    edges = {(node, needed): place for node, needed, place in _needs(sources)}
    faults: list[Fault] = []
    while True:
        sorter: TopologicalSorter[Stage] = TopologicalSorter()
        for node, needed in edges:
            sorter.add(node, needed)
        try:
            sorter.prepare()
        except CycleError as error:
            # The path runs from what is needed to what needs it.
            path: list[Stage] = error.args[1][::-1]
            step = next(pair for pair in pairwise(path) if edges[pair] is not None)
            names = " -> ".join(f"{code} ({stage})" for code, stage in path)
            file, line, column = edges.pop(step) or ("", 1, 1)
            faults.append(Fault(file, line, column, f"these statements wait for each other: {names}"))
        else:
            return faults


def _needs(sources: Sequence[RuleSource]) -> Iterator[tuple[Stage, Stage, Place | None]]:
    """Yield which truth needs which other, and the place in a file that says so (None: it follows from the format)."""
    ordinary = [source.rule.statement for source in sources if source.rule.group != OVERALL]
    for source in sources:
        rule = source.rule
        raw, final = (rule.statement, "raw"), (rule.statement, "final")
        yield final, raw, None
        stages = {blocker.statement: blocker.stage for blocker in rule.blockers}
        for mention in source.mentions:
            place = (source.file, mention.line, mention.column)
            if mention.role == "when":
                for stage in _stages_in(rule.when, mention.statement):
                    yield raw, (mention.statement, stage), place
            elif mention.role == "unless":
                yield final, (mention.statement, stages.get(mention.statement, "final")), place
            elif mention.role == "condition":
                yield final, (mention.statement, "raw"), place
        for target, blocker in source.suppresses:
            yield (target, "final"), (rule.statement, blocker.stage), _place(source, target)
        if _asks_any(rule.when):
            node = source.nodes["when"]
            for statement in ordinary:
                yield raw, (statement, "final"), (source.file, node.line, node.column)


def _place(source: RuleSource, target: str) -> Place:
    mention = next(m for m in source.mentions if m.role == "suppresses" and m.statement == target)
    return source.file, mention.line, mention.column


def _stages_in(formula: Formula, statement: str) -> set[str]:
    """Return which truths of `statement` a formula looks at."""
    return {ref.stage for ref in _references(formula) if ref.statement == statement}


def _references(formula: Formula) -> Iterator[FindingRef]:
    match formula:
        case FindingRef():
            yield formula
        case Fired(item):
            yield item
        case AllOf(items) | AnyOf(items):
            for part in items:
                yield from _references(part)
        case Negation(item):
            yield from _references(item)


def _asks_any(formula: Formula) -> bool:
    match formula:
        case AnyFinding():
            return True
        case AllOf(items) | AnyOf(items):
            return any(_asks_any(item) for item in items)
        case Negation(item):
            return _asks_any(item)
        case _:
            return False
