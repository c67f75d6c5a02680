"""The heart vector in space: frontal and horizontal axes of every part of the beat, and the angles between them.

Frontal axes come from the limb leads (I and aVF). What needs depth comes from three orthogonal leads, made of the eight
independent ones by regression (Kors 1990): x to the left, y down, z to the back.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from ecg_core.extract.frame import NO_BEAT, NO_P, NO_T, Frame, Missing, Reading
from ecg_core.extract.uncertainty import AMPLITUDE_MV, combine
from ecg_core.measurements import Measurement

INDEPENDENT = ("I", "II", "V1", "V2", "V3", "V4", "V5", "V6")
"""The leads that the others follow from."""

KORS = np.array(
    [
        [0.38, -0.07, -0.13, 0.05, -0.01, 0.14, 0.06, 0.54],
        [-0.07, 0.93, 0.06, -0.02, -0.05, 0.06, -0.17, 0.13],
        [0.11, -0.23, -0.43, -0.06, -0.14, -0.20, -0.11, 0.31],
    ]
)
"""x, y and z from the independent leads (Kors, van Herpen, Sittig and van Bemmel 1990, regression)."""

FRONTAL_ERROR = 3.0
"""Standard uncertainty of a frontal axis beside that of the level, in degrees (engineering default)."""

HORIZONTAL_ERROR = 10.0
"""Standard uncertainty of a horizontal axis or a spatial angle beside that of the level, in degrees: what regression
from other leads and electrode places add (engineering default, after the spread that Kors 1990 reports)."""

SMALLEST_MEAN = 0.010
"""Mean length of a vector over its part of the beat, in mV, whose direction is noise below it (engineering default)."""

INITIAL = 0.040
"""Length of the initial and of the terminal part of QRS, in s (the I:40 and T:40 vectors of commercial programs)."""

EARLY = 0.080
"""Length of the early part of QRS, in s, that bundle-branch block of the right side leaves as it is: fascicular block
is judged by it there (clinical convention, catalogue of statements)."""

ST_PART = 0.080
"""The ST vector is the mean over this time from the J point on, in s (engineering default: where ST is read)."""

LOUD = 0.7
"""Share of the longest QRS vector from which vectors enter the total cosine (engineering default, after Acar 1999)."""

PARTS = ("p", "qrs", "t", "st", "qrs_initial", "qrs_terminal")

AXIS_NAMES = (
    *(f"{part}_axis" for part in PARTS),
    *(f"{part}_axis_horizontal" for part in PARTS),
    "qrs_early_axis",
    "qrs_t_angle",
    "spatial_qrs_t_angle",
    "total_cosine_r_to_t",
)


def measure_vectors(frame: Frame, areas: Mapping[str, NDArray[np.float64]], determinate: bool) -> list[Measurement]:
    """Return frontal and horizontal axes, and the angles between QRS and T.

    Args:
        frame: the representative beat.
        areas: signed area by row in mV*ms, for those of "p", "qrs" and "t" that are there.
        determinate: whether the frontal QRS axis means anything.
    """
    if frame.waves.qrs_onset is None:
        return frame.everything(AXIS_NAMES, dict.fromkeys(AXIS_NAMES, Missing(NO_BEAT)))
    spans = _spans(frame)
    sums = {**areas, **{part: _sum(frame, spans[part]) for part in ("st", "qrs_initial", "qrs_terminal")}}
    readings: dict[str, Reading | Missing] = {}
    absent = {"p": NO_P, "t": NO_T}
    gap = next((frame.refused[lead] for lead in INDEPENDENT if lead in frame.refused), None)
    for part in PARTS:
        if part not in sums:
            readings[f"{part}_axis"] = readings[f"{part}_axis_horizontal"] = Missing(absent[part])
            continue
        readings[f"{part}_axis"] = _frontal(frame, sums[part], spans[part])
        readings[f"{part}_axis_horizontal"] = Missing(gap) if gap else _horizontal(frame, sums[part], spans[part])
    early = (frame.onset, min(frame.onset + frame.samples(EARLY), frame.offset))
    readings["qrs_early_axis"] = _frontal(frame, _sum(frame, early), early)
    if not determinate:
        readings["qrs_axis"] = Missing("net QRS is close to zero in all limb leads")
    readings["qrs_t_angle"] = _between(readings["qrs_axis"], readings["t_axis"])
    blocked = NO_T if "t" not in sums else gap
    if blocked is None:
        readings["spatial_qrs_t_angle"] = _spatial_angle(frame, sums["qrs"], sums["t"], spans)
        readings["total_cosine_r_to_t"] = _total_cosine(frame, spans)
    else:
        readings["spatial_qrs_t_angle"] = readings["total_cosine_r_to_t"] = Missing(blocked)
    return frame.everything(AXIS_NAMES, readings)


def _spans(frame: Frame) -> dict[str, tuple[int, int]]:
    """Return first and last sample of every part of the beat that is there."""
    waves, part = frame.waves, frame.samples(INITIAL)
    spans = {
        "qrs": (frame.onset, frame.offset),
        "st": (frame.offset, frame.offset + frame.samples(ST_PART)),
        "qrs_initial": (frame.onset, frame.onset + part),
        "qrs_terminal": (frame.offset - part, frame.offset),
    }
    if waves.p_onset is not None and waves.p_offset is not None:
        spans["p"] = (waves.p_onset, waves.p_offset)
    if waves.t_offset is not None:
        spans["t"] = (frame.offset if waves.t_onset is None else waves.t_onset, waves.t_offset)
    return spans


def _sum(frame: Frame, span: tuple[int, int]) -> NDArray[np.float64]:
    """Return the signed area in mV*ms over a part of the beat, shape ``[leads]``."""
    area: NDArray[np.float64] = frame.beat[:, span[0] : span[1] + 1].sum(axis=1) * frame.milliseconds(1.0)
    return area


def _frontal(frame: Frame, area: NDArray[np.float64], span: tuple[int, int]) -> Reading | Missing:
    """Return the direction of the frontal vector with the given areas in I and aVF."""
    for lead in ("I", "aVF"):
        if lead in frame.refused:
            return Missing(frame.refused[lead])
    # aVF is measured against the mean of the arms: its vector is longer than that of I by 2/sqrt(3).
    left, down = float(area[frame.rows["I"]]), 2 / math.sqrt(3) * float(area[frame.rows["aVF"]])
    return _direction(frame, left, down, span, FRONTAL_ERROR, "wave too small in the limb leads to have an axis")


def _horizontal(frame: Frame, area: NDArray[np.float64], span: tuple[int, int]) -> Reading | Missing:
    """Return the direction seen from above: 0 to the left, 90 to the front, 180 to the right, -90 to the back."""
    x, _, z = _orthogonal(frame, area).tolist()
    return _direction(frame, x, -z, span, HORIZONTAL_ERROR, "wave too small in the horizontal plane to have an axis")


def _direction(
    frame: Frame, along: float, across: float, span: tuple[int, int], error: float, reason: str
) -> Reading | Missing:
    width = frame.milliseconds(span[1] - span[0])
    length = math.hypot(along, across)
    if length < SMALLEST_MEAN * width:
        return Missing(reason)
    u = math.degrees(math.atan2(AMPLITUDE_MV * width, length))
    return Reading(math.degrees(math.atan2(across, along)), combine(u, error), span)


def _orthogonal(frame: Frame, values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return x, y and z of values by lead, shape ``[3, ...]``."""
    vectors: NDArray[np.float64] = KORS @ values[[frame.rows[lead] for lead in INDEPENDENT]]
    return vectors


