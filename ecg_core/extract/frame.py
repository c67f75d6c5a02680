"""What every waveform measurement starts from: the representative beat at its QRS-onset level, and how to report."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import astuple, dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ecg_core.extract.delineation import Beat, Delineation, Waves
from ecg_core.extract.disagreement import doubts
from ecg_core.extract.entries import absent, measured
from ecg_core.extract.uncertainty import combine
from ecg_core.measurements import Measurement, Quality, Value
from ecg_core.vocabulary import STANDARD_LEADS

NO_BEAT = "no QRS complex found"
NO_P = "no P wave found"
NO_T = "no T wave found"

LEVEL_FROM, LEVEL_TO = 0.014, 0.002
"""The QRS-onset level is the mean between these times before QRS onset, in s (AHA/ACC/HRS 2009 part VI measures ST from
there; the stretch is an engineering default)."""


class Reading(NamedTuple):
    """A value on its way to a measurement.

    Attributes:
        value: in the vocabulary's unit.
        u: standard uncertainty.
        span: where it was taken from, in samples of the representative beat.
        doubtful: whether it rests on a point that two delineators place far apart.
    """

    value: Value
    u: float | None = None
    span: tuple[float, float] | None = None
    doubtful: bool = False


class Missing(NamedTuple):
    """Why there is no value, in plain words."""

    reason: str


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """The representative beat, ready to be measured.

    Attributes:
        delineation: where it comes from.
        beat: shape ``[leads, length]``, mV, relative to each lead's QRS-onset level.
        waves: global fiducial points in samples of `beat`.
        rate: samples per second.
        rows: lead name -> row, for the leads whose amplitudes may be measured.
        refused: lead name -> why its amplitudes may not be measured.
        grades: lead name -> how far its signal supports a value.
        grade: how far all leads together support a global value.
        noise: standard error of `beat` by lead, in mV, shape ``[leads]``.
        shift: what to add to a sample of `beat` to get one of the analysed window.
        mean_rr: mean RR interval in ms, or None with fewer than two beats.
        method: standard uncertainty of the engine's intervals and edges, in ms; see `uncertainty`.
        doubts: fiducial point -> further standard uncertainty in ms, for the points that two delineators place far
            apart.
    """

    delineation: Delineation
    beat: NDArray[np.float64]
    waves: Waves
    rate: float
    rows: Mapping[str, int]
    refused: Mapping[str, str]
    grades: Mapping[str, Quality]
    grade: Quality
    noise: NDArray[np.float64]
    shift: int
    mean_rr: float | None
    method: Mapping[str, float]
    doubts: Mapping[str, float]

    @property
    def onset(self) -> int:
        """QRS onset; only asked for where there is a complex."""
        assert self.waves.qrs_onset is not None
        return self.waves.qrs_onset

    @property
    def offset(self) -> int:
        """QRS offset, the J point; only asked for where there is a complex."""
        assert self.waves.qrs_offset is not None
        return self.waves.qrs_offset

    def edge(self, point: str) -> float:
        """Return a fiducial point that was found, in samples of `beat`, with a fraction where it is known."""
        sample: float = self.delineation.edges.get(point, getattr(self.waves, point))
        return sample

    def samples(self, seconds: float) -> int:
        """Return a time as a number of samples."""
        return round(seconds * self.rate)

    def milliseconds(self, samples: float) -> float:
        """Return a number of samples as a time in ms."""
        return samples * 1000.0 / self.rate

    def doubt(self, *points: str) -> float:
        """Return what doubtful fiducial points add to a standard uncertainty in ms; 0 if none is doubtful."""
        return combine(*(self.doubts.get(point, 0.0) for point in points))

    def report(self, name: str, reading: Reading | Missing, lead: str | None = None) -> Measurement:
        """Turn a reading into a measurement."""
        if isinstance(reading, Missing):
            return absent(name, reading.reason, lead=lead)
        span = None
        if reading.span is not None:
            last = self.delineation.signal.shape[1] - 1
            first, final = (int(min(max(round(sample) + self.shift, 0), last)) for sample in reading.span)
            span = (first, final)
        grade = self.grade if lead is None else self.grades[lead]
        if reading.doubtful and grade == "good":
            grade = "fair"
        return measured(name, reading.value, lead=lead, u=reading.u, span=span, quality=grade)

    def per_lead(
        self, names: Sequence[str], measure: Callable[[int], Mapping[str, Reading | Missing]], gap: str | None = None
    ) -> list[Measurement]:
        """Measure something in every standard lead, and in every further lead that was recorded.

        Args:
            names: the measurements that `measure` returns, all of them.
            measure: from a row of `beat` to readings by name.
            gap: why nothing of this can be measured in any lead, or None.
        """
        further = tuple(lead for lead in self.delineation.leads if lead not in STANDARD_LEADS)
        items: list[Measurement] = []
        for lead in STANDARD_LEADS + further:
            reason = self.refused.get(lead, gap)
            if reason is not None:
                items += [absent(name, reason, lead=lead) for name in names]
                continue
            readings = measure(self.rows[lead])
            items += [self.report(name, readings[name], lead) for name in names]
        return items

    def everything(self, names: Sequence[str], readings: Mapping[str, Reading | Missing]) -> list[Measurement]:
        """Report global measurements."""
        return [self.report(name, readings[name]) for name in names]


def make_frame(
    delineation: Delineation,
    refused: Mapping[str, str],
    grades: Mapping[str, Quality],
    grade: Quality,
    mean_rr: float | None,
    method: Mapping[str, float],
) -> Frame:
    """Prepare the representative beat.

    Args:
        delineation: the delineated recording.
        refused: lead name -> why its amplitudes may not be measured; every other standard lead must be there.
        grades: lead name -> how far its signal supports a value.
        grade: how far all leads together support a global value.
        mean_rr: mean RR interval in ms.
        method: standard uncertainty of the engine's intervals and edges, in ms.
    """
    rate, waves = delineation.sampling_rate, delineation.waves
    beat, shift = delineation.representative, 0
    noise = np.zeros(len(delineation.leads))
    if waves.qrs_onset is not None:
        first, last = waves.qrs_onset - round(LEVEL_FROM * rate), waves.qrs_onset - round(LEVEL_TO * rate)
        if delineation.slow_part is not None:
            beat = beat + delineation.slow_part
        beat = beat - beat[:, max(0, first) : max(1, last)].mean(axis=1, keepdims=True)
        shift = _example(delineation).sample - delineation.origin
        noise = _standard_error(delineation)
    rows = {lead: row for row, lead in enumerate(delineation.leads) if lead not in refused}
    return Frame(
        delineation=delineation,
        beat=beat,
        waves=waves,
        rate=rate,
        rows=rows,
        refused=refused,
        grades=grades,
        grade=grade,
        noise=noise,
        shift=shift,
        mean_rr=mean_rr,
        method=method,
        doubts=doubts(delineation.opinions, rate),
    )


def _example(delineation: Delineation) -> Beat:
    """Return the dominant beat most like the representative one, among those whose waves all lie in the window."""
    waves, origin = delineation.waves, delineation.origin
    points = [point for point in astuple(waves) if point is not None]
    before, after = origin - min(points), max(points) - origin
    dominant = [beat for beat in delineation.beats if beat.shape == 0]
    last = delineation.signal.shape[1] - 1
    whole = [beat for beat in dominant if beat.sample >= before and beat.sample + after <= last]
    return max(whole or dominant, key=lambda beat: beat.correlation)


def _standard_error(delineation: Delineation) -> NDArray[np.float64]:
    """Return the standard error of the representative beat by lead, from the scatter of the beats in it."""
    first, length = delineation.origin - round(0.2 * delineation.sampling_rate), round(0.6 * delineation.sampling_rate)
    template = delineation.representative[:, first : first + length]
    starts = np.array([beat.sample for beat in delineation.beats if beat.shape == 0]) - delineation.origin + first
    starts = starts[(starts >= 0) & (starts + length <= delineation.signal.shape[1])]
    if starts.size < 2:
        return np.full(len(template), np.nan)
    pieces = delineation.signal[:, starts[:, None] + np.arange(length)[None, :]]
    # The median over time is not moved by the steep QRS, where a fraction of a sample makes a large difference.
    scatter = np.median(np.abs(pieces - template[:, None, :]).mean(axis=1), axis=1) * 1.2533
    error: NDArray[np.float64] = scatter / np.sqrt(starts.size)
    return error
