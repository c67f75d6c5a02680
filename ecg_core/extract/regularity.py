"""How regular RR and PP intervals are: what tells fibrillation from sinus rhythm with ectopic beats."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ecg_core.extract.delineation import Delineation
from ecg_core.extract.ectopy import rr_milliseconds
from ecg_core.extract.entries import absent, measured
from ecg_core.extract.p_search import AtrialActivity
from ecg_core.measurements import Measurement

JITTER = 2.0
"""ms; standard uncertainty of one QRS position (one sample at 500 Hz)."""
P_JITTER = 8.0
"""ms; the same of a P peak (engineering default: the spread of manual P marks from beat to beat)."""
LARGE_STEP = 50.0
"""ms between successive RR intervals (pNN50; Task Force of ESC and NASPE 1996)."""
TOLERANCE = 30.0
"""ms within which two RR intervals match, widened until enough do (Lake and Moorman 2011)."""
MATCHES, ENTROPY_INTERVALS = 5, 8
"""Matches and RR intervals that an entropy needs (Lake and Moorman 2011: 5 matches, 12 beats are enough; the lower
number of intervals is an engineering default for slow rhythms in 10 s)."""


def measure_regularity(delineation: Delineation, activity: AtrialActivity) -> list[Measurement]:
    """Return irregularity, pNN50 and entropy of RR, and the variation of PP.

    RR intervals that a ventricular or fusion beat begins or ends are left out.
    """
    rr, clean, pairs = _intervals(delineation)
    span = (delineation.beats[0].sample, delineation.beats[-1].sample) if delineation.beats else None
    if pairs.sum() < 2:
        reason = "fewer than 3 successive RR intervals without ventricular beats" if rr.size else "fewer than 2 beats"
        items = [absent(name, reason) for name in ("rr_irregularity", "rr_pnn50")]
    else:
        steps, mean = np.diff(rr)[pairs], float(rr[clean].mean())
        ratio, share = float(np.sqrt(np.mean(steps**2))) / mean, float(np.mean(np.abs(steps) > LARGE_STEP))
        items = [
            measured(
                "rr_irregularity",
                ratio,
                u=float(np.hypot(ratio / np.sqrt(2 * steps.size), 2 * JITTER / mean)),
                span=span,
            ),
            measured(
                "rr_pnn50", share, u=max(0.5, float(np.sqrt(steps.size * share * (1 - share)))) / steps.size, span=span
            ),
        ]
    return [*items, _entropy(rr, clean, pairs, span), _pp_variation(activity, delineation.sampling_rate)]


def _intervals(delineation: Delineation) -> tuple[NDArray[np.float64], NDArray[np.bool_], NDArray[np.bool_]]:
    """Return RR in ms, which of them are between normal beats, and which successive two are."""
    rr = rr_milliseconds(delineation)
    if rr.size == 0:
        nothing = np.zeros(0, dtype=np.bool_)
        return rr, nothing, nothing
    ectopic = np.array([beat.kind in ("ventricular", "fusion") for beat in delineation.beats])
    clean = ~(ectopic[1:] | ectopic[:-1])
    return rr, clean, clean[1:] & clean[:-1]


def _entropy(
    rr: NDArray[np.float64], clean: NDArray[np.bool_], pairs: NDArray[np.bool_], span: tuple[int, int] | None
) -> Measurement:
    """Coefficient of sample entropy with templates of one interval (Lake and Moorman 2011)."""
    name = "rr_entropy"
    if clean.sum() < ENTROPY_INTERVALS:
        return absent(name, f"fewer than {ENTROPY_INTERVALS} RR intervals without ventricular beats")
    first, second = rr[:-1][pairs], rr[1:][pairs]
    upper = np.triu_indices(first.size, 1)
    near_first = np.abs(first[:, None] - first[None, :])[upper]
    near_both = np.maximum(near_first, np.abs(second[:, None] - second[None, :])[upper])
    if near_both.size < MATCHES:
        return absent(name, "too few successive RR intervals without ventricular beats")
    tolerance = max(TOLERANCE, float(np.sort(near_both)[MATCHES - 1]))
    alone, both = int(np.sum(near_first <= tolerance)), int(np.sum(near_both <= tolerance))
    value = float(np.log(alone / both) + np.log(2.0 * tolerance) - np.log(rr[clean].mean()))
    # The share of matches that go on is a proportion: standard error of its logarithm, as if they were independent.
    u = max(0.05, float(np.sqrt(1.0 / both - 1.0 / alone)))
    return measured(name, value, u=u, span=span)


def _pp_variation(activity: AtrialActivity, rate: float) -> Measurement:
    name = "pp_variation"
    if activity.peaks.size < 3:
        return absent(name, "fewer than 3 P waves")
    pp = np.diff(activity.peaks).astype(np.float64)
    # A P wave that is hidden in a QRS complex or a T wave leaves a double interval.
    folded = pp / np.maximum(np.round(pp / np.median(pp)), 1.0)
    ratio = float(folded.std(ddof=1) / folded.mean())
    mean = float(folded.mean()) * 1000.0 / rate
    u = float(np.hypot(ratio / np.sqrt(2 * (pp.size - 1)), P_JITTER / mean))
    return measured(name, ratio, u=u, span=(int(activity.peaks[0]), int(activity.peaks[-1])))
