"""LUDB as training examples: recordings conditioned as for measuring, and soft labels.

Marks of cardiologists stand in every lead. The first and last cycles of many leads are unmarked; samples outside the
marked span carry no weight. Labels cross one half exactly at a mark and rise over a ramp as wide as annotators scatter.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import wfdb
from numpy.typing import NDArray

from ecg_core.extract.clean import WORKING_RATE, condition
from ecg_core.extract.filters import resample
from ecg_core.extract.pacing import find_spikes
from ecg_core.readers import read_recording

RATE = 250
"""Sampling rate of the network's input, in Hz."""

RECORDED_RATE = 500
"""Sampling rate of LUDB, in Hz."""

P, QRS, T = 1, 2, 3
CLASSES = {"p": P, "N": QRS, "t": T}

RAMP = {P: 6.0, QRS: 3.0, T: 8.0}
"""Width of the ramp at a boundary, in samples at 250 Hz: 24, 12 and 32 ms, about twice the scatter of manual marks."""


@dataclass(frozen=True, slots=True)
class Wave:
    """One marked wave: class, onset and offset in samples at `RATE`, with fractions."""

    kind: int
    onset: float
    offset: float


@dataclass(frozen=True, slots=True, eq=False)
class Record:
    """One recording of LUDB.

    Attributes:
        number: as LUDB counts.
        signal: shape ``[leads, samples]``, mV at `RATE`, conditioned as before measuring.
        waves: of each lead, in time order.
    """

    number: int
    signal: NDArray[np.float32]
    waves: tuple[tuple[Wave, ...], ...]


@dataclass(frozen=True, slots=True, eq=False)
class Example:
    """A signal with what is to be said about it.

    Attributes:
        signal: shape ``[leads, samples]``.
        labels: shape ``[leads, 4, samples]``, probabilities of none, P, QRS and T.
        weights: shape ``[leads, samples]``, 1 within the marked span.
    """

    signal: NDArray[np.float32]
    labels: NDArray[np.float32]
    weights: NDArray[np.float32]


def read(folder: Path) -> list[Record]:
    """Read every record of LUDB's ``data`` folder with corrected headers, in the order of their numbers."""
    paths = sorted(folder.glob("*.hea"), key=lambda path: int(path.stem))
    if not paths:
        raise FileNotFoundError(f"no WFDB headers in {folder}")
    return [_read(path) for path in paths]


def _read(path: Path) -> Record:
    recording = read_recording(path)
    missing = ~np.isfinite(recording.signal)
    spikes = find_spikes(np.where(missing, 0.0, recording.signal), missing, recording.sampling_rate)
    conditioned = condition(recording, spikes)
    signal = resample(conditioned.signal, 1, round(WORKING_RATE / RATE)).astype(np.float32)
    return Record(
        number=int(path.stem),
        signal=signal,
        waves=tuple(_waves(path.with_suffix(""), lead.lower()) for lead in conditioned.leads),
    )


def _waves(path: Path, lead: str) -> tuple[Wave, ...]:
    """Return the waves that are marked whole; a mark without its bracket is left out."""
    marks = wfdb.rdann(str(path), lead)
    scale = RATE / RECORDED_RATE
    waves: list[Wave] = []
    onset = kind = None
    for sample, symbol in zip(marks.sample, marks.symbol, strict=True):
        if symbol == "(":
            onset, kind = scale * float(sample), None
        elif symbol != ")":
            kind = CLASSES.get(symbol)
        else:
            if onset is not None and kind is not None:
                waves.append(Wave(kind, onset, scale * float(sample)))
            onset = kind = None
    return tuple(waves)


def example(record: Record) -> Example:
    """Return a record as it is, with labels and weights."""
    count = record.signal.shape[1]
    return Example(
        signal=record.signal.copy(),
        labels=np.stack([labels(waves, count) for waves in record.waves]),
        weights=np.stack([_weights(waves, count) for waves in record.waves]),
    )


def labels(waves: tuple[Wave, ...], count: int) -> NDArray[np.float32]:
    """Return the probabilities of no wave, P, QRS and T in one lead, shape ``[4, count]``."""
    drawn = np.zeros((4, count), np.float32)
    for wave in waves:
        width = RAMP[wave.kind]
        first, last = max(0, int(wave.onset - width)), min(count, int(wave.offset + width) + 2)
        times = np.arange(first, last)
        inside = np.clip((times - wave.onset) / width + 0.5, 0, 1) * np.clip((wave.offset - times) / width + 0.5, 0, 1)
        drawn[wave.kind, first:last] = np.maximum(drawn[wave.kind, first:last], inside)
    drawn[1:] /= np.maximum(drawn[1:].sum(0), 1)
    drawn[0] = 1 - drawn[1:].sum(0)
    return drawn


def _weights(waves: tuple[Wave, ...], count: int) -> NDArray[np.float32]:
    weights = np.zeros(count, np.float32)
    if waves:
        weights[max(0, int(waves[0].onset) - 3) : int(waves[-1].offset) + 4] = 1
    return weights
