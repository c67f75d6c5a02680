from importlib.metadata import EntryPoint
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from ecg_core.errors import PluginError, UnknownNameError
from ecg_core.hookspecs import ReaderSpec, RewardSpec, hookimpl
from ecg_core.plugin_manager import GROUP, PluginManager


class Point:
    """An entry point that loads the module it is given."""

    def __init__(self, distribution: str, module: ModuleType | Exception, name: str = "main") -> None:
        self.name, self.group, self.value = name, GROUP, f"{distribution}_module"
        self.dist = SimpleNamespace(name=distribution, version="1.0")
        self._module = module

    def load(self) -> ModuleType:
        if isinstance(self._module, Exception):
            raise self._module
        return self._module


def module(**hooks: Any) -> ModuleType:
    made = ModuleType("made")
    for name, function in hooks.items():
        function.__name__ = name
        setattr(made, name, hookimpl(function))
    return made


def reader(name: str, **more: Any) -> ModuleType:
    return module(ecg_readers=lambda: [ReaderSpec(name=name, factory="collections:OrderedDict", **more)])


def manager(*points: Any, **environ: str) -> PluginManager:
    return PluginManager(points, environ=environ)


def test_our_own_components_come_in_by_entry_point() -> None:
    plugins = {plugin.name: plugin for plugin in PluginManager.shared().plugins() if plugin.distribution == "ecg-core"}
    assert plugins["builtin"].status == "ok"
    names = {component.name for component in PluginManager.shared().components("ecg_readers")}
    assert {"wfdb", "dicom", "array"} <= names


def test_a_broken_plugin_takes_no_other_down() -> None:
    made = manager(Point("good", reader("one")), Point("bad", RuntimeError("boom")))
    status = {plugin.distribution: (plugin.status, plugin.error) for plugin in made.plugins()}
    assert status == {"good": ("ok", None), "bad": ("failed", "RuntimeError: boom")}
    assert made.make("ecg_readers", "one") == {}
    with pytest.raises(PluginError, match=r"bad \(failed: RuntimeError: boom\)"):
        made.find("ecg_readers", "two")


def test_a_hook_that_raises_is_recorded() -> None:
    def raising() -> list[ReaderSpec]:
        raise OSError("no device")

    (plugin,) = manager(Point("bad", module(ecg_readers=raising))).plugins()
    assert (plugin.status, plugin.error) == ("failed", "OSError: no device")


@pytest.mark.parametrize(
    ("made", "said"),
    [
        (module(ecg_telepathy=lambda: list("x")), "unknown hook"),
        (reader("old", api=99), "API 99"),
        (module(ecg_readers=lambda: [RewardSpec(name="r", factory="a:B")]), "not a ReaderSpec"),
    ],
)
def test_incompatible_plugins_say_why(made: ModuleType, said: str) -> None:
    (plugin,) = manager(Point("other", made)).plugins()
    assert plugin.status == "incompatible"
    assert said in str(plugin.error)


def test_a_name_offered_twice_names_both_distributions() -> None:
    made = manager(Point("dist-a", reader("same")), Point("dist-b", reader("same")))
    with pytest.raises(PluginError, match="dist-a and dist-b") as caught:
        made.find("ecg_readers", "same")
    assert "dist-b:same" in str(caught.value.hint)
    assert made.find("ecg_readers", "dist-b:same").name == "same"


def test_allow_and_deny_lists() -> None:
    points = Point("dist-a", reader("a")), Point("dist-b", reader("b"))
    allowed = manager(*points, ECG_CORE_PLUGINS="dist-a")
    assert [plugin.status for plugin in allowed.plugins()] == ["ok", "disabled"]
    denied = manager(*points, ECG_CORE_DISABLE_PLUGINS="dist-a, dist-c")
    assert [plugin.status for plugin in denied.plugins()] == ["disabled", "ok"]
    with pytest.raises(PluginError, match="disabled"):
        denied.find("ecg_readers", "a")


def test_an_unknown_name_is_suggested() -> None:
    with pytest.raises(UnknownNameError, match="unknown reader") as caught:
        manager(Point("good", reader("wfdb"))).find("ecg_readers", "wfbd")
    assert caught.value.suggestion == "wfdb"


def test_a_factory_that_cannot_be_imported_names_what_it_needs() -> None:
    spec = ReaderSpec(name="heavy", factory="no_such_module:Reader", requires=("heavy-lib",))
    made = manager(Point("good", module(ecg_readers=lambda: [spec])))
    with pytest.raises(PluginError, match="no_such_module") as caught:
        made.make("ecg_readers", "heavy")
    assert caught.value.hint == "pip install heavy-lib"


def test_the_same_entry_point_seen_twice_counts_once() -> None:
    point = EntryPoint("builtin", "ecg_core.builtin", GROUP)
    assert len(PluginManager([point, point], environ={}).plugins()) == 1
