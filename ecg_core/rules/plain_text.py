"""Parts of a pack as plain text: formulas as they are written, thresholds with their units."""

from __future__ import annotations

from ecg_core.rules.ast import Category, Choice, Compare, Measured, Named, Number, Numeric
from ecg_core.rules.backends.text import to_text
from ecg_core.rules.formula import (
    AllOf,
    AnyFinding,
    AnyOf,
    CriterionRef,
    FindingRef,
    Fired,
    Formula,
    Negation,
)
from ecg_core.rules.protocol import Rule, Threshold
from ecg_core.rules.units import from_canonical
from ecg_core.rules.walk import walk
from ecg_core.wording import quantity


def formula_text(formula: Formula) -> str:
    """Write a formula in the language of ``when``."""
    match formula:
        case CriterionRef(name):
            return name
        case FindingRef(code, stage):
            return code if stage == "raw" else f"final({code})"
        case Fired(item):
            return f"fired({formula_text(item)})"
        case AnyFinding(severity, urgency):
            return f"any_finding(severity >= {severity})" if severity else f"any_finding(urgency >= {urgency})"
        case Negation(item):
            return f"not {_operand(item)}"
        case AllOf(()):
            return "true"
        case AnyOf(()):
            return "false"
        case AllOf(items):
            return " and ".join(map(_operand, items))
        case AnyOf(items):
            return " or ".join(map(_operand, items))


def _operand(formula: Formula) -> str:
    text = formula_text(formula)
    return f"({text})" if isinstance(formula, AllOf | AnyOf) and len(formula.items) > 1 else text


def value_text(threshold: Threshold) -> str:
    """Write the value of a threshold: ``200 ms``, or ``male 450 ms, else 460 ms`` for a table."""
    return _value_text(threshold.body, threshold.unit)


def thresholds_of(rule: Rule) -> frozenset[str]:
    """Return the ids of the thresholds that a rule's criteria name."""
    nodes = (node for criterion in rule.criteria.values() for node in walk(criterion.body))
    return frozenset(node.id for node in nodes if isinstance(node, Named))


def _value_text(body: Numeric, unit: str) -> str:
    match body:
        case Number(value):
            return quantity(from_canonical(value, unit), unit)
        case Choice(condition, then, otherwise):
            match condition:
                case Compare("==", Measured(), Category(name)):
                    who = name
                case _:
                    who = to_text(condition)
            return f"{who} {_value_text(then, unit)}, else {_value_text(otherwise, unit)}"
        case _:
            return to_text(body)
