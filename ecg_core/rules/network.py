"""From rules to equations over symbols: what the forward chainers solve.

One symbol per criterion (an input), per statement before and after suppression, per condition of a blocker, of an
escalation and of a mimic. A symbol is true, false or unknown; an equation says how it follows from others. Equations
stand in an order in which each uses only what stands before it; a pack in which that is impossible is refused.

::

    c:long_pr.prolonged        input: verdict of a criterion
    raw:AVC_LONGPR             what the rule's `when` says
    unless:AVC_LONGPR:0        condition of its first blocker
    final:AVC_LONGPR           raw, and no blocker surely true
    esc:AVC_LONGPR:0           condition of its first escalation
    against:AVC_LONGPR:0       evidence against its first mimic
    any:borderline:            a sure final finding of at least that severity (or, in the last place, urgency)
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from types import MappingProxyType

from ecg_core.errors import Fault, PackError, UnknownNameError
from ecg_core.findings import SEVERITIES, URGENCIES, Verdict
from ecg_core.rules.formula import (
    AllOf,
    AnyFinding,
    AnyOf,
    CriterionRef,
    FindingRef,
    Fired,
    Formula,
    Negation,
)
from ecg_core.rules.protocol import Blocker, Protocol, Rule

OVERALL = "overall"
"""Group of the rules that summarise the others and may therefore look at final findings."""


@dataclass(frozen=True, slots=True)
class Symbol:
    """The value of a symbol."""

    name: str


@dataclass(frozen=True, slots=True)
class Sure:
    """True where the symbol is true, false where it is false or unknown."""

    name: str


@dataclass(frozen=True, slots=True)
class Conjunction:
    """Kleene conjunction; true if empty."""

    items: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Disjunction:
    """Kleene disjunction; false if empty."""

    items: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Complement:
    """Kleene negation."""

    item: Expression


Expression = Symbol | Sure | Conjunction | Disjunction | Complement


@dataclass(frozen=True, slots=True)
class Equation:
    """`symbol` has the value of `body`."""

    symbol: str
    body: Expression


@dataclass(frozen=True, eq=False)
class Network:
    """A pack's logic, ready to be solved. Compared and hashed by identity: solvers keep what they compiled from it.

    Attributes:
        inputs: symbols of all criteria.
        equations: in an order in which each uses only inputs and symbols before it.
        final: statement -> symbol of its truth after suppression (its raw symbol if nothing can suppress it).
    """

    inputs: tuple[str, ...]
    equations: tuple[Equation, ...]
    final: Mapping[str, str]


def criterion_symbol(rule_id: str, criterion: str) -> str:
    """Return the symbol of a criterion."""
    return f"c:{rule_id}.{criterion}"


def raw_symbol(statement: str) -> str:
    """Return the symbol of a statement before suppression."""
    return f"raw:{statement}"


def final_symbol(rule: Rule) -> str:
    """Return the symbol of a rule's statement after suppression."""
    return f"final:{rule.statement}" if rule.blockers else raw_symbol(rule.statement)


def unless_symbol(statement: str, index: int) -> str:
    """Return the symbol of the condition of a statement's blocker."""
    return f"unless:{statement}:{index}"


def escalation_symbol(statement: str, index: int) -> str:
    """Return the symbol of the condition of a statement's escalation."""
    return f"esc:{statement}:{index}"


def against_symbol(statement: str, index: int) -> str:
    """Return the symbol of the evidence against a statement's mimic."""
    return f"against:{statement}:{index}"


def any_symbol(level: AnyFinding) -> str:
    """Return the symbol that says whether any final finding reaches a level."""
    return f"any:{level.severity or ''}:{level.urgency or ''}"


def blocker_symbol(blocker: Blocker, rules: Mapping[str, Rule]) -> str:
    """Return the symbol that a blocker looks at.

    Args:
        blocker: the blocker.
        rules: the pack's rules by statement.
    """
    return raw_symbol(blocker.statement) if blocker.stage == "raw" else final_symbol(rules[blocker.statement])


def compile_network(protocol: Protocol) -> Network:
    """Turn a pack's formulas into equations.

    Raises:
        PackError: if a formula names a statement the pack does not define, or if statements depend on themselves.
    """
    rules = {rule.statement: rule for rule in protocol.rules.values()}
    _refuse_undefined(protocol, rules)
    equations = [equation for rule in rules.values() for equation in _rule_equations(rule, rules)]
    levels = dict.fromkeys(
        part for rule in rules.values() for part in formula_parts(rule.when) if isinstance(part, AnyFinding)
    )
    equations += [Equation(any_symbol(level), _any_equation(level, rules)) for level in levels]
    return Network(
        inputs=tuple(criterion_symbol(rule.id, name) for rule in rules.values() for name in rule.criteria),
        equations=_ordered(protocol, rules, equations),
        final=MappingProxyType({rule.statement: final_symbol(rule) for rule in rules.values()}),
    )


def assumed_symbols(network: Network, assume: Mapping[str, Verdict]) -> dict[str, Verdict]:
    """Return assumptions by symbol.

    Raises:
        UnknownNameError: if an assumed statement is not in the network.
    """
    for code in assume:
        if code not in network.final:
            raise UnknownNameError("statement of the pack", code, network.final)
    return {raw_symbol(code): verdict for code, verdict in assume.items()}


def formula_parts(formula: Formula) -> Iterator[Formula]:
    """Yield a formula and everything below it, in reading order."""
    yield formula
    match formula:
        case AllOf(items) | AnyOf(items):
            for item in items:
                yield from formula_parts(item)
        case Negation(item):
            yield from formula_parts(item)
        case Fired(reference):
            yield reference
        case _:
            pass


