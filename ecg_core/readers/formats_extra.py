"""The door to the packages of the extra ``[formats]``: loaded when such a file is read, named when they are missing."""

from __future__ import annotations

import importlib
from typing import Any

from ecg_core.errors import PluginError

INSTALL = "pip install 'ecg-core[formats]'"


def load(module: str, kind: str) -> Any:
    """Import a module of the extra.

    Args:
        module: dotted name, e.g. "defusedxml.ElementTree".
        kind: the format that needs it, for the message.

    Raises:
        PluginError: if it is not installed, with the line that installs it.
    """
    try:
        return importlib.import_module(module)
    except ImportError as error:
        package = module.partition(".")[0]
        raise PluginError(f"{kind} files are read with the package {package}: {error}", hint=INSTALL) from error
