"""Load a protocol pack by name or folder."""

from __future__ import annotations

import os
from pathlib import Path

from ecg_core.errors import PackError, PluginError, UnknownNameError, UsageError
from ecg_core.plugin_manager import PluginManager
from ecg_core.rules.cache import keep, recall
from ecg_core.rules.discover import find_pack, installed_packs
from ecg_core.rules.protocol import Protocol


def load_protocol(name_or_path: str | Path, *, plugins: PluginManager | None = None) -> Protocol:
    """Load a pack and check all of it.

    Args:
        name_or_path: name of an installed pack (``adult12``, or ``DIST:NAME`` where two distributions offer it), or
            path of a pack's folder; a relative path given as text must hold a separator (``./mypack``).
        plugins: where packs made by code are looked up; the installed plugins by default.

    Raises:
        PackError: if the pack has faults, all of them listed.
        PluginError: if the pack is broken or offered twice.
        UnknownNameError: if there is no pack of that name.
        UsageError: if there is no such folder.
    """
    folder = pack_folder(name_or_path, plugins=plugins)
    known, key = recall(folder)
    if known is not None:
        return known
    # Only here: a pack that is known needs no parser.
    from ecg_core.rules.pack import read_pack

    source = read_pack(folder)
    if source.protocol is None:
        raise PackError(str(name_or_path), source.faults)
    return keep(source.protocol, key)


def pack_folder(name_or_path: str | Path, *, plugins: PluginManager | None = None) -> Path:
    """Return the folder of a pack; arguments and errors as for `load_protocol`."""
    if isinstance(name_or_path, Path) or any(mark in name_or_path for mark in ("/", os.sep)) or name_or_path == ".":
        folder = Path(name_or_path)
        if not folder.is_dir():
            raise UsageError(
                f"no folder {str(name_or_path)!r}", hint="give a pack's folder or an installed pack's name"
            )
        return folder
    pack = find_pack(name_or_path)
    if pack is not None and pack.folder is not None:
        return pack.folder
    manager = plugins or PluginManager.shared()
    made = [component.name for component in manager.components("ecg_protocols")]
    if name_or_path.rpartition(":")[2] in made:
        return _made_folder(manager, name_or_path)
    error = UnknownNameError("protocol pack", name_or_path, [*(pack.name for pack in installed_packs()), *made])
    if Path(name_or_path).is_dir():
        error.hint = f"for the folder write ./{name_or_path}"
    raise error


def _made_folder(manager: PluginManager, name: str) -> Path:
    folder = getattr(manager.make("ecg_protocols", name), "folder", None)
    if not isinstance(folder, str | os.PathLike) or not Path(folder).is_dir():
        raise PluginError(
            f"protocol pack {name!r} does not say where it is: {folder!r}",
            hint="its factory must make an object whose 'folder' is the path of a pack",
        )
    return Path(folder)
