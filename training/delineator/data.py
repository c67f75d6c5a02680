"""LUDB as training examples: conditioned leads, soft labels, and constructed fibrillation and pacing.

Marks of cardiologists stand in every lead. The first and last cycles of many leads are unmarked; samples outside the
marked span carry no weight. Labels cross one half exactly at a mark and rise over a ramp as wide as annotators scatter.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import wfdb
from numpy.typing import NDArray
from scipy import ndimage, signal

RATE = 250
"""Sampling rate of the network's input, in Hz."""

RECORDED_RATE = 500
LEADS = ("i", "ii", "iii", "avr", "avl", "avf", "v1", "v2", "v3", "v4", "v5", "v6")
P, QRS, T = 1, 2, 3
CLASSES = {"p": P, "N": QRS, "t": T}

RAMP = {P: 6.0, QRS: 3.0, T: 8.0}
"""Width of the ramp at a boundary, in samples at 250 Hz: 24, 12 and 32 ms, about twice the scatter of manual marks."""


@dataclass(frozen=True, slots=True)
class Wave:
    """One marked wave: class, onset and offset in samples of the recording."""

    kind: int
    onset: int
    offset: int


@dataclass(frozen=True, slots=True, eq=False)
class Examples:
    """All leads of all records.

    Attributes:
        records: record number of each row.
        leads: conditioned signal, shape ``[rows, samples]``.
        fibrillating: the same with P waves removed and fibrillatory waves added (constructed).
        paced: the same with pacing spikes before each QRS complex (constructed).
        labels: shape ``[rows, 4, samples]``, probabilities of none, P, QRS and T.
        fibrillating_labels: labels without P.
        weights: shape ``[rows, samples]``, 1 within the marked span.
    """

    records: NDArray[np.int64]
    leads: NDArray[np.float32]
    fibrillating: NDArray[np.float32]
    paced: NDArray[np.float32]
    labels: NDArray[np.float16]
    fibrillating_labels: NDArray[np.float16]
    weights: NDArray[np.float32]


def condition(leads: NDArray[np.float64], rate: int = RECORDED_RATE) -> NDArray[np.float64]:
    """Remove baseline wander below 0.5 Hz, without phase shift, and resample to 250 Hz."""
    sections = signal.butter(2, 0.5, "highpass", fs=rate, output="sos")
    padding = min(leads.shape[-1] - 1, 3 * rate)
    flat = signal.sosfiltfilt(sections, leads, axis=-1, padlen=padding)
    return signal.resample_poly(flat, RATE, rate, axis=-1)


def load(folder: Path, seed: int) -> Examples:
    """Read every record of the folder and construct the two altered copies of each lead.

    Args:
        folder: LUDB's ``data`` folder with corrected headers.
        seed: of the constructed fibrillation and pacing.
    """
    names = sorted((path.stem for path in folder.glob("*.hea")), key=int)
    if not names:
        raise FileNotFoundError(f"no WFDB headers in {folder}")
    rows = [(int(name), lead, waves) for name in names for lead, waves in _record(folder / name)]
    leads = np.array([lead for _, lead, _ in rows], np.float32)
    count = leads.shape[1]
    drawn = [_labels(waves, count) for _, _, waves in rows]
    labels = np.array([label for label, _ in drawn])
    fibrillating, paced, fibrillating_labels = leads.copy(), leads.copy(), labels.copy()
    random = np.random.default_rng(seed)
    for row, (_, _, waves) in enumerate(rows):
        fibrillating[row], left = _fibrillate(leads[row], waves, random)
        if left:
            fibrillating_labels[row] = _labels(left, count)[0]
        paced[row] = _pace(leads[row], waves, random)
    return Examples(
        records=np.array([record for record, _, _ in rows]),
        leads=leads,
        fibrillating=fibrillating,
        paced=paced,
        labels=labels.astype(np.float16),
        fibrillating_labels=fibrillating_labels.astype(np.float16),
        weights=np.array([weight for _, weight in drawn]),
    )


