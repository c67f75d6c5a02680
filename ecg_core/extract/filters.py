"""Zero-phase filters and run lengths over ``[leads, samples]``."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray


def low_pass(signal: NDArray[np.float64], cutoff: float, sampling_rate: float) -> NDArray[np.float64]:
    """Return the signal below `cutoff` Hz, second-order Butterworth, forth and back."""
    return _filtfilt(signal, "lowpass", cutoff, sampling_rate)


def high_pass(signal: NDArray[np.float64], cutoff: float, sampling_rate: float) -> NDArray[np.float64]:
    """Return the signal above `cutoff` Hz, second-order Butterworth, forth and back."""
    return _filtfilt(signal, "highpass", cutoff, sampling_rate)


def _filtfilt(
    signal: NDArray[np.float64], kind: Literal["lowpass", "highpass"], cutoff: float, sampling_rate: float
) -> NDArray[np.float64]:
    from scipy.signal import butter, sosfiltfilt

    sections = butter(2, cutoff, kind, fs=sampling_rate, output="sos")
    # A slow filter needs a long mirror at the ends, or a drift starts with a false bend.
    padding = min(signal.shape[-1] - 1, round(1.5 * sampling_rate / cutoff))
    filtered: NDArray[np.float64] = sosfiltfilt(sections, signal, axis=-1, padlen=padding)
    return filtered


def median_filled(signal: NDArray[np.float64], missing: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return the signal with each lead's gaps at that lead's median: a gap filled with 0 is a step at any offset."""
    if not missing.any():
        return signal
    filled = signal.copy()
    for row, gaps in enumerate(missing):
        if gaps.any() and not gaps.all():
            filled[row, gaps] = np.median(signal[row, ~gaps])
    return filled


def windowed_rms(signal: NDArray[np.float64], width: int) -> NDArray[np.float64]:
    """Return the RMS of consecutive windows of `width` samples, shape ``[leads, windows]``; at least one window."""
    width = min(width, signal.shape[1])
    count = signal.shape[1] // width
    blocks = signal[:, : count * width].reshape(len(signal), count, width)
    rms: NDArray[np.float64] = np.sqrt(np.mean(blocks**2, axis=2))
    return rms


def runs(mask: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Return (start, stop) of every stretch of True in a one-dimensional mask, stop excluded."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], mask, [False])).astype(np.int8)))
    return [(int(start), int(stop)) for start, stop in edges.reshape(-1, 2)]
