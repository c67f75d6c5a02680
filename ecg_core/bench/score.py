"""Run candidates over references and keep, record by record, how they compare."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from ecg_core.bench.candidates import LEAST_LEADS, VALUES, Candidate, Found
from ecg_core.bench.intervals import fuse_leads, global_intervals, has_p
from ecg_core.bench.matching import WAVES, Matched, match_lead
from ecg_core.bench.reference import TOGETHER, Reference
from ecg_core.errors import EcgCoreError
from ecg_core.extract import LONGEST_WHOLE
from ecg_core.extract.marks import PEAK, LeadMarks, WaveMarks
from ecg_core.readers import read_recording
from ecg_core.recording import Recording

REFERENCE_LEADS = 6
"""Of manual marks lead by lead, the reference of a beat is the median over at least so many leads."""

MARGIN = 5.0
"""Of recordings too long to be analysed whole, the window begins this long before the first mark, in s."""


class Compared(NamedTuple):
    """A global value: what was found (None: nothing), with its standard uncertainty, and what people say."""

    found: float | None
    u: float | None
    truth: float


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """How a candidate did on one record.

    Attributes:
        record: name of the record.
        groups: subgroups that it belongs to.
        leads: for each lead compared, the matched waves by kind.
        values: global values by name, where the reference has one.
        p_present: what people say of P waves and what was found; None where either says nothing.
        cpu: CPU time of measuring, in s, or None.
        peaks: whether peaks can be compared.
    """

    record: str
    groups: tuple[str, ...]
    leads: tuple[dict[str, Matched], ...]
    values: Mapping[str, Compared]
    p_present: tuple[bool, bool] | None
    cpu: float | None
    peaks: bool


@dataclass(frozen=True, slots=True, eq=False)
class Scored:
    """All that is known of one candidate.

    Attributes:
        name: of the candidate.
        outcomes: one for each record that was scored.
        failed: record -> why it could not be scored.
        left_out: number of records on which it may not be scored, because it was made on them.
    """

    name: str
    outcomes: tuple[Outcome, ...]
    failed: Mapping[str, str]
    left_out: int


def score(
    references: Sequence[Reference],
    candidates: Sequence[Candidate],
    progress: Callable[[str, int], None] = lambda name, done: None,
) -> list[Scored]:
    """Score candidates on references, each record read once.

    Every candidate measures the first record once before, unscored: its time would hold what is loaded once.

    Args:
        references: at least one.
        candidates: in the order of the table.
        progress: called with the record and the number of records done.
    """
    outcomes: list[list[Outcome]] = [[] for _ in candidates]
    failed: list[dict[str, str]] = [{} for _ in candidates]
    left_out = [0] * len(candidates)
    cold = set(range(len(candidates)))
    for done, reference in enumerate(references):
        progress(reference.record, done)
        try:
            recording, marks = _read(reference)
        except EcgCoreError as error:
            for reasons in failed:
                reasons[reference.record] = str(error)
            continue
        for number, candidate in enumerate(candidates):
            if not candidate.covers(reference.record):
                left_out[number] += 1
                continue
            try:
                if number in cold:
                    candidate.measure(reference.record, recording)
                    cold.remove(number)
                found = candidate.measure(reference.record, recording)
            except EcgCoreError as error:
                failed[number][reference.record] = str(error)
            else:
                outcomes[number].append(_compare(reference, marks, found))
    return [
        Scored(candidate.name, tuple(outcomes[number]), failed[number], left_out[number])
        for number, candidate in enumerate(candidates)
    ]


def _read(reference: Reference) -> tuple[Recording, LeadMarks | None]:
    """Return the window to measure and the marks in it; short recordings are taken whole."""
    recording, marks = read_recording(reference.path), reference.marks
    if recording.duration <= LONGEST_WHOLE:
        return recording, marks
    if marks is None:
        return recording.window(0.0, LONGEST_WHOLE), None
    times = np.concatenate([getattr(lead, wave).ravel() for lead in marks.leads.values() for wave in WAVES])
    start = max(0.0, float(np.nanmin(times)) - MARGIN)
    stop = min(recording.duration, start + LONGEST_WHOLE, float(np.nanmax(times)) + MARGIN)
    inside = {name: _cut(lead, start, stop) for name, lead in marks.leads.items()}
    return recording.window(start, stop - start), LeadMarks(inside, marks.source).shifted(-start)


def _cut(lead: WaveMarks, start: float, stop: float) -> WaveMarks:
    """Return the waves of a lead that peak in a window."""
    p, qrs, t = ((waves[:, PEAK] >= start) & (waves[:, PEAK] < stop) for waves in (lead.p, lead.qrs, lead.t))
    kinds = tuple(kind for kind, own in zip(lead.kinds, qrs, strict=True) if own)
    return WaveMarks(p=lead.p[p], qrs=lead.qrs[qrs], t=lead.t[t], kinds=kinds)


def _compare(reference: Reference, marks: LeadMarks | None, found: Found) -> Outcome:
    truth = dict(reference.intervals)
    leads: tuple[dict[str, Matched], ...] = ()
    p_present = None
    if marks is not None:
        truth = global_intervals(marks, least_leads=REFERENCE_LEADS) | truth
        if found.marks is not None:
            leads = _match(found.marks, marks)
        if found.p_present is not None:
            p_present = (has_p(marks), found.p_present)

    return Outcome(
        record=reference.record,
        groups=reference.groups,
        leads=leads,
        values={name: _compared(found, name, truth[name]) for name in VALUES if name in truth},
        p_present=p_present,
        cpu=found.cpu,
        peaks=reference.peaks,
    )


def _compared(found: Found, name: str, truth: float) -> Compared:
    value, u = found.values.get(name, (None, None))
    return Compared(value, u, truth)


def _match(found: LeadMarks, marks: LeadMarks) -> tuple[dict[str, Matched], ...]:
    """Compare lead by lead; a lead that was not delineated has missed all its waves."""
    if TOGETHER in marks.leads:
        return (match_lead(fuse_leads(found, least_leads=LEAST_LEADS), marks.leads[TOGETHER]),)
    none = WaveMarks(p=np.zeros((0, 3)), qrs=np.zeros((0, 3)), t=np.zeros((0, 3)), kinds=())
    return tuple(match_lead(found.leads.get(name, none), lead) for name, lead in marks.leads.items())
