"""Walk through an expression."""

from __future__ import annotations

from collections.abc import Iterator

from ecg_core.rules.ast import (
    Absolute,
    And,
    Arithmetic,
    AtLeast,
    Choice,
    Compare,
    Extreme,
    Named,
    Node,
    Not,
    Or,
    Score,
)


def walk(node: Node) -> Iterator[Node]:
    """Yield a node and all nodes below it, in reading order.

    The insides of thresholds come too; those of `known(...)` do not, because it says nothing of the value.
    """
    yield node
    for child in _parts(node):
        yield from walk(child)


def _parts(node: Node) -> tuple[Node, ...]:
    match node:
        case And(items) | Or(items) | Extreme(_, items):
            return items
        case Not(item) | Absolute(item):
            return (item,)
        case Compare(_, left, right) | Arithmetic(_, left, right):
            return (left, right)
        case Choice(condition, then, otherwise):
            return (condition, then, otherwise)
        case Score(items):
            return tuple(condition for condition, _ in items)
        case Named(_, body, _) | AtLeast(_, _, body):
            return (body,)
        case _:
            return ()
