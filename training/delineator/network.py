"""A small U-Net over the leads of a recording, each of which hears the mean of all, and its export."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

CHANNELS = (8, 16, 32, 64, 96)
KERNEL = 7


class Block(nn.Module):
    """Two convolutions of width 7, each with batch normalisation and rectifier; between them the mean over leads.

    The mean is added through a linear map that begins at zero. Order and number of the leads are free.
    """

    def __init__(self, incoming: int, outgoing: int) -> None:
        super().__init__()
        self.c1 = nn.Conv1d(incoming, outgoing, KERNEL, padding=KERNEL // 2, bias=False)
        self.b1 = nn.BatchNorm1d(outgoing)
        self.mix = nn.Conv1d(outgoing, outgoing, 1, bias=False)
        self.c2 = nn.Conv1d(outgoing, outgoing, KERNEL, padding=KERNEL // 2, bias=False)
        self.b2 = nn.BatchNorm1d(outgoing)
        nn.init.zeros_(self.mix.weight)

    def forward(self, x: Tensor, leads: int) -> Tensor:
        """Map ``[records * leads, incoming, n]`` to ``[records * leads, outgoing, n]``."""
        x = functional.relu(self.b1(self.c1(x))).unflatten(0, (-1, leads))
        x = (x + self.mix(x.mean(1))[:, None]).flatten(0, 1)
        return functional.relu(self.b2(self.c2(x)))


class Delineator(nn.Module):
    """Five levels, halved by maximum pooling and doubled by linear interpolation; 0.27 M parameters."""

    def __init__(self) -> None:
        super().__init__()
        self.down = nn.ModuleList()
        width = 1
        for channels in CHANNELS:
            self.down.append(Block(width, channels))
            width = channels
        self.narrow, self.up = nn.ModuleList(), nn.ModuleList()
        for channels in reversed(CHANNELS[:-1]):
            self.narrow.append(nn.Conv1d(width, channels, 1))
            self.up.append(Block(channels, channels))
            width = channels
        self.head = nn.Conv1d(width, 4, 1)

    def forward(self, x: Tensor, leads: int) -> Tensor:
        """Map recordings to class logits.

        Args:
            x: shape ``[records * leads, 1, n]``, n a multiple of 16; the leads of one recording stand together.
            leads: of each recording.

        Returns:
            Shape ``[records * leads, 4, n]``.
        """
        skips = []
        for level, block in enumerate(self.down):
            x = block(functional.max_pool1d(x, 2) if level else x, leads)
            skips.append(x)
        for narrow, block, skip in zip(self.narrow, self.up, reversed(skips[:-1]), strict=True):
            deeper = functional.interpolate(narrow(x), scale_factor=2.0, mode="linear", align_corners=False)
            x = block(deeper + skip, leads)
        return self.head(x)


def probabilities(network: Delineator, signals: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return class probabilities, shape ``[records, leads, 4, n]``, of signals of shape ``[records, leads, n]``."""
    records, leads, count = signals.shape
    x = torch.from_numpy(signals)
    x = functional.pad(x / x.std(-1, keepdim=True).clamp(min=1e-3), (0, -count % 16))
    with torch.no_grad():
        y = functional.softmax(network(x.reshape(records * leads, 1, -1), leads), 1)
    return y[..., :count].reshape(records, leads, 4, count).numpy()


def folded(network: Delineator) -> dict[str, NDArray[np.float16]]:
    """Return the weights with batch normalisation folded into the convolutions, as `ecg_core.extract.network` has them.

    Names are ``down0.0.weight``, ``down0.0.bias``, ``down0.1.weight``, ..., ``up3.1.bias``, ``down0.mix.weight``, ...,
    ``narrow0.weight``, ``narrow0.bias``, ..., ``head.weight`` and ``head.bias``.
    """
    arrays: dict[str, NDArray[np.float16]] = {}
    for part, blocks in (("down", network.down), ("up", network.up)):
        for level, block in enumerate(blocks):
            for place, (convolution, norm) in enumerate(((block.c1, block.b1), (block.c2, block.b2))):
                gain = norm.weight / torch.sqrt(norm.running_var + norm.eps)
                name = f"{part}{level}.{place}"
                arrays[f"{name}.weight"] = _half(convolution.weight * gain[:, None, None])
                arrays[f"{name}.bias"] = _half(norm.bias - norm.running_mean * gain)
            arrays[f"{part}{level}.mix.weight"] = _half(block.mix.weight[..., 0])
    pointwise = {f"narrow{level}": layer for level, layer in enumerate(network.narrow)} | {"head": network.head}
    for name, layer in pointwise.items():
        arrays[f"{name}.weight"], arrays[f"{name}.bias"] = _half(layer.weight[..., 0]), _half(layer.bias)
    return arrays


def _half(tensor: Tensor) -> NDArray[np.float16]:
    return tensor.detach().numpy().astype(np.float16)
