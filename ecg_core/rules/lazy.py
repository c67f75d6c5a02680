"""A mapping whose values are made when they are asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, TypeVar

Key = TypeVar("Key")
Item = TypeVar("Item")


class Lazy(Mapping[Key, Item]):
    """A mapping whose values are made when they are first asked for, and kept.

    Pickled, it becomes a plain dict.

    Args:
        keys: all keys, in order.
        make: gives the value of a key.
    """

    __slots__ = ("_keys", "_made", "_make")

    def __init__(self, keys: Iterable[Key], make: Callable[[Key], Item]) -> None:
        self._keys = dict.fromkeys(keys)
        self._make = make
        self._made: dict[Key, Item] = {}

    def __getitem__(self, key: Key) -> Item:
        if key not in self._made:
            if key not in self._keys:
                raise KeyError(key)
            self._made[key] = self._make(key)
        return self._made[key]

    def __contains__(self, key: object) -> bool:
        return key in self._keys

    def __iter__(self) -> Iterator[Key]:
        return iter(self._keys)

    def __len__(self) -> int:
        return len(self._keys)

    def __reduce__(self) -> tuple[Any, ...]:
        return dict, (dict(self),)
