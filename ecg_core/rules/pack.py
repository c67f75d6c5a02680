"""Read a whole pack folder, with every fault of every file."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ecg_core import __version__
from ecg_core.errors import Fault
from ecg_core.rules.fields import Fields
from ecg_core.rules.links import link_rules
from ecg_core.rules.protocol import PACK_SCHEMA, Protocol, Threshold
from ecg_core.rules.rule_files import RuleSource, Surroundings, read_rule
from ecg_core.rules.strict_yaml import Node, plain, read_yaml
from ecg_core.rules.thresholds import read_thresholds

HEADER_KEYS = (
    *("id", "version", "schema", "title", "edition", "license"),
    *("requires", "population", "order", "sources"),
)

_VERSION = re.compile(r"[0-9]+(\.[0-9]+){1,3}\Z")
_BOUND = re.compile(r"(>=|<=|==|!=|<|>)\s*([0-9]+(?:\.[0-9]+)*)\Z")


@dataclass(slots=True)
class PackSource:
    """What was read of a pack folder.

    Attributes:
        folder: the folder.
        protocol: the pack, or None if it has faults.
        rules: the rule files that could be read, in protocol order.
        declared: the statements of all rule files, those with faults too.
        all_declared: whether every rule file tells its statement.
        documents: file name -> document, of every file that could be read.
        faults: every fault.
    """

    folder: Path
    protocol: Protocol | None = None
    rules: list[RuleSource] = field(default_factory=list)
    declared: set[str] = field(default_factory=set)
    all_declared: bool = True
    documents: dict[str, Node] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    def read(self, path: Path) -> tuple[Node | None, Fields]:
        """Read one of the pack's files into `documents`."""
        file = path.as_posix()
        root, faults = read_yaml(path, file)
        self.faults += faults
        if root is not None:
            self.documents[file] = root
        return root, Fields(file, self.faults)


def read_pack(folder: Path) -> PackSource:
    """Read a pack; whatever is wrong with it is in the result's `faults`."""
    source = PackSource(folder)
    header_path = folder / "protocol.yaml"
    if not header_path.is_file():
        source.faults.append(Fault(header_path.as_posix(), 1, 1, "the file is missing: a pack is a folder with it"))
        return source
    root, fields = source.read(header_path)
    header = _Header(root, fields) if root is not None else None
    sources = header.sources if header else {}
    thresholds = _read_thresholds(source, sources)
    _read_rules(source, Surroundings(thresholds, sources), header.order if header else None)
    rules, faults = link_rules(source.rules, source.declared if source.all_declared else None)
    source.faults += faults
    if header is None or source.faults:
        return source
    complete = {name: threshold for name, threshold in thresholds.items() if threshold is not None}
    source.protocol = Protocol(
        id=header.id,
        version=header.version,
        title=header.title,
        edition=header.edition,
        folder=folder,
        rules={rule.id: rule for rule in rules},
        thresholds=complete,
        sources=sources,
        min_age=header.min_age,
        sha256=_hash(source),
    )
    return source


class _Header:
    """The fields of protocol.yaml; empty where there is a fault."""

    def __init__(self, root: Node, fields: Fields) -> None:
        nodes = fields.mapping(root, HEADER_KEYS) or {}
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
        self.min_age = fields.number((population or {}).get("min_age")) or 0.0
        self.order = self._order(nodes.get("order"), fields)
        self.sources: dict[str, str] = {}
        if "sources" in nodes:
            for key, node in fields.named(nodes["sources"], "sources: ref -> citation"):
                self.sources[key.raw] = fields.text(node) or ""

    def _order(self, node: Node | None, fields: Fields) -> list[str] | None:
        if node is None:
            return None
        groups = [fields.word(item, "group") for item in fields.items(node, "rule folders")]
        known = [group for group in groups if group is not None]
        if len(set(known)) < len(known):
            fields.fault(node, "a rule folder stands here twice")
        return known


def _check_schema(node: Node | None, fields: Fields) -> None:
    schema = fields.number(node)
    if node is not None and schema is not None and schema != PACK_SCHEMA:
        fields.fault(node, f"pack layout {schema:g} is not known: this program reads layout {PACK_SCHEMA}")


def _check_requires(node: Node | None, fields: Fields) -> None:
    parts = fields.mapping(node, ("ecg_core",)) if node is not None else None
    bounds = fields.text(parts.get("ecg_core")) if parts else None
    if not parts or bounds is None:
        return
    for bound in bounds.split(","):
        match = _BOUND.match(bound.strip())
        if match is None:
            fields.fault(parts["ecg_core"], f'{bound.strip()!r} is not a bound such as ">=0.1"')
        elif not _satisfies(__version__, match[1], match[2]):
            fields.fault(parts["ecg_core"], f"the pack needs ecg_core {bounds}; this is {__version__}")
            return


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


def _read_thresholds(source: PackSource, sources: Mapping[str, str]) -> dict[str, Threshold | None]:
    found: dict[str, Threshold | None] = {}
    first: dict[str, str] = {}
    paths, faults = yaml_files(source.folder, "thresholds", 1)
    source.faults += faults
    for path in paths:
        root, fields = source.read(path)
        if root is None:
            continue
        for name, (threshold, key) in read_thresholds(root, fields, sources).items():
            if name in found:
                fields.fault(key, f"threshold {name!r} is in {first[name]} already")
            found[name] = threshold
            first.setdefault(name, fields.file)
    return found


def _read_rules(source: PackSource, pack: Surroundings, order: list[str] | None) -> None:
    places = {group: place for place, group in enumerate(order or ())}
    paths, faults = yaml_files(source.folder, "rules", 2)
    source.faults += faults
    paths.sort(key=lambda path: (places.get(path.parent.name, len(places)), path.as_posix()))
    for path in paths:
        group = path.parent.name
        root, fields = source.read(path)
        if order is not None and group not in places:
            fields.faults.append(Fault(fields.file, 1, 1, f"folder {group!r} is not in 'order' of protocol.yaml"))
        rule = read_rule(root, fields, group=group, stem=path.stem, pack=pack) if root is not None else None
        if isinstance(rule, RuleSource):
            source.rules.append(rule)
            source.declared.add(rule.rule.statement)
        elif rule is not None:
            source.declared.add(rule)
        else:
            source.all_declared = False


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


def _hash(source: PackSource) -> str:
    """Return the sha256 of the pack as one canonical JSON text: what it says, without layout, comments or cases."""
    content: dict[str, Any] = {
        Path(file).relative_to(source.folder).as_posix(): plain(root) for file, root in source.documents.items()
    }
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8")).hexdigest()
