"""Ventricular fibrillation: a sine-like swing in all leads without a complex that comes back."""

from __future__ import annotations

import numpy as np

from ecg_core.extract.cancel import subtract_beats
from ecg_core.extract.delineation import Delineation
from ecg_core.extract.entries import absent, measured
from ecg_core.measurements import Measurement

NAME = "ventricular_fibrillation_index"
BAND = (2.5, 10.0)
"""Hz; mean frequency that the swing may have (vocabulary: 3-9 Hz, with the width of the estimate)."""
SHORTEST = 4.0
"""s of chaos that the statement needs (clinical reference, RHY_VF)."""


def measure_ventricular_fibrillation(delineation: Delineation) -> Measurement:
    """Return the likeness to a sine wave, the median over usable leads, times the share that repeats in no complex.

    Likeness to a sine is one minus the leakage of a filter that adds the signal half a mean period later (Kuo and
    Dillman 1978). A train of equal complexes, however wide, is a rhythm of its own: its index is near 0.
    """
    rate = delineation.sampling_rate
    rows = [row for row, lead in enumerate(delineation.leads) if delineation.usable[lead]]
    if not rows:
        return absent(NAME, "no usable lead")
    if delineation.signal.shape[1] < SHORTEST * rate:
        return absent(NAME, f"shorter than {SHORTEST:g} s")
    signal = delineation.signal[rows] - delineation.signal[rows].mean(axis=1, keepdims=True)
    size = np.abs(signal)
    travel = np.abs(np.diff(signal, axis=1)).sum(axis=1)
    # A sine has mean |x| = 2/pi and mean |dx| = 4/period: pi times their ratio is half a period.
    shifts = np.round(np.pi * size.sum(axis=1) / np.maximum(travel, 1e-9)).astype(int)
    shifts = np.clip(shifts, 1, signal.shape[1] // 2)
    likeness = [
        1.0 - np.abs(lead[shift:] + lead[:-shift]).sum() / max(1e-9, (span[shift:] + span[:-shift]).sum())
        for lead, span, shift in zip(signal, size, shifts.tolist(), strict=True)
    ]
    frequency = rate / (2.0 * shifts)
    sine = np.where((frequency >= BAND[0]) & (frequency <= BAND[1]), likeness, 0.0)
    # Beats of rare shapes are left in: what is found in chaos now and then explains nothing.
    left = subtract_beats(delineation, bridge=False)[rows]
    unexplained = min(1.0, float(np.sum(left**2)) / max(float(np.sum(signal**2)), 1e-9))
    return measured(NAME, min(max(float(np.median(sine)) * unexplained, 0.0), 1.0), u=0.1)
