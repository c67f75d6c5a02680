"""Words of an expression: the text that parses to it again."""

from __future__ import annotations

from decimal import Decimal

from ecg_core.rules.ast import (
    ANY_LEAD,
    Absolute,
    And,
    Arithmetic,
    AtLeast,
    Category,
    Choice,
    Compare,
    Extreme,
    Known,
    Measured,
    Named,
    Node,
    Not,
    Number,
    Or,
    Score,
)
from ecg_core.rules.leads import lead_windows
from ecg_core.vocabulary import LEAD_GROUPS, measurement

_OR, _AND, _NOT, _COMPARE, _SUM, _PRODUCT, _SIGN, _ATOM = range(8)


def to_text(node: Node, *, lead: str | None = None) -> str:
    """Write a node as an expression; for whatever the parser makes, ``parse(to_text(x)) == x``.

    Numbers are in canonical units (``100 uV``), thresholds go by their ids.

    Args:
        node: the expression.
        lead: written for the lead of the quantifier around the node, if there is one.
    """
    return _write(node, _OR, lead)


def number_text(value: float) -> str:
    """Write a number as a plain decimal, exactly."""
    text = format(Decimal(repr(float(value))), "f")
    return text.removesuffix(".0")


def _write(node: Node, level: int, lead: str | None) -> str:
    """Write a node for a place that binds at least as tightly as `level`."""
    text, own = _render(node, lead)
    return f"({text})" if own < level else text


def _render(node: Node, lead: str | None) -> tuple[str, int]:
    match node:
        case Or(items):
            return " or ".join(_write(item, _AND, lead) for item in items), _OR
        case And(items):
            return " and ".join(_write(item, _NOT, lead) for item in items), _AND
        case Not(item):
            return f"not {_write(item, _NOT, lead)}", _NOT
        case Compare("==", Measured(name) as measured, Number(1.0)) if measurement(name).kind == "bool":
            return _write(measured, _ATOM, lead), _ATOM
        case Compare(op, left, right):
            return f"{_write(left, _SUM, lead)} {op} {_write(right, _SUM, lead)}", _COMPARE
        case AtLeast(count, groups, body):
            return _quantifier(count, groups, _write(body, _OR, None)), _ATOM
        case Known(item):
            return f"known({_write(item, _ATOM, lead)})", _ATOM
        case Measured(name, own):
            shown = lead if own == ANY_LEAD else own
            return (f"{name}[{shown}]" if shown else name), _ATOM
        case Named(name):
            return name, _ATOM
        case Category(name):
            return name, _ATOM
        case Number(value, unit):
            return f"{number_text(value)} {unit}".strip(), _SIGN if value < 0 else _ATOM
        case Arithmetic(op, left, right):
            level = _SUM if op in "+-" else _PRODUCT
            return f"{_write(left, level, lead)} {op} {_write(right, level + 1, lead)}", level
        case Extreme(op, items):
            return f"{op}({', '.join(_write(item, _SUM, lead) for item in items)})", _ATOM
        case Absolute(item):
            return f"abs({_write(item, _SUM, lead)})", _ATOM
        case Choice(condition, then, otherwise):
            parts = (_write(condition, _OR, lead), _write(then, _SUM, lead), _write(otherwise, _SUM, lead))
            return f"if({', '.join(parts)})", _ATOM
        case Score(items):
            terms = (f"{_write(condition, _OR, lead)}: {number_text(points)}" for condition, points in items)
            return f"score({', '.join(terms)})", _ATOM


def _quantifier(count: int, groups: tuple[tuple[str, ...], ...], body: str) -> str:
    """Write any, all or at_least.

    Groups that no expression can name are joined by ``&``, which the parser refuses.
    """
    if all(len(group) == 1 for group in groups):
        leads = tuple(group[0] for group in groups)
        named = next((name for name, members in LEAD_GROUPS.items() if members == leads), f"[{', '.join(leads)}]")
        if count == 1:
            return f"any({named}: {body})"
        return f"all({named}: {body})" if count == len(groups) else f"at_least({count}, {named}: {body})"
    size = len(groups[0])
    union = {lead for group in groups for lead in group}
    if count == 1 and lead_windows(union, size) == groups:
        listed = f"[{', '.join(dict.fromkeys(lead for group in groups for lead in group))}]"
        named = next((name for name, members in LEAD_GROUPS.items() if union == set(members)), listed)
        return f"at_least({size}, contiguous({named}): {body})"
    joined = ", ".join(" & ".join(group) for group in groups)
    return f"at_least({count}, [{joined}]: {body})"
