from __future__ import annotations

import sys
from importlib.metadata import EntryPoint
from pathlib import Path
from types import SimpleNamespace

import pytest
from pack_writer import write_pack

from ecg_core.errors import PluginError
from ecg_core.rules import discover
from ecg_core.rules.discover import find_pack, installed_packs


def point(name: str, package: str, distribution: str) -> EntryPoint:
    made = EntryPoint(name, package, discover.GROUP)
    object.__setattr__(made, "dist", SimpleNamespace(name=distribution, version="1.0"))
    return made


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder on the import path with a pack whose package raises when it is imported."""
    write_pack(tmp_path / "strange_pack")
    (tmp_path / "strange_pack" / "__init__.py").write_text("raise RuntimeError('a pack is never imported')\n")
    (tmp_path / "empty_pack").mkdir()
    (tmp_path / "empty_pack" / "__init__.py").write_text("")
    monkeypatch.syspath_prepend(tmp_path)
    return tmp_path


def offer(monkeypatch: pytest.MonkeyPatch, *points: EntryPoint) -> None:
    monkeypatch.setattr(discover, "entry_points", lambda *, group: list(points))


def test_a_pack_is_found_without_importing_it(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    offer(monkeypatch, point("strange", "strange_pack", "d1"))
    (pack,) = installed_packs()
    assert (pack.name, pack.distribution, pack.version, pack.status) == ("strange", "d1", "1.0", "ok")
    assert pack.folder == site / "strange_pack"
    assert "strange_pack" not in sys.modules


def test_broken_packs_are_listed(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    offer(
        monkeypatch,
        point("a", "no_such_package", "d1"),
        point("b", "strange_pack.inner", "d1"),
        point("c", "empty_pack", "d1"),
        point("d", "strange_pack", "d1"),
    )
    packs = installed_packs()
    assert [pack.status for pack in packs] == ["broken", "broken", "broken", "ok"]
    assert packs[0].error == "package 'no_such_package' is not there"
    assert packs[1].error == "'strange_pack.inner' is not the name of a top-level package"
    assert packs[2].error == "package 'empty_pack' holds no protocol.yaml"
    assert "strange_pack" not in sys.modules
    with pytest.raises(PluginError, match="no_such_package"):
        find_pack("a")


@pytest.mark.usefixtures("site")
def test_one_name_from_two_distributions(monkeypatch: pytest.MonkeyPatch) -> None:
    offer(monkeypatch, point("p", "strange_pack", "d2"), point("p", "strange_pack", "d1"))
    with pytest.raises(PluginError, match="d1 and d2") as caught:
        find_pack("p")
    assert caught.value.hint == "choose one: d1:p or d2:p"
    chosen = find_pack("d2:p")
    assert chosen is not None
    assert chosen.distribution == "d2"
    assert find_pack("d3:p") is None


@pytest.mark.usefixtures("site")
def test_the_same_entry_point_seen_twice_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    offer(monkeypatch, point("p", "strange_pack", "d1"), point("p", "strange_pack", "d1"))
    assert len(installed_packs()) == 1


def test_our_own_pack_comes_through_the_entry_points() -> None:
    assert any(pack.name == "adult12" and pack.status == "ok" for pack in installed_packs())
