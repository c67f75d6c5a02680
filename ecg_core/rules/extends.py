"""Packs that extend others: find the chain of packs, and put one upon the other.

The pack that is asked for stands on top of the one it extends, and that one may stand on another. A pack may restate
thresholds and rules of those below it and switch rules off, but only by naming them: what is restated unnamed, or named
and not there, is a fault. A statement whose rule is switched off counts as never found.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from itertools import pairwise
from os.path import normpath
from pathlib import Path
from typing import cast

from ecg_core.errors import EcgCoreError, Fault, nearest
from ecg_core.findings import Severity, Urgency
from ecg_core.rules.discover import find_pack
from ecg_core.rules.fields import Fields
from ecg_core.rules.formula import AllOf, AnyOf, FindingRef, Fired, Formula, Negation
from ecg_core.rules.header import Header, check_bounds
from ecg_core.rules.protocol import Blocker, Threshold
from ecg_core.rules.rule_files import RuleSource
from ecg_core.rules.strict_yaml import Node, Scalar, read_yaml

MAX_CHAIN = 8
"""Most packs that may stand upon each other (engineering limit)."""


@dataclass(slots=True)
class Layer:
    """One pack of a chain.

    Attributes:
        folder: its folder.
        faults: every fault of its files.
        header: its protocol.yaml, or None if that cannot be read.
        fields: reader of its protocol.yaml.
        documents: file name -> document, of every file of it that was read.
    """

    folder: Path
    faults: list[Fault]
    fields: Fields
    header: Header | None = None
    documents: dict[str, Node] = field(default_factory=dict)

    def read(self, path: Path) -> tuple[Node | None, Fields]:
        """Read one of the pack's files into `documents`."""
        file = path.as_posix()
        root, faults = read_yaml(path, file)
        self.faults += faults
        if root is not None:
            self.documents[file] = root
        return root, Fields(file, self.faults)


@dataclass(slots=True)
class Merged:
    """What the packs of a chain say together; filled from the lowest up.

    Attributes:
        sources: ref -> citation.
        thresholds: by id; None for one with a fault.
        rules: id -> layer and file.
        off: the rules switched off, likewise.
        overridden: threshold id -> layers below the one that restates it.
        grades: rule id -> level -> what it is for this chain, with the layer that says so.
    """

    sources: dict[str, str] = field(default_factory=dict)
    thresholds: dict[str, Threshold | None] = field(default_factory=dict)
    rules: dict[str, tuple[Layer, Path]] = field(default_factory=dict)
    off: dict[str, tuple[Layer, Path]] = field(default_factory=dict)
    overridden: dict[str, list[Layer]] = field(default_factory=dict)
    grades: dict[str, tuple[Mapping[str, str], Layer]] = field(default_factory=dict)


def read_chain(folder: Path) -> list[Layer]:
    """Read the headers of a pack and of all that it extends.

    Args:
        folder: the pack's folder.

    Returns:
        The layers, the pack itself first; a base pack that cannot be found is a fault of the pack that names it.
    """
    layers: list[Layer] = []
    next_folder: Path | None = folder
    while next_folder is not None:
        layer = _open(next_folder)
        layers.append(layer)
        next_folder = _base_folder(layers)
        if next_folder is None and layer.header is not None:
            # Without the pack below nothing can be said about what is changed in it.
            layer.header.extends = None
    for layer, base in pairwise(layers):
        if layer.header and layer.header.extends and base.header:
            wanted = layer.header.extends
            check_bounds(base.header.id, base.header.version, wanted.bounds, wanted.version_node, layer.fields)
    return layers


def _open(folder: Path) -> Layer:
    path = folder / "protocol.yaml"
    faults: list[Fault] = []
    layer = Layer(folder, faults, Fields(path.as_posix(), faults))
    if not path.is_file():
        faults.append(Fault(path.as_posix(), 1, 1, "the file is missing: a pack is a folder with it"))
        return layer
    root, layer.fields = layer.read(path)
    if root is not None:
        layer.header = Header(root, layer.fields)
    return layer


