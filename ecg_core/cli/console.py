"""Where output goes: results to stdout, everything else to stderr."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ecg_core.errors import UsageError

if TYPE_CHECKING:
    from rich.console import RenderableType

_PIPE_WIDTH = 200
"""Columns of a table that goes to a file or pipe, where nothing tells how wide it may be."""


def emit(text: str | bytes, output: Path | None = None, *, append: bool = False) -> None:
    """Write a result to stdout, or to the file `output` (in place of what it holds, or after it).

    A reader that has closed the pipe (``| head``) wanted no more: that is no error.

    Raises:
        UsageError: if the file cannot be written.
    """
    data = text.encode() if isinstance(text, str) else text
    if output is not None:
        try:
            with output.open("ab" if append else "wb") as file:
                file.write(data)
        except OSError as error:
            raise UsageError(f"cannot write {output}: {error.strerror}", hint="choose another file with -o") from error
        return
    try:
        sys.stdout.flush()
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        # Python flushes stdout once more at exit and would complain then.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def tell(text: str) -> None:
    """Write a line for the person at the keyboard to stderr."""
    print(text, file=sys.stderr)  # noqa: T201 - the one place that prints


def counted(count: int, noun: str) -> str:
    """Return ``1 rule`` or ``3 rules``."""
    return f"{count} {noun}{'' if count == 1 else 's'}"


def table(headers: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return rows as aligned columns; wide cells wrap to the terminal's width."""
    from rich.table import Table

    grid = Table(*headers, box=None, pad_edge=False, header_style="bold")
    for row in rows:
        grid.add_row(*(_literal(cell) for cell in row))
    return drawn(grid)


def drawn(renderable: RenderableType) -> str:
    """Return what rich would print on stdout: colours only on a terminal, and not with NO_COLOR."""
    from rich.console import Console

    on_terminal = sys.stdout.isatty()
    console = Console(
        file=io.StringIO(),
        force_terminal=on_terminal,
        width=None if on_terminal else _PIPE_WIDTH,
        highlight=False,
    )
    console.print(renderable)
    lines = console.file.getvalue().splitlines()  # type: ignore[attr-defined]
    return "".join(f"{line.rstrip()}\n" for line in lines)


def _literal(cell: str) -> str:
    from rich.markup import escape

    return escape(cell)
