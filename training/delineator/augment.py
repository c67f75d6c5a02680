"""What a lead may look like elsewhere: other rates, gains, polarities, noise, wander, mains, bandwidth."""

from __future__ import annotations

import numpy as np
import torch
from torch import Generator, Tensor
from torch.nn import functional

from training.delineator.data import RATE


def augment(
    leads: Tensor, labels: Tensor, weights: Tensor, length: int, random: Generator
) -> tuple[Tensor, Tensor, Tensor]:
    """Cut, stretch and disturb a batch.

    Args:
        leads: shape ``[b, n]``.
        labels: shape ``[b, 4, n]``.
        weights: shape ``[b, n]``.
        length: samples of each cut.
        random: source of chance.

    Returns:
        Leads ``[b, 1, length]``, labels ``[b, 4, length]`` and weights ``[b, 1, length]``.
    """
    batch = leads.shape[0]

    def uniform(low: float, high: float) -> Tensor:
        return torch.empty(batch, 1, 1).uniform_(low, high, generator=random)

    def some(share: float) -> Tensor:
        return (torch.rand(batch, 1, 1, generator=random) < share).float()

    def normal() -> Tensor:
        return torch.randn(batch, 1, length, generator=random)

    x, y, w = _stretched(leads, labels, weights, length, random)
    times = torch.arange(length)[None, None] / float(RATE)
    x = x / x.std(-1, keepdim=True).clamp(min=1e-3)
    x = x * torch.exp(uniform(-0.7, 0.7)) * (1 - 2 * some(0.25))
    x = x + some(0.6) * uniform(0, 0.15) * normal()
    noise = normal()
    noise = noise - functional.avg_pool1d(noise, 9, 1, 4)
    x = x + some(0.2) * uniform(0, 0.2) * noise
    # Terms are drawn in reading order; another order gives other weights from the same seed.
    x = x + some(0.2) * uniform(0, 0.15) * torch.sin(
        2 * np.pi * (50 + 10 * some(0.5) + uniform(-0.3, 0.3)) * times + uniform(0, 6.28)
    )
    for _ in range(2):
        x = x + some(0.3) * uniform(0, 0.4) * torch.sin(2 * np.pi * uniform(0.1, 0.7) * times + uniform(0, 6.28))
    blurred = some(0.3)
    narrow = functional.avg_pool1d(functional.pad(x, (1, 1), mode="replicate"), 3, 1)
    return blurred * narrow + (1 - blurred) * x, y, w


def _stretched(
    leads: Tensor, labels: Tensor, weights: Tensor, length: int, random: Generator
) -> tuple[Tensor, Tensor, Tensor]:
    """Cut at random and resample linearly by a factor of 0.74 to 1.35: slower and faster hearts, other rates."""
    batch, count = leads.shape
    factor = torch.exp(torch.empty(batch).uniform_(-0.3, 0.3, generator=random))
    place = torch.empty(batch).uniform_(0, 1, generator=random)
    span = (length * factor).clamp(max=count - 1.0)
    start = place * (count - 1 - span)
    times = torch.arange(length)[None] / (length - 1) * span[:, None] + start[:, None]
    index = times.long().clamp(max=count - 2)
    part = (times - index)[:, None]

    def taken(rows: Tensor) -> Tensor:
        wide = index[:, None].expand(-1, rows.shape[1], -1)
        return torch.gather(rows, 2, wide) * (1 - part) + torch.gather(rows, 2, wide + 1) * part

    return taken(leads[:, None]), taken(labels), taken(weights[:, None])
