"""Equations as implications between facts, for an engine that can only join facts.

"Symbol s is T", "is F" and "is U" are three facts, of which exactly one holds. An equation becomes two families of
implications: the terms of its disjunctive form, each of which makes the symbol T, and the clauses of its conjunctive
form, each of which makes it F when all its literals fail. Both are disjunctions of terms over facts, so no negation is
left; where neither family speaks the symbol is U. In Kleene logic this is exact: distribution and De Morgan's laws hold
there, and a term that wants one symbol in two states can be dropped because it can never hold.

Terms are kept short by naming parts: a wide or branching part becomes an auxiliary symbol of its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from math import prod
from typing import Literal

from ecg_core.rules.network import (
    Complement,
    Conjunction,
    Disjunction,
    Equation,
    Expression,
    Network,
    Sure,
    Symbol,
)

State = Literal["T", "F", "U"]
Fact = tuple[str, State]
Term = frozenset[Fact]

MAX_WIDTH = 16
"""Most facts that one implication joins: durable-rules fails at run time beyond it."""

MAX_TERMS = 4
"""Most terms that distribution may make before a part gets a name of its own (engineering default)."""


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
        implications: all of them.
        strata: derived symbols, layer by layer; a layer uses only inputs and layers before it.
    """

    implications: tuple[Implication, ...]
    strata: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class _Planes:
    """When an expression is true and when it is false, as terms of which one must hold."""

    true: tuple[Term, ...]
    false: tuple[Term, ...]

    def swapped(self) -> _Planes:
        return _Planes(self.false, self.true)


def normalise(network: Network) -> NormalForm:
    """Turn a network into implications of at most `MAX_WIDTH` facts each."""
    builder = _Builder()
    for equation in network.equations:
        builder.define(equation)
    implications = []
    for symbol, planes in builder.defined.items():
        implications += [Implication(term, symbol, "T") for term in planes.true]
        implications += [Implication(term, symbol, "F") for term in planes.false]
    return NormalForm(tuple(implications), _strata(builder.defined))


class _Builder:
    def __init__(self) -> None:
        self.defined: dict[str, _Planes] = {}
        self._named: dict[_Planes, _Planes] = {}

    def define(self, equation: Equation) -> None:
        self.defined[equation.symbol] = self._planes(equation.body)

    def _planes(self, expression: Expression) -> _Planes:
        match expression:
            case Symbol(name):
                return _planes_of_symbol(name)
            case Sure(name):
                return self._sure(name)
            case Complement(item):
                return self._planes(item).swapped()
            case Conjunction(items):
                return self._conjoin([self._planes(item) for item in items])
            case Disjunction(items):
                return self._conjoin([self._planes(item).swapped() for item in items]).swapped()

    def _sure(self, name: str) -> _Planes:
        # A symbol of its own: spelt out, each "not surely" would double the number of terms (F or U).
        symbol = f"sure:{name}"
        if symbol not in self.defined:
            self.defined[symbol] = _Planes(
                (frozenset({(name, "T")}),), (frozenset({(name, "F")}), frozenset({(name, "U")}))
            )
        return _planes_of_symbol(symbol)

    def _conjoin(self, items: list[_Planes]) -> _Planes:
        while prod(len(item.true) for item in items) > MAX_TERMS:
            widest = max(range(len(items)), key=lambda index: len(items[index].true))
            items[widest] = self._name(items[widest])
        while len(items) > 1 and sum(_width(item) for item in items) > MAX_WIDTH:
            items = [self._name(_joined(chunk)) for chunk in _chunks(items)]
        return _joined(items)

    def _name(self, planes: _Planes) -> _Planes:
        if len(planes.true) == 1 and len(planes.false) == 1 and _width(planes) == 1:
            return planes
        if planes not in self._named:
            symbol = f"aux:{len(self._named)}"
            self.defined[symbol] = planes
            self._named[planes] = _planes_of_symbol(symbol)
        return self._named[planes]


def _planes_of_symbol(name: str) -> _Planes:
    return _Planes((frozenset({(name, "T")}),), (frozenset({(name, "F")}),))


def _joined(items: list[_Planes]) -> _Planes:
    true = [frozenset().union(*choice) for choice in product(*(item.true for item in items))]
    false = [term for item in items for term in item.false]
    return _Planes(_tidy(true), _tidy(false))


def _tidy(terms: list[Term]) -> tuple[Term, ...]:
    """Drop terms that cannot hold and terms that another one covers."""
    possible = dict.fromkeys(term for term in terms if len({symbol for symbol, _ in term}) == len(term))
    return tuple(term for term in possible if not any(other < term for other in possible))


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


def _strata(defined: dict[str, _Planes]) -> tuple[tuple[str, ...], ...]:
    level: dict[str, int] = {}
    for symbol, planes in defined.items():
        used = {name for term in (*planes.true, *planes.false) for name, _ in term}
        level[symbol] = 1 + max((level.get(name, 0) for name in used), default=0)
    layers: list[list[str]] = [[] for _ in range(max(level.values(), default=0))]
    for symbol, number in level.items():
        layers[number - 1].append(symbol)
    return tuple(map(tuple, layers))
