"""What a formula means: criteria and statements joined by and, or, not."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from ecg_core.errors import nearest
from ecg_core.findings import SEVERITIES, URGENCIES
from ecg_core.rules.formula import AllOf, AnyFinding, AnyOf, CriterionRef, FindingRef, Fired, Formula, Negation
from ecg_core.rules.syntax import MAX_DEPTH, MAX_NODES, TextError, parse_syntax
from ecg_core.vocabulary import statements

if TYPE_CHECKING:
    from lark import Token, Tree


@dataclass(frozen=True, slots=True)
class ParsedFormula:
    """A parsed formula.

    Attributes:
        body: the formula.
        criteria: names of the criteria in it.
        statements: ``(code, offset)`` of every statement named in it.
    """

    body: Formula
    criteria: frozenset[str]
    statements: tuple[tuple[str, int], ...]


def parse_formula(
    text: str, criteria: Collection[str], *, overall: bool
) -> tuple[ParsedFormula | None, list[TextError]]:
    """Parse a formula.

    Args:
        text: the formula.
        criteria: names of the rule's criteria.
        overall: whether the rule is of the group "overall", which may look at final findings.

    Returns:
        The formula and no faults, or None and the faults with their places in the text.
    """
    reader = _Reader(criteria, overall)
    try:
        body = reader.visit(cast("Tree[Token]", parse_syntax(text, "formula").children[0]))
    except TextError as fault:
        reader.faults.append(fault)
        body = None
    if body is None or reader.faults:
        return None, reader.faults
    return ParsedFormula(body, frozenset(reader.used), tuple(reader.statements)), []


class _PartError(TextError):
    """A fault that spoils one part of a formula; the parts beside it are still read."""


class _Reader:
    def __init__(self, criteria: Collection[str], overall: bool) -> None:
        self.faults: list[TextError] = []
        self.used: set[str] = set()
        self.statements: list[tuple[str, int]] = []
        self._criteria = criteria
        self._overall = overall
        self._depth = 0
        self._nodes = 0

    def visit(self, tree: Tree[Token]) -> Formula | None:
        self._depth += 1
        self._nodes += 1
        if self._depth > MAX_DEPTH:
            raise TextError(_offset(tree), f"nested more than {MAX_DEPTH} deep")
        if self._nodes > MAX_NODES:
            raise TextError(_offset(tree), f"more than {MAX_NODES} operators and names")
        formula: Formula | None = None
        try:
            formula = self._formula(tree)
        except _PartError as error:
            self.faults.append(error)
        self._depth -= 1
        return formula

    def _formula(self, tree: Tree[Token]) -> Formula | None:
        match str(tree.data):
            case "all_of":
                return self._junction(tree, AllOf)
            case "any_of":
                return self._junction(tree, AnyOf)
            case "negation":
                item = self.visit(cast("Tree[Token]", tree.children[0]))
                return None if item is None else Negation(item)
            case "always":
                return AllOf(())
            case "fired":
                found = self._statement(tree)
                return None if found is None else Fired(FindingRef(found))
            case "final":
                found = self._statement(tree)
                if not self._overall:
                    raise _PartError(_offset(tree), "final() is for rules of the group overall: use unless or fired()")
                return None if found is None else FindingRef(found, "final")
            case "any_finding":
                return self._any_finding(tree)
            case _:
                return self._reference(tree)

    def _junction(self, tree: Tree[Token], kind: type[AllOf] | type[AnyOf]) -> Formula | None:
        items = [self.visit(cast("Tree[Token]", child)) for child in tree.children]
        return None if None in items else kind(cast("tuple[Formula, ...]", tuple(items)))

    def _reference(self, tree: Tree[Token]) -> Formula | None:
        name = str(tree.children[0])
        if name.isupper():
            found = self._statement(tree)
            return None if found is None else FindingRef(found)
        if name not in self._criteria:
            near = nearest(name, self._criteria)
            hint = f"; did you mean {near!r}?" if near else ""
            raise _PartError(_offset(tree), f"{name!r} is no criterion of this rule{hint}")
        self.used.add(name)
        return CriterionRef(name)

    def _statement(self, tree: Tree[Token]) -> str | None:
        token = cast("Token", tree.children[0])
        code = str(token)
        if code not in statements():
            near = nearest(code, statements())
            hint = f"; did you mean {near!r}?" if near else ""
            self.faults.append(TextError(token.start_pos or 0, f"unknown statement {code!r}{hint}"))
            return None
        self.statements.append((code, token.start_pos or 0))
        return code

    def _any_finding(self, tree: Tree[Token]) -> Formula | None:
        field, op, level = (str(token) for token in tree.children)
        scale: Any = {"severity": SEVERITIES, "urgency": URGENCIES}.get(field)
        if not self._overall:
            raise _PartError(_offset(tree), "any_finding() is for rules of the group overall")
        if scale is None or op != ">=" or level not in scale:
            listed = f"severity >= {'|'.join(SEVERITIES)} or urgency >= {'|'.join(URGENCIES)}"
            raise _PartError(_offset(tree), f"any_finding() takes {listed}")
        return AnyFinding(severity=level) if field == "severity" else AnyFinding(urgency=level)  # type: ignore[arg-type]


def _offset(tree: Tree[Token]) -> int:
    return int(tree.meta.start_pos)
