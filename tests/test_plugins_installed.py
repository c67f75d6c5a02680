"""Every hook works for a plugin that is installed, and our own components come in by that same door."""

from __future__ import annotations

import sys
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path

import pytest

from ecg_core.hookspecs import HOOK_KINDS
from ecg_core.plugin_manager import GROUP, PluginManager

PLUGIN = """
from ecg_core.hookspecs import {kind}, hookimpl


@hookimpl
def {hook}():
    return [{kind}(name="mine", factory="{module}:Mine", summary="a stranger's")]


class Mine:
    pass
"""


@pytest.mark.parametrize(
    "hook",
    [
        "ecg_readers",
        "ecg_extractors",
        "ecg_signal_encoders",
        "ecg_image_encoders",
        "ecg_backbones",
        "ecg_rewards",
        "ecg_reports",
        "ecg_protocols",
    ],
)
def test_hook(hook: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    module = f"stranger_{hook}"
    (tmp_path / f"{module}.py").write_text(PLUGIN.format(kind=HOOK_KINDS[hook].__name__, hook=hook, module=module))
    monkeypatch.syspath_prepend(tmp_path)
    manager = PluginManager([EntryPoint("stranger", module, GROUP)], environ={})
    (plugin,) = manager.plugins()
    assert (plugin.status, plugin.error) == ("ok", None)
    assert [component.name for component in manager.components(hook)] == ["mine"]
    assert type(manager.make(hook, "mine")) is sys.modules[module].Mine
    assert all(manager.components(other) == () for other in HOOK_KINDS if other != hook)


def test_our_own_components_come_through_the_entry_points() -> None:
    own = [point for point in entry_points(group=GROUP) if point.dist and point.dist.name == "ecg-core"]
    assert {point.value for point in own} == {"ecg_core.builtin"}
    assert PluginManager([], environ={}).components("ecg_readers") == ()


def test_our_own_components_can_be_made() -> None:
    (own,) = (plugin for plugin in PluginManager.shared().plugins() if plugin.name == "builtin")
    assert own.components
    for hook, component in own.components:
        made = PluginManager.shared().make(hook, f"ecg-core:{component.name}")
        assert component.factory == f"{type(made).__module__}:{type(made).__name__}"


def test_our_own_packs_come_through_the_entry_points() -> None:
    from ecg_core.rules.discover import installed_packs

    (pack,) = (pack for pack in installed_packs() if pack.name == "adult12")
    assert (pack.distribution, pack.package, pack.status) == ("ecg-core", "ecg_protocol_adult12", "ok")
    assert "ecg_protocol_adult12" not in sys.modules
