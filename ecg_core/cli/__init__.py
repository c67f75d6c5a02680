"""The command line: one file per command group; heavy imports happen inside the commands."""

from __future__ import annotations

from ecg_core.cli.boundary import main

__all__ = ["main"]
