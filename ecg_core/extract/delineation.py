"""What a delineator finds in a recording: beats, their waves, and one representative beat per lead."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

BeatClass = Literal["dominant", "supraventricular", "ventricular", "paced", "fusion", "unclassifiable"]


@dataclass(frozen=True, slots=True)
class Waves:
    """Fiducial points of one beat, in samples; None where the wave is absent or its edge cannot be placed."""

    qrs_onset: int | None = None
    qrs_offset: int | None = None
    p_onset: int | None = None
    p_peak: int | None = None
    p_offset: int | None = None
    t_onset: int | None = None
    t_peak: int | None = None
    t_offset: int | None = None


@dataclass(frozen=True, slots=True)
class Beat:
    """One QRS complex.

    Attributes:
        sample: QRS position within the analysed window, in samples.
        kind: class of the beat.
        shape: number of the QRS shape it belongs to; 0 is the dominant one.
        correlation: correlation with the representative beat of its shape, over all usable leads.
        waves: global fiducial points within the analysed window.
    """

    sample: int
    kind: BeatClass
    shape: int
    correlation: float
    waves: Waves


@dataclass(frozen=True, slots=True, eq=False)
class Delineation:
    """Everything that intervals, amplitudes and rhythm are computed from.

    Attributes:
        sampling_rate: rate of `raw`, `signal` and all sample numbers, in Hz (working rate, 500 Hz).
        leads: lead names, in the order of the rows below.
        raw: shape ``[leads, samples]``, mV, resampled but not filtered; gaps filled with 0 (see `missing`).
        signal: shape ``[leads, samples]``, mV; baseline wander removed, low-passed at 150 Hz.
        missing: shape ``[leads, samples]``, True where the recording holds no sample.
        usable: lead name -> whether its amplitudes may be measured.
        beats: in time order.
        representative: shape ``[leads, length]``, mV: aligned average of the dominant beats.
        origin: sample of `representative` that stands for `Beat.sample`.
        waves: global fiducial points within `representative`.
        edges: those of them that are known to a fraction of a sample, by name.
        slow_part: what the baseline filter took from `representative`, likewise, and amplitudes need; 0 at the QRS
            onset; None where nothing was filtered.
        opinions: the waves as each of two independent delineators sees them; None where there is one only.
        averaged: number of beats in the average.
    """

    sampling_rate: float
    leads: tuple[str, ...]
    raw: NDArray[np.float64]
    signal: NDArray[np.float64]
    missing: NDArray[np.bool_]
    usable: dict[str, bool]
    beats: tuple[Beat, ...]
    representative: NDArray[np.float64]
    origin: int
    waves: Waves
    averaged: int
    edges: Mapping[str, float] = field(default_factory=dict)
    slow_part: NDArray[np.float64] | None = None
    opinions: tuple[Waves, Waves] | None = None
