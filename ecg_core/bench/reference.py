"""A recording with what people say about it, and the data sets that hold such recordings."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ecg_core.errors import UsageError
from ecg_core.extract.marks import LeadMarks

TOGETHER = "all leads"
"""Key of marks that were set on all leads together."""


@dataclass(frozen=True, slots=True, eq=False)
class Reference:
    """One record with its reference.

    Attributes:
        record: name of the record within its data set.
        path: the recording.
        marks: people's marks in s from the start of the file, by lead or under `TOGETHER` alone; None without marks.
        intervals: people's global values where the data set states them: ``heart_rate`` in 1/min, ``p_duration``,
            ``pr_interval``, ``qrs_duration``, ``qt_interval`` and ``qtc_bazett`` in ms; what is missing follows from
            `marks`.
        peaks: whether the peaks are marks; otherwise they are only the middle of the wave.
        groups: subgroups that the record belongs to, e.g. "paced".
    """

    record: str
    path: Path
    marks: LeadMarks | None = None
    intervals: Mapping[str, float] = field(default_factory=dict)
    peaks: bool = True
    groups: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DataSet:
    """A data set that is known by its layout.

    Attributes:
        name: for ``--data-set``.
        fits: whether a folder has this layout.
        load: reads the references of a folder; takes the annotators asked for (empty: the usual ones).
    """

    name: str
    fits: Callable[[Path], bool]
    load: Callable[[Path, Sequence[str]], list[Reference]]


def load_references(folder: Path, name: str | None = None, annotators: Sequence[str] = ()) -> list[Reference]:
    """Return the records of a data set that have a reference, in the order of their names.

    Args:
        folder: root of the data set.
        name: which data set it is; told from its layout by default.
        annotators: file name endings of the annotations to take as the reference; the manual ones by default.

    Raises:
        UsageError: if there is no such folder, it has no known layout, or no record in it has a reference.
        UnreadableError: if a file of the data set is damaged.
    """
    from ecg_core.bench import ecgrdvq, isp, ludb, qtdb, wfdb_set

    known = (ludb.LUDB, qtdb.QTDB, isp.ISP, ecgrdvq.ECGRDVQ, wfdb_set.WFDB)
    if not folder.is_dir():
        raise UsageError(f"no folder {folder}", hint="give the root of a data set with wave annotations")
    names = [data_set.name for data_set in known]
    if name is not None and name not in names:
        raise UsageError(f"unknown data set {name!r}", hint=f"known are: {', '.join(names)}")
    chosen = next((one for one in known if (one.fits(folder) if name is None else one.name == name)), None)
    references = [] if chosen is None else chosen.load(folder, annotators)
    if chosen is None or not references:
        what = "no known data set" if chosen is None else f"no record with a reference ({chosen.name})"
        raise UsageError(
            f"{what} in {folder}", hint="see --data-set and --annotator; WFDB records need wave annotations ( p ) ( N )"
        )
    return sorted(references, key=lambda reference: _natural(reference.record))


def _natural(name: str) -> tuple[int, int, str]:
    """Sort 2 before 10."""
    return (0, int(name), name) if name.isdigit() else (1, 0, name)