def _base_folder(layers: list[Layer]) -> Path | None:
    layer = layers[-1]
    extension = layer.header.extends if layer.header else None
    if extension is None:
        return None
    try:
        folder = _locate(extension.pack, layer.folder)
    except EcgCoreError as error:
        hint = f": {error.hint}" if error.hint else ""
        layer.fields.fault(extension.pack_node, f"{error}{hint}")
        return None
    if folder is None:
        layer.fields.fault(extension.pack_node, f"there is no pack {extension.pack!r}: install it, or name its folder")
    elif any(folder.resolve() == above.folder.resolve() for above in layers):
        names = " -> ".join([*(above.folder.name for above in layers), folder.name])
        layer.fields.fault(extension.pack_node, f"these packs extend each other: {names}")
    elif len(layers) == MAX_CHAIN:
        layer.fields.fault(extension.pack_node, f"more than {MAX_CHAIN} packs stand upon each other")
    else:
        return folder
    return None


def _locate(name: str, seen_from: Path) -> Path | None:
    """Return the folder of a base pack: a path (one with a slash) or the name of an installed pack."""
    if "/" in name:
        # Without the '..': what lies in which folder is asked of the paths later.
        folder = Path(normpath(seen_from / name))
        return folder if (folder / "protocol.yaml").is_file() else None
    pack = find_pack(name)
    return pack.folder if pack is not None else None


# ---- one layer upon those below it


def add_sources(merged: Merged, layer: Layer) -> None:
    """Add a layer's sources; a reference has one meaning in the whole chain."""
    if layer.header is None:
        return
    for ref, text in layer.header.sources.items():
        if ref in merged.sources:
            message = f"source {ref!r} is in the pack that this one extends: leave it out, or choose another name"
            layer.fields.fault(layer.header.source_keys[ref], message)
        merged.sources.setdefault(ref, text)


def add_thresholds(
    merged: Merged, layer: Layer, own: dict[str, tuple[Threshold | None, str, Scalar]], below: Iterable[Layer]
) -> None:
    """Add a layer's thresholds, in place of those that it overrides.

    Args:
        merged: what the layers below say.
        layer: the layer.
        own: its thresholds by id, each with the file and the key.
        below: the layers below it.
    """
    named = _changes(layer, "overrides")
    _refuse_unknown(layer, named, merged.thresholds, "threshold")
    for name, (threshold, file, key) in own.items():
        old = merged.thresholds.get(name)
        if name in merged.thresholds and name not in named:
            message = (
                f"threshold {name!r} is in the pack that this one extends: name it under 'overrides', or rename it"
            )
            layer.faults.append(Fault(file, key.line, key.column, message))
        elif old is not None and threshold is not None and old.unit != threshold.unit:
            message = f"threshold {name!r} is in {old.unit or 'a plain number'} in the pack below: keep the unit"
            layer.faults.append(Fault(file, key.line, key.column, message))
        merged.thresholds[name] = threshold
    for name, node in named.items():
        if name in own:
            merged.overridden.setdefault(name, []).extend(below)
        elif name in merged.thresholds:
            layer.fields.fault(node, f"threshold {name!r} is named here, but no file of thresholds/ states it anew")


