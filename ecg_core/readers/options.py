"""What a caller may tell a reader, and the contract that every reader keeps."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from ecg_core.errors import UsageError
from ecg_core.recording import Recording
from ecg_core.vocabulary import lead_name

HEAD_BYTES = 4096
"""How much of a file `Reader.sniff` is shown."""

MILLIVOLTS = {"mv": 1.0, "uv": 1e-3, "µv": 1e-3, "μv": 1e-3, "v": 1e3}
"""Unit, case folded, -> factor to mV. Both code points of the micro sign are in use (U+00B5, U+03BC)."""


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """What the caller states about a file that may not state it itself.

    Attributes:
        sampling_rate: in Hz.
        units: unit of the samples: mV, uV or V.
        leads: names of the channels in file order; standardised on construction.

    Raises:
        UsageError: if a value cannot be true of any recording.
    """

    sampling_rate: float | None = None
    units: str | None = None
    leads: tuple[str, ...] | None = None

    def __post_init__(self) -> None:
        rate = self.sampling_rate
        if rate is not None and not (math.isfinite(rate) and rate > 0):
            raise UsageError(f"sampling rate {rate} Hz is not usable", hint="give samples per second, e.g. --fs 500")
        if self.units is not None and to_millivolts(self.units) is None:
            raise UsageError(f"unit {self.units!r} is no unit of voltage known here", hint="use mV, uV or V")
        if self.leads is not None:
            leads = tuple(lead_name(label) for label in self.leads)
            twice = sorted({lead for lead in leads if leads.count(lead) > 1})
            if twice or not leads:
                raise UsageError(
                    f"lead names given twice: {', '.join(twice)}" if twice else "no lead names given",
                    hint="name each lead once, in the order of the file, e.g. --leads I,II,V1",
                )
            object.__setattr__(self, "leads", leads)

    def check_against(self, kind: str, sampling_rate: float) -> None:
        """Refuse options that speak against a file which states everything itself.

        Args:
            kind: name of the format, for the message.
            sampling_rate: what the file states, in Hz.

        Raises:
            UsageError: if units or leads are given, or another sampling rate.
        """
        if self.sampling_rate not in (None, sampling_rate):
            raise UsageError(
                f"the file states {sampling_rate:g} Hz, the call {self.sampling_rate:g} Hz", hint="leave out --fs"
            )
        if self.units is not None or self.leads is not None:
            raise UsageError(f"a {kind} file states its units and leads itself", hint="leave out --units and --leads")


class Reader(Protocol):
    """Turns one file format into recordings. Made without arguments by the factory of a `ReaderSpec`."""

    def sniff(self, path: Path, head: bytes) -> bool:
        """Say whether the file is of this format, by content; never raise and never read the whole file.

        Args:
            path: as the caller gave it; it need not exist (a WFDB record is named without a suffix).
            head: the first `HEAD_BYTES` bytes, empty if `path` is no file.
        """
        ...

    def read(self, path: Path, options: ReadOptions) -> Recording:
        """Return the recording.

        Raises:
            UnreadableError: if the file cannot be turned into a recording.
            UsageError: if `options` lack what the file does not state, or contradict it.
        """
        ...


def to_millivolts(unit: str) -> float | None:
    """Return the factor that turns `unit` into mV, or None if it is no known unit of voltage."""
    return MILLIVOLTS.get(unit.strip().casefold())
