"""Intervals beat by beat, and what the representative beat is made of."""

from __future__ import annotations

from collections.abc import Sequence

from ecg_core.extract.delineation import Beat
from ecg_core.extract.frame import NO_BEAT, Frame, Missing, Reading
from ecg_core.measurements import Measurement

NAMES = ("qrs_durations", "qt_intervals", "qrs_shape_count", "averaged_beat_count")


def measure_beat_intervals(frame: Frame) -> list[Measurement]:
    """Return QRS duration and QT of every beat, the number of QRS shapes, and of beats averaged."""
    beats = frame.delineation.beats
    if not beats:
        return frame.everything(NAMES, dict.fromkeys(NAMES, Missing(NO_BEAT)))
    span = (beats[0].sample - frame.shift, beats[-1].sample - frame.shift)
    return frame.everything(
        NAMES,
        {
            "qrs_durations": _series(frame, beats, "qrs_offset", span),
            "qt_intervals": _series(frame, beats, "t_offset", span),
            "qrs_shape_count": Reading(len({beat.shape for beat in beats}), None, span),
            "averaged_beat_count": Reading(frame.delineation.averaged, None, span),
        },
    )


def _series(frame: Frame, beats: Sequence[Beat], last: str, span: tuple[int, int]) -> Reading | Missing:
    """Return the time from QRS onset to another point of every beat that has both."""
    pairs = [(beat.waves.qrs_onset, getattr(beat.waves, last)) for beat in beats]
    values = tuple(
        round(frame.milliseconds(end - start), 1) for start, end in pairs if start is not None and end is not None
    )
    return Reading(values, None, span) if values else Missing("no beat lies within the window with both its ends")
