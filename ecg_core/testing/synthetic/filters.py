"""The low-pass filter of the recorder, and noise of a band."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

FINE_RATE = 4000.0
"""Signals are drawn at a multiple of the sampling rate of at least this, in Hz."""

CORNER = 0.4
"""Corner of the recorder's low-pass filter, as a share of the sampling rate (engineering default)."""

BAND = (20.0, 150.0)
"""Muscle noise, in Hz (vocabulary, high_frequency_noise)."""


def reach(sampling_rate: float) -> float:
    """Return how far the recorder's filter sees beyond a sample, in s."""
    return 8 / sampling_rate


def thin_out(fine: NDArray[np.float64], factor: int) -> NDArray[np.float64]:
    """Low-pass a finely drawn signal without phase shift and keep every `factor`-th sample.

    Args:
        fine: shape ``[leads, samples]``, with `reach` of signal before the first and behind the last sample kept.
        factor: ratio of the two sampling rates.
    """
    from scipy.signal import upfirdn

    half = 8 * factor
    time = np.arange(-half, half + 1) / factor
    kernel = 2 * CORNER * np.sinc(2 * CORNER * time) * np.hanning(2 * half + 3)[1:-1]
    kernel /= kernel.sum()
    filtered: NDArray[np.float64] = upfirdn(kernel, fine, 1, factor, axis=1)
    # The kernel is centred on a sample only where it lies inside the signal whole.
    return filtered[:, 16 : 16 + (fine.shape[1] - 2 * half - 1) // factor + 1]


def band_noise(rng: np.random.Generator, shape: tuple[int, int], rate: float) -> NDArray[np.float64]:
    """Return noise of the muscle band with a root mean square of 1 in each row, at `rate` Hz."""
    spectrum = np.fft.rfft(rng.standard_normal(shape), axis=1)
    frequency = np.fft.rfftfreq(shape[1], 1 / rate)
    spectrum[:, (frequency < BAND[0]) | (frequency > BAND[1])] = 0.0
    noise = np.fft.irfft(spectrum, shape[1], axis=1)
    scaled: NDArray[np.float64] = noise / np.sqrt(np.mean(noise**2, axis=1, keepdims=True))
    return scaled