def add_rules(merged: Merged, layer: Layer, own: dict[str, Path]) -> None:
    """Add a layer's rule files by id, in place of those that it replaces, and take away what it switches off."""
    replaces, without = _changes(layer, "replaces"), _changes(layer, "without")
    for named in (replaces, without):
        _refuse_unknown(layer, named, merged.rules, "rule")
    for name, path in own.items():
        if name in merged.rules and name not in replaces:
            message = f"rule {name!r} is in the pack that this one extends: name it under 'replaces', or rename it"
            layer.faults.append(Fault(path.as_posix(), 1, 1, message))
    for name, node in replaces.items():
        if name in merged.rules and name not in own:
            layer.fields.fault(node, f"rule {name!r} is named here, but no file of rules/ states it anew")
    _grade(merged, layer, {*own, *without})
    for name, node in without.items():
        if name in own:
            layer.fields.fault(node, f"rule {name!r} is switched off here and stated in rules/: do one of the two")
        elif name in merged.rules:
            merged.off[name] = merged.rules.pop(name)
    merged.rules.update({name: (layer, path) for name, path in own.items()})


def _grade(merged: Merged, layer: Layer, otherwise: Collection[str]) -> None:
    extension = layer.header.extends if layer.header else None
    if extension is None:
        return
    _refuse_unknown(layer, extension.grade_nodes, merged.rules, "rule")
    for name, levels in extension.grades.items():
        if name in otherwise:
            layer.fields.fault(
                extension.grade_nodes[name], f"rule {name!r} is not kept: say its grade where it is stated"
            )
        else:
            merged.grades[name] = (levels, layer)


def graded(source: RuleSource, merged: Merged) -> RuleSource:
    """Return a rule with the severity and urgency that a pack above gives it."""
    levels, layer = merged.grades.get(source.rule.id, ({}, None))
    if layer is None or layer.header is None or layer.header.extends is None:
        return source
    rule = source.rule
    new = replace(
        rule,
        severity=cast("Severity", levels.get("severity", rule.severity)),
        urgency=cast("Urgency", levels.get("urgency", rule.urgency)),
    )
    if new == rule:
        layer.fields.fault(layer.header.extends.grade_nodes[rule.id], f"rule {rule.id!r} is graded so already")
    return replace(source, rule=new)


def _changes(layer: Layer, key: str) -> dict[str, Node]:
    extension = layer.header.extends if layer.header else None
    return dict(extension.changes[key]) if extension else {}


def _refuse_unknown(layer: Layer, named: Mapping[str, Node], known: Collection[str], what: str) -> None:
    for name, node in named.items():
        if name not in known:
            near = nearest(name, known)
            hint = f"; did you mean {near!r}?" if near else ""
            layer.fields.fault(node, f"the pack that this one extends has no {what} {name!r}{hint}")


# ---- statements that no rule decides any more


def without_statements(source: RuleSource, gone: Collection[str]) -> RuleSource:
    """Return a rule as it is where some statements are never found.

    Args:
        source: a rule that may name them.
        gone: the statements.
    """
    if not any(mention.statement in gone for mention in source.mentions):
        return source
    rule = source.rule
    return replace(
        source,
        rule=replace(
            rule,
            when=_without(rule.when, gone),
            blockers=tuple(_blocker(item, gone) for item in rule.blockers if item.statement not in gone),
            escalations=tuple(replace(item, condition=_without(item.condition, gone)) for item in rule.escalations),
            mimics=tuple(replace(item, against=_without(item.against, gone)) for item in rule.mimics),
        ),
        suppresses=tuple((target, _blocker(item, gone)) for target, item in source.suppresses if target not in gone),
        mentions=tuple(mention for mention in source.mentions if mention.statement not in gone),
    )


def _blocker(blocker: Blocker, gone: Collection[str]) -> Blocker:
    return blocker if blocker.condition is None else replace(blocker, condition=_without(blocker.condition, gone))


def _without(formula: Formula, gone: Collection[str]) -> Formula:
    match formula:
        case FindingRef(code) if code in gone:
            return AnyOf(())
        case Fired(FindingRef(code)) if code in gone:
            return AnyOf(())
        case AllOf(items):
            return AllOf(tuple(_without(item, gone) for item in items))
        case AnyOf(items):
            return AnyOf(tuple(_without(item, gone) for item in items))
        case Negation(item):
            return Negation(_without(item, gone))
        case _:
            return formula
