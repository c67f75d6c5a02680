"""How well eight leads fit together: are they, in this order, what a body gives?

The redundancy of the leads shows exchanged electrodes (Kors and van Herpen 2001, Am J Cardiol 88:396: each lead is
reconstructed from the others). Here one quadratic form does that for all leads at once: the inverse of the mean second
moment of the leads over many recordings. It is small for what recordings share, and large for what none of them shows.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

import numpy as np
from numpy.typing import NDArray

from ecg_core.extract.delineation import Waves

PARTS = ("p", "qrs", "t")
"""Parts of the beat that are judged apart, in the order of rows below."""

RIDGE = 0.03
"""Added to each diagonal element of a moment, as a share of the mean one: noise, and what few recordings do not show
(engineering default)."""

J_GAP = 0.04
"""The T part begins this long after the J point, in s (engineering default)."""

SHORTEST = 10
"""Fewest samples of a part."""


@dataclass(frozen=True, slots=True, eq=False)
class LeadModel:
    """What is known of the leads of rightly recorded electrocardiograms.

    Attributes:
        forms: inverse mean second moment of the eight leads in P, QRS and T, shape ``[3, 8, 8]``.
        weights: family ("limb", "precordial") -> weight of P, QRS and T, shape ``[3]``.
        thresholds: family -> score from which an exchange is stated.
    """

    forms: NDArray[np.float64]
    weights: Mapping[str, NDArray[np.float64]]
    thresholds: Mapping[str, float]


def make_model(
    moments: NDArray[np.float64], weights: Mapping[str, NDArray[np.float64]], thresholds: Mapping[str, float]
) -> LeadModel:
    """Make a model from the mean second moments in P, QRS and T, shape ``[3, 8, 8]``."""
    scale = np.trace(moments, axis1=1, axis2=2)[:, None, None] / moments.shape[1]
    return LeadModel(np.linalg.inv(moments + RIDGE * scale * np.eye(moments.shape[1])), weights, thresholds)


@cache
def shipped_model() -> LeadModel:
    """Return the model that ``benchmarks/bench_quality.py --fit`` wrote."""
    text = resources.files(__package__).joinpath("lead_model.json").read_text(encoding="utf-8")
    stored = json.loads(text)
    return make_model(
        np.array([stored["moments"][part] for part in PARTS]),
        {family: np.array([weights[part] for part in PARTS]) for family, weights in stored["weights"].items()},
        stored["thresholds"],
    )


def cut_parts(beat: NDArray[np.float64], waves: Waves, rate: float) -> list[NDArray[np.float64] | None]:
    """Return P, QRS and T of a beat, each shape ``[leads, samples]``; None where a part was not found.

    Args:
        beat: shape ``[leads, length]``, mV, relative to the level at QRS onset.
        waves: fiducial points in it; there must be a QRS complex.
        rate: in Hz.
    """
    p: NDArray[np.float64] | None = None
    if waves.p_onset is not None and waves.p_offset is not None and waves.p_offset - waves.p_onset >= SHORTEST:
        p = beat[:, waves.p_onset : waves.p_offset + 1]
        # P stands on the end of the T wave before, or on a slope: the line between its ends is not its own.
        p = p - p[:, :1] - (p[:, -1:] - p[:, :1]) * np.linspace(0.0, 1.0, p.shape[1])
    assert waves.qrs_onset is not None
    assert waves.qrs_offset is not None
    qrs = beat[:, waves.qrs_onset : waves.qrs_offset + 1]
    start = waves.qrs_offset + round(J_GAP * rate)
    found = waves.t_offset is not None and waves.t_offset - start >= SHORTEST
    return [p, qrs, beat[:, start : waves.t_offset] if found else None]


def second_moments(parts: list[NDArray[np.float64] | None]) -> NDArray[np.float64]:
    """Return the second moment of each part over its samples, with trace 1, shape ``[3, 8, 8]``; NaN without it."""
    moments = np.full((len(parts), 8, 8), np.nan)
    for index, part in enumerate(parts):
        if part is not None and part.any():
            moment = part @ part.T
            moments[index] = moment / np.trace(moment)
    return moments


def gains(moments: NDArray[np.float64], arrangements: NDArray[np.float64], model: LeadModel) -> NDArray[np.float64]:
    """Return how much better the leads fit together once an exchange is undone, shape ``[arrangements, 3]``.

    The gain is the logarithm of the ratio of the quadratic forms before and after, each for leads of the same total
    power; it is 0 in a part that was not found.

    Args:
        moments: of the leads as recorded, shape ``[3, 8, 8]``, NaN where a part was not found.
        arrangements: from true to recorded leads, shape ``[arrangements, 8, 8]``.
        model: the model.
    """
    undo = np.linalg.inv(arrangements)
    before = np.einsum("pij,pji->p", model.forms, moments)
    undone = np.einsum("aij,pjk,alk->apil", undo, moments, undo)
    after = np.einsum("pij,apji->ap", model.forms, undone) / np.trace(undone, axis1=2, axis2=3)
    found: NDArray[np.float64] = np.nan_to_num(np.log(before / after), nan=0.0)
    return found