def expression_symbols(expression: Expression) -> Iterator[str]:
    """Yield every symbol of an expression, with repetitions."""
    match expression:
        case Symbol(name) | Sure(name):
            yield name
        case Conjunction(items) | Disjunction(items):
            for item in items:
                yield from expression_symbols(item)
        case Complement(item):
            yield from expression_symbols(item)


def _rule_equations(rule: Rule, rules: Mapping[str, Rule]) -> Iterator[Equation]:
    code = rule.statement
    yield Equation(raw_symbol(code), _translate(rule.when, rule, rules))
    unblocked: list[Expression] = [Symbol(raw_symbol(code))]
    for index, blocker in enumerate(rule.blockers):
        acts: tuple[Expression, ...] = (Sure(blocker_symbol(blocker, rules)),)
        if blocker.condition is not None:
            yield Equation(unless_symbol(code, index), _translate(blocker.condition, rule, rules))
            acts = (*acts, Sure(unless_symbol(code, index)))
        unblocked.append(Complement(Conjunction(acts)))
    if rule.blockers:
        yield Equation(final_symbol(rule), Conjunction(tuple(unblocked)))
    for index, escalation in enumerate(rule.escalations):
        yield Equation(escalation_symbol(code, index), _translate(escalation.condition, rule, rules))
    for index, mimic in enumerate(rule.mimics):
        yield Equation(against_symbol(code, index), _translate(mimic.against, rule, rules))


def _translate(formula: Formula, rule: Rule, rules: Mapping[str, Rule]) -> Expression:
    match formula:
        case CriterionRef(name):
            return Symbol(criterion_symbol(rule.id, name))
        case FindingRef():
            return Symbol(_reference_symbol(formula, rules))
        case Fired(reference):
            return Sure(_reference_symbol(reference, rules))
        case AnyFinding():
            return Symbol(any_symbol(formula))
        case AllOf(items):
            return Conjunction(tuple(_translate(item, rule, rules) for item in items))
        case AnyOf(items):
            return Disjunction(tuple(_translate(item, rule, rules) for item in items))
        case Negation(item):
            return Complement(_translate(item, rule, rules))


def _reference_symbol(reference: FindingRef, rules: Mapping[str, Rule]) -> str:
    if reference.stage == "raw":
        return raw_symbol(reference.statement)
    return final_symbol(rules[reference.statement])


def _any_equation(level: AnyFinding, rules: Mapping[str, Rule]) -> Expression:
    return Disjunction(tuple(_reaches(level, rule) for rule in rules.values() if rule.group != OVERALL))


def _reaches(level: AnyFinding, rule: Rule) -> Expression:
    """Say when a rule is a sure final finding of at least that severity and urgency."""
    parts: list[Expression] = [Sure(final_symbol(rule))]
    if level.severity is not None:
        needed = SEVERITIES.index(level.severity)
        if SEVERITIES.index(rule.severity) < needed:
            reached = [
                item.severity is not None and SEVERITIES.index(item.severity) >= needed for item in rule.escalations
            ]
            parts.append(_raised(rule, reached))
    if level.urgency is not None:
        needed = URGENCIES.index(level.urgency)
        if URGENCIES.index(rule.urgency) < needed:
            reached = [
                item.urgency is not None and URGENCIES.index(item.urgency) >= needed for item in rule.escalations
            ]
            parts.append(_raised(rule, reached))
    return Conjunction(tuple(parts))


def _raised(rule: Rule, reached: list[bool]) -> Expression:
    """Say when one of the escalations that reach a level acts."""
    return Disjunction(
        tuple(Sure(escalation_symbol(rule.statement, index)) for index, enough in enumerate(reached) if enough)
    )


def _refuse_undefined(protocol: Protocol, rules: Mapping[str, Rule]) -> None:
    faults = []
    for rule in rules.values():
        formulas = [rule.when, *(item.condition for item in rule.escalations), *(item.against for item in rule.mimics)]
        formulas += [item.condition for item in rule.blockers if item.condition is not None]
        named = {blocker.statement for blocker in rule.blockers}
        for formula in formulas:
            named.update(part.statement for part in formula_parts(formula) if isinstance(part, FindingRef))
        faults += [
            _fault(rule, f"refers to statement {code}, which no rule of the pack defines")
            for code in sorted(named - rules.keys())
        ]
    if faults:
        raise PackError(protocol.id, faults)


def _ordered(protocol: Protocol, rules: Mapping[str, Rule], equations: list[Equation]) -> tuple[Equation, ...]:
    by_symbol = {equation.symbol: equation for equation in equations}
    sorter: TopologicalSorter[str] = TopologicalSorter()
    for equation in equations:
        # A dict, not a set: the order of equations must not depend on the hash seed of the process.
        used = dict.fromkeys(name for name in expression_symbols(equation.body) if name in by_symbol)
        sorter.add(equation.symbol, *used)
    try:
        return tuple(by_symbol[symbol] for symbol in sorter.static_order())
    except CycleError as error:
        # Each member of the list is used by the next one.
        cycle: list[str] = list(reversed(error.args[1]))
        rule = rules[cycle[0].split(":")[1]]
        raise PackError(protocol.id, [_fault(rule, "circular: " + " needs ".join(cycle))]) from None


def _fault(rule: Rule, message: str) -> Fault:
    return Fault(f"rules/{rule.group}/{rule.id}.yaml", 1, 1, message)
