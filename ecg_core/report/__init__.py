"""Reports: an `Interpretation` becomes text, JSON or whatever a plugin renders."""

from __future__ import annotations

from typing import Protocol, cast

from ecg_core.findings import Interpretation
from ecg_core.plugin_manager import PluginManager


class Renderer(Protocol):
    """The contract of hook ``ecg_reports``."""

    def render(self, interpretation: Interpretation) -> bytes:
        """Return the report's bytes; the same interpretation gives the same bytes."""


def render(interpretation: Interpretation, format_name: str = "text", *, plugins: PluginManager | None = None) -> bytes:
    """Render an interpretation in one of the installed formats.

    Raises:
        UnknownNameError: if no plugin offers the format.
        PluginError: if its renderer cannot be loaded.
    """
    manager = plugins or PluginManager.shared()
    renderer = cast("Renderer", manager.make("ecg_reports", format_name))
    return renderer.render(interpretation)
