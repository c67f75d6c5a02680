"""Zero-phase filters, resampling and run lengths over ``[leads, samples]``.

Written on numpy alone: importing `scipy.signal` costs more processor time than measuring ten recordings.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from math import ceil

import numpy as np
from numpy.typing import NDArray

MIRROR = 1.5
"""Length of the mirror at each end, in periods of the corner frequency: shorter ones begin a drift with a false bend
(engineering default)."""

LOBES, KAISER_BETA = 10, 5.0
"""Half length of the resampling filter in samples of the slower side, and its window: 0.1 % ripple in the pass band,
6 dB down at the slower side's Nyquist frequency (engineering default)."""


def low_pass(signal: NDArray[np.float64], cutoff: float, sampling_rate: float) -> NDArray[np.float64]:
    """Return the signal below `cutoff` Hz: second-order Butterworth, forth and back.

    Args:
        signal: time along the last axis.
        cutoff: where one run is 3 dB down, both are 6 dB down, in Hz.
        sampling_rate: in Hz.
    """
    padding = round(MIRROR * sampling_rate / cutoff)
    return _multiply(signal, padding, lambda size: _low_response(size, cutoff / sampling_rate))


def high_pass(signal: NDArray[np.float64], cutoff: float, sampling_rate: float) -> NDArray[np.float64]:
    """Return the signal above `cutoff` Hz, likewise: what `low_pass` leaves out, for the two add up to everything."""
    return signal - low_pass(signal, cutoff, sampling_rate)


def band_pass(signal: NDArray[np.float64], low: float, high: float, sampling_rate: float) -> NDArray[np.float64]:
    """Return the signal between two frequencies in Hz: fourth-order Butterworth band, forth and back."""
    padding = round(MIRROR * sampling_rate / min(low, high - low))
    return _multiply(signal, padding, lambda size: _band_response(size, low / sampling_rate, high / sampling_rate))


def _multiply(
    signal: NDArray[np.float64], padding: int, response: Callable[[int], NDArray[np.float64]]
) -> NDArray[np.float64]:
    """Multiply the spectrum by a real response, the signal mirrored through its end points for `padding` samples.

    The spectrum takes the signal for one turn of a circle: a straight line from the last mirrored sample to the first
    closes it, at least as long as the mirror, so that neither end hears of the other.
    """
    count = signal.shape[-1]
    padding = min(padding, count - 1)
    used = count + 2 * padding
    size = fast_length(used + padding + 1)
    turn = np.empty((*signal.shape[:-1], size))
    turn[..., padding : padding + count] = signal
    first, last = signal[..., :1], signal[..., -1:]
    turn[..., :padding] = 2 * first - signal[..., padding:0:-1]
    turn[..., padding + count : used] = 2 * last - signal[..., -2 : -2 - padding : -1]
    start, stop = turn[..., used - 1 : used], turn[..., :1]
    turn[..., used:] = start + (stop - start) * (np.arange(1, size - used + 1) / (size - used + 1))
    filtered = np.fft.irfft(np.fft.rfft(turn, axis=-1) * response(size), size, axis=-1)
    return filtered[..., padding : padding + count]


@lru_cache(maxsize=64)
def _low_response(size: int, cutoff: float) -> NDArray[np.float64]:
    """Return the squared magnitude of the digital low-pass (bilinear transform); `cutoff` in cycles per sample."""
    return _frozen(1.0 / (1.0 + (_warped(size) / np.tan(np.pi * cutoff)) ** 4))


@lru_cache(maxsize=16)
def _band_response(size: int, low: float, high: float) -> NDArray[np.float64]:
    """Return the squared magnitude of the digital band-pass, likewise."""
    lower, upper = np.tan(np.pi * low), np.tan(np.pi * high)
    warped = _warped(size)
    warped[0] = np.finfo(np.float64).tiny ** 0.125
    return _frozen(1.0 / (1.0 + ((warped**2 - lower * upper) / ((upper - lower) * warped)) ** 4))


def _warped(size: int) -> NDArray[np.float64]:
    """Return the tangent of half the angle of each bin of a real spectrum."""
    warped: NDArray[np.float64] = np.tan(np.pi * np.arange(size // 2 + 1) / size)
    return warped


def _frozen(response: NDArray[np.float64]) -> NDArray[np.float64]:
    response.setflags(write=False)
    return response


@lru_cache(maxsize=256)
def fast_length(least: int) -> int:
    """Return the smallest length from `least` on whose Fourier transform is fast: factors 2, 3 and 5 only."""
    best = 1 << (least - 1).bit_length()
    fives = 1
    while fives < best:
        threes = fives
        while threes < best:
            twos = 1 << max(0, (-(-least // threes) - 1).bit_length())
            best = min(best, threes * twos)
            threes *= 3
        fives *= 5
    return best


def resample(signal: NDArray[np.float64], up: int, down: int) -> NDArray[np.float64]:
    """Return the signal at `up`/`down` of its rate, with a windowed-sinc filter at the lower Nyquist frequency.

    Args:
        signal: shape ``[leads, samples]``; taken for zero beyond its ends.
        up: numerator of the ratio of rates, in lowest terms.
        down: denominator.

    Returns:
        Shape ``[leads, ceil(samples * up / down)]``; sample 0 stays where it is.
    """
    leads, samples = signal.shape
    kernel = _resampling_kernel(up, down)
    reach = kernel.size // 2
    margin = reach // up + 1
    count = ceil(samples * up / down)
    padded = np.zeros((leads, samples + 2 * margin + down))
    padded[:, margin : margin + samples] = signal
    resampled = np.zeros((leads, count))
    for phase in range(min(up, count)):
        # Every up-th output sees the same taps of the kernel: those that meet a sample and not a stuffed zero.
        part = resampled[:, phase::up]
        length = part.shape[1]
        at = phase * down
        for tap in range(-reach + (at + reach) % up, reach + 1, up):
            begin = margin + (at - tap) // up
            part += kernel[reach + tap] * padded[:, begin : begin + (length - 1) * down + 1 : down]
    return resampled


@lru_cache(maxsize=16)
def _resampling_kernel(up: int, down: int) -> NDArray[np.float64]:
    slower = max(up, down)
    taps = np.arange(-LOBES * slower, LOBES * slower + 1)
    kernel = np.sinc(taps / slower) * np.kaiser(taps.size, KAISER_BETA)
    return _frozen(kernel * (up / kernel.sum()))


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
    return list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))
