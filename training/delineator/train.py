"""Train the learned delineator on LUDB: five networks for out-of-fold figures and one on all records to ship.

What it does: cross-entropy on soft labels within the marked span, one-cycle learning rate, running mean of the weights.
A tenth and a half of each batch is constructed fibrillation (0.15) and pacing (0.05). What it leaves out: any choice of
model or of iterations on held-out records, and any other data set.

Run: ``.venv/bin/python -m training.delineator.train training/configs/delineator.yaml``. Networks already in the output
folder are kept, so an interrupted run goes on where it stopped, one network back.
"""

from __future__ import annotations

import copy
import json
import sys
import time
from pathlib import Path

import numpy as np
import torch
import yaml
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict
from torch.nn import functional

from training.delineator.augment import augment
from training.delineator.data import Examples, load
from training.delineator.network import Delineator, folded, probabilities

FIBRILLATING, PACED = 0.15, 0.95
WEIGHT_MEMORY = 0.998


class Config(BaseModel):
    """Settings; see ``training/configs/delineator.yaml``."""

    model_config = ConfigDict(extra="forbid")

    data: Path
    out: Path
    folds: int
    fold_seed: int
    augmentation_seed: int
    iterations: int
    batch: int
    length: int
    learning_rate: float
    threads: int


def main(config_path: str) -> None:
    """Train whatever network is not in the output folder yet."""
    config = Config(**yaml.safe_load(Path(config_path).read_text(encoding="utf-8")))
    torch.set_num_threads(config.threads)
    config.out.mkdir(parents=True, exist_ok=True)
    examples = load(config.data, config.augmentation_seed)
    order = np.random.default_rng(config.fold_seed).permutation(np.unique(examples.records))
    held_out = {f"fold{fold}": order[fold :: config.folds] for fold in range(config.folds)} | {"delineator": order[:0]}
    (config.out / "folds.json").write_text(
        json.dumps({name: sorted(map(int, records)) for name, records in held_out.items()})
    )
    for seed, (name, records) in enumerate(held_out.items()):
        target = config.out / f"{name}.npz"
        if target.exists():
            continue
        outside = np.isin(examples.records, records)
        network = train(examples, np.flatnonzero(~outside), config, seed)
        # Written whole or not at all: the name appears when the file is complete.
        partial = target.with_suffix(".partial.npz")
        np.savez(partial, **folded(network))
        if outside.any():
            _report(name, network, examples, outside)
        partial.rename(target)


def train(examples: Examples, rows: NDArray[np.intp], config: Config, seed: int) -> Delineator:
    """Return the running mean of a network trained on the given rows."""
    torch.manual_seed(seed)
    chance, random = np.random.default_rng(seed), torch.Generator().manual_seed(seed)
    network = Delineator()
    mean = copy.deepcopy(network)
    optimiser = torch.optim.AdamW(network.parameters(), config.learning_rate, weight_decay=1e-2)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, config.learning_rate, total_steps=config.iterations, pct_start=0.15
    )
    network.train()
    started = time.monotonic()
    for iteration in range(config.iterations):
        x, y, w = augment(*_batch(examples, rows, config.batch, chance), config.length, random)
        logs = functional.log_softmax(network(x), 1)
        loss = -((y * logs).sum(1, keepdim=True) * w).sum() / w.sum()
        if not torch.isfinite(loss):
            raise FloatingPointError(f"loss is {loss.item()} at iteration {iteration}; lower the learning rate")
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimiser.step()
        schedule.step()
        _follow(mean, network, min(WEIGHT_MEMORY, iteration / (iteration + 20.0)))
        if iteration % 100 == 99:
            print(
                f"seed {seed} iteration {iteration + 1} loss {loss.item():.4f} {time.monotonic() - started:.0f} s",
                flush=True,
            )
    return mean.eval()


def _batch(
    examples: Examples, rows: NDArray[np.intp], size: int, chance: np.random.Generator
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    chosen, kind = chance.choice(rows, size), chance.random(size)
    fibrillating, paced = kind < FIBRILLATING, kind > PACED
    leads = np.where(paced[:, None], examples.paced[chosen], examples.leads[chosen])
    leads = np.where(fibrillating[:, None], examples.fibrillating[chosen], leads)
    labels = np.where(fibrillating[:, None, None], examples.fibrillating_labels[chosen], examples.labels[chosen])
    return (
        torch.from_numpy(leads),
        torch.from_numpy(labels.astype(np.float32)),
        torch.from_numpy(examples.weights[chosen]),
    )


@torch.no_grad()
def _follow(mean: Delineator, network: Delineator, memory: float) -> None:
    for kept, current in zip(mean.state_dict().values(), network.state_dict().values(), strict=True):
        if kept.dtype.is_floating_point:
            kept.mul_(memory).add_(current, alpha=1 - memory)
        else:
            kept.copy_(current)


def _report(name: str, network: Delineator, examples: Examples, rows: NDArray[np.bool_]) -> None:
    """Print the cross-entropy on the held-out records; intervals are judged by ``benchmarks/bench_delineation.py``."""
    predicted = probabilities(network, examples.leads[rows])
    cross = -(examples.labels[rows].astype(np.float32) * np.log(np.maximum(predicted, 1e-7))).sum(1)
    weights = examples.weights[rows]
    print(f"{name}: held-out cross-entropy {float((cross * weights).sum() / weights.sum()):.4f}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
