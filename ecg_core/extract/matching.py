"""Template matching over several leads at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ecg_core.extract.filters import fast_length
from ecg_core.extract.peaks import find_maxima


@dataclass(frozen=True, slots=True, eq=False)
class Match:
    """How well a template fits at every place.

    Attributes:
        correlation: shape ``[places]``; over all leads and samples, each lead's mean removed.
        gain: shape ``[places]``; least-squares size of the template there.
        anchor: samples from a place to the point that the template is about.
    """

    correlation: NDArray[np.float64]
    gain: NDArray[np.float64]
    anchor: int


def match_template(signal: NDArray[np.float64], template: NDArray[np.float64], *, anchor: int) -> Match:
    """Slide a template of shape ``[leads, width]`` along a signal of shape ``[leads, samples]``."""
    samples, width = signal.shape[1], template.shape[1]
    if width > samples:
        return Match(np.zeros(0), np.zeros(0), anchor)
    centred = template - template.mean(axis=1, keepdims=True)
    size = fast_length(samples + width)
    product = np.fft.rfft(signal, size, axis=1) * np.conj(np.fft.rfft(centred, size, axis=1))
    inner = np.fft.irfft(product.sum(axis=0), size)[: samples - width + 1]
    sums = moving_sum(signal, width)
    energy = (moving_sum(signal**2, width) - sums**2 / width).sum(axis=0)
    own = float(np.sum(centred**2))
    correlation = inner / np.sqrt(np.maximum(energy * own, 1e-12))
    return Match(correlation, inner / max(own, 1e-12), anchor)


def best_repeated(
    signal: NDArray[np.float64], mask: NDArray[np.bool_], half: int, distance: int, *, fewest: int
) -> NDArray[np.float64] | None:
    """Return the average of the deflection that repeats most often outside `mask`, or None.

    Args:
        signal: shape ``[leads, samples]``, mV.
        mask: shape ``[samples]``, True where no deflection may be taken.
        half: half width of a deflection in samples.
        distance: smallest distance of two deflections in samples.
        fewest: number of like deflections that make a repeated one.
    """
    from scipy.ndimage import uniform_filter1d

    slow = uniform_filter1d(signal, 4 * half + 1, axis=1)
    size = np.sqrt(np.sum(uniform_filter1d(signal - slow, half // 2 + 1, axis=1) ** 2, axis=0))
    size[mask] = 0.0
    free = size[~mask]
    if free.size == 0:
        return None
    places = find_maxima(size, height=1.5 * float(np.median(free)), distance=distance)
    places = places[(places >= half) & (places + half <= signal.shape[1])]
    if places.size < fewest:
        return None
    waves = np.stack([signal[:, place - half : place + half] for place in places])
    waves = waves - waves.mean(axis=2, keepdims=True)
    flat = waves.reshape(places.size, -1)
    unit = flat / np.maximum(np.linalg.norm(flat, axis=1, keepdims=True), 1e-9)
    alike = unit @ unit.T >= 0.6
    centre = int(np.argmax(alike.sum(axis=1)))
    if alike[centre].sum() < fewest:
        return None
    template: NDArray[np.float64] = np.median(waves[alike[centre]], axis=0)
    return template


def moving_sum(signal: NDArray[np.float64], width: int) -> NDArray[np.float64]:
    """Return the sum of every `width` samples in a row, shape ``[leads, samples - width + 1]``."""
    total = np.cumsum(np.concatenate((np.zeros((len(signal), 1)), signal), axis=1), axis=1)
    return total[:, width:] - total[:, :-width]
