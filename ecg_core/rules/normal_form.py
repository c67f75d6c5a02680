"""Equations as implications between facts, for an engine that can only join facts.

Of a symbol there are four facts: it is T ("true"), F ("false"), N ("not true") or P ("possible, not false"). A true
symbol is T and P, a false one F and N, an unknown one N and P. An equation becomes two families of implications: the
terms of its disjunctive form, each of which makes the symbol true, and the clauses of its conjunctive form, each of
which makes it false when all its literals fail. Both are disjunctions of terms over facts, so no negation is left;
where neither family speaks the symbol is unknown. In Kleene logic this is exact: distribution and De Morgan's laws hold
there, and a term that wants what cannot hold together can be dropped.

Implications are kept few and short. What many equations have in common gets a symbol of its own
(`ecg_core.rules.shared_parts`), so does a wide or branching part; an equation that merely repeats or denies a symbol
needs none at all.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from math import prod
from typing import Literal

from ecg_core.findings import Verdict
from ecg_core.rules.network import (
    Complement,
    Conjunction,
    Disjunction,
    Equation,
    Expression,
    Network,
    Sure,
    Symbol,
    raw_symbol,
)
from ecg_core.rules.shared_parts import share_parts

State = Literal["T", "F", "N", "P"]
Fact = tuple[str, State]
Term = frozenset[Fact]

MAX_WIDTH = 16
"""Most facts that one implication joins: durable-rules fails at run time beyond it."""

MAX_TERMS = 4
"""Most terms that distribution may make before a part gets a name of its own (engineering default)."""

_FACTS: dict[Verdict, tuple[State, State]] = {
    Verdict.TRUE: ("T", "P"),
    Verdict.FALSE: ("F", "N"),
    Verdict.UNKNOWN: ("N", "P"),
}
_OPPOSITE: dict[State, State] = {"T": "N", "N": "T", "F": "P", "P": "F"}
_IMPLIED: dict[State, State] = {"T": "P", "F": "N"}
_EXCLUDED: dict[State, tuple[State, ...]] = {"T": ("F", "N"), "F": ("T", "P"), "N": ("T",), "P": ("F",)}


@dataclass(frozen=True, slots=True)
class Implication:
    """If all facts of `term` hold, `symbol` is in `state`. An empty term always holds."""

    term: Term
    symbol: str
    state: State


@dataclass(frozen=True, slots=True)
class NormalForm:
    """A network as implications.

    Attributes:
        implications: by the symbol that they decide, in an order in which each uses only what stands before.
        copies: symbols that repeat or deny another one: the fact that makes them true, the one that makes them false.
    """

    implications: Mapping[str, tuple[Implication, ...]]
    copies: Mapping[str, tuple[Fact, Fact]]


@dataclass(frozen=True, slots=True)
class _Planes:
    """When an expression is true and when it is false, as terms of which one must hold."""

    true: tuple[Term, ...]
    false: tuple[Term, ...]

    def swapped(self) -> _Planes:
        return _Planes(self.false, self.true)

    def facts(self) -> tuple[Fact, Fact] | None:
        """Return the one fact that makes it true and the one that makes it false, if it is as simple as that."""
        if len(self.true) == 1 == len(self.false) and len(self.true[0]) == 1 == len(self.false[0]):
            return next(iter(self.true[0])), next(iter(self.false[0]))
        return None


def normalise(network: Network) -> NormalForm:
    """Turn a network into implications of at most `MAX_WIDTH` facts each."""
    builder = _Builder(frozenset(map(raw_symbol, network.final)))
    for equation in share_parts(network.equations):
        builder.define(equation)
    return NormalForm(
        {
            symbol: (
                *(Implication(term, symbol, "T") for term in planes.true),
                *(Implication(term, symbol, "F") for term in planes.false),
            )
            for symbol, planes in builder.defined.items()
        },
        builder.copies,
    )


def holding(symbol: str, verdict: Verdict) -> tuple[Fact, Fact]:
    """Return the two facts that hold of a symbol."""
    definite, possible = _FACTS[verdict]
    return (symbol, definite), (symbol, possible)


class _Builder:
    """Turns equations into planes.

    Args:
        own: symbols that are never copies, because they may be assumed to differ from what their equation says.
    """

    def __init__(self, own: frozenset[str]) -> None:
        self.defined: dict[str, _Planes] = {}
        self.copies: dict[str, tuple[Fact, Fact]] = {}
        self._own = own
        self._named: dict[_Planes, _Planes] = {}

    def define(self, equation: Equation) -> None:
        planes = self._planes(equation.body)
        facts = planes.facts()
        if facts is None or equation.symbol in self._own:
            self.defined[equation.symbol] = planes
        else:
            self.copies[equation.symbol] = facts

    def _planes(self, expression: Expression) -> _Planes:
        match expression:
            case Symbol(name):
                return _planes_of_facts(*self._facts(name))
            case Sure(name):
                fact, _ = self._facts(name)
                return _planes_of_facts(fact, (fact[0], _OPPOSITE[fact[1]]))
            case Complement(item):
                return self._planes(item).swapped()
            case Conjunction(items):
                return self._conjoin([self._planes(item) for item in items])
            case Disjunction(items):
                return self._conjoin([self._planes(item).swapped() for item in items]).swapped()

    def _facts(self, name: str) -> tuple[Fact, Fact]:
        """Return the fact that makes a symbol true and the one that makes it false."""
        return self.copies.get(name, ((name, "T"), (name, "F")))

    def _conjoin(self, items: list[_Planes]) -> _Planes:
        while prod(len(item.true) for item in items) > MAX_TERMS:
            widest = max(range(len(items)), key=lambda index: len(items[index].true))
            items[widest] = self._name(items[widest])
        while len(items) > 1 and sum(_width(item) for item in items) > MAX_WIDTH:
            items = [self._name(_joined(chunk)) for chunk in _chunks(items)]
        return _joined(items)

    def _name(self, planes: _Planes) -> _Planes:
        if planes.facts() is not None:
            return planes
        if planes not in self._named:
            symbol = f"aux:{len(self._named)}"
            self.defined[symbol] = planes
            self._named[planes] = _planes_of_facts(*self._facts(symbol))
        return self._named[planes]


def _planes_of_facts(true: Fact, false: Fact) -> _Planes:
    return _Planes((frozenset({true}),), (frozenset({false}),))


def _joined(items: list[_Planes]) -> _Planes:
    true = [frozenset().union(*choice) for choice in product(*(item.true for item in items))]
    false = [term for item in items for term in item.false]
    return _Planes(_tidy(true), _tidy(false))


def _tidy(terms: list[Term]) -> tuple[Term, ...]:
    """Drop what a term's other facts imply, terms that cannot hold, and terms that another one covers."""
    possible = dict.fromkeys(
        frozenset(fact for fact in term if not any(_implies(other, fact) for other in term))
        for term in terms
        if not any((symbol, state) in term for symbol, held in term for state in _EXCLUDED[held])
    )
    return tuple(term for term in possible if not any(other is not term and _covers(other, term) for other in possible))


def _covers(other: Term, term: Term) -> bool:
    return all(fact in term or any(_implies(held, fact) for held in term) for fact in other)


def _implies(one: Fact, other: Fact) -> bool:
    return one[0] == other[0] and _IMPLIED.get(one[1]) == other[1]


def _width(planes: _Planes) -> int:
    return max((len(term) for term in planes.true), default=0)


def _chunks(items: list[_Planes]) -> Iterator[list[_Planes]]:
    chunk: list[_Planes] = []
    for item in items:
        if chunk and sum(map(_width, chunk)) + _width(item) > MAX_WIDTH:
            yield chunk
            chunk = []
        chunk.append(item)
    yield chunk
