"""Every error that ecg-core raises on purpose.

::

    EcgCoreError                  what went wrong, a hint what to do, an exit code
    |-- UsageError                2  a call or an option that cannot be honoured
    |   `-- UnknownNameError      2  a name outside a closed list, with the nearest one
    |-- UnreadableError           3  a file that no reader can turn into a recording
    |-- NotAssessableError        4  a recording in which nothing can be measured
    |-- PackError                 5  a protocol pack with faults, all of them listed
    `-- PluginError               6  an extra or a plugin that is missing, broken or ambiguous

A value that could not be measured is not an error: it is a `Measurement` without a value and with a reason.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass

_FEW = 20
"""Most names that a hint lists."""


class EcgCoreError(Exception):
    """Base of all errors raised on purpose.

    Args:
        message: what went wrong, in one line, without a final stop.
        hint: what the reader can do about it.
    """

    exit_code = 1

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.hint = hint


class UsageError(EcgCoreError):
    """A call or an option that cannot be honoured."""

    exit_code = 2


class UnknownNameError(UsageError):
    """A name outside a closed list.

    Args:
        kind: what the name should have been, e.g. "measurement".
        name: the name that was given.
        known: the closed list.
    """

    def __init__(self, kind: str, name: str, known: Iterable[str]) -> None:
        self.kind, self.name = kind, name
        names = list(known)
        self.suggestion = nearest(name, names)
        hint = f"did you mean {self.suggestion!r}?" if self.suggestion else None
        if hint is None and 0 < len(names) <= _FEW:
            hint = f"known are: {', '.join(names)}"
        super().__init__(f"unknown {kind} {name!r}", hint=hint)


class UnreadableError(EcgCoreError):
    """A file that no reader can turn into a recording."""

    exit_code = 3


class NotAssessableError(EcgCoreError):
    """A recording in which nothing can be measured."""

    exit_code = 4


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """One fault in a pack: where it stands and what is wrong with it."""

    file: str
    line: int
    column: int
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}: {self.message}"


class PackError(EcgCoreError):
    """A protocol pack with faults; all of them are listed.

    Args:
        pack: name or folder of the pack.
        faults: every fault found, in file order.
        hint: what to do; by default the linter is named.
    """

    exit_code = 5

    def __init__(self, pack: str, faults: Iterable[Fault], *, hint: str | None = None) -> None:
        self.pack = pack
        self.faults = tuple(sorted(faults))
        count = len(self.faults)
        lines = "".join(f"\n  {fault}" for fault in self.faults)
        super().__init__(
            f"protocol pack {pack!r} has {count} fault{'s' if count != 1 else ''}:{lines}",
            hint=hint or "mend the lines above, then run: ecg-core protocol lint PACK",
        )


class PluginError(EcgCoreError):
    """An extra or a plugin that is missing, broken or ambiguous."""

    exit_code = 6


def nearest(name: str, known: Iterable[str]) -> str | None:
    """Return the known name that looks most like `name`, or None if none does."""
    by_folded = {candidate.casefold(): candidate for candidate in known}
    matches = difflib.get_close_matches(name.casefold(), by_folded, n=1, cutoff=0.6)
    return by_folded[matches[0]] if matches else None
