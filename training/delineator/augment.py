"""What a recording may look like elsewhere: other rates, gains, polarities, noise, mains, bandwidth, bad leads."""

from __future__ import annotations

import numpy as np
import torch
from torch import Generator, Tensor
from torch.nn import functional

from training.delineator.data import RATE


def augment(
    signals: Tensor, labels: Tensor, weights: Tensor, length: int, random: Generator
) -> tuple[Tensor, Tensor, Tensor]:
    """Cut, stretch and disturb a batch.

    Time is cut and stretched alike in all leads of a recording; so are bandwidth and whether there is noise or mains.
    Terms are drawn in reading order; another order gives other weights from the same seed.

    Args:
        signals: shape ``[records, leads, n]``.
        labels: shape ``[records, leads, 4, n]``.
        weights: shape ``[records, leads, n]``.
        length: samples of each cut.
        random: source of chance.

    Returns:
        Signals ``[records * leads, 1, length]``, labels ``[records * leads, 4, length]`` and weights
        ``[records * leads, 1, length]``.
    """
    records, leads = signals.shape[:2]
    batch = records * leads

    def uniform(low: float, high: float) -> Tensor:
        return torch.empty(batch, 1, 1).uniform_(low, high, generator=random)

    def some_leads(share: float) -> Tensor:
        return (torch.rand(batch, 1, 1, generator=random) < share).float()

    def some_records(share: float) -> Tensor:
        chosen = (torch.rand(records, 1, generator=random) < share).float()
        return chosen.expand(-1, leads).reshape(batch, 1, 1)

    def normal() -> Tensor:
        return torch.randn(batch, 1, length, generator=random)

    x, y, w = _stretched(signals, labels, weights, length, random)
    times = torch.arange(length)[None, None] / float(RATE)
    x = x / x.std(-1, keepdim=True).clamp(min=1e-3)
    x = x * torch.exp(uniform(-0.7, 0.7)) * (1 - 2 * some_leads(0.2))
    x = x + some_records(0.6) * uniform(0, 0.15) * normal()
    noise = normal()
    noise = noise - functional.avg_pool1d(noise, 9, 1, 4)
    x = x + some_leads(0.2) * uniform(0, 0.2) * noise
    mains = 50 + 10 * some_records(0.5) + uniform(-0.3, 0.3)
    x = x + some_records(0.25) * uniform(0, 0.15) * torch.sin(2 * np.pi * mains * times + uniform(0, 6.28))
    for _ in range(2):
        x = x + some_leads(0.3) * uniform(0, 0.4) * torch.sin(2 * np.pi * uniform(0.1, 0.7) * times + uniform(0, 6.28))
    x = x + some_leads(0.2) * uniform(-0.6, 0.6) * (times / times.max() - 0.5)
    blurred = some_records(0.3)
    narrow = functional.avg_pool1d(functional.pad(x, (1, 1), mode="replicate"), 3, 1)
    x = blurred * narrow + (1 - blurred) * x
    spoilt = some_leads(0.03)
    return x + spoilt * uniform(0.3, 2) * normal(), y, w * (1 - spoilt)


def _stretched(
    signals: Tensor, labels: Tensor, weights: Tensor, length: int, random: Generator
) -> tuple[Tensor, Tensor, Tensor]:
    """Cut at random and resample linearly by a factor of 0.73 to 1.38: slower and faster hearts, other rates."""
    records, leads, count = signals.shape
    factor = torch.exp(torch.empty(records).uniform_(-0.32, 0.32, generator=random))
    place = torch.empty(records).uniform_(0, 1, generator=random)
    span = (length * factor).clamp(max=count - 1.0)
    start = place * (count - 1 - span)
    times = torch.arange(length)[None] / (length - 1) * span[:, None] + start[:, None]
    index = times.long().clamp(max=count - 2)
    part = (times - index)[:, None]

    def taken(rows: Tensor) -> Tensor:
        wide = index[:, None].expand(-1, rows.shape[1], -1)
        cut = torch.gather(rows, 2, wide) * (1 - part) + torch.gather(rows, 2, wide + 1) * part
        return cut.reshape(records * leads, -1, length)

    return taken(signals), taken(labels.reshape(records, leads * 4, count)), taken(weights)
