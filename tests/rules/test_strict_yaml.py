from __future__ import annotations

from pathlib import Path

import pytest

from ecg_core.rules.strict_yaml import MAX_BYTES, Mapping, Scalar, parse_yaml, plain, read_yaml


def read(text: str) -> tuple[object, list[tuple[int, int, str]]]:
    root, faults = parse_yaml(text, "x.yaml")
    assert all(fault.file == "x.yaml" for fault in faults)
    return (None if root is None else plain(root)), [(f.line, f.column, f.message) for f in faults]


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("true", True),
        ("false", False),
        ("12", 12),
        ("-7", -7),
        ("0", 0),
        ("1.5", 1.5),
        ("-0.25", -0.25),
        ('"12"', "12"),
        ("'true'", "true"),
        ('"0123"', "0123"),
        ("NO", "NO"),
        ("on", "on"),
        ("yes", "yes"),
        ("True", "True"),
        ("200 ms", "200 ms"),
        ("1/min", "1/min"),
        ("a: b", None),
        ("statement 82", "statement 82"),
    ],
)
def test_value(written: str, value: object) -> None:
    data, faults = read(f"key: {written}\n")
    if value is None:
        assert data is None
        assert len(faults) == 1
    else:
        assert data == {"key": value}
        assert type(data["key"]) is type(value)  # type: ignore[index]
        assert faults == []


@pytest.mark.parametrize(
    "written",
    ["0123", "1:30", "1e3", "1.5e-3", "1_000", ".inf", "-.inf", ".nan", "2026-01-31", "0x1f", "+5", "5.", ".5"],
)
def test_what_readers_disagree_on_is_refused(written: str) -> None:
    _, faults = read(f"a: 1\nkey: {written}\n")
    assert [(line, column) for line, column, _ in faults] == [(2, 6)]
    assert repr(written) in faults[0][2]


@pytest.mark.parametrize("written", ["", "~", "null"])
def test_empty_value(written: str) -> None:
    _, faults = read(f"key: {written}\nother: 1\n")
    assert [message for _, _, message in faults] == ["an empty value: leave the key out or give it a value"]


def test_every_duplicate_key_is_named() -> None:
    _, faults = read("a: 1\nb: 2\na: 3\nb: 4\n")
    assert [(line, column) for line, column, _ in faults] == [(3, 1), (4, 1)]
    assert "line 1" in faults[0][2]


@pytest.mark.parametrize(
    ("text", "line", "word"),
    [
        ("a: 1\nb: &x 2\n", 2, "anchor"),
        ("a: &x [1]\nb: *x\n", 2, "alias"),
        ("a: !!python/object:os.system x\n", 1, "tag"),
        ("a: !custom {}\n", 1, "tag"),
        ("a: 1\n---\nb: 2\n", 2, "second document"),
        ("a: [1, 2\nb: 3\n", 2, "not YAML"),
        ("a: any(inferior: st_j > 0)\n", 1, "in quotes"),
        ("a: \x07\n", 1, "not allowed"),
        ("", 1, "empty"),
        ("# nothing\n", 1, "empty"),
        ("[1]: 2\n", 1, "key"),
    ],
)
def test_refused(text: str, line: int, word: str) -> None:
    _, faults = read(text)
    assert faults
    assert any(fault[0] == line and word in fault[2] for fault in faults), faults


def test_alias_bomb_is_refused_at_once() -> None:
    bomb = "a0: &a0 [x, x]\n" + "".join(f"a{i}: &a{i} [*a{i - 1}, *a{i - 1}]\n" for i in range(1, 60))
    root, faults = parse_yaml(bomb, "x.yaml")
    assert root is None
    assert sum("alias" in fault.message for fault in faults) == 118


@pytest.mark.parametrize("text", ["[" * 100_000, "a: " + "{a: " * 500, "- " * 900])
def test_deep_nesting(text: str) -> None:
    root, faults = parse_yaml(text, "x.yaml")
    assert root is None
    assert len(faults) == 1


def test_files_are_bounded(tmp_path: Path) -> None:
    path = tmp_path / "big.yaml"
    path.write_text("a: " + "x" * MAX_BYTES, encoding="utf-8")
    root, faults = read_yaml(path, "big.yaml")
    assert root is None
    assert "larger than 256 KB" in faults[0].message


def test_files_are_utf8(tmp_path: Path) -> None:
    path = tmp_path / "latin.yaml"
    path.write_bytes(b"a: 1\nb: caf\xe9\n")
    root, faults = read_yaml(path, "latin.yaml")
    assert root is None
    assert (faults[0].line, faults[0].message) == (2, "not UTF-8 text: byte 0xe9")


@pytest.mark.parametrize(
    "text",
    [
        "if: aaa > bbb\n",
        'if: "aaa > bbb"\n',
        "if: 'aaa > bbb'\n",
        "if: >\n  aaa >\n  bbb\n",
        "if: |\n  aaa >\n  bbb\n",
        "if: aaa >\n  bbb\n",
        'if: "aaa >\n  bbb"\n',
        "x: 1\nif: >-\n\n    aaa\n    > bbb\n",
    ],
)
def test_place_inside_a_scalar(text: str) -> None:
    root, _ = parse_yaml(text, "x.yaml")
    assert isinstance(root, Mapping)
    scalar = next(value for key, value in root.pairs if key.raw == "if")
    assert isinstance(scalar, Scalar)
    line, column = scalar.place(scalar.raw.index("bbb"))
    assert text.split("\n")[line - 1][column - 1 :].startswith("bbb")
