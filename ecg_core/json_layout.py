"""Layout of the JSON report: what is read by eye is indented, the long lists hold one object per line.

A source is cited in full by every comparison that rests on it. In the file its text stands once, under ``sources``, and
a citation has a text of its own only where that differs.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

LISTS = ("measurements", "traces")
"""What holds one object per line."""


def lay_out(data: Mapping[str, Any], indent: int) -> str:
    """Write a JSON object, each of `LISTS` with one item per line and everything else indented."""
    margin = " " * indent
    members = (f"{margin}{_compact(key)}: {_member(key, value, margin)}" for key, value in data.items())
    return "{\n" + ",\n".join(members) + "\n}"


def take_sources(data: dict[str, Any]) -> None:
    """Move the texts of citations to ``sources``, by their key."""
    texts: dict[str, str] = {}
    for citation in _citations(data):
        text = citation.setdefault("text", "")
        if text and texts.setdefault(citation["ref"], text) == text:
            del citation["text"]
    data["sources"] = texts


def put_sources(data: dict[str, Any]) -> None:
    """Give citations their texts back; the opposite of `take_sources`."""
    texts = data.pop("sources", {})
    for citation in _citations(data):
        if "text" not in citation and citation.get("ref") in texts:
            citation["text"] = texts[citation["ref"]]


def _citations(node: Any) -> Iterator[dict[str, Any]]:
    if isinstance(node, list):
        for item in node:
            yield from _citations(item)
    elif isinstance(node, dict):
        for key, value in node.items():
            # A recording's source is a word, not a citation.
            if key == "source" and isinstance(value, dict):
                yield value
            elif isinstance(value, dict | list):
                yield from _citations(value)


def _member(key: str, value: Any, margin: str) -> str:
    if key not in LISTS or not value:
        return json.dumps(value, ensure_ascii=False, indent=len(margin)).replace("\n", f"\n{margin}")
    if isinstance(value, dict):
        lines = [f"{_compact(name)}:{_compact(item)}" for name, item in value.items()]
        opened, closed = "{", "}"
    else:
        lines = [_compact(item) for item in value]
        opened, closed = "[", "]"
    return f"{opened}\n{2 * margin}" + f",\n{2 * margin}".join(lines) + f"\n{margin}{closed}"


def _compact(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
