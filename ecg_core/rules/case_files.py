"""Read case files: recorded examples of a rule, with the verdict expected."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, cast, get_args

from ecg_core.errors import Fault, UnknownNameError, nearest
from ecg_core.measurements import Value
from ecg_core.rules.fields import Fields
from ecg_core.rules.pack import yaml_files
from ecg_core.rules.protocol import BasePack, Case, CaseKind
from ecg_core.rules.strict_yaml import Node, Scalar, read_yaml
from ecg_core.rules.units import canonical_unit, from_canonical, to_canonical
from ecg_core.vocabulary import LEADS, STANDARD_LEADS, MeasurementDef, measurement, measurements
from ecg_core.vocabulary import statements as vocabulary

CASE_KINDS: tuple[CaseKind, ...] = get_args(CaseKind)
VERDICTS = ("true", "false", "unknown")

_GIVEN = re.compile(r"(\w+)(?:\[(\*|\w+)\])?\Z")


@dataclass(frozen=True, slots=True)
class LocatedCase:
    """A case and where it stands."""

    case: Case
    file: str
    line: int
    column: int


def read_cases(
    folder: Path, statements: Collection[str], bases: Sequence[BasePack] = ()
) -> tuple[list[LocatedCase], list[Fault]]:
    """Read every case file of a pack, and those of the packs it extends that still hold.

    A file of the pack stands in place of the base pack's file for the same rule. Of a base pack's cases those hold
    whose rule is as it was, and that assume nothing of a statement that is switched off.

    Args:
        folder: the pack's folder.
        statements: the statements that the pack decides, which a case may assume.
        bases: the packs that it extends, the nearest first.

    Returns:
        The cases that could be read, in the order of their files, and every fault.
    """
    found: list[LocatedCase] = []
    stated: set[str] = set()
    rule_folders = [folder, *(base.folder for base in bases)]
    paths, faults = yaml_files(folder, "cases", 2)
    for path in paths:
        fields = Fields(path.as_posix(), faults)
        stated.add(path.stem)
        rule, nodes = _read_file(path, fields)
        wanted = f"{path.parent.name}/{path.stem}"
        there = any((place / "rules" / f"{wanted}.yaml").is_file() for place in rule_folders)
        if rule is not None and (path.stem != rule.raw or not there):
            fields.fault(rule, f"this file is for the cases of rule {wanted}; there is none, or it is not {rule.raw!r}")
        if rule is not None:
            cases = (_read_case(node, rule.raw, fields, statements) for node in nodes)
            found += [
                LocatedCase(case, fields.file, node.line, node.column)
                for node, case in zip(nodes, cases, strict=True)
                if case is not None
            ]
    for base in bases:
        for path in yaml_files(base.folder, "cases", 2)[0]:
            if path.stem not in stated and path.stem not in base.restated:
                stated.add(path.stem)
                found += _inherited(path, statements, faults)
    return found, faults


def _read_file(path: Path, fields: Fields) -> tuple[Scalar | None, tuple[Node, ...]]:
    """Return the rule that a case file names and its cases, unread."""
    root, syntax_faults = read_yaml(path, fields.file)
    fields.faults += syntax_faults
    parts = fields.mapping(root, ("rule", "cases")) if root is not None else None
    if not parts or fields.text(parts.get("rule")) is None:
        return None, ()
    return cast("Scalar", parts["rule"]), fields.items(parts["cases"], "cases") if "cases" in parts else ()


def _inherited(path: Path, statements: Collection[str], faults: list[Fault]) -> Iterator[LocatedCase]:
    """Yield the cases of a base pack's file that do not assume a statement which is no more."""
    fields = Fields(path.as_posix(), faults)
    rule, nodes = _read_file(path, fields)
    for node in nodes:
        case = _read_case(node, rule.raw, fields, vocabulary()) if rule is not None else None
        if case is not None and all(code in statements for code in case.assume):
            yield LocatedCase(case, fields.file, node.line, node.column)


