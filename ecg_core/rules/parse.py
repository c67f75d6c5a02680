"""What an expression means: names, leads, units and types checked, the frozen tree built."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, cast

from ecg_core.errors import UnknownNameError, nearest
from ecg_core.rules import ast
from ecg_core.rules.lead_sets import no_lead, read_leads
from ecg_core.rules.leads import lead_windows
from ecg_core.rules.protocol import Threshold
from ecg_core.rules.syntax import MAX_DEPTH, MAX_NODES, TextError, parse_syntax
from ecg_core.rules.typed import PartError, Typed, both_units, is_zero, offset_of, part_error, subtrees, with_zero
from ecg_core.rules.unit_algebra import combined_unit, describe_unit
from ecg_core.rules.units import canonical_unit, to_canonical
from ecg_core.vocabulary import LEADS, MeasurementDef, measurement, measurements

if TYPE_CHECKING:
    from lark import Token, Tree


@dataclass(frozen=True, slots=True)
class WrittenNumber:
    """A number written in an expression rather than in a threshold file."""

    value: float
    unit: str
    offset: int


@dataclass(frozen=True, slots=True)
class Expression:
    """A parsed expression.

    Attributes:
        body: the condition.
        literals: numbers written in it, in order; counts of `at_least` left out.
        measured: names of the measurements in it.
        thresholds: ids of the thresholds in it.
    """

    body: ast.Boolean
    literals: tuple[WrittenNumber, ...]
    measured: frozenset[str]
    thresholds: frozenset[str]


def parse_expression(
    text: str, thresholds: Mapping[str, Threshold | None]
) -> tuple[Expression | None, list[TextError]]:
    """Parse the condition of a criterion.

    Args:
        text: the expression.
        thresholds: the thresholds it may name; None for one that has a fault of its own.

    Returns:
        The expression and no faults, or None and every fault that can be told apart, with its place in the text.
    """
    reader = _Reader(thresholds)
    try:
        body = reader.truth(cast("Tree[Token]", parse_syntax(text, "expression").children[0]))
    except TextError as fault:
        reader.faults.append(fault)
        body = None
    if body is not None and not reader.measured:
        reader.faults.append(TextError(0, "no measurement here: this is always true or always false"))
    if body is None or reader.faults:
        return None, reader.faults
    return Expression(body, tuple(reader.literals), frozenset(reader.measured), frozenset(reader.named)), []


class _Reader:
    """Walks one syntax tree. A part with a fault is None, so that its neighbours are still checked."""

    def __init__(self, thresholds: Mapping[str, Threshold | None]) -> None:
        self.faults: list[TextError] = []
        self.literals: list[WrittenNumber] = []
        self.measured: set[str] = set()
        self.named: set[str] = set()
        self._thresholds = thresholds
        self._depth = 0
        self._nodes = 0
        # For each quantifier around the current place: whether a measurement of its lead has been seen.
        self._bound: list[bool] = []

    def truth(self, tree: Tree[Token]) -> ast.Boolean | None:
        """Read a condition; a measured truth value stands for itself."""
        typed = self._visit(tree)
        if typed is None:
            return None
        if typed.kind == "flag":
            return ast.Compare("==", typed.node, ast.Number(1.0, ""))
        if typed.kind == "truth":
            return cast("ast.Boolean", typed.node)
        what = "a category: compare it with ==" if typed.kind == "category" else "a number: compare it with something"
        self._fault(tree, f"this is {what}")
        return None

    def _number(self, tree: Tree[Token]) -> Typed | None:
        typed = self._visit(tree)
        return self._checked_number(tree, typed)

    def _checked_number(self, tree: Tree[Token], typed: Typed | None) -> Typed | None:
        if typed is None or typed.kind == "number":
            return typed
        if typed.kind == "flag":
            name = typed.node.name
            self._fault(tree, f"{name} is true or false: write '{name}' or 'not {name}' on its own")
            return None
        self._fault(tree, f"this is a {'category' if typed.kind == 'category' else 'condition'}, not a number")
        return None

    def _visit(self, tree: Tree[Token]) -> Typed | None:
        self._depth += 1
        self._nodes += 1
        if self._depth > MAX_DEPTH:
            raise TextError(offset_of(tree), f"nested more than {MAX_DEPTH} deep")
        if self._nodes > MAX_NODES:
            raise TextError(offset_of(tree), f"more than {MAX_NODES} operators, names and numbers")
        typed: Typed | None = None
        try:
            typed = getattr(self, f"_{tree.data}")(tree)
        except PartError as error:
            self.faults.append(error)
        self._depth -= 1
        return typed

    # ---- conditions

    def _any_of(self, tree: Tree[Token]) -> Typed | None:
        return self._junction(tree, ast.Or)

    def _all_of(self, tree: Tree[Token]) -> Typed | None:
        return self._junction(tree, ast.And)

    def _junction(self, tree: Tree[Token], kind: type[ast.And] | type[ast.Or]) -> Typed | None:
        items = [self.truth(child) for child in subtrees(tree)]
        return None if None in items else Typed(kind(cast("tuple[ast.Boolean, ...]", tuple(items))), "truth")

    def _negation(self, tree: Tree[Token]) -> Typed | None:
        item = self.truth(subtrees(tree)[0])
        return None if item is None else Typed(ast.Not(item), "truth")

    def _known(self, tree: Tree[Token]) -> Typed | None:
        item = self._visit(subtrees(tree)[0])
        if item is None:
            return None
        if not isinstance(item.node, ast.Measured):
            raise part_error(tree, "known() asks for a measurement")
        return Typed(ast.Known(item.node), "truth")

    def _comparison(self, tree: Tree[Token]) -> Typed | None:
        sides, ops = tree.children[::2], tree.children[1::2]
        left = self._visit(cast("Tree[Token]", sides[0]))
        if left is not None and left.kind == "category":
            return self._category(tree, left)
        left = self._checked_number(cast("Tree[Token]", sides[0]), left)
        links: list[ast.Boolean | None] = []
        for op, side in zip(ops, sides[1:], strict=True):
            right = self._number(cast("Tree[Token]", side))
            links.append(None if left is None or right is None else self._compare(tree, str(op), left, right))
            left = right
        if None in links:
            return None
        complete = cast("tuple[ast.Boolean, ...]", tuple(links))
        return Typed(complete[0] if len(complete) == 1 else ast.And(complete), "truth")

    def _compare(self, tree: Tree[Token], op: str, left: Typed, right: Typed) -> ast.Boolean | None:
        left, right = with_zero(left, right)
        if left.unit != right.unit:
            self._fault(tree, f"cannot compare {both_units(left, right)}")
            return None
        return ast.Compare(cast("ast.CompareOp", op), left.node, right.node)

    def _category(self, tree: Tree[Token], left: Typed) -> Typed | None:
        definition = cast("MeasurementDef", left.definition)
        listed = ", ".join(definition.categories)
        if len(tree.children) != 3 or str(tree.children[1]) not in ("==", "!="):
            raise part_error(tree, f"{definition.name} is a category: compare it by == or != with one of {listed}")
        right = cast("Tree[Token]", tree.children[2])
        name = str(right.children[0]) if right.data == "global_name" else ""
        if name not in definition.categories:
            near = nearest(name, definition.categories)
            hint = f"did you mean {near!r}?" if near else f"it is one of {listed}"
            raise part_error(right, f"{name or 'this'} is no value of {definition.name}: {hint}")
        category = ast.Category(name, definition.categories.index(name))
        return Typed(ast.Compare(cast("ast.CompareOp", str(tree.children[1])), left.node, category), "truth")

    # ---- leads

    def _any_lead(self, tree: Tree[Token]) -> Typed | None:
        return self._quantified(tree, 1, _singles(self._leads(tree)))

    def _all_leads(self, tree: Tree[Token]) -> Typed | None:
        leads = self._leads(tree)
        return self._quantified(tree, len(leads or ()), _singles(leads))

    def _at_least(self, tree: Tree[Token]) -> Typed | None:
        leads = self._leads(tree)
        count = self._count(tree)
        if count and leads and count > len(leads):
            self._fault(tree, f"at least {count} of {len(leads)} leads can never hold")
            count = None
        return self._quantified(tree, count, _singles(leads))

    def _at_least_contiguous(self, tree: Tree[Token]) -> Typed | None:
        leads = self._leads(tree)
        count = self._count(tree)
        if count == 1:
            self._fault(tree, "one lead has no neighbour: write any(...) or a number from 2")
            count = None
        windows = None if leads is None or count is None else lead_windows(leads, count)
        if windows == ():
            self._fault(tree, f"no {count} of these leads are neighbours (aVL I aVR II aVF III, or V1 to V6)")
            windows = None
        return self._quantified(tree, 1, windows)

    def _count(self, tree: Tree[Token]) -> int | None:
        token = cast("Token", tree.children[0])
        if not token.isdigit() or int(token) < 1:
            self._fault(tree, f"{token} is not a number of leads", at=token.start_pos)
            return None
        return int(token)

    def _leads(self, tree: Tree[Token]) -> tuple[str, ...] | None:
        leads, faults = read_leads(subtrees(tree)[0])
        self.faults += faults
        return leads

    def _quantified(
        self, tree: Tree[Token], count: int | None, groups: tuple[tuple[str, ...], ...] | None
    ) -> Typed | None:
        self._bound.append(False)
        body_tree = subtrees(tree)[-1]
        body = self.truth(body_tree)
        if not self._bound.pop() and body is not None:
            raise part_error(body_tree, "no measurement here depends on the lead")
        if count is None or groups is None or body is None:
            return None
        return Typed(ast.AtLeast(count, groups, body), "truth")

    # ---- numbers

    def _quantity(self, tree: Tree[Token]) -> Typed:
        text = str(tree.children[0])
        end = next(i for i, char in enumerate(text) if char not in "0123456789.")
        value, unit = float(text[:end]), text[end:].strip()
        self.literals.append(WrittenNumber(value, unit, offset_of(tree)))
        canonical = canonical_unit(unit)
        return Typed(ast.Number(to_canonical(value, unit), canonical), "number", canonical)

    def _literal(self, tree: Tree[Token]) -> Typed:
        value = float(str(tree.children[0]))
        self.literals.append(WrittenNumber(value, "", offset_of(tree)))
        return Typed(ast.Number(value, ""), "number")

    def _negative(self, tree: Tree[Token]) -> Typed | None:
        item = self._number(subtrees(tree)[0])
        if item is None:
            return None
        if isinstance(item.node, ast.Number):
            return Typed(ast.Number(-item.node.value, item.unit), "number", item.unit)
        return Typed(ast.Arithmetic("-", ast.Number(0.0, item.unit), item.node), "number", item.unit)

    def _arithmetic(self, tree: Tree[Token]) -> Typed | None:
        op = cast("Literal['+', '-', '*', '/']", str(tree.children[1]))
        left, right = (self._number(child) for child in subtrees(tree))
        if left is None or right is None:
            return None
        if op in "+-":
            left, right = with_zero(left, right)
        unit = combined_unit(op, left.unit, right.unit)
        if unit is None:
            raise part_error(tree, f"'{op}' cannot join {both_units(left, right)}")
        return Typed(ast.Arithmetic(op, left.node, right.node), "number", unit)

    def _smallest(self, tree: Tree[Token]) -> Typed | None:
        return self._extreme(tree, "min")

    def _largest(self, tree: Tree[Token]) -> Typed | None:
        return self._extreme(tree, "max")

    def _extreme(self, tree: Tree[Token], op: Literal["min", "max"]) -> Typed | None:
        read = [self._number(child) for child in subtrees(tree)]
        items = [item for item in read if item is not None]
        if len(items) != len(read):
            return None
        units = {item.unit for item in items if not is_zero(item)} or {""}
        if len(units) > 1:
            raise part_error(tree, f"cannot mix {' and '.join(sorted(map(describe_unit, units)))} in {op}()")
        unit = units.pop()
        nodes = tuple(ast.Number(0.0, unit) if is_zero(item) else item.node for item in items)
        return Typed(ast.Extreme(op, nodes), "number", unit)

    def _absolute(self, tree: Tree[Token]) -> Typed | None:
        item = self._number(subtrees(tree)[0])
        return None if item is None else Typed(ast.Absolute(item.node), "number", item.unit)

    def _choice(self, tree: Tree[Token]) -> Typed | None:
        condition_tree, then_tree, otherwise_tree = subtrees(tree)
        condition = self.truth(condition_tree)
        then, otherwise = self._number(then_tree), self._number(otherwise_tree)
        if condition is None or then is None or otherwise is None:
            return None
        then, otherwise = with_zero(then, otherwise)
        if then.unit != otherwise.unit:
            raise part_error(tree, f"cannot choose between {both_units(then, otherwise)}")
        return Typed(ast.Choice(condition, then.node, otherwise.node), "number", then.unit)

    def _score(self, tree: Tree[Token]) -> Typed | None:
        items: list[tuple[ast.Boolean, float]] = []
        ok = True
        for part in subtrees(tree):
            condition_tree, points_tree = subtrees(part)
            condition, points = self.truth(condition_tree), self._points(points_tree)
            if condition is None or points is None:
                ok = False
            else:
                items.append((condition, points))
        return Typed(ast.Score(tuple(items)), "number") if ok else None

    def _points(self, tree: Tree[Token]) -> float | None:
        typed = self._number(tree)
        if typed is None:
            return None
        body = typed.node.body if isinstance(typed.node, ast.Named) else typed.node
        if typed.unit or not isinstance(body, ast.Number):
            self._fault(tree, "points are a plain number, or a threshold that is one")
            return None
        return body.value

    # ---- names

    def _global_name(self, tree: Tree[Token]) -> Typed | None:
        name = str(tree.children[0])
        if name in self._thresholds:
            self.named.add(name)
            threshold = self._thresholds[name]
            if threshold is None:
                return None
            node = ast.Named(name, threshold.body, threshold.source)
            return Typed(node, "number", canonical_unit(threshold.unit))
        definition = self._definition(tree, name)
        if definition is None:
            return None
        if definition.scope != "lead":
            return self._measured(definition, None)
        if not self._bound:
            raise part_error(
                tree, f"{definition.name} is measured per lead: write {name}[V2], or put it into any(...), all(...)"
            )
        self._bound[-1] = True
        return self._measured(definition, ast.ANY_LEAD)

    def _lead_name(self, tree: Tree[Token]) -> Typed | None:
        name, lead = (str(token) for token in tree.children)
        definition = self._definition(tree, name)
        if lead not in LEADS:
            raise part_error(tree, no_lead(lead, is_group=False), at=cast("Token", tree.children[1]).start_pos)
        if definition is None:
            return None
        if definition.scope != "lead":
            raise part_error(tree, f"{definition.name} is not measured per lead: leave [{lead}] out")
        return self._measured(definition, lead)

    def _definition(self, tree: Tree[Token], name: str) -> MeasurementDef | None:
        try:
            definition = measurement(name)
        except UnknownNameError:
            near = nearest(name, [*measurements(), *self._thresholds])
            self._fault(
                tree,
                f"{name!r} is neither a measurement nor a threshold" + (f"; did you mean {near!r}?" if near else ""),
            )
            return None
        if definition.kind in ("text", "series"):
            self._fault(tree, f"{definition.name} is a {definition.kind}: rules cannot use it")
            return None
        return definition

    def _measured(self, definition: MeasurementDef, lead: str | None) -> Typed:
        self.measured.add(definition.name)
        node = ast.Measured(definition.name, lead)
        if definition.kind == "bool":
            return Typed(node, "flag")
        if definition.kind == "category":
            return Typed(node, "category", definition=definition)
        return Typed(node, "number", canonical_unit(definition.unit))

    def _fault(self, tree: Tree[Token], message: str, *, at: int | None = None) -> None:
        self.faults.append(TextError(offset_of(tree) if at is None else at, message))


def _singles(leads: tuple[str, ...] | None) -> tuple[tuple[str, ...], ...] | None:
    return None if leads is None else tuple((lead,) for lead in leads)
