"""Lines of the text report, broken at spaces."""

from __future__ import annotations

WIDTH = 100
"""Columns that a line fills at most, where words allow it."""


def wrapped(text: str, indent: str) -> list[str]:
    """Break a text at spaces; the lines after the first are indented by as many blanks as `indent` is long."""
    lines, line = [], indent
    for word in text.split():
        if len(line) + len(word) > WIDTH and line.strip():
            lines.append(line.rstrip())
            line = " " * len(indent)
        line += word + " "
    return [*lines, line.rstrip()] if text else []
