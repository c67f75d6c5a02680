"""Global intervals from marks: per beat the median over leads, then the median over beats."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ecg_core.extract.marks import OFFSET, ONSET, PEAK, LeadMarks, WaveMarks, unclassed

INTERVALS = ("p_duration", "pr_interval", "qrs_duration", "qt_interval")

P_REACH, T_REACH = 0.60, 0.80
"""A P wave begins at most this long before its QRS complex, and a T wave ends at most this long after, in s
(engineering defaults: the longest that are measured at all)."""

SAME_BEAT = 0.15
"""Complexes of two leads belong to one beat if no gap between neighbouring peaks is longer than this, in s."""


def global_intervals(marks: LeadMarks, *, least_leads: int) -> dict[str, float]:
    """Return heart rate (1/min), P, PR, QRS, QT and Bazett's QTc (ms) of marked waves; what has no marks is left out.

    Per beat and lead an interval lies between marks of that lead; per beat its value is the median over the leads that
    have it, if they are enough; of the recording it is the median over beats. The rate is that of the mean RR interval
    from the first to the last complex of each lead, the median over leads.

    Args:
        marks: of any number of leads.
        least_leads: leads that must show an interval of a beat; all, where there are fewer leads.
    """
    waves = [lead for lead in marks.leads.values() if len(lead.qrs)]
    if not waves:
        return {}
    least = min(least_leads, len(waves))
    beats = np.concatenate([_per_beat(lead) for lead in waves])
    beats = beats[np.argsort(beats[:, 0])]
    number = np.concatenate(([0], np.cumsum(np.diff(beats[:, 0]) > SAME_BEAT)))
    values: dict[str, float] = {}
    rates = [_rate(lead.qrs[:, PEAK]) for lead in waves if len(lead.qrs) > 1]
    if len(rates) >= least:
        values["heart_rate"] = float(np.median(rates))
    for column, name in enumerate(INTERVALS, start=1):
        fused = [_fuse(beats[number == beat, column], least) for beat in range(int(number[-1]) + 1)]
        known = [value for value in fused if value is not None]
        if known:
            values[name] = 1000.0 * float(np.median(known))
    if "heart_rate" in values and "qt_interval" in values:
        values["qtc_bazett"] = values["qt_interval"] * (values["heart_rate"] / 60.0) ** 0.5
    return values


def has_p(marks: LeadMarks) -> bool:
    """Say whether most leads carry P marks."""
    return float(np.median([len(lead.p) for lead in marks.leads.values()] or [0])) > 0


def _rate(peaks: NDArray[np.float64]) -> float:
    return float(60.0 * (peaks.size - 1) / (peaks[-1] - peaks[0]))


def _fuse(values: NDArray[np.float64], least: int) -> float | None:
    known = values[~np.isnan(values)]
    return float(np.median(known)) if known.size >= least else None


def _per_beat(lead: WaveMarks) -> NDArray[np.float64]:
    """Return time of the complex, P duration, PR, QRS and QT of each beat of a lead in s, shape ``[beats, 5]``."""
    onset, offset = lead.qrs[:, ONSET], lead.qrs[:, OFFSET]
    before = np.concatenate(([-np.inf], lead.qrs[:-1, PEAK]))
    after = np.concatenate((lead.qrs[1:, PEAK], [np.inf]))
    p_on, p_off = _neighbour(lead.p, np.maximum(before, lead.qrs[:, PEAK] - P_REACH), lead.qrs[:, PEAK], last=True)
    _, t_off = _neighbour(lead.t, lead.qrs[:, PEAK], np.minimum(after, lead.qrs[:, PEAK] + T_REACH), last=False)
    return np.stack([lead.qrs[:, PEAK], p_off - p_on, onset - p_on, offset - onset, t_off - onset], axis=1)


def _neighbour(
    waves: NDArray[np.float64], low: NDArray[np.float64], high: NDArray[np.float64], *, last: bool
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return onset and offset of the last (or first) wave that peaks between two times, for each pair of them."""
    onsets, offsets = np.full(low.size, np.nan), np.full(low.size, np.nan)
    if last:
        index = np.searchsorted(waves[:, PEAK], high, side="left") - 1
    else:
        index = np.searchsorted(waves[:, PEAK], low, side="right")
    inside = (index >= 0) & (index < len(waves))
    inside[inside] &= (waves[index[inside], PEAK] > low[inside]) & (waves[index[inside], PEAK] < high[inside])
    onsets[inside], offsets[inside] = waves[index[inside], ONSET], waves[index[inside], OFFSET]
    return onsets, offsets


def fuse_leads(marks: LeadMarks, *, least_leads: int) -> WaveMarks:
    """Return one set of waves for all leads: those that enough leads show, each point the median over those.

    Args:
        marks: by lead.
        least_leads: leads that must show a wave; all, where there are fewer leads.
    """
    least = min(least_leads, len(marks.leads))

    def fused(wave: str) -> NDArray[np.float64]:
        points = np.concatenate([np.zeros((0, 3)), *(getattr(lead, wave) for lead in marks.leads.values())])
        points = points[np.argsort(points[:, PEAK], kind="stable")]
        pieces = np.split(points, np.flatnonzero(np.diff(points[:, PEAK]) > SAME_BEAT) + 1)
        rows = [[_fuse(piece[:, column], 1) for column in range(3)] for piece in pieces if len(piece) >= least]
        return np.array(rows, dtype=np.float64).reshape(-1, 3)

    qrs = fused("qrs")
    return WaveMarks(p=fused("p"), qrs=qrs, t=fused("t"), kinds=unclassed(len(qrs)))
