"""Recordings with labels, and the label sets that are known by their layout."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from ecg_core.errors import UsageError
from ecg_core.evaluate.classes import Vocabulary
from ecg_core.recording import Sex

MANIFEST = "manifest.csv"
"""Optional file beside the sets: ``dataset``, ``record`` and ``group``, which tells patients apart across sets."""


@dataclass(frozen=True, slots=True)
class Labelled:
    """One recording with its labels.

    Attributes:
        set: label set, e.g. "ptbxl".
        source: what decides which labels may be expected: the set, or within the Challenge the collection it came from.
        record: name within the set.
        path: the recording, without suffix.
        patient: whose it is; resampling goes by patient.
        vocabulary: of the labels.
        labels: stated, as more likely than not where a likelihood is given.
        doubtful: stated as less likely than not.
        ecg: names the same signal in whatever set it stands.
        age: in years, where only the set says it.
        sex: where only the set says it.
        marks: whether people marked its waves.
    """

    set: str
    source: str
    record: str
    path: Path
    patient: str
    vocabulary: Vocabulary
    labels: frozenset[str]
    ecg: str
    doubtful: frozenset[str] = frozenset()
    age: float | None = None
    sex: Sex | None = None
    marks: bool = False


@dataclass(frozen=True, slots=True)
class LabelSets:
    """What a folder holds.

    Attributes:
        recordings: each signal once, in the order of sets and records.
        left_out: why a number of records are not among them, in words.
    """

    recordings: tuple[Labelled, ...]
    left_out: tuple[str, ...] = field(default=())


def load_label_sets(folder: Path) -> LabelSets:
    """Return the labelled recordings of a set, or of a folder of sets.

    PTB-XL and LUDB are known by their tables, CPSC 2018 and the PhysioNet Challenges by ``Dx`` in their headers. A
    signal that stands in two sets counts once, in the set that labels it first-hand.

    Raises:
        UsageError: if there is no such folder, or no label set in it.
        UnreadableError: if a table or header cannot be understood.
    """
    from ecg_core.evaluate import header_labels, ludb, ptbxl

    if not folder.is_dir():
        raise UsageError(
            f"no folder {folder}", hint="give a label set (PTB-XL, LUDB, CPSC, CinC) or a folder of such sets"
        )
    places = [folder, *sorted(place for place in folder.iterdir() if place.is_dir())]
    left_out: list[str] = []
    found: list[Labelled] = []
    for load in (ptbxl.load, ludb.load, header_labels.load):
        for place in places:
            recordings, omitted = load(place)
            found += recordings
            left_out += omitted
    if not found:
        raise UsageError(
            f"no label set in {folder}",
            hint="known are PTB-XL (ptbxl_database.csv), LUDB (ludb.csv), CPSC 2018 and CinC (headers with Dx)",
        )
    patients = _patients([place / MANIFEST for place in (folder, folder.parent)])
    known = [replace(one, patient=patients.get((one.set, one.record), one.patient)) for one in found]
    once = list(_once(known))
    if doubles := len(known) - len(once):
        left_out.append(f"{doubles} records whose signal stands in another set too")
    return LabelSets(tuple(once), tuple(left_out))


def _patients(manifests: Iterable[Path]) -> Mapping[tuple[str, str], str]:
    """Return (set, record) -> patient as the first manifest there is says."""
    for manifest in manifests:
        if manifest.is_file():
            with manifest.open(encoding="utf-8", newline="") as file:
                return {(row["dataset"], row["record"]): row["group"] for row in csv.DictReader(file)}
    return {}


def _once(recordings: Iterable[Labelled]) -> Iterator[Labelled]:
    """Yield each signal in the first set that has it; the Challenge, which gathers others' sets, comes last."""
    seen: set[str] = set()
    for one in sorted(recordings, key=lambda one: one.set == "cinc2021"):
        if one.ecg not in seen:
            seen.add(one.ecg)
            yield one


def number_of(record: str) -> int:
    """Return the first number in a record's name, as sets that share signals have in common."""
    found = re.search(r"\d+", record)
    return int(found[0]) if found else -1
