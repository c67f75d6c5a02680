"""Areas under P, QRS and T, and the axes that follow from them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ecg_core.extract.frame import NO_BEAT, NO_P, NO_T, Frame, Missing, Reading
from ecg_core.extract.uncertainty import AMPLITUDE_MV, AMPLITUDE_SHARE, combine
from ecg_core.extract.vectors import measure_vectors
from ecg_core.measurements import Measurement
from ecg_core.vocabulary import LIMB_LEADS

AREA_NAMES = ("p_area", "qrs_area", "t_area")

INDETERMINATE = 0.10
"""Net QRS below this share of peak to peak in every limb lead leaves no axis (vocabulary, qrs_axis_determinate)."""


def measure_areas(frame: Frame) -> list[Measurement]:
    """Return P, QRS and T areas of every lead and the axes."""
    waves = frame.waves
    if waves.qrs_onset is None or waves.qrs_offset is None:
        return [
            *frame.per_lead(AREA_NAMES, lambda row: {}, NO_BEAT),
            frame.report("qrs_axis_determinate", Missing(NO_BEAT)),
            *measure_vectors(frame, {}, determinate=False),
        ]
    edges = {
        "p": (waves.p_onset, waves.p_offset, NO_P),
        "qrs": (waves.qrs_onset, waves.qrs_offset, NO_BEAT),
        "t": (waves.t_onset if waves.t_onset is not None else frame.offset, waves.t_offset, NO_T),
    }
    items: list[Measurement] = []
    areas: dict[str, NDArray[np.float64]] = {}
    for wave, (first, last, reason) in edges.items():
        name = f"{wave}_area"
        if first is None or last is None or last - first < 2:
            items += frame.per_lead((name,), lambda row: {}, reason)
            continue
        areas[wave] = _area(frame, wave, first, last)
        items += _report_area(frame, wave, areas[wave], first, last)
    determinate = _determinate(frame)
    return [
        *items,
        frame.report("qrs_axis_determinate", determinate),
        *measure_vectors(frame, areas, determinate=not isinstance(determinate, Reading) or determinate.value is True),
    ]


def _area(frame: Frame, wave: str, first: int, last: int) -> NDArray[np.float64]:
    """Return the signed area in mV*ms by lead: P from its onset level, QRS and T from the QRS-onset level."""
    piece = frame.beat[:, first : last + 1]
    if wave == "p":
        before = frame.beat[:, max(0, first - frame.samples(0.01)) : first + 1].mean(axis=1, keepdims=True)
        after = frame.beat[:, last : last + frame.samples(0.01) + 1].mean(axis=1, keepdims=True)
        piece = piece - before - (after - before) * np.linspace(0.0, 1.0, piece.shape[1])
    area: NDArray[np.float64] = piece.sum(axis=1) * frame.milliseconds(1.0)
    return area


def _report_area(frame: Frame, wave: str, area: NDArray[np.float64], first: int, last: int) -> list[Measurement]:
    name, width = f"{wave}_area", frame.milliseconds(last - first)
    doubt = frame.doubt(*(f"{wave}_{edge}" for edge in ("onset", "offset")))
    edge = combine(frame.method["j_point"], doubt)

    def report(row: int) -> dict[str, Reading | Missing]:
        level = combine(AMPLITUDE_MV, float(frame.noise[row])) * width
        # Where an edge lies elsewhere, the area gains or loses what stands there; P stands on its own edges.
        ends = [] if wave == "p" else [edge * float(frame.beat[row, sample]) for sample in (first, last)]
        u = combine(level, AMPLITUDE_SHARE * float(area[row]), *ends)
        return {name: Reading(float(area[row]), u, (first, last), doubt > 0)}

    return frame.per_lead((name,), report)


def _determinate(frame: Frame) -> Reading | Missing:
    rows = [frame.rows[lead] for lead in LIMB_LEADS if lead in frame.rows]
    if not rows:
        return Missing("no limb lead can be measured")
    piece = frame.beat[rows, frame.onset : frame.offset + 1]
    net = np.abs(np.maximum(piece.max(axis=1), 0.0) + np.minimum(piece.min(axis=1), 0.0))
    determinate = bool((net >= INDETERMINATE * np.ptp(piece, axis=1)).any())
    return Reading(determinate, None, (frame.onset, frame.offset))
