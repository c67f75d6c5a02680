"""The waves of each lead from the segmentation network, for the beats that all leads together have shown."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ecg_core.extract.delineation import Beat, Delineation
from ecg_core.extract.filters import resample
from ecg_core.extract.learned_fiducials import QRS_REACH, T_BEFORE_BEAT, T_FROM, T_TO
from ecg_core.extract.marks import LeadMarks, WaveMarks, in_seconds, largest_deflection
from ecg_core.extract.network import QRS, RATE, Network, P, T
from ecg_core.extract.segments import HALF, find_edges

P_REACH = 0.04
"""In a lead a P wave is sought from this long before the leads together show it to this long after, in s."""

Edges = tuple[NDArray[np.float64], NDArray[np.float64]]


def mark_leads(network: Network, delineation: Delineation, source: str) -> LeadMarks:
    """Return the waves of each usable lead.

    A beat is a beat in every lead: where one shows no complex, the global edges stand in. P and T waves stand only
    where the lead shows them. A P wave needs no beat, so that those that are not conducted are there, but the mean
    probability over leads must pass one half: what one lead alone takes for a P wave is none.

    Args:
        network: gives the probabilities; it is asked once more, because measuring keeps none lead by lead.
        delineation: the beats.
        source: who set the marks.
    """
    names = [lead for lead in delineation.leads if delineation.usable[lead]]
    kinds = tuple(beat.kind for beat in delineation.beats)
    if not kinds:
        none = np.zeros((0, 3))
        return LeadMarks({lead: WaveMarks(p=none, qrs=none, t=none, kinds=()) for lead in names}, source)
    signal = delineation.signal[[delineation.leads.index(lead) for lead in names]]
    rate = delineation.sampling_rate
    step = round(rate / RATE)
    probabilities = network.probabilities(resample(signal, 1, step))
    positions = np.array([beat.sample for beat in delineation.beats], dtype=np.float64)
    after = np.concatenate((positions[1:], [np.inf]))

    def edges(kind: int, low: NDArray[np.float64], high: NDArray[np.float64]) -> Edges:
        first, last = (np.clip(np.rint(at / step), 0, probabilities.shape[2]).astype(np.intp) for at in (low, high))
        onsets, offsets = find_edges(probabilities[:, kind], first, last)
        return onsets * step, offsets * step

    p = edges(P, *(at * step for at in _stretches(probabilities[:, P].mean(axis=0), round(P_REACH * RATE))))
    t = edges(T, positions + T_FROM * rate, np.minimum(after - T_BEFORE_BEAT * rate, positions + T_TO * rate))
    qrs = _filled(edges(QRS, positions - QRS_REACH * rate, positions + QRS_REACH * rate), delineation.beats)
    return LeadMarks(
        {
            lead: WaveMarks(
                p=_marks(p, row, signal[row], rate),
                qrs=_marks(qrs, row, signal[row], rate),
                t=_marks(t, row, signal[row], rate),
                kinds=kinds,
            )
            for row, lead in enumerate(names)
        },
        source,
    )


def _stretches(probability: NDArray[np.float32], reach: int) -> Edges:
    """Return first and last sample, and some more on either side, of each run of at least one half."""
    steps = np.diff(np.concatenate(([0], probability >= HALF, [0])).astype(np.intp))
    return np.flatnonzero(steps == 1).astype(np.float64) - reach, np.flatnonzero(steps == -1).astype(np.float64) + reach


def _filled(edges: Edges, beats: tuple[Beat, ...]) -> Edges:
    """Put the global edge of each complex, or its position, where a lead shows none."""
    onsets = np.array([beat.sample if beat.waves.qrs_onset is None else beat.waves.qrs_onset for beat in beats])
    offsets = np.array([beat.sample if beat.waves.qrs_offset is None else beat.waves.qrs_offset for beat in beats])
    return (
        np.where(np.isnan(edges[0]), onsets[:, None], edges[0]),
        np.where(np.isnan(edges[1]), offsets[:, None], edges[1]),
    )


def _marks(edges: Edges, row: int, lead: NDArray[np.float64], rate: float) -> NDArray[np.float64]:
    """Return the waves of one lead in s, shape ``[waves, 3]``; one that runs out of the recording has one edge."""
    onsets, offsets = edges[0][:, row], edges[1][:, row]
    points = [
        (onset, largest_deflection(lead, np.nan_to_num(onset), lead.size if np.isnan(offset) else offset), offset)
        for onset, offset in zip(onsets, offsets, strict=True)
        if not (np.isnan(onset) and np.isnan(offset))
    ]
    return in_seconds(points, rate)
