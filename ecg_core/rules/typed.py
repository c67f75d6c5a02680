"""Parts of an expression while it is read: what each is, and what is wrong with it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, cast

from ecg_core.rules import ast
from ecg_core.rules.syntax import TextError
from ecg_core.rules.unit_algebra import describe_unit
from ecg_core.vocabulary import MeasurementDef

if TYPE_CHECKING:
    from lark import Token, Tree


class PartError(TextError):
    """A fault that spoils one part of an expression; the parts beside it are still read."""


@dataclass(frozen=True, slots=True)
class Typed:
    """A node with what it is: a condition, a number with unit, a truth value measured, or a category measured."""

    node: Any
    kind: Literal["truth", "number", "flag", "category"]
    unit: str = ""
    definition: MeasurementDef | None = None


def subtrees(tree: Tree[Token]) -> list[Tree[Token]]:
    """Return the children that are not bare words."""
    return [cast("Tree[Token]", child) for child in tree.children if hasattr(child, "children")]


def offset_of(tree: Tree[Token]) -> int:
    """Return the place of the first character of a part in its text."""
    return int(tree.meta.start_pos)


def part_error(tree: Tree[Token], message: str, *, at: int | None = None) -> PartError:
    """Return the error for a part; its place is the part's own, or `at`."""
    return PartError(offset_of(tree) if at is None else at, message)


def is_zero(typed: Typed) -> bool:
    """Whether a part is a bare 0."""
    return isinstance(typed.node, ast.Number) and typed.node.value == 0 and not typed.unit


def with_zero(left: Typed, right: Typed) -> tuple[Typed, Typed]:
    """Give a bare 0 the unit of the other side: zero is the same in all of them."""
    if is_zero(left):
        return Typed(ast.Number(0.0, right.unit), "number", right.unit), right
    if is_zero(right):
        return left, Typed(ast.Number(0.0, left.unit), "number", left.unit)
    return left, right


def both_units(left: Typed, right: Typed) -> str:
    """Write the units of two parts that do not fit."""
    words = f"{describe_unit(left.unit)} with {describe_unit(right.unit)}"
    bare = [typed.node for typed in (left, right) if isinstance(typed.node, ast.Number) and not typed.unit]
    return f"{words}: write the unit of {bare[0].value:g}" if bare else words
