"""From outcomes to figures: plain numbers, ready for a table or for JSON."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ecg_core.bench.candidates import VALUES
from ecg_core.bench.matching import WAVES
from ecg_core.bench.score import Compared, Outcome, Scored

ALL = "all"

POINTS = {
    "p_onset": ("p", 0),
    "p_offset": ("p", 2),
    "qrs_onset": ("qrs", 0),
    "qrs_offset": ("qrs", 2),
    "t_peak": ("t", 1),
    "t_offset": ("t", 2),
}
"""Fiducial point -> kind of wave and column of its errors."""

TOLERANCES = {"p_onset": 10.2, "p_offset": 12.7, "qrs_onset": 6.5, "qrs_offset": 11.6, "t_offset": 30.6}
"""Twice the standard deviation of the CSE working party's referees, in ms (CSE Working Party, Eur Heart J
1985;6:815-25, as used for single points by Martinez 2004, IEEE Trans Biomed Eng 51:570)."""

STEPS = {"heart_rate": (1.0, 2.0), **dict.fromkeys(VALUES[1:], (10.0, 20.0))}
"""Sizes of an error up to which the share of records is shown: 1/min for the rate, ms for all else."""

LIMITS: dict[str, tuple[str, float, Callable[[float, float], bool]]] = {
    "QRS >= 120 ms": ("qrs_duration", 120.0, lambda value, limit: value >= limit),
    "PR > 200 ms": ("pr_interval", 200.0, lambda value, limit: value > limit),
    "QTcB > 460 ms": ("qtc_bazett", 460.0, lambda value, limit: value > limit),
    "P >= 120 ms": ("p_duration", 120.0, lambda value, limit: value >= limit),
}
"""Limits of common criteria: bundle-branch block, first-degree AV block, long QT in women, interatrial block."""

FAR = 10.0
"""A wrong side of a limit is a gross one if the reference is farther from it than this, in ms."""

Figures = dict[str, Any]


def summarize(scored: Scored, *, worst: int = 0) -> Figures:
    """Return all figures of a candidate.

    Args:
        scored: its outcomes.
        worst: number of records to name for each interval, those with the largest errors.

    Returns:
        ``name``, ``records``, ``failed``, ``left_out``, ``cpu_ms`` (mean per recording), and for all records and each
        subgroup by name: ``detection``, ``points``, ``intervals``, ``limits`` and ``p_wave``. Times are in ms, the
        rate in 1/min, shares and sensitivities between 0 and 1; None where there is nothing to count.
    """
    groups = sorted({group for outcome in scored.outcomes for group in outcome.groups})
    times = [outcome.cpu for outcome in scored.outcomes if outcome.cpu is not None]
    return {
        "name": scored.name,
        "records": len(scored.outcomes),
        "failed": dict(scored.failed),
        "left_out": scored.left_out,
        "cpu_ms": 1000.0 * float(np.mean(times)) if times else None,
        "groups": {
            group: _of_group([one for one in scored.outcomes if group in (ALL, *one.groups)], worst)
            for group in (ALL, *groups)
        },
    }


def _of_group(outcomes: Sequence[Outcome], worst: int) -> Figures:
    return {
        "records": len(outcomes),
        "detection": {wave: _detection(outcomes, wave) for wave in WAVES},
        "points": {point: _point(outcomes, point) for point in POINTS},
        "intervals": {name: _interval(outcomes, name, worst) for name in VALUES},
        "limits": {limit: _limit(outcomes, limit) for limit in LIMITS},
        "p_wave": _p_wave(outcomes),
    }


def _detection(outcomes: Sequence[Outcome], wave: str) -> Figures:
    matched = [lead[wave] for outcome in outcomes for lead in outcome.leads]
    found, missed, invented = (sum(getattr(one, name) for one in matched) for name in ("found", "missed", "invented"))
    return {
        "marked": found + missed,
        "sensitivity": _share(found, found + missed),
        "positive_predictivity": _share(found, found + invented),
    }


def _point(outcomes: Sequence[Outcome], point: str) -> Figures:
    wave, column = POINTS[point]
    usable = [outcome for outcome in outcomes if outcome.peaks or column != 1]
    errors = np.concatenate([np.zeros(0), *(lead[wave].errors[:, column] for one in usable for lead in one.leads)])
    errors = errors[~np.isnan(errors)]
    tolerance = TOLERANCES.get(point)
    return {
        **_spread(errors),
        "tolerance": tolerance,
        "within_tolerance": None if tolerance is None else _mean(np.abs(errors) <= tolerance),
    }


def _interval(outcomes: Sequence[Outcome], name: str, worst: int) -> Figures:
    compared = [(outcome.record, outcome.values[name]) for outcome in outcomes if name in outcome.values]
    known = [(record, _error(value), value.u) for record, value in compared if value.found is not None]
    errors = np.array([error for _, error, _ in known])
    size = np.abs(errors)
    near, far = STEPS[name]
    with_u = [(abs(error), u) for _, error, u in known if u is not None]
    ratio = np.array([error / max(u, 1e-9) for error, u in with_u])
    figures: Figures = {
        **_spread(errors),
        "middle_sd": _middle(errors),
        "median_abs": float(np.median(size)) if size.size else None,
        "near": near,
        "within_near": _mean(size <= near),
        "far": far,
        "within_far": _mean(size <= far),
        "within_u": _mean(ratio <= 1.0),
        "within_2u": _mean(ratio <= 2.0),
        "none": len(compared) - len(known),
    }
    if worst:
        largest = sorted(known, key=lambda item: -abs(item[1]))[:worst]
        figures["worst"] = {record: round(error, 2) for record, error, _ in largest}
    return figures


def _limit(outcomes: Sequence[Outcome], limit: str) -> Figures:
    name, bound, beyond = LIMITS[limit]
    judged = [
        (outcome.record, outcome.values[name].found, outcome.values[name].truth)
        for outcome in outcomes
        if name in outcome.values
    ]
    judged_pairs = [(record, found, truth) for record, found, truth in judged if found is not None]
    wrong = [item for item in judged_pairs if beyond(item[1], bound) != beyond(item[2], bound)]
    said = {record: {"found": round(found, 1), "reference": round(truth, 1)} for record, found, truth in wrong}
    return {
        "records": len(judged_pairs),
        "beyond": sum(beyond(truth, bound) for _, _, truth in judged_pairs),
        "falsely": sum(not beyond(truth, bound) for _, _, truth in wrong),
        "missed": sum(beyond(truth, bound) for _, _, truth in wrong),
        "gross": sum(abs(truth - bound) > FAR for _, _, truth in wrong),
        "wrong": said,
    }


def _p_wave(outcomes: Sequence[Outcome]) -> Figures:
    pairs = [outcome.p_present for outcome in outcomes if outcome.p_present is not None]
    with_p, without = [found for truth, found in pairs if truth], [found for truth, found in pairs if not truth]
    return {
        "with": len(with_p),
        "sensitivity": _share(sum(with_p), len(with_p)),
        "without": len(without),
        "specificity": _share(len(without) - sum(without), len(without)),
    }


def _error(value: Compared) -> float:
    assert value.found is not None, "only asked for where there is a value"
    return value.found - value.truth


def _spread(errors: NDArray[np.float64]) -> Figures:
    return {
        "n": int(errors.size),
        "bias": float(errors.mean()) if errors.size else None,
        "sd": float(errors.std(ddof=1)) if errors.size > 1 else None,
    }


def _middle(errors: NDArray[np.float64]) -> float | None:
    """Return the standard deviation of the middle nine tenths: what a record without a gross error has."""
    if errors.size < 20:
        return None
    low, high = np.percentile(errors, [5, 95])
    return float(errors[(errors >= low) & (errors <= high)].std(ddof=1))


def _mean(truths: NDArray[np.bool_]) -> float | None:
    return float(truths.mean()) if truths.size else None


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None
