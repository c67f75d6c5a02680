"""Made-up recordings with a known truth, for the classical engine as a whole."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from drawn_rhythm import Drawn, draw
from numpy.typing import NDArray

from ecg_core.extract.classical import ClassicalExtractor
from ecg_core.measurements import Measurements
from ecg_core.recording import Patient, Recording
from ecg_core.vocabulary import STANDARD_LEADS


def measure(recording: Recording) -> Measurements:
    return ClassicalExtractor().extract(recording)


def recording_of(signal: NDArray[np.float64], sampling_rate: float = 500.0, sex: str | None = None) -> Recording:
    return Recording(
        signal=signal,
        sampling_rate=sampling_rate,
        leads=STANDARD_LEADS,
        provenance=("recorded",) * 12,
        patient=Patient(sex=sex),  # type: ignore[arg-type]
    )


def drawn(beats: Sequence[Drawn], duration: float = 10.0, atrial: NDArray[np.float64] | None = None) -> Recording:
    return recording_of(draw(beats, duration=duration, atrial=atrial).signal)


def with_signal(recording: Recording, signal: NDArray[np.float64]) -> Recording:
    return replace(recording, signal=signal)
