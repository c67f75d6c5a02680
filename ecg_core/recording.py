"""A recording: twelve (or fewer) leads in millivolts, and who they belong to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ecg_core.errors import UnreadableError, UsageError
from ecg_core.vocabulary import LEADS

Provenance = Literal["recorded", "derived", "digitised"]
Sex = Literal["male", "female"]


@dataclass(frozen=True, slots=True)
class Patient:
    """What interpretation needs to know of a patient, and nothing that names one.

    Attributes:
        age: age at recording in years, or None if unknown.
        sex: "male" or "female" (at birth; decides limits), or None if unknown.
    """

    age: float | None = None
    sex: Sex | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Recording:
    """Simultaneous leads of one ECG.

    Attributes:
        signal: shape ``[leads, samples]``, float64, in mV; NaN where nothing was recorded.
        sampling_rate: samples per second, in Hz.
        leads: lead names in standard order (I, II, III, aVR, aVL, aVF, V1..V6); no duplicates.
        provenance: for each lead whether it was recorded, derived from others, or digitised from a picture.
        patient: age and sex where the file says them.
        source: the format or reader that produced it, e.g. "wfdb".
        name: the record's name (a file stem, never a person).
        start: time of the first sample within the original recording, in s.
        reported: values the machine that made the file states itself, by vocabulary name and unit.
        notes: what a reader of the report should know about how the signal was obtained.
    """

    signal: NDArray[np.float64]
    sampling_rate: float
    leads: tuple[str, ...]
    provenance: tuple[Provenance, ...]
    patient: Patient = Patient()
    source: str = "array"
    name: str = ""
    start: float = 0.0
    reported: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.signal.ndim != 2 or self.signal.shape[0] != len(self.leads):
            raise UnreadableError(f"signal of shape {self.signal.shape} does not fit {len(self.leads)} leads")
        if len(self.provenance) != len(self.leads):
            raise UnreadableError(f"{len(self.provenance)} provenance entries for {len(self.leads)} leads")
        if self.sampling_rate <= 0 or not np.isfinite(self.sampling_rate):
            raise UnreadableError(f"sampling rate {self.sampling_rate} Hz is not usable")
        unknown = [lead for lead in self.leads if lead not in LEADS]
        if unknown or len(set(self.leads)) != len(self.leads):
            raise UnreadableError(f"lead names {', '.join(self.leads)} are not a set of standard leads")

    @property
    def duration(self) -> float:
        """Length in s."""
        return float(self.signal.shape[1] / self.sampling_rate)

    def lead(self, name: str) -> NDArray[np.float64]:
        """Return one lead, shape ``[samples]``, in mV.

        Raises:
            UsageError: if the recording does not hold that lead.
        """
        if name not in self.leads:
            raise UsageError(f"lead {name!r} is not in the recording", hint=f"it holds {', '.join(self.leads)}")
        row: NDArray[np.float64] = self.signal[self.leads.index(name)]
        return row

    def window(self, start: float = 0.0, duration: float | None = None) -> Recording:
        """Return the part from `start` on, `duration` long (both in s), sharing the samples.

        Raises:
            UsageError: if the window does not overlap the recording.
        """
        first = round(start * self.sampling_rate)
        last = self.signal.shape[1] if duration is None else first + round(duration * self.sampling_rate)
        if first < 0 or first >= self.signal.shape[1] or last <= first:
            raise UsageError(
                f"no samples between {start} s and {last / self.sampling_rate:g} s",
                hint=f"the recording is {self.duration:g} s long",
            )
        return replace(self, signal=self.signal[:, first:last], start=self.start + first / self.sampling_rate)
