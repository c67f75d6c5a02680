"""Read a whole pack folder, and the packs it extends, with every fault of every file."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ecg_core.errors import Fault
from ecg_core.rules.extends import (
    Layer,
    Merged,
    add_rules,
    add_sources,
    add_thresholds,
    graded,
    read_chain,
    without_statements,
)
from ecg_core.rules.fields import Fields
from ecg_core.rules.links import link_rules
from ecg_core.rules.protocol import BasePack, Protocol, Rule, Threshold
from ecg_core.rules.rule_files import RuleSource, Surroundings, read_rule
from ecg_core.rules.strict_yaml import Mapping as YamlMapping
from ecg_core.rules.strict_yaml import Node, Scalar, plain
from ecg_core.rules.thresholds import read_thresholds


@dataclass(slots=True)
class PackSource:
    """What was read of a pack folder.

    Attributes:
        folder: the folder.
        protocol: the pack, or None if it has faults.
        rules: the rule files that could be read, in protocol order; those of the packs it extends too.
        declared: the statements of all rule files, those with faults too.
        all_declared: whether every rule file tells its statement.
        documents: file name -> document, of every file of this folder that could be read.
        bases: the packs that it extends, the nearest first.
        faults: every fault.
    """

    folder: Path
    protocol: Protocol | None = None
    rules: list[RuleSource] = field(default_factory=list)
    declared: set[str] = field(default_factory=set)
    all_declared: bool = True
    documents: dict[str, Node] = field(default_factory=dict)
    bases: tuple[BasePack, ...] = ()
    faults: list[Fault] = field(default_factory=list)


def read_pack(folder: Path) -> PackSource:
    """Read a pack; whatever is wrong with it, or with a pack it extends, is in the result's `faults`."""
    source = PackSource(folder)
    layers = read_chain(folder)
    own = layers[0]
    merged = _merge(layers)
    order = next((layer.header.order for layer in layers if layer.header and layer.header.order is not None), None)
    _read_rules(source, merged, own, order)
    rules, faults = link_rules(source.rules, source.declared if source.all_declared else None)
    source.documents = own.documents
    source.bases = tuple(_base(layer, merged, source.rules) for layer in layers[1:])
    source.faults = [fault for layer in layers for fault in layer.faults] + faults
    if own.header is not None and not source.faults:
        source.protocol = _protocol(source, layers, merged, rules)
    return source


def _protocol(source: PackSource, layers: list[Layer], merged: Merged, rules: list[Rule]) -> Protocol:
    header = layers[0].header
    assert header is not None
    ages = [layer.header.min_age for layer in layers if layer.header and layer.header.min_age is not None]
    return Protocol(
        id=header.id,
        version=header.version,
        title=header.title,
        edition=header.edition,
        folder=source.folder,
        rules={rule.id: rule for rule in rules},
        thresholds={name: threshold for name, threshold in merged.thresholds.items() if threshold is not None},
        sources=merged.sources,
        min_age=ages[0] if ages else 0.0,
        sha256=_hash(layers[0]),
        bases=source.bases,
    )


def _merge(layers: list[Layer]) -> Merged:
    merged = Merged()
    for place in reversed(range(len(layers))):
        layer = layers[place]
        add_sources(merged, layer)
        add_thresholds(merged, layer, _own_thresholds(layer, merged.sources), layers[place + 1 :])
        add_rules(merged, layer, _own_rules(layer))
    return merged


def _base(layer: Layer, merged: Merged, rules: list[RuleSource]) -> BasePack:
    """Describe a pack that is extended, and which of its rules are not as its own cases know them."""
    changed = {name for name, layers in merged.overridden.items() if layer in layers}
    as_it_was = {
        source.rule.id
        for source in rules
        if merged.rules[source.rule.id][0] is layer
        and not any(expression.thresholds & changed for expression in source.expressions.values())
    }
    header = layer.header
    stated = {Path(file).stem for file in layer.documents if Path(file).parts[-3] == "rules"}
    return BasePack(
        id=header.id if header else "",
        version=header.version if header else "",
        sha256=_hash(layer),
        folder=layer.folder,
        restated=frozenset(stated - as_it_was),
    )


