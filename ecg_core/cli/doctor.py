"""``ecg-core doctor``: is this installation sound?"""

from __future__ import annotations

import os
import platform
import re
import sys
from collections.abc import Callable, Iterator
from importlib import metadata

import typer

from ecg_core.cli.console import counted, emit
from ecg_core.cli.options import VerboseOption
from ecg_core.errors import EcgCoreError, PackError

Line = tuple[str, str, str]
"""``ok``, ``note`` or ``FAIL``; the subject; what there is to say."""


def doctor(verbose: VerboseOption = 0) -> None:
    """Say whether this installation is sound.

    Versions, plugins, packs, settings, and a made-up recording taken along the whole path. Exit 1 if something fails.
    """
    failed = False
    for section, lines in (
        ("program", _program()),
        ("dependencies", _dependencies()),
        ("plugins", _plugins()),
        ("packs", _packs()),
        ("settings", _settings()),
        ("self-test", _self_test()),
    ):
        emit(f"{section}\n")
        for status, subject, text in lines:
            failed |= status == "FAIL"
            emit(f"  {status:<5} {subject:<18} {text}\n")
    if failed:
        raise typer.Exit(1)


def _program() -> Iterator[Line]:
    yield "ok", "ecg-core", metadata.version("ecg-core")
    yield "ok", "python", f"{platform.python_version()} ({sys.executable})"
    yield "ok", "platform", platform.platform()


def _dependencies() -> Iterator[Line]:
    for requirement in metadata.requires("ecg-core") or ():
        specifier, _, marker = requirement.partition(";")
        if "extra ==" in marker:
            continue
        name = re.split(r"[^\w.-]", specifier.strip(), maxsplit=1)[0]
        try:
            yield "ok", name, metadata.version(name)
        except metadata.PackageNotFoundError:
            optional = bool(marker.strip())
            yield "note" if optional else "FAIL", name, f"not installed ({requirement})"
    yield _durable()


def _durable() -> Line:
    from ecg_core.rules.backends.durable import available

    if available():
        return "ok", "engine durable", "durable-rules can be imported; it is the default engine"
    return "note", "engine durable", "durable-rules cannot be imported; the python engine serves instead"


def _plugins() -> Iterator[Line]:
    from ecg_core.plugin_manager import PluginManager

    for plugin in PluginManager.shared().plugins():
        names = ", ".join(component.name for _, component in plugin.components)
        status = {"ok": "ok", "disabled": "note"}.get(plugin.status, "FAIL")
        yield status, plugin.distribution, plugin.error or f"{plugin.version}: {names}"


def _packs() -> Iterator[Line]:
    from ecg_core.rules.discover import installed_packs
    from ecg_core.rules.load import load_protocol

    for pack in installed_packs():
        if pack.folder is None:
            yield "FAIL", pack.name, f"{pack.error} (from {pack.distribution})"
            continue
        try:
            protocol = load_protocol(pack.folder)
        except PackError as error:
            yield "FAIL", pack.name, f"{counted(len(error.faults), 'fault')}, first: {error.faults[0]}"
        else:
            rules = counted(len(protocol.rules), "rule")
            yield "ok", pack.name, f"{protocol.version}, {rules} (from {pack.distribution})"


def _settings() -> Iterator[Line]:
    named = {name: value for name, value in sorted(os.environ.items()) if name.startswith("ECG_CORE_")}
    if not named:
        yield "ok", "environment", "no ECG_CORE_ variable is set"
    for name, value in named.items():
        yield "note", name, value


def _self_test() -> Iterator[Line]:
    """Take a made-up recording along the whole path; a step that fails ends it."""
    from ecg_core.extract import measure
    from ecg_core.pipeline import interpret
    from ecg_core.report import render
    from ecg_core.testing.synthetic import TRUTH, sinus_rhythm

    recording = sinus_rhythm()

    def measured() -> str:
        rate = measure(recording).value("heart_rate")
        if not isinstance(rate, float) or abs(rate - TRUTH["heart_rate"]) > 1:
            raise EcgCoreError(f"heart rate {rate} instead of {TRUTH['heart_rate']}/min")
        return f"heart rate {rate:g}/min, as made"

    def interpreted() -> str:
        result = interpret(recording)
        return f"{len(result.findings)} findings by the {result.provenance.engine} engine, " + (
            f"report of {len(render(result))} bytes"
        )

    steps: tuple[tuple[str, Callable[[], str]], ...] = (("measure", measured), ("interpret", interpreted))
    for name, step in steps:
        try:
            yield "ok", name, step()
        except Exception as error:  # the doctor's business is to say what is wrong, whatever it is
            yield "FAIL", name, f"{type(error).__name__}: {error}"
            return
