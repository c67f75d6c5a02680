"""The forward chainer in plain Python: solves a network's equations in their order, with Kleene's three values.

It is the second implementation of what `ecg_core.rules.backends.durable` does, the faster one, and the only one where
durable-rules does not import (Python 3.13 and later).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache

from ecg_core.findings import Verdict
from ecg_core.rules.network import (
    Complement,
    Conjunction,
    Disjunction,
    Expression,
    Network,
    Sure,
    Symbol,
    assumed_symbols,
)

# Kleene logic on numbers: conjunction is the least, disjunction the largest, negation the difference from 2.
_FALSE, _UNKNOWN, _TRUE = 0, 1, 2
_CODE = {Verdict.FALSE: _FALSE, Verdict.UNKNOWN: _UNKNOWN, Verdict.TRUE: _TRUE}
_VERDICT = (Verdict.FALSE, Verdict.UNKNOWN, Verdict.TRUE)

_Step = Callable[[list[int]], int]


def chain(
    network: Network, inputs: Mapping[str, Verdict], assume: Mapping[str, Verdict] | None = None
) -> dict[str, Verdict]:
    """Solve a network.

    Args:
        network: the equations.
        inputs: verdict of every criterion, by symbol.
        assume: statement -> raw verdict that is taken instead of the derived one.

    Returns:
        The verdict of every symbol, inputs included.

    Raises:
        UnknownNameError: if an assumed statement is not in the network.
    """
    assumed = assumed_symbols(network, assume or {})
    names, steps = _program(network)
    values = [_CODE[inputs[name]] for name in network.inputs]
    for name, step in steps:
        values.append(_CODE[assumed[name]] if name in assumed else step(values))
    return {name: _VERDICT[value] for name, value in zip(names, values, strict=True)}


@lru_cache(maxsize=8)
def _program(network: Network) -> tuple[tuple[str, ...], tuple[tuple[str, _Step], ...]]:
    """Turn each equation into a function of the values before it."""
    place = {name: index for index, name in enumerate(network.inputs)}
    steps = []
    for equation in network.equations:
        steps.append((equation.symbol, _compile(equation.body, place)))
        place[equation.symbol] = len(place)
    return tuple(place), tuple(steps)


def _compile(expression: Expression, place: Mapping[str, int]) -> _Step:
    match expression:
        case Symbol(name):
            index = place[name]
            return lambda values: values[index]
        case Sure(name):
            index = place[name]
            return lambda values: _TRUE if values[index] == _TRUE else _FALSE
        case Complement(item):
            step = _compile(item, place)
            return lambda values: _TRUE - step(values)
        case Conjunction(items):
            return _least([_compile(item, place) for item in items])
        case Disjunction(items):
            return _largest([_compile(item, place) for item in items])


def _least(steps: list[_Step]) -> _Step:
    def least(values: list[int]) -> int:
        result = _TRUE
        for step in steps:
            value = step(values)
            if value < result:
                if value == _FALSE:
                    return _FALSE
                result = value
        return result

    return least


def _largest(steps: list[_Step]) -> _Step:
    def largest(values: list[int]) -> int:
        result = _FALSE
        for step in steps:
            value = step(values)
            if value > result:
                if value == _TRUE:
                    return _TRUE
                result = value
        return result

    return largest
