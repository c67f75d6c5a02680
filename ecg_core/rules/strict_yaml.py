"""A small, strict part of YAML, with the place of everything.

What differs between YAML versions, or surprises a reader, is refused instead of guessed: ``NO`` is not a truth value,
``0123`` no octal, ``1:30`` no sexagesimal, ``1e3`` no string. Duplicate keys, anchors, aliases, tags and further
documents are refused too, so that a file says exactly what it seems to say and cannot grow when it is read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from ecg_core.errors import Fault

MAX_BYTES = 256 * 1024
"""Largest file that is read; an engineering limit, some 20 times the longest rule file."""

MAX_DEPTH = 16
"""Deepest nesting of mappings and lists; an engineering limit, three times what the pack format needs."""

Plain = str | int | float | bool

# Two characters at the least stand between a plain scalar and what YAML 1.1 or 1.2 make of it.
_INTEGER = re.compile(r"-?(0|[1-9][0-9]*)\Z")
_DECIMAL = re.compile(r"-?(0|[1-9][0-9]*)\.[0-9]+\Z")
_AMBIGUOUS = re.compile(
    r"""[-+]?(
        0[0-9_]+ | 0[xob][0-9a-fA-F_]+          # octal, hexadecimal, binary
      | [0-9]+(:[0-9]+)+(\.[0-9]*)?             # sexagesimal
      | [0-9][0-9_]*(\.[0-9_]*)?([eE][-+]?[0-9]+)?
      | \.[0-9]+([eE][-+]?[0-9]+)? | \.(inf|Inf|INF|nan|NaN|NAN)
    )\Z | [0-9]{4}-[0-9]{1,2}-[0-9]{1,2}.*\Z | ~?\Z | (null|Null|NULL)\Z""",
    re.VERBOSE | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Scalar:
    """One value, or one key.

    Attributes:
        value: what it means.
        raw: how it is written, without quotes.
        line: line it starts in, from 1.
        column: column it starts in, from 1; the quote if it is quoted.
        source: the file's text from the scalar's first to its last character.
    """

    value: Plain
    raw: str
    line: int
    column: int
    source: str

    def place(self, offset: int) -> tuple[int, int]:
        """Return line and column in the file of the character at `offset` of the text.

        Folding changes blanks only, so that counting the other characters finds the place in quoted, folded and
        literal scalars alike.
        """
        at = 1 if self.source[:1] in ("'", '"') else 0
        if self.source[:1] in ("|", ">"):
            at = self.source.find("\n")
        wanted = sum(not char.isspace() for char in self.raw[:offset])
        while at < len(self.source) and (wanted or self.source[at].isspace()):
            wanted -= not self.source[at].isspace()
            at += 1
        before = self.source[:at]
        lines = before.count("\n")
        return self.line + lines, (at - before.rfind("\n")) if lines else self.column + at


@dataclass(frozen=True, slots=True)
class Sequence:
    """A list."""

    items: tuple[Node, ...]
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Mapping:
    """A mapping; its keys are distinct strings."""

    pairs: tuple[tuple[Scalar, Node], ...]
    line: int
    column: int


Node = Scalar | Sequence | Mapping


def read_yaml(path: Path, file: str) -> tuple[Node | None, list[Fault]]:
    """Read one file.

    Args:
        path: the file.
        file: its name in faults.

    Returns:
        The document and all faults; the document is None where it cannot be told.
    """
    if path.stat().st_size > MAX_BYTES:
        return None, [Fault(file, 1, 1, f"the file is larger than {MAX_BYTES // 1024} KB")]
    try:
        text = path.read_bytes().decode("utf-8")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        return None, [Fault(file, line, 1, f"not UTF-8 text: byte {error.object[error.start]:#04x}")]
    return parse_yaml(text, file)


def parse_yaml(text: str, file: str) -> tuple[Node | None, list[Fault]]:
    """Read a document from text; see `read_yaml`."""
    text = text.removeprefix("\ufeff").replace("\r\n", "\n")
    builder = _Builder(text, file)
    try:
        root = builder.build(yaml.parse(text, Loader=_LOADER))
    except yaml.reader.ReaderError as error:
        line = text[: error.position].count("\n") + 1
        return None, [*builder.faults, Fault(file, line, 1, f"the character {error.character!r} is not allowed")]
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        return None, [*builder.faults, Fault(file, line, column, _syntax_message(error))]
    return (None if builder.unusable else root), builder.faults


def plain(node: Node) -> Any:
    """Return the bare dicts, lists, strings, numbers and truth values of a document."""
    match node:
        case Scalar():
            return node.value
        case Sequence():
            return [plain(item) for item in node.items]
        case Mapping():
            return {key.raw: plain(value) for key, value in node.pairs}


_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Builder:
    """Turns parser events into nodes; an own stack, because a hostile file nests deeper than Python recurses."""

    def __init__(self, text: str, file: str) -> None:
        self.file = file
        self.faults: list[Fault] = []
        self.unusable = False
        self._text = text
        self._starts = [0, *(match.end() for match in re.finditer("\n", text))]

    def build(self, events: Iterator[Any]) -> Node | None:
        roots: list[Node] = []
        # Each open collection: its opening event and the nodes inside it so far.
        stack: list[tuple[Any, list[Node]]] = []
        documents = 0
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents == 2:
                    self._refuse(event, "a second document: one file holds one document")
                    return None
            elif isinstance(event, yaml.SequenceStartEvent | yaml.MappingStartEvent):
                self._check_properties(event)
                if len(stack) == MAX_DEPTH:
                    self._refuse(event, f"nested more than {MAX_DEPTH} deep")
                    return None
                stack.append((event, []))
            elif isinstance(event, yaml.SequenceEndEvent | yaml.MappingEndEvent):
                start, inner = stack.pop()
                (stack[-1][1] if stack else roots).append(self._collection(start, inner))
            elif isinstance(event, yaml.ScalarEvent | yaml.AliasEvent):
                (stack[-1][1] if stack else roots).append(self._scalar(event))
        if not roots:
            self.faults.append(Fault(self.file, 1, 1, "the file is empty"))
            self.unusable = True
            return None
        return roots[0]

    def _collection(self, start: Any, inner: list[Node]) -> Node:
        line, column = start.start_mark.line + 1, start.start_mark.column + 1
        if isinstance(start, yaml.SequenceStartEvent):
            return Sequence(tuple(inner), line, column)
        pairs: dict[str, tuple[Scalar, Node]] = {}
        for key, value in zip(inner[::2], inner[1::2], strict=True):
            if not isinstance(key, Scalar):
                self._fault(key.line, key.column, "a key must be a word")
            elif key.raw in pairs:
                first = pairs[key.raw][0].line
                self._fault(key.line, key.column, f"duplicate key {key.raw!r}: it stands in line {first} already")
            else:
                pairs[key.raw] = (key, value)
        return Mapping(tuple(pairs.values()), line, column)

    def _scalar(self, event: Any) -> Scalar:
        line, column = event.start_mark.line + 1, event.start_mark.column + 1
        if isinstance(event, yaml.AliasEvent):
            self._refuse(event, f"alias *{event.anchor}: aliases are refused, write the value out")
            return Scalar("", "", line, column, "")
        self._check_properties(event)
        source = self._text[self._offset(event.start_mark) : self._offset(event.end_mark)]
        raw = str(event.value)
        return Scalar(self._resolve(event, raw), raw, line, column, source)

    def _resolve(self, event: Any, raw: str) -> Plain:
        if not event.implicit[0]:
            return raw
        if raw in ("true", "false"):
            return raw == "true"
        if _INTEGER.match(raw):
            return int(raw)
        if _DECIMAL.match(raw):
            return float(raw)
        if _AMBIGUOUS.match(raw):
            line, column = event.start_mark.line + 1, event.start_mark.column + 1
            if raw in ("", "~", "null", "Null", "NULL"):
                self._fault(line, column, "an empty value: leave the key out or give it a value")
            else:
                self._fault(
                    line, column, f"{raw!r} means different things to different readers: write a plain decimal or quote"
                )
        return raw

    def _check_properties(self, event: Any) -> None:
        if event.anchor is not None:
            self._refuse(event, f"anchor &{event.anchor}: anchors are refused, write the value out")
        if event.tag is not None and event.tag != "!":
            self._refuse(event, f"tag {event.tag}: tags are refused")

    def _offset(self, mark: Any) -> int:
        offset: int = self._starts[min(mark.line, len(self._starts) - 1)] + mark.column
        return min(offset, len(self._text))

    def _refuse(self, event: Any, message: str) -> None:
        self.unusable = True
        self._fault(event.start_mark.line + 1, event.start_mark.column + 1, message)

    def _fault(self, line: int, column: int, message: str) -> None:
        self.faults.append(Fault(self.file, line, column, message))


def _syntax_message(error: yaml.MarkedYAMLError) -> str:
    problem = error.problem or error.context or "not YAML"
    if problem.startswith("mapping values are not allowed"):
        return "not YAML: a ':' here starts a mapping; put text that holds ': ' in quotes"
    return f"not YAML: {problem}"
