"""Train the learned delineator on LUDB: five networks for out-of-fold figures and one on all records to ship.

What it does: cross-entropy on soft labels within the marked span, one-cycle learning rate, running mean of the
weights. A batch holds some leads of some records; nearly half of these are constructed rhythms (`KINDS`). What it
leaves out: any choice of model or of iterations on held-out records, and any other data set.

Run: ``.venv/bin/python -m training.delineator.train training/configs/delineator.yaml``. Networks already in the output
folder are kept, so an interrupted run goes on where it stopped, one network back.
"""

from __future__ import annotations

import copy
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
import yaml
from joblib import Parallel, delayed
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict
from torch import Tensor
from torch.nn import functional

from training.delineator.augment import augment
from training.delineator.construct import fibrillate, hasten, pace
from training.delineator.data import Example, Record, example, read
from training.delineator.network import Delineator, folded, probabilities

Construct = Callable[[Record, np.random.Generator], Example]

KINDS: tuple[tuple[Construct | None, float], ...] = (
    (None, 0.55),
    (fibrillate, 0.07),
    (fibrillate, 0.07),
    (pace, 0.04),
    (pace, 0.04),
    (hasten, 0.08),
    (hasten, 0.08),
    (hasten, 0.07),
)
"""Copies of the records and the share of each in training; every constructed copy has its own chance."""

LEADS = ((1, 0.1), (2, 0.1), (4, 0.2), (6, 0.2), (8, 0.2), (12, 0.2))
"""How many leads of a record are seen together, and how often."""

WEIGHT_MEMORY = 0.998


class Config(BaseModel):
    """Settings; see ``training/configs/delineator.yaml``."""

    model_config = ConfigDict(extra="forbid")

    data: Path
    out: Path
    folds: int
    fold_seed: int
    construction_seed: int
    iterations: int
    batch: int
    length: int
    learning_rate: float
    workers: int


def main(config_path: str) -> None:
    """Train whatever network is not in the output folder yet."""
    config = Config(**yaml.safe_load(Path(config_path).read_text(encoding="utf-8")))
    config.out.mkdir(parents=True, exist_ok=True)
    records = read(config.data)
    numbers = np.array([record.number for record in records])
    order = np.random.default_rng(config.fold_seed).permutation(numbers)
    held_out = {f"fold{fold}": order[fold :: config.folds] for fold in range(config.folds)} | {"delineator": order[:0]}
    (config.out / "folds.json").write_text(
        json.dumps({name: sorted(map(int, records)) for name, records in held_out.items()})
    )
    jobs = [
        delayed(_make)(config, records, name, np.isin(numbers, outside), seed)
        for seed, (name, outside) in enumerate(held_out.items())
        if not (config.out / f"{name}.npz").exists()
    ]
    Parallel(n_jobs=config.workers)(jobs)


def _make(config: Config, records: list[Record], name: str, outside: NDArray[np.bool_], seed: int) -> None:
    """Train one network and write it, whole or not at all: the name appears when the file is complete."""
    torch.set_num_threads(1)
    random = np.random.default_rng(config.construction_seed)
    copies = [
        [example(record) if construct is None else construct(record, random) for record in records]
        for construct, _ in KINDS
    ]
    network = train(copies, np.flatnonzero(~outside), config, name, seed)
    if outside.any():
        _report(name, network, [one for one, out in zip(copies[0], outside, strict=True) if out])
    partial = config.out / f"{name}.partial.npz"
    np.savez(partial, **folded(network))
    partial.rename(config.out / f"{name}.npz")


def train(copies: list[list[Example]], rows: NDArray[np.intp], config: Config, name: str, seed: int) -> Delineator:
    """Return the running mean of a network trained on the given records."""
    torch.manual_seed(seed)
    chance, random = np.random.default_rng(seed), torch.Generator().manual_seed(seed)
    network = Delineator()
    mean = copy.deepcopy(network)
    optimiser = torch.optim.AdamW(network.parameters(), config.learning_rate, weight_decay=1e-2)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, config.learning_rate, total_steps=config.iterations, pct_start=0.15
    )
    network.train()
    started, losses = time.monotonic(), 0.0
    for iteration in range(config.iterations):
        signals, labels, weights = _batch(copies, rows, config.batch, chance)
        x, y, w = augment(signals, labels, weights, config.length, random)
        logs = functional.log_softmax(network(x, signals.shape[1]), 1)
        loss = -((y * logs).sum(1, keepdim=True) * w).sum() / w.sum().clamp(min=1)
        if not torch.isfinite(loss):
            raise FloatingPointError(f"loss is {loss.item()} at iteration {iteration}; lower the learning rate")
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimiser.step()
        schedule.step()
        _follow(mean, network, min(WEIGHT_MEMORY, iteration / (iteration + 20.0)))
        losses += loss.item()
        if iteration % 100 == 99:
            passed = time.monotonic() - started
            print(f"{name} iteration {iteration + 1} loss {losses / 100:.4f} {passed:.0f} s", flush=True)
            losses = 0.0
    return mean.eval()


def _batch(
    copies: list[list[Example]], rows: NDArray[np.intp], size: int, chance: np.random.Generator
) -> tuple[Tensor, Tensor, Tensor]:
    """Draw about `size` leads: as many of each record as chance says, of at least three records."""
    leads = int(chance.choice([count for count, _ in LEADS], p=[share for _, share in LEADS]))
    records = max(3, round(size / leads))
    kinds = chance.choice(len(KINDS), records, p=[share for _, share in KINDS])
    drawn = [
        (copies[kind][row], chance.permutation(len(copies[kind][row].signal))[:leads])
        for kind, row in zip(kinds, chance.choice(rows, records), strict=True)
    ]
    return (
        torch.from_numpy(np.stack([one.signal[chosen] for one, chosen in drawn])),
        torch.from_numpy(np.stack([one.labels[chosen] for one, chosen in drawn])),
        torch.from_numpy(np.stack([one.weights[chosen] for one, chosen in drawn])),
    )


@torch.no_grad()
def _follow(mean: Delineator, network: Delineator, memory: float) -> None:
    for kept, current in zip(mean.state_dict().values(), network.state_dict().values(), strict=True):
        if kept.dtype.is_floating_point:
            kept.mul_(memory).add_(current, alpha=1 - memory)
        else:
            kept.copy_(current)


def _report(name: str, network: Delineator, held_out: list[Example]) -> None:
    """Print the cross-entropy on the held-out records; intervals are judged by ``ecg-core bench delineation``."""
    predicted = probabilities(network, np.stack([one.signal for one in held_out]))
    cross = -(np.stack([one.labels for one in held_out]) * np.log(np.maximum(predicted, 1e-7))).sum(2)
    weights = np.stack([one.weights for one in held_out])
    print(f"{name}: held-out cross-entropy {float((cross * weights).sum() / weights.sum()):.4f}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
