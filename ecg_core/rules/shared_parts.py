"""Equations in which parts that several of them have in common are worked out once.

Dozens of statements are silenced by the same few others, so their equations hold the same long conjunctions. Each
conjunction's literals are put in one order, the commonest first, and beginnings that enough conjunctions have in common
become symbols of their own. That is exact in Kleene logic, where conjunction is a minimum; a disjunction counts as the
conjunction of what it denies.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from ecg_core.rules.network import Complement, Conjunction, Disjunction, Equation, Expression, Sure, Symbol

Literal = Symbol | Sure | Complement
"""A symbol, sure or not, or the complement of one: all that is left of complements in a flat expression."""


def share_parts(equations: Iterable[Equation]) -> tuple[Equation, ...]:
    """Give common parts of equations symbols of their own, named ``part:0`` and so on.

    Args:
        equations: in an order in which each uses only what stands before it.

    Returns:
        The equations with nested conjunctions and disjunctions flattened and complements moved to the symbols, each
        part before the first equation that uses it.
    """
    flat = [Equation(equation.symbol, _flat(equation.body)) for equation in equations]
    sharer = _Sharer([literals for equation in flat for literals in _conjunctions(equation.body)])
    return tuple(rewritten for equation in flat for rewritten in sharer.rewritten(equation))


@dataclass(slots=True, eq=False)
class _Beginning:
    """The literals that lead here from the root, in rank order.

    Attributes:
        longer: the beginnings with one literal more, by that literal.
        ends: number of conjunctions that have no more literals than these.
        shared: whether it deserves a symbol.
        symbol: its symbol, from its first use on.
    """

    longer: dict[Literal, _Beginning] = field(default_factory=dict)
    ends: int = 0
    shared: bool = False
    symbol: str | None = None


class _Sharer:
    def __init__(self, conjunctions: list[tuple[Literal, ...]]) -> None:
        frequency = Counter(literal for literals in conjunctions for literal in literals)
        # Equally frequent ones stand in the order of their first use: the result does not depend on hashes.
        self._rank = {literal: place for place, (literal, _) in enumerate(frequency.most_common())}
        self._root = _Beginning()
        self._symbols = 0
        for literals in conjunctions:
            place = self._root
            for literal in self._ranked(literals):
                place = place.longer.setdefault(literal, _Beginning())
            place.ends += 1
        _choose(self._root)

    def rewritten(self, equation: Equation) -> list[Equation]:
        """Return an equation with shared parts replaced, after the parts that nothing before it has used."""
        parts: list[Equation] = []
        body = self._replaced(equation.body, parts)
        return [*parts, Equation(equation.symbol, body)]

    def _replaced(self, expression: Expression, parts: list[Equation]) -> Expression:
        if not isinstance(expression, Conjunction | Disjunction):
            return expression
        items: list[Expression] = [
            self._replaced(item, parts) for item in expression.items if not isinstance(item, Literal)
        ]
        literals = self._shortened(_conjoined(expression), parts)
        if isinstance(expression, Conjunction):
            return _whole(Conjunction((*literals, *items)))
        return _whole(Disjunction((*map(_denied, literals), *items)))

    def _shortened(self, literals: tuple[Literal, ...], parts: list[Equation]) -> list[Literal]:
        """Replace the longest shared beginning of a conjunction."""
        left: list[Literal] = []
        place = self._root
        for literal in self._ranked(literals):
            left.append(literal)
            place = place.longer[literal]
            if place.shared:
                if place.symbol is None:
                    place.symbol = f"part:{self._symbols}"
                    self._symbols += 1
                    parts.append(Equation(place.symbol, Conjunction(tuple(left))))
                left = [Symbol(place.symbol)]
        return left

    def _ranked(self, literals: tuple[Literal, ...]) -> list[Literal]:
        return sorted(literals, key=self._rank.__getitem__)


def _choose(root: _Beginning) -> None:
    """Mark the beginnings whose own symbol saves more implications than it costs."""
    waiting = [(root, 0)]
    while waiting:
        place, length = waiting.pop()
        branches = len(place.longer) + place.ends
        # Each literal is an implication ("if it is false, so is the whole") in every branch. With a symbol they are
        # there once, beside one that makes the symbol true and, in every branch, one for the symbol being false.
        if branches * length > length + 1 + branches:
            place.shared = True
            length = 1
        waiting += [(longer, length + 1) for longer in place.longer.values()]


def _conjunctions(expression: Expression) -> Iterator[tuple[Literal, ...]]:
    if isinstance(expression, Conjunction | Disjunction):
        yield _conjoined(expression)
        for item in expression.items:
            yield from _conjunctions(item)


def _conjoined(node: Conjunction | Disjunction) -> tuple[Literal, ...]:
    """Return the literals of a conjunction, or those that a disjunction denies, once each."""
    literals = [item for item in node.items if isinstance(item, Literal)]
    return tuple(dict.fromkeys(literals if isinstance(node, Conjunction) else map(_denied, literals)))


def _denied(literal: Literal) -> Literal:
    # What stands in the complement of a flat expression is a symbol, sure or not.
    return literal.item if isinstance(literal, Complement) else Complement(literal)  # type: ignore[return-value]


def _flat(expression: Expression, *, denied: bool = False) -> Expression:
    """Move complements to the symbols and join nested nodes of one kind."""
    match expression:
        case Complement(item):
            return _flat(item, denied=not denied)
        case Conjunction(items) | Disjunction(items):
            kind = Conjunction if isinstance(expression, Conjunction) is not denied else Disjunction
            return _whole(kind(tuple(part for item in items for part in _joined(_flat(item, denied=denied), kind))))
    return Complement(expression) if denied else expression


def _joined(expression: Expression, kind: type[Conjunction | Disjunction]) -> tuple[Expression, ...]:
    return expression.items if isinstance(expression, kind) else (expression,)


def _whole(node: Conjunction | Disjunction) -> Expression:
    return node.items[0] if len(node.items) == 1 else node
