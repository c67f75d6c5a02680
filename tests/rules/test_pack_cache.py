"""The cache of packs: it saves the reading, and never shows."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path

import pytest
from pack_writer import FILES, THRESHOLDS, write_pack

from ecg_core.errors import PackError
from ecg_core.rules import cache, pack
from ecg_core.rules.ast import Number
from ecg_core.rules.codec import decode_protocol, encode_protocol
from ecg_core.rules.load import load_protocol
from ecg_core.rules.pack import read_pack

LIMIT_220 = THRESHOLDS.replace("200 ms", "220 ms")
TOP = """\
id: top
version: "0.2.0"
schema: 1
title: On top of the tiny pack
edition: "2026"
license: Apache-2.0
requires: {ecg_core: ">=0.1,<0.2"}
extends: {pack: ../tiny, version: ">=0.1,<0.2"}
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ECG_CORE_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def entries(folder: Path) -> list[Path]:
    return sorted(folder.iterdir()) if folder.is_dir() else []


def limit(pack_folder: Path) -> object:
    return load_protocol(pack_folder).thresholds["pr_upper"].body


def refuse(_: Path) -> None:
    raise AssertionError("the pack was read again")


@pytest.mark.parametrize("name", ["ecg_protocol_adult12", "template"])
def test_a_pack_that_we_ship_comes_back_as_it_was(name: str) -> None:
    root = Path(__file__).parent.parent.parent / "protocols" / name
    for header in root.rglob("protocol.yaml"):
        read = read_pack(header.parent).protocol
        assert read is not None
        written = encode_protocol(read)
        back = decode_protocol(written)
        assert back == read
        assert encode_protocol(back) == written, "the types of numbers and the order of rules too"
        assert list(back.rules) == list(read.rules)


