"""Agreement with labels: counts, the usual figures, and their intervals from resampling patients."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

FIGURES = ("sensitivity", "specificity", "ppv", "f1", "kappa")

SEED = 20_261_122
"""Of the resampling: two runs give the same intervals."""

INTERVAL = (2.5, 97.5)
"""Percentiles that bound the interval."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """How yes-or-no answers agree with labels.

    Attributes:
        hits: label and finding.
        false: finding without label.
        missed: label without finding.
        rejected: neither.
        figures: sensitivity, specificity, ppv (positive predictive value), f1 and kappa (Cohen), each with the bounds
            of its 95 % interval; None where it is not defined.
    """

    hits: int
    false: int
    missed: int
    rejected: int
    figures: dict[str, tuple[float | None, float | None, float | None]]


def agree(
    present: Sequence[bool], found: Sequence[bool], patients: Sequence[str], *, resamples: int = 1000
) -> Agreement:
    """Count and compare.

    Args:
        present: what the labels say of each recording.
        found: what is to be judged, in the same order.
        patients: whose each recording is; all recordings of a patient are drawn together.
        resamples: number of draws; 0 leaves the intervals out.
    """
    truth, finding = np.asarray(present, dtype=np.bool_), np.asarray(found, dtype=np.bool_)
    cells = np.stack([truth & finding, ~truth & finding, truth & ~finding, ~truth & ~finding], axis=1)
    names, owner = np.unique(np.asarray(patients, dtype=np.str_), return_inverse=True)
    by_patient = np.zeros((names.size, 4))
    np.add.at(by_patient, owner, cells)
    total = by_patient.sum(axis=0)
    values = figures_of(total[None, :])[0]
    bounds = np.full((2, len(FIGURES)), np.nan)
    if resamples and names.size:
        drawn = figures_of(_draws(names.size, resamples) @ by_patient)
        for column in range(len(FIGURES)):
            known = drawn[~np.isnan(drawn[:, column]), column]
            if known.size:
                bounds[:, column] = np.percentile(known, INTERVAL)
    hits, false, missed, rejected = (int(count) for count in total)
    return Agreement(
        hits,
        false,
        missed,
        rejected,
        {
            name: (_known(values[place]), _known(bounds[0, place]), _known(bounds[1, place]))
            for place, name in enumerate(FIGURES)
        },
    )


@lru_cache(maxsize=4)
def _draws(patients: int, resamples: int) -> NDArray[np.int64]:
    """Return how often each patient is drawn, shape ``[resamples, patients]``; every pack is put to the same draws."""
    return np.random.default_rng(SEED).multinomial(patients, np.full(patients, 1.0 / patients), resamples)


def figures_of(counts: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the figures, in the order of `FIGURES`, NaN where not defined; shape ``[..., 5]``.

    Args:
        counts: hits, false, missed, rejected; shape ``[..., 4]``.
    """
    hits, false, missed, rejected = np.moveaxis(counts, -1, 0)
    total = hits + false + missed + rejected
    with np.errstate(divide="ignore", invalid="ignore"):
        by_chance = ((hits + missed) * (hits + false) + (false + rejected) * (missed + rejected)) / total**2
        agreed = (hits + rejected) / total
        return np.stack(
            [
                hits / (hits + missed),
                rejected / (rejected + false),
                hits / (hits + false),
                2 * hits / (2 * hits + false + missed),
                (agreed - by_chance) / (1 - by_chance),
            ],
            axis=-1,
        )


def _known(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
