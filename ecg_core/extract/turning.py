"""Turning points of a line that stand out by more than noise."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ecg_core.extract.peaks import find_peaks

CONTOUR_WIDTH = 0.002
"""Width of the Gaussian that smooths a QRS contour, in s: a notch of 10 ms keeps nine tenths of its depth."""

FINEST_RATE = 250.0
"""Least sampling rate of a recording, in Hz, that shows notches, slurs and J waves (2.1 of the clinical reference:
copies at 100 Hz do not)."""

TOO_COARSE = f"sampling rate below {FINEST_RATE:.0f} Hz does not show it"


def smooth_contour(beat: NDArray[np.float64], sampling_rate: float) -> NDArray[np.float64]:
    """Return the beat without what is finer than a notch, shape as given."""
    from scipy.ndimage import gaussian_filter1d

    smooth: NDArray[np.float64] = gaussian_filter1d(beat, CONTOUR_WIDTH * sampling_rate, axis=-1, mode="nearest")
    return smooth


def find_tops(line: NDArray[np.float64], prominence: float) -> NDArray[np.intp]:
    """Return the local maxima of a line that rise by at least `prominence` from both sides, in order."""
    return find_peaks(line, prominence=prominence).places


def count_turns(line: NDArray[np.float64], prominence: float) -> int:
    """Return how often a line turns by at least `prominence`, up or down."""
    turns, rising = 0, 0
    low = high = float(line[0])
    for value in line[1:].tolist():
        low, high = min(low, value), max(high, value)
        if rising <= 0 and value > low + prominence:
            turns += rising < 0
            rising, high = 1, value
        elif rising >= 0 and value < high - prominence:
            turns += rising > 0
            rising, low = -1, value
    return turns
