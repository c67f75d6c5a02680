"""A small U-Net over one lead, and its export without batch normalisation."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

CHANNELS = (8, 16, 32, 64, 96)
KERNEL = 7


class Block(nn.Module):
    """Two convolutions of width 7, each with batch normalisation and rectifier."""

    def __init__(self, incoming: int, outgoing: int) -> None:
        super().__init__()
        self.c1 = nn.Conv1d(incoming, outgoing, KERNEL, padding=KERNEL // 2, bias=False)
        self.b1 = nn.BatchNorm1d(outgoing)
        self.c2 = nn.Conv1d(outgoing, outgoing, KERNEL, padding=KERNEL // 2, bias=False)
        self.b2 = nn.BatchNorm1d(outgoing)

    def forward(self, x: Tensor) -> Tensor:
        """Map ``[b, incoming, n]`` to ``[b, outgoing, n]``."""
        return functional.relu(self.b2(self.c2(functional.relu(self.b1(self.c1(x))))))


class Delineator(nn.Module):
    """Five levels, halved by maximum pooling and doubled by linear interpolation; 0.30 M parameters."""

    def __init__(self) -> None:
        super().__init__()
        self.down = nn.ModuleList()
        width = 1
        for channels in CHANNELS:
            self.down.append(Block(width, channels))
            width = channels
        self.up = nn.ModuleList()
        for channels in reversed(CHANNELS[:-1]):
            self.up.append(Block(width + channels, channels))
            width = channels
        self.head = nn.Conv1d(width, 4, 1)

    def forward(self, x: Tensor) -> Tensor:
        """Map leads ``[b, 1, n]``, n a multiple of 16, to class logits ``[b, 4, n]``."""
        skips = []
        for level, block in enumerate(self.down):
            x = block(functional.max_pool1d(x, 2) if level else x)
            skips.append(x)
        for block, skip in zip(self.up, reversed(skips[:-1]), strict=True):
            x = functional.interpolate(x, scale_factor=2.0, mode="linear", align_corners=False)
            x = block(torch.cat([x, skip], 1))
        return self.head(x)


def probabilities(network: Delineator, leads: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return class probabilities, shape ``[rows, 4, samples]``, of leads, shape ``[rows, samples]``."""
    x = torch.from_numpy(leads)[:, None]
    x = x / x.std(-1, keepdim=True).clamp(min=1e-3)
    count = x.shape[-1]
    with torch.no_grad():
        return functional.softmax(network(functional.pad(x, (0, -count % 16))), 1)[..., :count].numpy()


def folded(network: Delineator) -> dict[str, NDArray[np.float16]]:
    """Return the weights with batch normalisation folded into the convolutions.

    Names are ``down0.0.weight``, ``down0.0.bias``, ``down0.1.weight``, ..., ``up3.1.bias``, ``head.weight`` and
    ``head.bias``.
    """
    arrays: dict[str, NDArray[np.float16]] = {}
    for part, blocks in (("down", network.down), ("up", network.up)):
        for level, block in enumerate(blocks):
            for place, (convolution, norm) in enumerate(((block.c1, block.b1), (block.c2, block.b2))):
                gain = norm.weight / torch.sqrt(norm.running_var + norm.eps)
                name = f"{part}{level}.{place}"
                arrays[f"{name}.weight"] = _half(convolution.weight * gain[:, None, None])
                arrays[f"{name}.bias"] = _half(norm.bias - norm.running_mean * gain)
    return arrays | {"head.weight": _half(network.head.weight), "head.bias": _half(network.head.bias)}


def _half(tensor: Tensor) -> NDArray[np.float16]:
    return tensor.detach().numpy().astype(np.float16)