def _record(path: Path) -> list[tuple[NDArray[np.float64], list[Wave]]]:
    record = wfdb.rdrecord(str(path))
    order = [[name.lower() for name in record.sig_name].index(lead) for lead in LEADS]
    signals = condition(np.nan_to_num(record.p_signal.T[order]))
    return [(signals[row], _waves(path, lead)) for row, lead in enumerate(LEADS)]


def _waves(path: Path, lead: str) -> list[Wave]:
    """Return the waves that are marked whole; a mark without its bracket is left out."""
    marks = wfdb.rdann(str(path), lead)
    waves: list[Wave] = []
    onset = kind = None
    for sample, symbol in zip(marks.sample, marks.symbol, strict=True):
        if symbol == "(":
            onset, kind = int(sample), None
        elif symbol != ")":
            kind = CLASSES.get(symbol)
        else:
            if onset is not None and kind is not None:
                waves.append(Wave(kind, onset, int(sample)))
            onset = kind = None
    return waves


def _labels(waves: list[Wave], count: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return probabilities, shape ``[4, count]``, and weights, shape ``[count]``."""
    labels, weights = np.zeros((4, count), np.float32), np.zeros(count, np.float32)
    if not waves:
        return labels, weights
    for wave in waves:
        onset, offset, width = wave.onset / 2, wave.offset / 2, RAMP[wave.kind]
        first, last = max(0, int(onset - width)), min(count, int(offset + width) + 2)
        times = np.arange(first, last)
        inside = np.clip((times - onset) / width + 0.5, 0, 1) * np.clip((offset - times) / width + 0.5, 0, 1)
        labels[wave.kind, first:last] = np.maximum(labels[wave.kind, first:last], inside)
    labels[1:] /= np.maximum(labels[1:].sum(0), 1)
    labels[0] = 1 - labels[1:].sum(0)
    start = waves[0].onset / 2
    weights[int(start) - 3 if start > 3 else 0 : int(waves[-1].offset / 2) + 4] = 1
    return labels, weights


def _fibrillate(
    lead: NDArray[np.float32], waves: list[Wave], random: np.random.Generator
) -> tuple[NDArray[np.float32], list[Wave]]:
    """Take out the P waves, add waves of 4-9 Hz whose frequency and size wander; return what is left of the marks."""
    altered, count = lead.copy(), len(lead)
    for wave in waves:
        if wave.kind != P:
            continue
        first, last = max(1, int(wave.onset / 2) - 2), min(count - 2, int(wave.offset / 2) + 3)
        line = np.linspace(altered[first - 1], altered[last], last - first)
        noise = altered[first:last] - ndimage.uniform_filter1d(altered[first:last], 9)
        altered[first:last] = line + 0.2 * noise
    frequency = random.uniform(4, 9)
    frequency = frequency + ndimage.gaussian_filter1d(random.normal(size=count), 60) * random.uniform(2, 12)
    phase = 2 * np.pi * np.cumsum(frequency) / RATE + random.uniform(0, 6)
    size = random.uniform(0.01, 0.12) * (1 + ndimage.gaussian_filter1d(random.normal(size=count), 100) * 4)
    altered += size * (np.sin(phase) + random.uniform(0, 0.5) * np.sin(2 * phase + random.uniform(0, 6)))
    return altered, [wave for wave in waves if wave.kind != P]


def _pace(lead: NDArray[np.float32], waves: list[Wave], random: np.random.Generator) -> NDArray[np.float32]:
    """Put a spike of one size and shape 2-16 samples (at 500 Hz, halved) before each QRS onset."""
    altered = lead.copy()
    height = random.uniform(0.1, 2) * random.choice([-1, 1])
    distance, decay = random.uniform(2, 16), random.uniform(0.3, 2)
    for wave in waves:
        if wave.kind == QRS:
            start = int(wave.onset / 2 - distance / 4)
            if 2 < start < len(altered) - 6:
                altered[start : start + 5] += height * np.exp(-np.arange(5) / decay)
    return altered
