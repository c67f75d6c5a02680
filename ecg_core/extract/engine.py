"""What all our measuring engines share: all but the fiducial points."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

import numpy as np
from numpy.typing import NDArray

from ecg_core.extract.areas import measure_areas
from ecg_core.extract.atrial_evidence import AtrialEvidence, look_at_atria
from ecg_core.extract.beat_intervals import measure_beat_intervals
from ecg_core.extract.clean import PASSED, condition
from ecg_core.extract.delineate import delineate
from ecg_core.extract.delineation import Delineation
from ecg_core.extract.entries import absent, measured
from ecg_core.extract.fiducials import FindFiducials
from ecg_core.extract.frame import Frame, make_frame
from ecg_core.extract.intervals import measure_disagreement, measure_intervals
from ecg_core.extract.j_wave import measure_j_waves
from ecg_core.extract.lead_qt import measure_lead_qt
from ecg_core.extract.p_shape import measure_p_shape
from ecg_core.extract.pacing import MINIMUM_RATE, find_spikes
from ecg_core.extract.qrs_amplitudes import find_all_waves, measure_qrs_amplitudes
from ecg_core.extract.qrs_contour import measure_qrs_contour
from ecg_core.extract.quality import LeadQuality, lead_quality, measure_quality, refuse_leads
from ecg_core.extract.rhythm import mean_rr, measure_rhythm
from ecg_core.extract.st_segment import measure_st
from ecg_core.extract.t_shape import measure_t_shape
from ecg_core.extract.turning import FINEST_RATE
from ecg_core.extract.uncertainty import MethodTable
from ecg_core.extract.voltage_sums import measure_voltage_sums
from ecg_core.measurements import Measurement, Measurements, Quality
from ecg_core.recording import Recording
from ecg_core.vocabulary import STANDARD_LEADS, measurements


@dataclass(frozen=True, slots=True)
class Engine:
    """What one of our engines is made of.

    Attributes:
        name: as its measurements carry it.
        version: likewise.
        find: its delineator.
        method: standard uncertainty of its intervals and edges, in ms, by the quality of the recording.
    """

    name: str
    version: str
    find: FindFiducials
    method: MethodTable


@dataclass(frozen=True, slots=True, eq=False)
class Delineated:
    """A delineated recording, and what was found out on the way.

    Attributes:
        delineation: its beats and waves.
        qualities: lead name -> how good its signal is.
        atria: what the atria do.
        spike_times: pacing spikes, in s.
    """

    delineation: Delineation
    qualities: Mapping[str, LeadQuality]
    atria: AtrialEvidence
    spike_times: NDArray[np.float64]


def measure_with(engine: Engine, recording: Recording) -> Measurements:
    """Measure everything in the vocabulary that an engine can, and say why where it cannot.

    Args:
        engine: what finds the fiducial points.
        recording: the window to analyse; NaN where nothing was recorded.
    """
    prepared = delineate_recording(recording, engine.find)
    delineation, qualities, raw_spikes = prepared.delineation, prepared.qualities, prepared.spike_times
    items = [
        *_measure_meta(recording),
        *measure_quality(delineation, qualities, dict(zip(recording.leads, recording.provenance, strict=True))),
        *measure_rhythm(delineation, prepared.atria, raw_spikes, recording.sampling_rate >= MINIMUM_RATE),
    ]
    grade = _grade(items)
    frame = make_frame(
        delineation,
        refuse_leads(qualities),
        _grades(items),
        grade,
        mean_rr(delineation.beats, delineation.sampling_rate),
        engine.method[grade],
    )
    items += _measure_waveform(frame, recording)
    items += _unmeasured(items, engine.name)
    label = f"{engine.name} {engine.version}"
    scale = recording.sampling_rate / delineation.sampling_rate
    last = recording.signal.shape[1] - 1
    return Measurements([_finished(item, label, scale, last) for item in items], extractor=label)


def delineate_recording(recording: Recording, find: FindFiducials) -> Delineated:
    """Condition a recording, choose the leads in which beats are sought, and delineate it.

    Args:
        recording: the window to analyse; NaN where nothing was recorded.
        find: the delineator.
    """
    missing = ~np.isfinite(recording.signal)
    raw_spikes = find_spikes(np.where(missing, 0.0, recording.signal), missing, recording.sampling_rate)
    conditioned = condition(recording, raw_spikes)
    qualities = lead_quality(conditioned.raw, conditioned.missing, conditioned.sampling_rate, conditioned.leads)
    delineation, atria = look_at_atria(delineate(conditioned, _taking_part(qualities), raw_spikes, find))
    return Delineated(delineation, qualities, atria, raw_spikes)


def _finished(item: Measurement, label: str, scale: float, last: int) -> Measurement:
    # Spelled out: `replace` takes five times as long, and there are eight hundred of them.
    span = _rescale(item.span, scale, last)
    return Measurement(item.name, item.value, item.unit, item.lead, item.u, item.quality, span, item.reason, label)


def _rescale(span: tuple[int, int] | None, scale: float, last: int) -> tuple[int, int] | None:
    """Return a span in samples of the recording, which may have another rate than the delineation."""
    return None if span is None else (min(round(span[0] * scale), last), min(round(span[1] * scale), last))


def _measure_waveform(frame: Frame, recording: Recording) -> list[Measurement]:
    waves = find_all_waves(frame)
    fine = recording.sampling_rate >= FINEST_RATE
    return [
        *measure_intervals(frame),
        *measure_beat_intervals(frame),
        *measure_areas(frame),
        *measure_p_shape(frame),
        *measure_qrs_amplitudes(frame, waves),
        *measure_voltage_sums(frame, waves, recording.patient.sex),
        *measure_qrs_contour(frame, waves, fine),
        *measure_j_waves(frame, waves, fine),
        *measure_st(frame),
        *measure_t_shape(frame),
        *measure_lead_qt(frame),
        measure_disagreement(frame),
    ]


def _measure_meta(recording: Recording) -> list[Measurement]:
    patient = recording.patient
    return [
        absent("age", "age is not known") if patient.age is None else measured("age", patient.age),
        absent("sex", "sex is not known") if patient.sex is None else measured("sex", patient.sex),
        measured("sampling_rate", recording.sampling_rate),
        measured("duration", recording.duration),
        measured("bandwidth", min(recording.sampling_rate / 2, PASSED)),
        *(absent(name, "not stated") for name in ("digitalis_therapy", "chest_pain", "prior_recording")),
    ]


def _taking_part(qualities: Mapping[str, LeadQuality]) -> dict[str, bool]:
    """Choose the leads in which beats are sought: the usable ones or, without any, all that hold a signal."""
    usable = {lead: quality.usable for lead, quality in qualities.items()}
    if any(usable.values()):
        return usable
    return {lead: not quality.flat and quality.missing_fraction < 0.5 for lead, quality in qualities.items()}


def _grade(items: list[Measurement]) -> Quality:
    """Return the quality of the recording as a whole."""
    return cast(Quality, next(item.value for item in items if item.name == "recording_quality"))


def _grades(items: list[Measurement]) -> dict[str, Quality]:
    """Grade each lead by whether its amplitudes are usable."""
    return {
        item.lead: "good" if item.value is True else "poor"
        for item in items
        if item.name == "lead_usable" and item.lead is not None
    }


def _unmeasured(items: list[Measurement], engine: str) -> list[Measurement]:
    """Return an entry for everything in the vocabulary that has none, so that nothing is silently absent."""
    done = {(item.name, item.lead) for item in items}
    return [
        absent(name, f"not measured by the {engine} engine", lead=lead)
        for name, definition in measurements().items()
        for lead in (STANDARD_LEADS if definition.scope == "lead" else (None,))
        if (name, lead) not in done
    ]
