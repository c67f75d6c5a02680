from __future__ import annotations

import pickle

import pytest

from ecg_core.rules.lazy import Lazy


def test_a_value_is_made_once_when_it_is_asked_for() -> None:
    made: list[str] = []

    def make(key: str) -> str:
        made.append(key)
        return key.upper()

    mapping = Lazy(["b", "a"], make)
    assert list(mapping) == ["b", "a"]
    assert len(mapping) == 2
    assert "a" in mapping
    assert made == []
    assert mapping["a"] == mapping["a"] == "A"
    assert made == ["a"]


def test_it_equals_the_dict_of_its_values_and_is_pickled_as_that() -> None:
    mapping = Lazy(["b", "a"], str.upper)
    assert mapping == {"b": "B", "a": "A"}
    copied = pickle.loads(pickle.dumps(mapping))
    assert type(copied) is dict
    assert list(copied.items()) == [("b", "B"), ("a", "A")]


def test_other_keys_are_refused() -> None:
    with pytest.raises(KeyError):
        Lazy(["a"], str.upper)["c"]