def _between(qrs: Reading | Missing, t: Reading | Missing) -> Reading | Missing:
    """Return the angle between two frontal axes."""
    for part in (qrs, t):
        if isinstance(part, Missing):
            return part
    assert isinstance(qrs, Reading)
    assert isinstance(t, Reading)
    assert isinstance(qrs.value, float)
    assert isinstance(t.value, float)
    difference = abs((qrs.value - t.value + 180.0) % 360.0 - 180.0)
    return Reading(difference, combine(qrs.u or 0.0, t.u or 0.0), _whole(qrs, t))


def _whole(one: Reading, other: Reading) -> tuple[float, float] | None:
    assert one.span is not None
    assert other.span is not None
    return min(one.span[0], other.span[0]), max(one.span[1], other.span[1])


def _spatial_angle(
    frame: Frame, qrs: NDArray[np.float64], t: NDArray[np.float64], spans: Mapping[str, tuple[int, int]]
) -> Reading | Missing:
    """Return the angle in space between the mean QRS vector and the mean T vector."""
    one, other = _orthogonal(frame, qrs), _orthogonal(frame, t)
    lengths = [float(np.linalg.norm(vector)) for vector in (one, other)]
    widths = [frame.milliseconds(spans[part][1] - spans[part][0]) for part in ("qrs", "t")]
    if any(length < SMALLEST_MEAN * width for length, width in zip(lengths, widths, strict=True)):
        return Missing("mean QRS or T vector too small to have a direction")
    cosine = float(one @ other) / (lengths[0] * lengths[1])
    levels = (
        math.degrees(math.atan2(AMPLITUDE_MV * width, length)) for length, width in zip(lengths, widths, strict=True)
    )
    angle = math.degrees(math.acos(max(-1.0, min(1.0, cosine))))
    return Reading(angle, combine(HORIZONTAL_ERROR, *levels), (spans["qrs"][0], spans["t"][1]))


def _total_cosine(frame: Frame, spans: Mapping[str, tuple[int, int]]) -> Reading | Missing:
    """Return the mean cosine between the longest T vector and the long QRS vectors, in the beat's own three axes.

    The axes are the first three left singular vectors of the independent leads from QRS onset to T end (Acar 1999).
    """
    rows = [frame.rows[lead] for lead in INDEPENDENT]
    first = spans["qrs"][0]
    piece = frame.beat[rows, first : spans["t"][1] + 1]
    axes = np.linalg.svd(piece, full_matrices=False)[0][:, :3]
    vectors = axes.T @ piece
    qrs = vectors[:, : spans["qrs"][1] - first + 1]
    t = vectors[:, spans["t"][0] - first :]
    lengths = np.linalg.norm(qrs, axis=0)
    loud = qrs[:, lengths >= LOUD * lengths.max()]
    longest = t[:, int(np.argmax(np.linalg.norm(t, axis=0)))]
    size = float(np.linalg.norm(longest))
    if size < SMALLEST_MEAN:
        return Missing("T vector too small to have a direction")
    cosines = (longest @ loud) / (size * np.linalg.norm(loud, axis=0))
    # An error of the level turns the T vector; the cosine changes by no more than the sine of that angle.
    u = combine(AMPLITUDE_MV / size, float(np.std(cosines)) / math.sqrt(loud.shape[1]))
    return Reading(float(np.mean(cosines)), u, (first, spans["t"][1]))
