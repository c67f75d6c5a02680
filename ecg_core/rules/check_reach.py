"""Conditions that never hold, always hold, or never come to act, found by interval analysis over plausible ranges.

What is reported is proved from the plausible ranges of the vocabulary; silence proves nothing. Other findings count as
free, except where a statement is silenced by one that is always found with it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from ecg_core.errors import Fault
from ecg_core.rules.ast import Boolean, Compare, Measured
from ecg_core.rules.backends.text import to_text
from ecg_core.rules.intervals import Box, truth_range
from ecg_core.rules.protocol import Rule
from ecg_core.rules.rule_files import RuleSource
from ecg_core.rules.search import Goal, can_all_hold
from ecg_core.rules.strict_yaml import Mapping as YamlMapping
from ecg_core.rules.strict_yaml import Node
from ecg_core.rules.strict_yaml import Sequence as YamlSequence
from ecg_core.rules.walk import walk
from ecg_core.vocabulary import measurement


def unreachable(sources: Sequence[RuleSource], linked: Mapping[str, Rule]) -> Iterator[Fault]:
    """Yield a fault for whatever can never hold, always holds, or can never act.

    Args:
        sources: the rules as their files say.
        linked: the same by statement, with what other rules' ``suppresses`` adds.
    """
    for source in sources:
        yield from _criteria(source)
        yield from _formulas(source)
        yield from _always_silenced(source, linked)


def _criteria(source: RuleSource) -> Iterator[Fault]:
    nodes = _values(source.nodes["criteria"]) if "criteria" in source.nodes else {}
    for name, criterion in source.rule.criteria.items():
        place = _values(nodes[name])["if"]
        if not can_all_hold([Goal(criterion.body)]):
            yield _fault(source, place, f"criterion {name!r} can never hold: {_ranges(criterion.body)}")
        elif not can_all_hold([Goal(criterion.body, False)]):
            yield _fault(source, place, f"criterion {name!r} always holds: {_ranges(criterion.body)}")
        else:
            for comparison, lead in _comparisons(criterion.body):
                true, false = truth_range(comparison, Box(), lead)
                if not (true and false):
                    word = "always holds" if true else "can never hold"
                    yield _fault(source, place, f"'{to_text(comparison)}' {word}: {_ranges(comparison)}")


def _formulas(source: RuleSource) -> Iterator[Fault]:
    rule, nodes = source.rule, source.nodes
    criteria = rule.criteria
    when = Goal(rule.when, criteria=criteria)
    if not can_all_hold([when]):
        yield _fault(source, nodes["when"], "'when' can never hold: its parts contradict each other")
        return
    if criteria and not can_all_hold([Goal(rule.when, False, criteria=criteria)]):
        yield _fault(source, nodes["when"], "'when' always holds")
    for index, step in enumerate(rule.escalations):
        if not can_all_hold([when, Goal(step.condition, criteria=criteria)]):
            yield _fault(source, _item(nodes["escalate"], index), "this can never hold together with 'when'")
    for index, mimic in enumerate(rule.mimics):
        if not can_all_hold([when, Goal(mimic.against, criteria=criteria)]):
            message = "'against' can never hold together with 'when': it never speaks against the mimic"
            yield _fault(source, _item(nodes["mimics"], index), message)
    for index, blocker in enumerate(rule.blockers):
        if blocker.condition is not None and not can_all_hold([when, Goal(blocker.condition, criteria=criteria)]):
            yield _fault(source, _item(nodes["unless"], index), "this can never hold together with 'when'")


def _always_silenced(source: RuleSource, linked: Mapping[str, Rule]) -> Iterator[Fault]:
    """Find a statement that is never reported, because another one is found whenever it is."""
    rule = linked[source.rule.statement]
    when = Goal(rule.when, criteria=rule.criteria)
    for blocker in rule.blockers:
        other = linked.get(blocker.statement)
        if other is None:
            continue
        # With a condition, or blockers of its own, it may be found and yet not silence: nothing is claimed then.
        if blocker.condition is not None or (other.blockers and blocker.stage == "final"):
            continue
        if can_all_hold([when]) and not can_all_hold([when, Goal(other.when, False, criteria=other.criteria)]):
            message = f"never reported: {blocker.statement}, which silences it, is found whenever {rule.statement} is"
            yield _fault(source, source.nodes["when"], message)


def _comparisons(body: Boolean) -> Iterator[tuple[Compare, str]]:
    for node in walk(body):
        if isinstance(node, Compare):
            # The plausible range is the same in every lead.
            yield node, "II"


def _ranges(body: Boolean) -> str:
    """Say what the measurements of a condition can be: "PR interval is 40 to 600 ms"."""
    names = dict.fromkeys(node.name for node in walk(body) if isinstance(node, Measured))
    parts = []
    for name in names:
        definition = measurement(name)
        if definition.low is not None and definition.high is not None:
            parts.append(f"{definition.label} is {definition.low:g} to {definition.high:g} {definition.unit}".rstrip())
    return "; ".join(parts) or "its parts contradict each other"


def _values(node: Node) -> dict[str, Node]:
    return {key.raw: value for key, value in node.pairs} if isinstance(node, YamlMapping) else {}


def _item(node: Node, index: int) -> Node:
    return node.items[index] if isinstance(node, YamlSequence) else node


def _fault(source: RuleSource, node: Node, message: str) -> Fault:
    return Fault(source.file, node.line, node.column, message)