def _own_thresholds(layer: Layer, sources: dict[str, str]) -> dict[str, tuple[Threshold | None, str, Scalar]]:
    found: dict[str, tuple[Threshold | None, str, Scalar]] = {}
    paths, faults = yaml_files(layer.folder, "thresholds", 1)
    layer.faults += faults
    for path in paths:
        root, fields = layer.read(path)
        if root is None:
            continue
        for name, (threshold, key) in read_thresholds(root, fields, sources).items():
            if name in found:
                fields.fault(key, f"threshold {name!r} is in {found[name][1]} already")
            else:
                found[name] = (threshold, fields.file, key)
    return found


def _own_rules(layer: Layer) -> dict[str, Path]:
    """Read the files of a layer's rules; returned by id, which is the file's stem."""
    paths, faults = yaml_files(layer.folder, "rules", 2)
    layer.faults += faults
    found: dict[str, Path] = {}
    for path in paths:
        layer.read(path)
        if path.stem in found:
            first = found[path.stem].as_posix()
            layer.faults.append(Fault(path.as_posix(), 1, 1, f"rule {path.stem!r} is in {first} already"))
        else:
            found[path.stem] = path
    return found


def _read_rules(source: PackSource, merged: Merged, own: Layer, order: list[str] | None) -> None:
    places = {group: place for place, group in enumerate(order or ())}
    surroundings = Surroundings(merged.thresholds, merged.sources)

    def place(item: tuple[Layer, Path]) -> tuple[int, str, str]:
        group = item[1].parent.name
        return places.get(group, len(places)), group, item[1].stem

    inherited: list[int] = []
    for layer, path in sorted(merged.rules.values(), key=place):
        group, file = path.parent.name, path.as_posix()
        if order is not None and group not in places:
            layer.faults.append(Fault(file, 1, 1, f"folder {group!r} is not in 'order' of protocol.yaml"))
        root = layer.documents.get(file)
        fields = Fields(file, layer.faults)
        rule = read_rule(root, fields, group=group, stem=path.stem, pack=surroundings) if root is not None else None
        if isinstance(rule, RuleSource):
            if layer is not own:
                inherited.append(len(source.rules))
                rule = graded(rule, merged)
            source.rules.append(rule)
            source.declared.add(rule.rule.statement)
        elif rule is not None:
            source.declared.add(rule)
        else:
            source.all_declared = False
    gone = {_statement_of(layer, path) for layer, path in merged.off.values()} - source.declared
    for index in inherited:
        source.rules[index] = without_statements(source.rules[index], gone)


def _statement_of(layer: Layer, path: Path) -> str:
    """Return the statement that a rule file names, or an empty text."""
    root = layer.documents.get(path.as_posix())
    pairs = root.pairs if isinstance(root, YamlMapping) else ()
    return next((node.raw for key, node in pairs if key.raw == "statement" and isinstance(node, Scalar)), "")


def yaml_files(folder: Path, name: str, depth: int) -> tuple[list[Path], list[Fault]]:
    """Return the YAML files `depth` levels below a folder of a pack, and a fault for anything else there."""
    paths: list[Path] = []
    faults: list[Fault] = []
    for path in sorted((folder / name).rglob("*")):
        if path.is_dir() or path.name.startswith(".") or "__pycache__" in path.parts:
            continue
        if path.suffix == ".yaml" and len(path.relative_to(folder / name).parts) == depth:
            paths.append(path)
        else:
            where = f"{name}/*.yaml" if depth == 1 else f"{name}/<group>/<id>.yaml"
            faults.append(Fault(path.as_posix(), 1, 1, f"only {where} are read here"))
    return paths, faults


def _hash(layer: Layer) -> str:
    """Return the sha256 of a pack as one canonical JSON text: what it says, without layout, comments or cases."""
    content: dict[str, Any] = {
        Path(file).relative_to(layer.folder).as_posix(): plain(root) for file, root in layer.documents.items()
    }
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8")).hexdigest()