def test_the_second_time_no_file_is_parsed(tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_pack(tmp_path / "tiny")
    first = load_protocol(tmp_path / "tiny")
    assert len(entries(folder)) == 1
    monkeypatch.setattr(pack, "read_pack", refuse)
    assert load_protocol(tmp_path / "tiny") == first
    write_pack(tmp_path / "copy")
    copy = load_protocol(tmp_path / "copy")
    assert copy.folder == tmp_path / "copy"
    assert copy.sha256 == first.sha256


def test_a_changed_file_is_read(tmp_path: Path) -> None:
    write_pack(tmp_path / "tiny")
    assert limit(tmp_path / "tiny") == Number(200.0, "ms")
    write_pack(tmp_path / "tiny", {"thresholds/av.yaml": LIMIT_220})
    assert limit(tmp_path / "tiny") == Number(220.0, "ms")
    write_pack(tmp_path / "tiny")
    assert limit(tmp_path / "tiny") == Number(200.0, "ms")


@pytest.mark.parametrize("name", ["rules/notes.txt", "thresholds/more/deep.yaml", "rules/av/empty.yaml"])
def test_a_fault_is_found_in_a_pack_that_is_known(tmp_path: Path, name: str) -> None:
    load_protocol(write_pack(tmp_path / "tiny"))
    write_pack(tmp_path / "tiny", {name: ""})
    with pytest.raises(PackError):
        load_protocol(tmp_path / "tiny")


def test_a_pack_with_faults_is_not_kept(tmp_path: Path, folder: Path) -> None:
    write_pack(tmp_path / "tiny", {"thresholds/av.yaml": "pr_upper: 200 ms\n"})
    with pytest.raises(PackError):
        load_protocol(tmp_path / "tiny")
    assert entries(folder) == []


def test_a_change_in_the_pack_below_is_seen(tmp_path: Path) -> None:
    write_pack(tmp_path / "tiny")
    (tmp_path / "top").mkdir()
    (tmp_path / "top" / "protocol.yaml").write_text(TOP, encoding="utf-8")
    assert limit(tmp_path / "top") == Number(200.0, "ms")
    known = load_protocol(tmp_path / "top")
    assert [base.folder for base in known.bases] == [tmp_path / "tiny"]
    write_pack(tmp_path / "tiny", {"thresholds/av.yaml": LIMIT_220})
    assert limit(tmp_path / "top") == Number(220.0, "ms")


def test_a_change_of_the_program_is_seen(tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_pack(tmp_path / "tiny")
    load_protocol(tmp_path / "tiny")
    monkeypatch.setattr(cache, "_program", lambda: "another program")
    load_protocol(tmp_path / "tiny")
    assert len(entries(folder)) == 2


@pytest.mark.parametrize("damage", [b"", b"\xff\xfe", b"cut off", b'0\n["Path","/"]'])
def test_a_damaged_entry_is_made_anew(tmp_path: Path, folder: Path, damage: bytes) -> None:
    first = load_protocol(write_pack(tmp_path / "tiny"))
    (entry,) = entries(folder)
    whole = entry.read_bytes()
    entry.write_bytes(whole[: len(whole) // 2] if damage == b"cut off" else damage)
    assert load_protocol(tmp_path / "tiny") == first
    assert entry.read_bytes() == whole


@pytest.mark.parametrize(
    "rows",
    [
        [],
        {},
        [["system", "touch hacked"]],
        [["os.system", "touch hacked"]],
        [["Path", "x"]],
        [["Number", 1.0]],
        [["Not", [7]]],
        [["Number", 1.0, "ms"], ["Not", [0]], ["Path"]],
    ],
)
def test_an_entry_of_another_making_is_made_anew(tmp_path: Path, folder: Path, rows: object) -> None:
    first = load_protocol(write_pack(tmp_path / "tiny"))
    (entry,) = entries(folder)
    text = json.dumps(rows)
    entry.write_text(f"{hashlib.sha256(text.encode()).hexdigest()}\n{text}", encoding="utf-8")
    assert load_protocol(tmp_path / "tiny") == first


@pytest.mark.skipif(not hasattr(os, "getuid"), reason="files have no owner here")
def test_what_another_user_put_there_is_not_believed(
    tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    load_protocol(write_pack(tmp_path / "tiny"))
    (entry,) = entries(folder)
    text = entry.read_text(encoding="utf-8").partition("\n")[2].replace("200.0", "900.0")
    entry.write_text(f"{hashlib.sha256(text.encode()).hexdigest()}\n{text}", encoding="utf-8")
    assert limit(tmp_path / "tiny") == Number(900.0, "ms"), "the user's own"
    stranger = os.getuid() + 1
    monkeypatch.setattr(os, "getuid", lambda: stranger)
    assert limit(tmp_path / "tiny") == Number(200.0, "ms")


def test_without_a_place_to_write_the_pack_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("no folder", encoding="utf-8")
    write_pack(tmp_path / "tiny")
    monkeypatch.setenv("ECG_CORE_CACHE", str(tmp_path / "file" / "cache"))
    assert limit(tmp_path / "tiny") == Number(200.0, "ms")
    monkeypatch.setattr(cache, "cache_folder", lambda: None)
    assert limit(tmp_path / "tiny") == Number(200.0, "ms")


def test_a_file_that_changes_while_the_pack_is_read(
    tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_pack(tmp_path / "tiny")

    def read_late(place: Path) -> pack.PackSource:
        write_pack(place, {"thresholds/av.yaml": LIMIT_220})
        return read_pack(place)

    monkeypatch.setattr(pack, "read_pack", read_late)
    load_protocol(tmp_path / "tiny")
    assert entries(folder) == [], "what was read is not what the key stands for"


def test_the_oldest_entries_go(tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "MOST_ENTRIES", 2)
    for limit_ms in range(200, 205):
        changed = FILES["thresholds/av.yaml"].replace("200 ms", f"{limit_ms} ms")
        load_protocol(write_pack(tmp_path / "tiny", {"thresholds/av.yaml": changed}))
        for age, entry in enumerate(entries(folder)):
            os.utime(entry, (entry.stat().st_atime, entry.stat().st_mtime - 10 - age))
    assert len(entries(folder)) == 2
    load_protocol(tmp_path / "tiny")


def test_where_the_cache_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert cache.cache_folder() == tmp_path / "cache"
    monkeypatch.delenv("ECG_CORE_CACHE")
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    assert cache.cache_folder() == tmp_path / "xdg" / "ecg-core"
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert cache.cache_folder() == tmp_path / ".cache" / "ecg-core"
