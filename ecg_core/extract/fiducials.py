"""The one place where delineators differ: where beats are, and where their waves begin and end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from ecg_core.extract.p_wave import PWave
from ecg_core.extract.t_wave import TWave

SPIKE_TAIL = 0.014
"""QRS onset is not sought closer than this after a pacing spike, in s: recorders smear it (engineering default)."""


@dataclass(frozen=True, slots=True, eq=False)
class GlobalWaves:
    """QRS edges (samples of the representative beat) and the P and T waves found around them."""

    onset: float
    offset: float
    p: PWave | None
    t: TWave | None


Opinions = tuple[GlobalWaves, GlobalWaves]
"""What two independent delineators find in the same beat."""


@dataclass(frozen=True, slots=True, eq=False)
class Averaged:
    """A representative beat and what it is the average of.

    Attributes:
        beat: usable leads, shape ``[leads, length]``, mV.
        origin: sample of `beat` that stands for a position.
        positions: of all beats, in samples of the signal, with fractions, shape ``[beats]``.
        chosen: which of them were averaged, shape ``[beats]``.
    """

    beat: NDArray[np.float64]
    origin: int
    positions: NDArray[np.float64]
    chosen: NDArray[np.bool_]


class Fiducials(Protocol):
    """A delineator at work on the usable leads of one recording.

    Attributes:
        fractions: whether its edges are good to a fraction of a sample; otherwise intervals are whole samples.
    """

    fractions: bool

    def find_beats(self) -> NDArray[np.intp]:
        """Return the positions of the QRS complexes in samples, in time order, about their steepest part."""
        ...

    def find_qrs(self, positions: NDArray[np.float64], origin: int, *, dominant: bool) -> tuple[float, float]:
        """Return QRS onset and offset common to complexes of one shape.

        Args:
            positions: of the complexes, aligned, in samples.
            origin: sample that stands for a position in what is returned.
            dominant: whether that shape is the dominant one.
        """
        ...

    def find_waves(self, averaged: Averaged) -> tuple[GlobalWaves, Opinions | None]:
        """Return the waves of the dominant beats in samples of the representative one.

        With them comes what each of two independent delineators finds in that beat, None if there is one only.
        """
        ...


FindFiducials = Callable[[NDArray[np.float64], float, NDArray[np.float64]], Fiducials]
"""Sets a delineator to work: signal of the usable leads (``[leads, samples]``, mV), sampling rate in Hz, and pacing
spikes in s."""


def spike_end(
    positions: NDArray[np.float64], spike_times: NDArray[np.float64], origin: int, rate: float
) -> float | None:
    """Return the sample, in a beat with the given origin, by which the last spike before most complexes is over."""
    distance = spike_times[None, :] * rate - positions[:, None]
    near = (distance >= -0.18 * rate) & (distance <= 0.0)
    led = near.any(axis=1)
    if not led.any() or led.mean() < 0.5:
        return None
    last = np.where(near, distance, -np.inf).max(axis=1)[led]
    return origin + float(np.median(last)) + SPIKE_TAIL * rate