def _read_case(node: Node, rule: str, fields: Fields, statements: Collection[str]) -> Case | None:
    parts = fields.mapping(node, ("name", "kind", "given", "expect"), ("assume", "final"))
    if parts is None:
        return None
    before = len(fields.faults)
    name = fields.text(parts.get("name"))
    kind = fields.choice(parts.get("kind"), "kind of case", CASE_KINDS)
    given = read_given(parts["given"], fields) if "given" in parts else None
    expect = _verdict(parts.get("expect"), fields)
    assume = {
        key.raw: verdict
        for key, value in (fields.named(parts["assume"], "statements") if "assume" in parts else ())
        if fields.choice(key, "statement of this pack", statements) and (verdict := _verdict(value, fields))
    }
    final = fields.flag(parts["final"]) if "final" in parts else None
    if name is None or kind is None or given is None or expect is None or len(fields.faults) > before:
        return None
    return Case(rule, name, cast("CaseKind", kind), given, expect, assume, final)


def _verdict(node: Node | None, fields: Fields) -> Literal["true", "false", "unknown"] | None:
    if node is None:
        return None
    if isinstance(node, Scalar) and node.raw in VERDICTS:
        return cast("Literal['true', 'false', 'unknown']", node.raw)
    fields.fault(node, "expected true, false or unknown")
    return None


def read_given(node: Node, fields: Fields) -> dict[tuple[str, str | None], Value]:
    """Read ``{pr_interval: 214 ms, "st_j[*]": 0 mV}``; a lead named on its own overrides ``[*]``."""
    every: dict[tuple[str, str | None], Value] = {}
    single: dict[tuple[str, str | None], Value] = {}
    for key, value_node in fields.named(node, "measurements"):
        target = _target(key, fields)
        if target is None:
            continue
        definition, lead = target
        value = _value(value_node, definition, fields)
        if value is None:
            continue
        if lead == "*":
            every.update({(definition.name, each): value for each in STANDARD_LEADS})
        else:
            single[definition.name, lead] = value
    return {**every, **single}


def _target(key: Scalar, fields: Fields) -> tuple[MeasurementDef, str | None] | None:
    match = _GIVEN.match(key.raw)
    try:
        definition = measurement(match[1] if match else key.raw)
    except UnknownNameError:
        near = nearest(key.raw.partition("[")[0], measurements())
        fields.fault(key, f"unknown measurement {key.raw!r}" + (f"; did you mean {near!r}?" if near else ""))
        return None
    lead = match[2] if match else None
    if definition.kind in ("text", "series"):
        fields.fault(key, f"{definition.name} is a {definition.kind}: rules cannot use it")
    elif definition.scope == "lead" and lead is None:
        fields.fault(key, f'{definition.name} is measured per lead: write "{key.raw}[V2]" or "{key.raw}[*]"')
    elif definition.scope != "lead" and lead is not None:
        fields.fault(key, f"{definition.name} is not measured per lead")
    elif lead not in (None, "*", *LEADS):
        near = nearest(lead or "", LEADS)
        fields.fault(key, f"unknown lead {lead!r}" + (f"; did you mean {near!r}?" if near else ""))
    else:
        return definition, lead
    return None


def _value(node: Node, definition: MeasurementDef, fields: Fields) -> Value | None:
    if definition.kind == "bool":
        if isinstance(node, Scalar) and isinstance(node.value, bool):
            return node.value
        fields.fault(node, f"{definition.name} is true or false")
        return None
    if definition.kind == "category":
        return fields.choice(node, f"value of {definition.name}", definition.categories)
    quantity = fields.quantity(node)
    if quantity is None:
        return None
    number, unit = quantity
    if canonical_unit(unit) != canonical_unit(definition.unit):
        wanted = f"in {definition.unit}" if definition.unit else "a number without unit"
        fields.fault(node, f"{definition.name} is {wanted}")
        return None
    value = from_canonical(to_canonical(number, unit), definition.unit)
    low, high = definition.low, definition.high
    if (low is not None and value < low) or (high is not None and value > high):
        fields.fault(node, f"{definition.name} of {value:g} {definition.unit} is not plausible ({low:g} to {high:g})")
        return None
    return value
