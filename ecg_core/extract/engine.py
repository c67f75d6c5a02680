"""What all our measuring engines share: all but the fiducial points."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from ecg_core.extract.areas import measure_areas
from ecg_core.extract.clean import condition
from ecg_core.extract.delineate import delineate
from ecg_core.extract.entries import absent, measured
from ecg_core.extract.fiducials import FindFiducials
from ecg_core.extract.frame import Frame, make_frame
from ecg_core.extract.intervals import measure_disagreement, measure_intervals
from ecg_core.extract.j_wave import measure_j_waves
from ecg_core.extract.p_shape import measure_p_shape
from ecg_core.extract.pacing import MINIMUM_RATE, find_spikes
from ecg_core.extract.qrs_amplitudes import find_all_waves, measure_qrs_amplitudes
from ecg_core.extract.qrs_contour import measure_qrs_contour
from ecg_core.extract.quality import LeadQuality, lead_quality, measure_quality
from ecg_core.extract.rhythm import mean_rr, measure_rhythm
from ecg_core.extract.st_segment import measure_st
from ecg_core.extract.t_shape import measure_t_shape
from ecg_core.extract.turning import FINEST_RATE
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
        method: standard uncertainty of its intervals and edges, in ms; see `uncertainty`.
    """

    name: str
    version: str
    find: FindFiducials
    method: Mapping[str, float]


def measure_with(engine: Engine, recording: Recording) -> Measurements:
    """Measure everything in the vocabulary that an engine can, and say why where it cannot.

    Args:
        engine: what finds the fiducial points.
        recording: the window to analyse; NaN where nothing was recorded.
    """
    missing = ~np.isfinite(recording.signal)
    raw_spikes = find_spikes(np.where(missing, 0.0, recording.signal), missing, recording.sampling_rate)
    conditioned = condition(recording, raw_spikes)
    qualities = lead_quality(conditioned.raw, conditioned.missing, conditioned.sampling_rate, conditioned.leads)
    delineation = delineate(conditioned, _taking_part(qualities), raw_spikes, engine.find)
    items = [
        *_measure_meta(recording),
        *measure_quality(delineation, qualities, dict(zip(recording.leads, recording.provenance, strict=True))),
        *measure_rhythm(delineation, raw_spikes, recording.sampling_rate >= MINIMUM_RATE),
    ]
    frame = make_frame(
        delineation,
        _refused(qualities),
        _grades(items),
        mean_rr(delineation.beats, delineation.sampling_rate),
        engine.method,
    )
    items += _measure_waveform(frame, recording)
    items += _unmeasured(items, engine.name)
    label = f"{engine.name} {engine.version}"
    return Measurements([replace(item, extractor=label) for item in items], extractor=label)


def _measure_waveform(frame: Frame, recording: Recording) -> list[Measurement]:
    waves = find_all_waves(frame)
    fine = recording.sampling_rate >= FINEST_RATE
    return [
        *measure_intervals(frame),
        *measure_areas(frame),
        *measure_p_shape(frame),
        *measure_qrs_amplitudes(frame, waves, recording.patient.sex),
        *measure_qrs_contour(frame, waves, fine),
        *measure_j_waves(frame, waves, fine),
        *measure_st(frame),
        *measure_t_shape(frame),
        measure_disagreement(frame),
    ]


def _measure_meta(recording: Recording) -> list[Measurement]:
    patient = recording.patient
    return [
        absent("age", "age is not known") if patient.age is None else measured("age", patient.age),
        absent("sex", "sex is not known") if patient.sex is None else measured("sex", patient.sex),
        measured("sampling_rate", recording.sampling_rate),
        measured("duration", recording.duration),
        *(absent(name, "not stated") for name in ("digitalis_therapy", "chest_pain", "prior_recording")),
    ]


def _taking_part(qualities: Mapping[str, LeadQuality]) -> dict[str, bool]:
    """Choose the leads in which beats are sought: the usable ones or, without any, all that hold a signal."""
    usable = {lead: quality.usable for lead, quality in qualities.items()}
    if any(usable.values()):
        return usable
    return {lead: not quality.flat and quality.missing_fraction < 0.5 for lead, quality in qualities.items()}


def _refused(qualities: Mapping[str, LeadQuality]) -> dict[str, str]:
    """Say of each lead whose amplitudes may not be measured why."""
    refused = {lead: f"lead {lead} is missing" for lead in STANDARD_LEADS if lead not in qualities}
    for lead, quality in qualities.items():
        if quality.missing_fraction > 0.5:
            refused[lead] = f"lead {lead} is missing for more than half of the time"
        elif quality.flat:
            refused[lead] = f"lead {lead} is flat"
        elif not quality.usable:
            refused[lead] = f"lead {lead} is clipped or too noisy"
    return refused


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
