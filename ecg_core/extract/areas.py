"""Areas under P, QRS and T, and the frontal axes that follow from them."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from ecg_core.extract.frame import NO_BEAT, NO_P, NO_T, Frame, Missing, Reading
from ecg_core.extract.uncertainty import AMPLITUDE_MV, combine
from ecg_core.measurements import Measurement
from ecg_core.vocabulary import LIMB_LEADS

AXIS_NAMES = ("p_axis", "qrs_axis", "t_axis", "qrs_axis_determinate", "qrs_t_angle")

INDETERMINATE = 0.10
"""Net QRS below this share of peak to peak in every limb lead leaves no axis (vocabulary, qrs_axis_determinate)."""

SMALLEST_MEAN = 0.010
"""Mean length of the frontal vector over the wave, in mV, below which its direction is noise (engineering default)."""


def measure_areas(frame: Frame) -> list[Measurement]:
    """Return P, QRS and T areas of every lead and the frontal axes."""
    waves = frame.waves
    if waves.qrs_onset is None or waves.qrs_offset is None:
        return [
            *frame.per_lead(("p_area", "qrs_area", "t_area"), lambda row: {}, NO_BEAT),
            *frame.everything(AXIS_NAMES, dict.fromkeys(AXIS_NAMES, Missing(NO_BEAT))),
        ]
    edges = {
        "p": (waves.p_onset, waves.p_offset, NO_P),
        "qrs": (waves.qrs_onset, waves.qrs_offset, NO_BEAT),
        "t": (waves.t_onset if waves.t_onset is not None else frame.offset, waves.t_offset, NO_T),
    }
    items: list[Measurement] = []
    axes: dict[str, Reading | Missing] = {}
    for wave, (first, last, reason) in edges.items():
        name = f"{wave}_area"
        if first is None or last is None or last - first < 2:
            items += frame.per_lead((name,), lambda row: {}, reason)
            axes[f"{wave}_axis"] = Missing(reason)
            continue
        area = _area(frame, wave, first, last)
        items += _report_area(frame, name, area, (first, last))
        axes[f"{wave}_axis"] = _axis(frame, area, frame.milliseconds(last - first), (first, last))
    axes["qrs_axis_determinate"] = _determinate(frame)
    if axes["qrs_axis_determinate"] == Reading(value=False):
        axes["qrs_axis"] = Missing("net QRS is close to zero in all limb leads")
    axes["qrs_t_angle"] = _angle(axes["qrs_axis"], axes["t_axis"])
    return [*items, *frame.everything(AXIS_NAMES, axes)]


def _area(frame: Frame, wave: str, first: int, last: int) -> NDArray[np.float64]:
    """Return the signed area in mV*ms by lead: P from its onset level, QRS and T from the QRS-onset level."""
    piece = frame.beat[:, first : last + 1]
    if wave == "p":
        before = frame.beat[:, max(0, first - frame.samples(0.01)) : first + 1].mean(axis=1, keepdims=True)
        after = frame.beat[:, last : last + frame.samples(0.01) + 1].mean(axis=1, keepdims=True)
        piece = piece - before - (after - before) * np.linspace(0.0, 1.0, piece.shape[1])
    area: NDArray[np.float64] = piece.sum(axis=1) * frame.milliseconds(1.0)
    return area


def _report_area(frame: Frame, name: str, area: NDArray[np.float64], span: tuple[float, float]) -> list[Measurement]:
    error = AMPLITUDE_MV * frame.milliseconds(span[1] - span[0])
    return frame.per_lead((name,), lambda row: {name: Reading(float(area[row]), error, span)})


def _axis(
    frame: Frame,
    area: NDArray[np.float64],
    width: float,
    span: tuple[float, float],
) -> Reading | Missing:
    """Return the direction of the frontal vector with the given areas in I and aVF."""
    for lead in ("I", "aVF"):
        if lead in frame.refused:
            return Missing(frame.refused[lead])
    # aVF is measured against the mean of the arms: its vector is longer than that of I by 2/sqrt(3).
    right, down = float(area[frame.rows["I"]]), 2 / math.sqrt(3) * float(area[frame.rows["aVF"]])
    length = math.hypot(right, down)
    if length < SMALLEST_MEAN * width:
        return Missing("wave too small in the limb leads to have an axis")
    u = math.degrees(math.atan2(AMPLITUDE_MV * width, length))
    return Reading(math.degrees(math.atan2(down, right)), combine(u, 3.0), span)


def _determinate(frame: Frame) -> Reading | Missing:
    rows = [frame.rows[lead] for lead in LIMB_LEADS if lead in frame.rows]
    if not rows:
        return Missing("no limb lead can be measured")
    piece = frame.beat[rows, frame.onset : frame.offset + 1]
    net = np.abs(np.maximum(piece.max(axis=1), 0.0) + np.minimum(piece.min(axis=1), 0.0))
    return Reading(value=bool((net >= INDETERMINATE * np.ptp(piece, axis=1)).any()))


def _angle(qrs: Reading | Missing, t: Reading | Missing) -> Reading | Missing:
    for part in (qrs, t):
        if isinstance(part, Missing):
            return part
    assert isinstance(qrs, Reading)
    assert isinstance(t, Reading)
    assert isinstance(qrs.value, float)
    assert isinstance(t.value, float)
    difference = abs((qrs.value - t.value + 180.0) % 360.0 - 180.0)
    return Reading(difference, combine(qrs.u or 0.0, t.u or 0.0))
