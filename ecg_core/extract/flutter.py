"""Flutter waves: a continuous regular atrial wave, with any conduction ratio."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ecg_core.extract.delineation import Delineation
from ecg_core.extract.ectopy import rr_milliseconds
from ecg_core.extract.filters import high_pass, low_pass
from ecg_core.extract.windows import qrs_mask

LEADS = ("II", "III", "aVF", "V1")
BAND = (3.5, 5.7)
"""Hz, 210-340/min (vocabulary, atrial_frequency)."""
STEP = 0.05
WINDOW = 3.0
"""s; over a longer stretch a small drift of the frequency would undo the fit (engineering default)."""
FREE_SHARE = 0.25
EXPLAINED, EXPLAINED_LOCKED, EXPLAINED_ALONE = 0.42, 0.36, 0.25
"""Share of the signal between QRS complexes that one frequency and its double must explain: where P waves were found in
a steady rhythm, where either of the two holds or the frequency is a multiple of the rate, and elsewhere. A P wave once
per beat reaches 0.41, one that was not found 0.34, fibrillation 0.24 (data of bench_rhythm.py)."""
LOCKED = 0.05
"""Distance from a whole number of waves per RR interval within which a frequency is a multiple of the rate (engineering
default)."""
HALF_CYCLE = 0.75
"""Likeness of the halves of a cycle in 2:1 flutter; other tachycardias reach 0.65 (data of bench_rhythm.py)."""
TWICE = 2.5
"""Waves per RR interval below which a frequency is not told from the double of the rate (engineering default)."""
REGULAR = 0.08
"""CV of RR up to which a cycle may be averaged."""
WORKING_RATE = 100.0


def find_flutter(delineation: Delineation, without_qrst: NDArray[np.float64], *, has_p: bool) -> float | None:
    """Return the frequency of the flutter waves in Hz, or None.

    Two independent looks. Between the QRS complexes one frequency and its double explain the signal without QRST, in
    all of II, III, aVF and V1 together: there is no isoelectric line. And in regular 2:1 conduction, where the flutter
    waves keep their place in every cycle and cancel with the QRST, the second half of the cycle repeats the first.

    Args:
        delineation: the delineated recording, with beats.
        without_qrst: shape ``[leads, samples]``, from `cancel.subtract_beats`.
        has_p: whether P waves were found; their harmonics may look like a flutter wave, and are asked for more.
    """
    rows = [delineation.leads.index(lead) for lead in LEADS if delineation.usable.get(lead, False)]
    if not rows:
        return None
    half = _half_cycle(delineation, rows)
    if half is not None:
        return half
    grid = np.arange(BAND[0] - 2 * STEP, BAND[1] + 2.5 * STEP, STEP)
    explained = _explained(delineation, without_qrst[rows], grid)
    best = int(np.argmax(explained))
    if not BAND[0] <= grid[best] <= BAND[1]:
        return None
    rr = rr_milliseconds(delineation)
    if rr.size == 0:
        return float(grid[best]) if explained[best] >= (EXPLAINED if has_p else EXPLAINED_ALONE) else None
    waves = grid[best] * float(np.median(rr)) / 1000.0
    steady = bool(rr.std() <= REGULAR * rr.mean())
    locked = abs(waves - round(waves)) <= LOCKED
    # Twice the rate is what P and T give in every tachycardia; whether it is 2:1 the halves of the cycle have told.
    if steady and waves < TWICE and (has_p or locked):
        return None
    limit = EXPLAINED if has_p and steady else EXPLAINED_LOCKED if has_p or locked else EXPLAINED_ALONE
    return float(grid[best]) if explained[best] >= limit else None


def _explained(delineation: Delineation, signal: NDArray[np.float64], grid: NDArray[np.float64]) -> NDArray[np.float64]:
    """Share of the signal outside QRS that each frequency of `grid` explains, the mean over leads."""
    rate = delineation.sampling_rate
    stride = max(1, round(rate / WORKING_RATE))
    band = high_pass(low_pass(signal, 20.0, rate), 1.0, rate)[:, ::stride]
    free = ~qrs_mask(delineation)[::stride]
    width = min(round(WINDOW * rate / stride), band.shape[1])
    phase = 2 * np.pi * grid[:, None] * np.arange(width) * stride / rate
    waves = np.stack([np.cos(phase), np.sin(phase), np.cos(2 * phase), np.sin(2 * phase)], axis=2)
    fitted = np.zeros((grid.size, len(band)))
    total = np.zeros(len(band))
    for start in range(0, band.shape[1] - width + 1, max(1, width // 2)):
        inside = free[start : start + width]
        if inside.mean() < FREE_SHARE:
            continue
        part = band[:, start : start + width][:, inside]
        part = part - part.mean(axis=1, keepdims=True)
        design = waves[:, inside]
        normal = np.einsum("fni,fnj->fij", design, design, optimize=True)
        moment = np.einsum("fni,ln->fil", design, part, optimize=True)
        fitted += np.einsum("fil,fil->fl", np.linalg.solve(normal, moment), moment)
        total += np.sum(part**2, axis=1)
    share: NDArray[np.float64] = np.mean(fitted / np.maximum(total, 1e-9), axis=1)
    return share


def _half_cycle(delineation: Delineation, rows: list[int]) -> float | None:
    """Frequency of 2:1 flutter if the representative cycle, QRS left out, is twice the same wave."""
    rate, waves = delineation.sampling_rate, delineation.waves
    rr = rr_milliseconds(delineation)
    if rr.size < 3 or waves.qrs_onset is None or waves.qrs_offset is None or rr.std() > REGULAR * rr.mean():
        return None
    frequency = 2000.0 / float(rr.mean())
    cycle = round(float(rr.mean()) / 1000.0 * rate)
    half, qrs = cycle // 2, waves.qrs_offset - waves.qrs_onset + round(0.02 * rate)
    # 10 ms before the next onset the upstroke may have begun.
    length = half - qrs - round(0.01 * rate)
    course = delineation.representative[rows, waves.qrs_onset : waves.qrs_onset + cycle]
    if not BAND[0] <= frequency <= BAND[1] or length < round(0.05 * rate) or course.shape[1] < cycle:
        return None
    first, second = course[:, qrs : qrs + length], course[:, qrs + half : qrs + half + length]
    first, second = first - first.mean(axis=1, keepdims=True), second - second.mean(axis=1, keepdims=True)
    difference = np.sum((first - second) ** 2) / max(float(np.sum(first**2) + np.sum(second**2)), 1e-9)
    return frequency if 1.0 - difference >= HALF_CYCLE else None
