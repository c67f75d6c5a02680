"""``ecg-core plugins``: what is installed, what is broken, and whether a component keeps its contract."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Annotated

import typer

from ecg_core.cli.console import emit, table, tell
from ecg_core.cli.options import (
    FsOption,
    LeadsOption,
    UnitsOption,
    VerboseOption,
    component_names,
    lead_names,
    pack_names,
    pack_place,
)
from ecg_core.errors import EcgCoreError, PluginError, UnknownNameError
from ecg_core.hookspecs import HOOK_KINDS
from ecg_core.plugin_manager import PluginInfo, PluginManager


def list_plugins(
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    strict: Annotated[
        bool, typer.Option("--strict", help="Exit with 6 if a plugin is broken or a name is offered twice.")
    ] = False,
    verbose: VerboseOption = 0,
) -> None:
    """List every plugin with what it offers; broken and disabled ones too."""
    plugins = PluginManager.shared().plugins()
    rows = [_row(plugin) for plugin in plugins]
    if as_json:
        emit(json.dumps(rows, indent=2) + "\n")
    else:
        emit(_as_table(rows))
    faults = [f"{plugin.distribution}: {plugin.error}" for plugin in plugins if plugin.status not in ("ok", "disabled")]
    faults += _twice(plugins)
    for fault in faults:
        tell(f"ecg-core: warning: {fault}")
    if strict and faults:
        raise typer.Exit(PluginError.exit_code)


def _row(plugin: PluginInfo) -> dict[str, object]:
    return {
        "distribution": plugin.distribution,
        "version": plugin.version,
        "plugin": plugin.name,
        "module": plugin.module,
        "status": plugin.status,
        "error": plugin.error,
        "components": [
            {
                "hook": hook,
                "name": component.name,
                "factory": component.factory,
                "api": component.api,
                "summary": component.summary,
                "requires": list(component.requires),
            }
            for hook, component in plugin.components
        ],
    }


def _as_table(rows: list[dict[str, object]]) -> str:
    lines = []
    for row in rows:
        head = (f"{row['distribution']} {row['version']}", str(row["status"]))
        offered = row["components"]
        if not isinstance(offered, list) or not offered:
            lines.append((*head, "", "", str(row["error"] or "offers nothing")))
            continue
        for component in offered:
            lines.append((*head, component["hook"].removeprefix("ecg_"), component["name"], component["summary"]))
            head = ("", "")
    return table(("distribution", "status", "kind", "name", "summary"), lines) if lines else "no plugins\n"


def _twice(plugins: tuple[PluginInfo, ...]) -> list[str]:
    """Say which names two plugins offer; such a name must be written DIST:NAME."""
    offers = Counter((hook, component.name) for plugin in plugins for hook, component in plugin.components)
    faults = []
    for (hook, name), count in offers.items():
        if count > 1:
            givers = sorted(
                plugin.distribution
                for plugin in plugins
                if (hook, name) in {(offered, component.name) for offered, component in plugin.components}
            )
            faults.append(f"{name!r} of {hook} is offered by {' and '.join(givers)}; choose with DIST:{name}")
    return faults


def _known_names() -> list[str]:
    return sorted({name for hook in HOOK_KINDS for name in component_names(hook)} | set(pack_names()))


def check(
    name: Annotated[
        str,
        typer.Argument(help="Name of a component, DIST:NAME, or a pack's name or folder.", autocompletion=_known_names),
    ],
    examples: Annotated[
        list[Path],
        typer.Option("--example", metavar="FILE", help="For readers: a recording in the format. Repeatable."),
    ] = [],  # noqa: B006 - typer copies it
    fs: FsOption = None,
    units: UnitsOption = None,
    leads: LeadsOption = None,
    verbose: VerboseOption = 0,
) -> None:
    """Run the conformance test of a plugin's component or of a pack; exit 6 (pack: 5) if it breaks its contract."""
    wanted = name.rpartition(":")[2]
    hooks = [hook for hook in HOOK_KINDS if wanted in component_names(hook)]
    place = pack_place(name)
    if not hooks and not Path(place).is_dir() and wanted not in pack_names():
        raise _not_found(name)

    from ecg_core.testing.conformance import check_component, check_pack

    for hook in hooks:
        done = check_component(hook, name, examples=examples, sampling_rate=fs, units=units, leads=lead_names(leads))
        emit(f"{hook.removeprefix('ecg_')} {name}: ok, {done}\n")
    if not hooks:
        emit(f"pack {name}: ok, {check_pack(place)}\n")


def _not_found(name: str) -> EcgCoreError:
    """Say why there is no such component: a broken plugin may have been meant."""
    for plugin in PluginManager.shared().plugins():
        if name in (plugin.name, plugin.distribution) and plugin.status != "ok":
            return PluginError(f"plugin {name!r} is {plugin.status}: {plugin.error}", hint="see: ecg-core plugins list")
    return UnknownNameError("component or pack", name, _known_names())
