"""A pack as JSON and back, without reading its files again: what the cache of packs holds.

Every dataclass in a pack becomes one row ``[class name, value of each field]`` of a list; a value that is itself such
an object is the number of an earlier row, so that equal parts are written, and made again, once. The classes are a
closed list: a text of this form can make no other object and run no code.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from pathlib import Path
from typing import Any

from ecg_core.findings import Citation
from ecg_core.rules import ast, formula, protocol
from ecg_core.rules.protocol import Protocol

_TUPLE = -1
"""Where the number of a row would stand, the mark of a tuple."""


def encode_protocol(pack: Protocol) -> str:
    """Return a pack as one line of JSON.

    Raises:
        TypeError: if it holds an object of a kind that no pack has.
    """
    writer = _Writer()
    writer.refer(pack)
    return json.dumps(writer.rows, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def decode_protocol(text: str) -> Protocol:
    """Return the pack that `encode_protocol` wrote.

    Raises:
        ValueError, LookupError or TypeError: if the text is not of its making.
    """
    classes = _classes()
    made: list[Any] = []

    def value(item: Any) -> Any:
        if item.__class__ is list:
            return tuple([value(each) for each in item[1:]]) if item[0] == _TUPLE else made[item[0]]
        if item.__class__ is dict:
            return {key: value(each) for key, each in item.items()}
        return item

    for name, *values in json.loads(text):
        made.append(classes[name](*[value(item) for item in values]))
    pack = made[-1]
    if not isinstance(pack, Protocol):
        raise TypeError(f"{type(pack).__name__} is not a pack")
    return pack


@cache
def _classes() -> Mapping[str, Callable[..., Any]]:
    parts = [each for module in (ast, formula, protocol) for each in vars(module).values() if is_dataclass(each)]
    made: dict[str, Callable[..., Any]] = {each.__name__: each for each in (Citation, *parts) if isinstance(each, type)}
    return made | {"Path": Path, "frozenset": frozenset}


class _Writer:
    """Collects rows.

    Attributes:
        rows: what was written so far.
    """

    def __init__(self) -> None:
        self.rows: list[list[Any]] = []
        self._numbers: dict[str, int] = {}
        self._known: dict[int, int] = {}

    def refer(self, item: Any) -> list[int]:
        """Write an object, unless an equal one is written already, and return its number."""
        # By identity first: the writer holds none of the objects, but the pack, which outlives it, does.
        number = self._known.get(id(item))
        if number is None:
            if isinstance(item, Path):
                row: list[Any] = ["Path", item.as_posix()]
            elif isinstance(item, frozenset):
                row = ["frozenset", [_TUPLE, *sorted(item)]]
            elif is_dataclass(item) and type(item).__name__ in _classes():
                row = [type(item).__name__, *(self._value(getattr(item, field.name)) for field in fields(item))]
            else:
                raise TypeError(f"{type(item).__name__} does not belong in a pack")
            # As text: 1, 1.0 and True are equal to Python.
            number = self._numbers.setdefault(json.dumps(row), len(self.rows))
            if number == len(self.rows):
                self.rows.append(row)
            self._known[id(item)] = number
        return [number]

    def _value(self, item: Any) -> Any:
        if item is None or isinstance(item, str | int | float):
            return item
        if isinstance(item, tuple):
            return [_TUPLE, *(self._value(each) for each in item)]
        if isinstance(item, Mapping):
            return {key: self._value(each) for key, each in item.items()}
        return self.refer(item)
