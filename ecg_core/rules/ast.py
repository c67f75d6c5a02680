"""What a criterion is once parsed: a small closed tree of frozen nodes.

Every back end reads this tree; adding a node means a clause in each of them, on purpose. Numbers are in the canonical
units of `ecg_core.rules.units` (ms, uV, ...), so that arithmetic is exact and every back end gives the same bits.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ecg_core.findings import Citation

ANY_LEAD = "*"
"""Lead of a `Measured` node that is bound by the `AtLeast` around it."""

CompareOp = Literal["<", "<=", ">", ">=", "==", "!="]


@dataclass(frozen=True, slots=True)
class Number:
    """A literal, in canonical units."""

    value: float
    unit: str


@dataclass(frozen=True, slots=True)
class Category:
    """A value of a category; `code` is its place in the vocabulary's list."""

    name: str
    code: int


@dataclass(frozen=True, slots=True)
class Measured:
    """A measurement: global (`lead` None), of one lead, or of the bound lead (`lead` is `ANY_LEAD`)."""

    name: str
    lead: str | None


@dataclass(frozen=True, slots=True)
class Named:
    """A threshold from a cited file: a number, or a table by sex and age (nested `Choice`)."""

    id: str
    body: Numeric
    source: Citation


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """Sum, difference, product or quotient of two numbers."""

    op: Literal["+", "-", "*", "/"]
    left: Numeric
    right: Numeric


@dataclass(frozen=True, slots=True)
class Extreme:
    """Smallest or largest of several numbers; unknown if any of them is."""

    op: Literal["min", "max"]
    items: tuple[Numeric, ...]


@dataclass(frozen=True, slots=True)
class Absolute:
    """Absolute value."""

    item: Numeric


@dataclass(frozen=True, slots=True)
class Choice:
    """One of two numbers; if the condition is unknown, the interval that holds both."""

    condition: Boolean
    then: Numeric
    otherwise: Numeric


@dataclass(frozen=True, slots=True)
class Score:
    """Sum of points for conditions; an unknown condition widens it to an interval."""

    items: tuple[tuple[Boolean, float], ...]


@dataclass(frozen=True, slots=True)
class Compare:
    """A comparison: the leaf that becomes `Evidence`."""

    op: CompareOp
    left: Numeric | Category
    right: Numeric | Category


@dataclass(frozen=True, slots=True)
class Known:
    """Whether a measurement has a value; never unknown itself."""

    item: Measured


@dataclass(frozen=True, slots=True)
class And:
    """Kleene conjunction."""

    items: tuple[Boolean, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """Kleene disjunction."""

    items: tuple[Boolean, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """Kleene negation."""

    item: Boolean


@dataclass(frozen=True, slots=True)
class AtLeast:
    """At least `count` of the groups satisfy the body in all their leads.

    Single leads are groups of one. ``at_least(2, contiguous(inferior): x)`` becomes ``AtLeast(1, pairs, x)``.
    """

    count: int
    groups: tuple[tuple[str, ...], ...]
    body: Boolean


Numeric = Number | Measured | Named | Arithmetic | Extreme | Absolute | Choice | Score
Boolean = Compare | Known | And | Or | Not | AtLeast
Node = Numeric | Boolean | Category
