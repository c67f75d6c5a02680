"""Find, name and load plugins, one by one, so that a broken one takes no other down.

``ECG_CORE_PLUGINS`` (distributions that may load, comma-separated) and ``ECG_CORE_DISABLE_PLUGINS`` (distributions that
may not) choose what is loaded. Plugins are code with full trust; packs are data and are found elsewhere.
"""

from __future__ import annotations

import importlib
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from typing import Literal

import pluggy

from ecg_core.errors import PluginError, UnknownNameError
from ecg_core.hookspecs import API_VERSION, HOOK_KINDS, PROJECT, Component, Hooks

GROUP = "ecg_core.plugins"

Status = Literal["ok", "disabled", "failed", "incompatible"]


@dataclass(frozen=True, slots=True)
class PluginInfo:
    """One entry point and what became of it.

    Attributes:
        name: name of the entry point.
        distribution: distribution that declares it.
        version: version of that distribution.
        module: module it names.
        status: ok, disabled (by choice), failed (raised), or incompatible (unknown hook or other API version).
        error: what went wrong, in one line, or None.
        components: ``(hook, descriptor)`` pairs it yields.
    """

    name: str
    distribution: str
    version: str
    module: str
    status: Status = "ok"
    error: str | None = None
    components: tuple[tuple[str, Component], ...] = ()


class PluginManager:
    """The plugins of this environment.

    Args:
        found: entry points to load; those installed by default.
        environ: environment variables; the process's by default.
    """

    def __init__(self, found: Iterable[EntryPoint] | None = None, *, environ: Mapping[str, str] | None = None) -> None:
        environ = os.environ if environ is None else environ
        allowed = _names(environ.get("ECG_CORE_PLUGINS"))
        blocked = _names(environ.get("ECG_CORE_DISABLE_PLUGINS")) or frozenset()
        points = entry_points(group=GROUP) if found is None else found
        # An editable install can show the same entry point twice on sys.path.
        unique = {(_distribution(point)[0], point.name, point.value): point for point in points}
        self._plugins = tuple(_load(point, allowed, blocked) for _, point in sorted(unique.items()))

    @staticmethod
    def shared() -> PluginManager:
        """Return the manager of the installed plugins, loaded once per process."""
        return _shared()

    def plugins(self) -> tuple[PluginInfo, ...]:
        """Return every plugin found, broken and disabled ones too."""
        return self._plugins

    def components(self, hook: str) -> tuple[Component, ...]:
        """Return the descriptors that plugins yield for a hook, in order of distribution and entry point.

        A name that two distributions offer stands twice; `find` then asks for ``DIST:NAME``.
        """
        return tuple(component for _, component in self._offers(hook))

    def find(self, hook: str, name: str) -> Component:
        """Return the descriptor chosen by ``NAME`` or ``DIST:NAME``.

        Raises:
            PluginError: if the name is ambiguous, or belongs to a plugin that failed or is disabled.
            UnknownNameError: if no plugin offers it.
        """
        wanted_distribution, _, wanted = name.rpartition(":")
        offers = [
            (plugin, component)
            for plugin, component in self._offers(hook)
            if component.name == wanted and wanted_distribution in ("", plugin.distribution)
        ]
        if len(offers) == 1:
            return offers[0][1]
        kind = hook.removeprefix("ecg_").rstrip("s").replace("_", " ")
        if offers:
            givers = sorted(plugin.distribution for plugin, _ in offers)
            raise PluginError(
                f"{kind} {wanted!r} is offered by {' and '.join(givers)}",
                hint="choose one: " + " or ".join(f"{giver}:{wanted}" for giver in givers),
            )
        broken = [plugin for plugin in self._plugins if plugin.status != "ok"]
        if broken:
            listed = "; ".join(f"{plugin.distribution} ({plugin.status}: {plugin.error})" for plugin in broken)
            known = [component.name for component in self.components(hook)]
            raise PluginError(
                f"no working plugin offers {kind} {name!r}; not loaded: {listed}",
                hint=f"see: ecg-core plugins list; working ones: {', '.join(known) or 'none'}",
            )
        raise UnknownNameError(kind, name, [component.name for component in self.components(hook)])

    def make(self, hook: str, name: str) -> object:
        """Import the chosen component's factory and call it.

        Raises:
            PluginError: if it cannot be imported or made, naming the component and what it requires.
            UnknownNameError: if no plugin offers it.
        """
        component = self.find(hook, name)
        module, _, attribute = component.factory.partition(":")
        try:
            return getattr(importlib.import_module(module), attribute)()
        except Exception as error:
            needs = " ".join(component.requires)
            raise PluginError(
                f"{component.name!r} ({component.factory}) cannot be loaded: {type(error).__name__}: {error}",
                hint=f"pip install {needs}" if needs else f"see: ecg-core plugins check {component.name}",
            ) from error

    def _offers(self, hook: str) -> list[tuple[PluginInfo, Component]]:
        if hook not in HOOK_KINDS:
            raise UnknownNameError("hook", hook, HOOK_KINDS)
        return [
            (plugin, component)
            for plugin in self._plugins
            for offered_hook, component in plugin.components
            if offered_hook == hook
        ]


def _load(point: EntryPoint, allowed: frozenset[str] | None, blocked: frozenset[str]) -> PluginInfo:
    """Load one entry point; whatever it does wrong is recorded, not raised: the caller may not need it."""
    distribution, version = _distribution(point)
    info = PluginInfo(point.name, distribution, version, point.value)
    own = distribution == "ecg-core"
    if distribution in blocked or (allowed is not None and distribution not in allowed and not own):
        return replace(info, status="disabled", error="switched off by ECG_CORE_PLUGINS or ECG_CORE_DISABLE_PLUGINS")
    try:
        module = point.load()
        manager = pluggy.PluginManager(PROJECT)
        manager.add_hookspecs(Hooks)
        manager.register(module, name=point.name)
        manager.check_pending()
        components = tuple(
            (hook, _checked(hook, component))
            for hook in HOOK_KINDS
            for yielded in getattr(manager.hook, hook)()
            for component in yielded
        )
    except pluggy.PluginValidationError as error:
        return replace(info, status="incompatible", error=f"unknown hook: {error}")
    except _IncompatibleError as error:
        return replace(info, status="incompatible", error=str(error))
    except Exception as error:
        return replace(info, status="failed", error=f"{type(error).__name__}: {error}")
    return replace(info, components=components)


class _IncompatibleError(Exception):
    """A descriptor of another kind or API version."""


def _checked(hook: str, component: object) -> Component:
    kind: type[Component] = HOOK_KINDS[hook]
    if not isinstance(component, kind):
        raise _IncompatibleError(f"{hook} yielded {component!r}, not a {kind.__name__}")
    if component.api != API_VERSION:
        raise _IncompatibleError(f"{component.name!r} is written for API {component.api}; this is API {API_VERSION}")
    return component


def _distribution(point: EntryPoint) -> tuple[str, str]:
    return (point.dist.name, point.dist.version) if point.dist else ("unknown", "")


def _names(listed: str | None) -> frozenset[str] | None:
    return None if listed is None else frozenset(name.strip() for name in listed.split(",") if name.strip())


@cache
def _shared() -> PluginManager:
    return PluginManager()
