"""From text to a syntax tree: the grammar, its limits, and errors in plain words."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Literal

from ecg_core.errors import nearest
from ecg_core.rules.units import UNITS

if TYPE_CHECKING:
    from lark import Lark, Token, Tree

MAX_TEXT = 2000
"""Longest expression or formula, in characters (engineering limit)."""

MAX_DEPTH = 32
"""Deepest nesting of operators (engineering limit; keeps every walk of the tree far from Python's recursion limit)."""

MAX_NODES = 500
"""Most operators, names and numbers in one text (engineering limit)."""

RESERVED = frozenset(
    {"and", "or", "not", "any", "all", "at_least", "contiguous", "known", "min", "max", "abs", "if", "score"}
    | {"true", "false", "fired", "final", "any_finding"}
)
"""Words of the two languages, which may not name a threshold or a criterion."""

Start = Literal["expression", "formula"]


class TextError(Exception):
    """What is wrong with a text, and at which character of it."""

    def __init__(self, offset: int, message: str) -> None:
        super().__init__(message)
        self.offset, self.message = offset, message


def parse_syntax(text: str, start: Start) -> Tree[Token]:
    """Parse `text` without looking at what the names mean.

    Raises:
        TextError: if it is too long or does not follow the grammar.
    """
    from lark import exceptions

    if len(text) > MAX_TEXT:
        raise TextError(0, f"longer than {MAX_TEXT} characters: split it into several criteria")
    try:
        return _parser().parse(text, start=start)
    except exceptions.UnexpectedCharacters as error:
        offset = error.pos_in_stream or 0
        raise TextError(offset, _stray(text, offset)) from None
    except exceptions.UnexpectedToken as error:
        raise TextError(*_unexpected(text, error)) from None


@cache
def _parser() -> Lark:
    # Imported here: a recording can be measured and reported without ever parsing a rule.
    from lark import Lark

    grammar = files(__package__).joinpath("grammar.lark").read_text(encoding="utf-8")
    starts = ["expression", "formula"]
    return Lark(grammar, parser="lalr", start=starts, maybe_placeholders=False, propagate_positions=True)


def _stray(text: str, offset: int) -> str:
    if text[offset] == "=":
        return "'=' is not an operator here: write '=='"
    if text[offset] in "&|!":
        return f"{text[offset]!r} is not an operator here: write 'and', 'or', 'not'"
    return f"{text[offset]!r} is not allowed here"


def _unexpected(text: str, error: object) -> tuple[int, str]:
    token: Token = error.token  # type: ignore[attr-defined]
    if token.type == "$END":
        return len(text), "ends too early: something is missing"
    offset = token.start_pos or 0
    before = text[:offset].rstrip()
    if token.type == "NAME" and before[-1:].isdigit():
        near = nearest(str(token), [unit for unit in UNITS if unit])
        return offset, f"unknown unit {str(token)!r}" + (f"; did you mean {near!r}?" if near else "")
    if token[:1].isdigit() and before == text[:offset] and before[-1:] == "0":
        return offset, "a number has no leading zero"
    if token.type == "COMPARE":
        return offset, f"unexpected {str(token)!r}: a comparison stands between two numbers"
    return offset, f"unexpected {str(token)!r}"
