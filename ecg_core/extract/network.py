"""The segmentation network in numpy: leads at 250 Hz in, probabilities of nothing, P, QRS and T in each lead out.

A one-dimensional U-Net with five levels over every lead, with the same weights. A block is two convolutions of seven
taps, each followed by a rectifier; between them every lead is told the mean over the leads, so that a wave which one
lead hides is seen in the others. On the way up, a level is narrowed, interpolated and added to what was kept on the way
down. The batch normalisation of the training is folded into weights and biases. The recipe is in
``training/delineator``.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

RATE = 250.0
"""Sampling rate the network was trained at, in Hz."""

NOTHING, P, QRS, T = range(4)
"""Rows of its output."""

TAPS = 7
REACH = TAPS // 2
LEVELS = 5
COARSEST = 2 ** (LEVELS - 1)
"""Samples that share one of the deepest level; leads are padded with zeros to a multiple, as in the training."""

PHASES = 4
"""A convolution is done in this many matrix products, each giving two of every ``2 * PHASES`` outputs: the windows of
one product then follow each other without overlap, so that the input is a matrix as it lies in memory."""

WINDOW = 2 * PHASES
GAP = REACH * COARSEST
"""Zeros that must follow each lead, so that no lead is seen from the next at any level."""

FAINTEST = 1e-3
"""Standard deviation in mV below which a lead is not scaled up: it holds no signal (as in the training)."""

Array = NDArray[np.float32]


class Network:
    """The network with its weights.

    Args:
        arrays: ``down0.0.weight`` of shape ``[out, in, 7]``, ``down0.0.bias`` of shape ``[out]`` and so on for the
            blocks ``down0`` to ``down4`` and ``up0`` to ``up3``, each with the convolutions 0 and 1 and with
            ``mix.weight`` of shape ``[out, out]``; ``narrow0`` to ``narrow3`` and ``head`` have weights of shape
            ``[out, in]``.
    """

    def __init__(self, arrays: Mapping[str, NDArray[np.floating]]) -> None:
        self._down = [_Block(arrays, f"down{level}") for level in range(LEVELS)]
        self._up = [_Block(arrays, f"up{level}") for level in range(LEVELS - 1)]
        self._narrow = [_Pointwise(arrays, f"narrow{level}") for level in range(LEVELS - 1)]
        self._head = _Pointwise(arrays, "head")

    def probabilities(self, signal: NDArray[np.float64]) -> Array:
        """Return the probability of each class at each sample, shape ``[leads, 4, samples]``.

        Args:
            signal: shape ``[leads, samples]``, mV at 250 Hz, without baseline wander.
        """
        leads, count = signal.shape
        inside = -(-count // COARSEST) * COARSEST
        grain = WINDOW * COARSEST
        scale = np.maximum(signal.std(axis=1, ddof=1, keepdims=True), FAINTEST)
        grid = np.zeros((leads, -(-(inside + GAP) // grain) * grain, 1), dtype=np.float32)
        grid[:, :count, 0] = signal / scale
        skips: list[Array] = []
        for level, block in enumerate(self._down):
            if level:
                grid = np.maximum(grid[:, ::2], grid[:, 1::2])
            grid = block(grid, inside >> level)
            skips.append(grid)
        for level, narrow, block in zip(reversed(range(LEVELS - 1)), self._narrow, self._up, strict=True):
            within = inside >> level
            _add_interpolated(skips[level], narrow(grid[:, : within // 2]))
            grid = block(skips[level], within)
        return _softmax(self._head(grid[:, :count]))


class _Block:
    """Two convolutions, each followed by a rectifier, and between them the mean over leads."""

    def __init__(self, arrays: Mapping[str, NDArray[np.floating]], name: str) -> None:
        self._first, self._second = (
            (_two_outputs(arrays[f"{name}.{layer}.weight"]), np.tile(arrays[f"{name}.{layer}.bias"], 2).astype("f4"))
            for layer in (0, 1)
        )
        self._mix = arrays[f"{name}.mix.weight"].T.astype(np.float32)

    def __call__(self, grid: Array, inside: int) -> Array:
        grid = _convolve(grid, *self._first, inside)
        grid[:, :inside] += grid[:, :inside].mean(axis=0) @ self._mix
        return _convolve(grid, *self._second, inside)


class _Pointwise:
    """A linear map of the channels of each sample."""

    def __init__(self, arrays: Mapping[str, NDArray[np.floating]], name: str) -> None:
        self._weight = arrays[f"{name}.weight"].T.astype(np.float32)
        self._bias = arrays[f"{name}.bias"].astype(np.float32)

    def __call__(self, grid: Array) -> Array:
        mapped: Array = grid @ self._weight + self._bias
        return mapped


def _two_outputs(weight: NDArray[np.floating]) -> Array:
    """Lay out the weights of two neighbouring outputs as one matrix, shape ``[WINDOW * in, 2 * out]``."""
    out, channels, _ = weight.shape
    matrix = np.zeros((WINDOW, channels, 2, out), dtype=np.float32)
    taps = weight.transpose(2, 1, 0)
    matrix[:TAPS, :, 0] = taps
    matrix[1 : TAPS + 1, :, 1] = taps
    return matrix.reshape(WINDOW * channels, 2 * out)


def _convolve(grid: Array, weight: Array, bias: Array, inside: int) -> Array:
    """Convolve over time and rectify; what lies beyond `inside` stays zero.

    Args:
        grid: shape ``[leads, length, in]``, the length a multiple of `WINDOW`, zero from `inside` on.
        weight: from `_two_outputs`.
        bias: shape ``[2 * out]``.
        inside: samples that belong to a lead.
    """
    leads, length, channels = grid.shape
    rows = leads * length
    padded = np.zeros((rows + WINDOW, channels), dtype=np.float32)
    padded[REACH : REACH + rows] = grid.reshape(rows, channels)
    result = np.empty((rows // WINDOW, PHASES, bias.size), dtype=np.float32)
    for phase in range(PHASES):
        windows = padded[2 * phase : 2 * phase + rows].reshape(rows // WINDOW, WINDOW * channels)
        np.matmul(windows, weight, out=result[:, phase])
    result += bias
    np.maximum(result, 0.0, out=result)
    shaped = result.reshape(leads, length, bias.size // 2)
    shaped[:, inside:] = 0.0
    return shaped


def _add_interpolated(level: Array, deeper: Array) -> None:
    """Add a level of half the rate, interpolated linearly; its samples lie at the centres of pairs.

    Args:
        level: shape ``[leads, length, channels]``, changed in place.
        deeper: shape ``[leads, inside / 2, channels]``, without what lies beyond the leads' end.
    """
    inside = 2 * deeper.shape[1]
    before = np.concatenate((deeper[:, :1], deeper[:, :-1]), axis=1)
    after = np.concatenate((deeper[:, 1:], deeper[:, -1:]), axis=1)
    near = np.float32(0.75) * deeper
    level[:, 0:inside:2] += near + np.float32(0.25) * before
    level[:, 1:inside:2] += near + np.float32(0.25) * after


def _softmax(logits: Array) -> Array:
    """Turn logits of shape ``[leads, samples, 4]`` into probabilities of shape ``[leads, 4, samples]``."""
    powers = np.exp(logits - logits.max(axis=2, keepdims=True))
    return np.ascontiguousarray((powers / powers.sum(axis=2, keepdims=True)).transpose(0, 2, 1))


def read_network(path: Path | Traversable) -> Network:
    """Read the weights of a network from an ``.npz`` file."""
    with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
        return Network(arrays)


@cache
def shipped() -> Network:
    """Return the network with the weights of this package."""
    return read_network(resources.files("ecg_core.extract") / "weights" / "delineator.npz")
