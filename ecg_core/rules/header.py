"""Read protocol.yaml: what a pack is, what it needs, and which pack it extends."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from ecg_core import __version__
from ecg_core.findings import SEVERITIES, URGENCIES
from ecg_core.rules.fields import Fields
from ecg_core.rules.protocol import PACK_SCHEMA
from ecg_core.rules.strict_yaml import Node, Scalar

OWN_KEYS = ("id", "version", "schema", "title", "edition", "license", "requires")
"""What every pack says of itself."""

INHERITED_KEYS = ("population", "order", "sources")
"""What a pack that extends another takes from it where it says nothing."""

EXTENDS_KEYS = ("pack", "version")
CHANGE_KEYS = ("overrides", "replaces", "without")
"""What a pack changes in the one it extends: thresholds restated, rules restated, rules switched off."""

LEVELS = ("severity", "urgency")

_VERSION = re.compile(r"[0-9]+(\.[0-9]+){1,3}\Z")
_BOUND = re.compile(r"(>=|<=|==|!=|<|>)\s*([0-9]+(?:\.[0-9]+)*)\Z")


@dataclass(frozen=True, slots=True)
class Extension:
    """What ``extends`` says.

    Attributes:
        pack: name of the base pack, or the path of its folder, seen from the pack's own.
        bounds: which of its versions will do.
        changes: key of `CHANGE_KEYS` -> id -> where it is named.
        grades: id of a rule that is kept -> "severity" or "urgency" -> the level it gets.
        grade_nodes: id -> where it is graded.
        pack_node: where the base pack is named.
        version_node: where its versions are.
    """

    pack: str
    bounds: str
    changes: Mapping[str, Mapping[str, Node]]
    grades: Mapping[str, Mapping[str, str]]
    grade_nodes: Mapping[str, Node]
    pack_node: Node
    version_node: Node


class Header:
    """The fields of protocol.yaml; empty where there is a fault.

    Args:
        root: its document.
        fields: where its faults go.
    """

    def __init__(self, root: Node, fields: Fields) -> None:
        extending = any(key == "extends" for key in _keys(root))
        required = OWN_KEYS if extending else (*OWN_KEYS, *INHERITED_KEYS)
        optional = (*INHERITED_KEYS, "extends") if extending else ("extends",)
        nodes = fields.mapping(root, required, optional) or {}
        self.id = fields.word(nodes.get("id"), "pack") or ""
        self.version = fields.text(nodes.get("version")) or ""
        if self.version and not _VERSION.match(self.version):
            fields.fault(nodes["version"], f'{self.version!r} is not a version such as "0.1.0"')
        self.title = fields.text(nodes.get("title")) or ""
        self.edition = fields.text(nodes.get("edition")) or ""
        fields.text(nodes.get("license"))
        _check_schema(nodes.get("schema"), fields)
        _check_requires(nodes.get("requires"), fields)
        population = fields.mapping(nodes["population"], ("min_age",)) if "population" in nodes else None
        self.min_age = fields.number(population.get("min_age")) if population else None
        self.order = _order(nodes.get("order"), fields)
        self.sources: dict[str, str] = {}
        self.source_keys: dict[str, Scalar] = {}
        if "sources" in nodes:
            for key, node in fields.named(nodes["sources"], "sources: ref -> citation"):
                self.sources[key.raw] = fields.text(node) or ""
                self.source_keys[key.raw] = key
        self.extends = _extension(nodes["extends"], fields) if "extends" in nodes else None


def check_bounds(what: str, version: str, bounds: str, node: Node, fields: Fields) -> None:
    """Record a fault at `node` if a version is not within bounds such as ``>=0.1,<0.2``, or if these are no bounds."""
    for bound in bounds.split(","):
        match = _BOUND.match(bound.strip())
        if match is None:
            fields.fault(node, f'{bound.strip()!r} is not a bound such as ">=0.1"')
        elif not _satisfies(version, match[1], match[2]):
            fields.fault(node, f"the pack needs {what} {bounds}; this is {version}")
            return


def _keys(root: Node) -> list[str]:
    return [key.raw for key, _ in getattr(root, "pairs", ())]


def _order(node: Node | None, fields: Fields) -> list[str] | None:
    if node is None:
        return None
    groups = [fields.word(item, "group") for item in fields.items(node, "rule folders")]
    known = [group for group in groups if group is not None]
    if len(set(known)) < len(known):
        fields.fault(node, "a rule folder stands here twice")
    return known


def _extension(node: Node, fields: Fields) -> Extension | None:
    parts = fields.mapping(node, EXTENDS_KEYS, (*CHANGE_KEYS, "grades"))
    if parts is None:
        return None
    pack, bounds = fields.text(parts.get("pack")), fields.text(parts.get("version"))
    changes = {key: _named(parts[key], fields) if key in parts else {} for key in CHANGE_KEYS}
    graded = fields.named(parts["grades"], "rules") if "grades" in parts else ()
    grades = {key.raw: _levels(value, fields) for key, value in graded}
    if pack is None or bounds is None:
        return None
    grade_nodes = {key.raw: key for key, _ in graded}
    return Extension(pack, bounds, changes, grades, grade_nodes, parts["pack"], parts["version"])


def _levels(node: Node, fields: Fields) -> dict[str, str]:
    parts = fields.mapping(node, (), LEVELS)
    if parts is None:
        return {}
    if not parts:
        fields.fault(node, "give a severity or an urgency")
    known = {"severity": SEVERITIES, "urgency": URGENCIES}
    levels = {key: fields.choice(value, key, known[key]) for key, value in parts.items() if key in known}
    return {key: level for key, level in levels.items() if level is not None}


def _named(node: Node, fields: Fields) -> dict[str, Node]:
    named: dict[str, Node] = {}
    for item in fields.items(node, "ids"):
        word = fields.word(item, "id")
        if word is not None and word in named:
            fields.fault(item, f"{word!r} stands here twice")
        elif word is not None:
            named[word] = item
    return named


def _check_schema(node: Node | None, fields: Fields) -> None:
    schema = fields.number(node)
    if node is not None and schema is not None and schema != PACK_SCHEMA:
        fields.fault(node, f"pack layout {schema:g} is not known: this program reads layout {PACK_SCHEMA}")


def _check_requires(node: Node | None, fields: Fields) -> None:
    parts = fields.mapping(node, ("ecg_core",)) if node is not None else None
    bounds = fields.text(parts.get("ecg_core")) if parts else None
    if parts and bounds is not None:
        check_bounds("ecg_core", __version__, bounds, parts["ecg_core"], fields)


def _satisfies(version: str, op: str, bound: str) -> bool:
    have, want = ([int(part) for part in text.split(".") if part.isdigit()] for text in (version, bound))
    width = max(len(have), len(want))
    have += [0] * (width - len(have))
    want += [0] * (width - len(want))
    return {
        ">=": have >= want,
        "<=": have <= want,
        "==": have == want,
        "!=": have != want,
        "<": have < want,
        ">": have > want,
    }[op]
