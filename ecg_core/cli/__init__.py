"""The command line: one file per command group; heavy imports happen inside the commands."""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["main"]

INTERRUPTED = 130
"""Exit code after Ctrl-C, as shells have it."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code.

    Args:
        arguments: words after the program's name; those of this process by default.
    """
    try:
        # Ctrl-C while the modules load is an interruption like any other, not a traceback.
        from ecg_core.cli.boundary import run
    except KeyboardInterrupt:
        return INTERRUPTED
    return run(arguments)
