"""Marks of waves lead by lead: what annotators write, what delineators are scored by, what WFDB annotations hold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from ecg_core.errors import UsageError
from ecg_core.extract.delineation import BeatClass, Delineation, Waves
from ecg_core.plugin_manager import PluginManager
from ecg_core.recording import Recording

ONSET, PEAK, OFFSET = range(3)
"""Columns of the arrays of marks."""


@dataclass(frozen=True, slots=True, eq=False)
class WaveMarks:
    """The waves of one lead, in time order, in s from the first sample of the recording.

    Waves need not belong to each other: a P wave without QRS complex stands here as well.

    Attributes:
        p: shape ``[waves, 3]``: onset, peak, offset. The peak is always known, an edge is NaN where it is not.
        qrs: likewise; the peak is the largest deflection, an R wave or an S wave.
        t: likewise.
        kinds: class of each row of `qrs`; "unclassifiable" for all where nobody has classed them.
    """

    p: NDArray[np.float64]
    qrs: NDArray[np.float64]
    t: NDArray[np.float64]
    kinds: tuple[BeatClass, ...]


@dataclass(frozen=True, slots=True, eq=False)
class LeadMarks:
    """The waves of every lead that was delineated.

    Attributes:
        leads: lead name -> its waves; a lead that could not be delineated is not there.
        source: who set the marks, e.g. "learned 1".
    """

    leads: Mapping[str, WaveMarks]
    source: str

    def shifted(self, seconds: float) -> LeadMarks:
        """Return the same waves that much later."""
        later = {
            name: replace(lead, p=lead.p + seconds, qrs=lead.qrs + seconds, t=lead.t + seconds)
            for name, lead in self.leads.items()
        }
        return LeadMarks(later, self.source)


@runtime_checkable
class Delineator(Protocol):
    """An extractor that can also say where the waves of each lead are."""

    def delineate(self, recording: Recording) -> LeadMarks:
        """Return the waves of a recording lead by lead; NaN stands where nothing was recorded."""
        ...


def lead_marks(recording: Recording, extractor: str, *, plugins: PluginManager | None = None) -> LeadMarks:
    """Return the waves that a measuring engine finds, lead by lead.

    Args:
        recording: the window to delineate; times are counted from its first sample.
        extractor: name of the engine, ``NAME`` or ``DIST:NAME``.
        plugins: where to find the engine; the installed ones by default.

    Raises:
        UsageError: if the engine measures without giving marks.
        PluginError: if the engine cannot be loaded.
        UnknownNameError: if there is no such engine.
    """
    engine = (plugins or PluginManager.shared()).make("ecg_extractors", extractor)
    if not isinstance(engine, Delineator):
        raise UsageError(
            f"extractor {extractor!r} gives no marks of waves", hint="classical, learned and neurokit give them"
        )
    return engine.delineate(recording)


def unclassed(beats: int) -> tuple[BeatClass, ...]:
    """Return the classes of beats that nobody has classed."""
    kind: BeatClass = "unclassifiable"
    return (kind,) * beats


def largest_deflection(lead: NDArray[np.float64], onset: float, offset: float) -> float:
    """Return the sample at which a lead is farthest from the line between two others, which may lie outside of it."""
    start, stop = max(0, round(onset)), min(round(offset), lead.size - 1)
    if stop - start < 2:
        return float(start)
    piece = lead[start : stop + 1]
    line = np.linspace(piece[0], piece[-1], piece.size)
    return float(start + np.argmax(np.abs(piece - line)))


def shared_marks(delineation: Delineation, source: str) -> LeadMarks:
    """Return the global marks of every beat as those of every lead, for engines that have no others."""
    waves = [beat.waves for beat in delineation.beats]
    rate = delineation.sampling_rate
    p = in_seconds([_points(wave, "p") for wave in waves], rate)
    t = in_seconds([_points(wave, "t") for wave in waves], rate)
    qrs = in_seconds([(beat.waves.qrs_onset, beat.sample, beat.waves.qrs_offset) for beat in delineation.beats], rate)
    marks = WaveMarks(p=p, qrs=qrs, t=t, kinds=tuple(beat.kind for beat in delineation.beats))
    return LeadMarks(dict.fromkeys(delineation.leads, marks), source)


def in_seconds(
    points: Sequence[tuple[float | None, float | None, float | None]] | NDArray[np.float64], rate: float
) -> NDArray[np.float64]:
    """Return onset, peak and offset of waves in s, shape ``[waves, 3]``; a wave without a peak is left out.

    Args:
        points: in samples, None or NaN where unknown.
        rate: in Hz.
    """
    samples = np.array(points, dtype=np.float64).reshape(-1, 3)
    seconds: NDArray[np.float64] = samples[~np.isnan(samples[:, PEAK])] / rate
    return seconds


def _points(waves: Waves, wave: str) -> tuple[float | None, float | None, float | None]:
    onset, peak, offset = (getattr(waves, f"{wave}_{point}") for point in ("onset", "peak", "offset"))
    return onset, peak, offset
