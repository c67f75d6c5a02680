"""What is scored: an extractor, an extractor with weights that have not seen the record, or a program's annotations."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol, cast

from ecg_core.bench.intervals import global_intervals, has_p
from ecg_core.bench.waves import read_lead_marks
from ecg_core.errors import UnreadableError, UsageError
from ecg_core.extract import Extractor
from ecg_core.extract.marks import Delineator, LeadMarks
from ecg_core.plugin_manager import PluginManager
from ecg_core.recording import Recording
from ecg_core.vocabulary import LEADS

VALUES = ("heart_rate", "p_duration", "pr_interval", "qrs_duration", "qt_interval", "qtc_bazett")
"""Global measurements that are compared."""

LEAST_LEADS = 4
"""Of marks lead by lead, a wave of the recording is what so many leads show (as in our engines)."""

ABOUT = "about.json"
"""Beside annotations: ``cpu_seconds`` per recording, ``in_sample``: records that the program was made on."""


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """What a candidate says about a recording.

    Attributes:
        marks: its waves by lead, in s from the first sample it was given; None if it gives none.
        values: its global values with their standard uncertainty where it states one.
        p_present: whether it says that there are P waves; None if it does not say.
        cpu: CPU time of measuring, in s, or None.
    """

    marks: LeadMarks | None
    values: Mapping[str, tuple[float, float | None]]
    p_present: bool | None
    cpu: float | None


class Candidate(Protocol):
    """Something that measures recordings."""

    @property
    def name(self) -> str:
        """As the table shows it."""
        ...

    def covers(self, record: str) -> bool:
        """Say whether it may be scored on a record."""
        ...

    def measure(self, record: str, recording: Recording) -> Found:
        """Measure a recording, of which `recording` is the window that has marks.

        Raises:
            EcgCoreError: if it cannot.
        """
        ...


@dataclass(frozen=True, slots=True, eq=False)
class ExtractorCandidate:
    """An extractor.

    Attributes:
        name: as the table shows it.
        choose: returns the engine for a record, or None if there is none that may be scored on it.
    """

    name: str
    choose: Callable[[str], Extractor | None]

    def covers(self, record: str) -> bool:
        """Say whether there is an engine for the record."""
        return self.choose(record) is not None

    def measure(self, record: str, recording: Recording) -> Found:
        """Measure, timed, and delineate lead by lead if the extractor can."""
        extractor = self.choose(record)
        assert extractor is not None, "covers() was not asked"
        started = time.process_time()
        measurements = extractor.extract(recording)
        cpu = time.process_time() - started
        values = {
            item.name: (float(cast(float, item.value)), item.u)
            for item in measurements
            if item.name in VALUES and item.value is not None
        }
        present = measurements.value("p_wave_present")
        p_present = bool(present) if present is not None else "pr_interval" in values
        marks = extractor.delineate(recording) if isinstance(extractor, Delineator) else None
        return Found(marks, values, p_present, cpu)


def extractor_candidate(name: str, plugins: PluginManager | None = None) -> ExtractorCandidate:
    """Return an installed extractor as a candidate.

    Raises:
        PluginError: if it cannot be loaded.
        UnknownNameError: if there is no such extractor.
    """
    extractor = cast(Extractor, (plugins or PluginManager.shared()).make("ecg_extractors", name))
    return ExtractorCandidate(name, lambda record: extractor)


def held_out_candidate(folder: Path) -> ExtractorCandidate:
    """Return the learned engine that scores each record with weights which have not seen it.

    Args:
        folder: of the training: ``folds.json`` (name -> records held out) and one ``NAME.npz`` for each.

    Raises:
        UsageError: if the folder does not hold them.
    """
    from ecg_core.extract.learned import LearnedExtractor
    from ecg_core.extract.network import read_network

    try:
        folds: dict[str, list[object]] = json.loads((folder / "folds.json").read_text(encoding="utf-8"))
        engines = {name: LearnedExtractor(read_network(folder / f"{name}.npz")) for name in folds if folds[name]}
    except FileNotFoundError as error:
        raise UsageError(f"no {error.filename}", hint="--folds takes the output folder of the training") from error
    by_record: dict[str, Extractor] = {str(record): engines[name] for name in engines for record in folds[name]}
    return ExtractorCandidate("learned, out of fold", by_record.get)


@dataclass(frozen=True, slots=True, eq=False)
class AnnotationCandidate:
    """A program's WFDB annotations: ``FOLDER/RECORD.LEAD`` with marks ``( p ) ( N ) ( t )``.

    Attributes:
        name: as the table shows it.
        folder: where the annotations are.
        in_sample: records that the program was made on.
        cpu: CPU seconds per recording, as the program's run said.
    """

    name: str
    folder: Path
    in_sample: frozenset[str] = field(default_factory=frozenset)
    cpu: float | None = None

    def covers(self, record: str) -> bool:
        """Say whether the record is out of sample."""
        return record not in self.in_sample

    def measure(self, record: str, recording: Recording) -> Found:
        """Read the marks; global values are the median over leads and over beats."""
        path = self.folder / record
        marks = read_lead_marks(path, LEADS, recording.sampling_rate, self.name)
        if not marks.leads:
            raise UnreadableError(f"no annotations {path}.*", hint="one file per lead, named as in LUDB: RECORD.ii")
        if recording.start:
            marks = marks.shifted(-recording.start)
        intervals = global_intervals(marks, least_leads=LEAST_LEADS)
        return Found(marks, {name: (value, None) for name, value in intervals.items()}, has_p(marks), self.cpu)


def annotation_candidate(name: str, folder: Path) -> AnnotationCandidate:
    """Return a folder of annotations as a candidate, with what its ``about.json`` says, if it has one.

    Raises:
        UsageError: if there is no such folder, or its ``about.json`` is none.
    """
    if not folder.is_dir():
        raise UsageError(f"no folder {folder}", hint="--annotations NAME=FOLDER")
    about: dict[str, object] = {}
    if (folder / ABOUT).is_file():
        try:
            about = json.loads((folder / ABOUT).read_text(encoding="utf-8"))
        except ValueError as error:
            raise UsageError(f"{folder / ABOUT} is no JSON: {error}") from error
    in_sample, cpu = about.get("in_sample", []), about.get("cpu_seconds")
    if not isinstance(in_sample, list) or not isinstance(cpu, int | float | None):
        raise UsageError(f"{folder / ABOUT} is not understood", hint="in_sample is a list, cpu_seconds a number")
    return AnnotationCandidate(name, folder, frozenset(map(str, in_sample)), None if cpu is None else float(cpu))
