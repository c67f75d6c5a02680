"""ISP delineation data set (Zenodo 14679837): 475 records, 12 leads, about 10 s at 1 kHz, two cardiologists.

Layout: ``train_data/N.hea`` and ``test_data/N.hea`` with their signals, and ``train_isp_delineation_data.csv`` and
``test_isp_delineation_data.csv`` with the columns ``file_name`` and ``target``, a list of ``(class, onset, offset)`` in
samples; class 0 is P, 1 QRS, 2 T. There are no peaks, and the marks are those of all leads together.

The data set was not at hand when this was written: the layout follows its published readers, and is tested on a
constructed folder.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from pathlib import Path

from ecg_core.bench.reference import TOGETHER, DataSet, Reference
from ecg_core.bench.waves import from_spans
from ecg_core.errors import UnreadableError
from ecg_core.extract.marks import LeadMarks
from ecg_core.readers.wfdb_header import read_header

CLASSES = {"0": "p", "1": "qrs", "2": "t"}
PARTS = ("train", "test")
_TARGET = re.compile(r"\(\s*(\d)\s*,\s*(\d+)\s*,\s*(\d+)\s*\)")


def _table(folder: Path, part: str) -> Path:
    return folder / f"{part}_isp_delineation_data.csv"


def _fits(folder: Path) -> bool:
    return any(_table(folder, part).is_file() for part in PARTS)


def _load(folder: Path, annotators: Sequence[str]) -> list[Reference]:
    """Return every record of both parts; the data set has one annotator, so that there is nothing to choose."""
    references = []
    for part in PARTS:
        if not _table(folder, part).is_file():
            continue
        with _table(folder, part).open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                path = folder / f"{part}_data" / f"{row['file_name']}.hea"
                rate = read_header(path).sampling_rate
                if rate is None:
                    raise UnreadableError(f"{path} states no sampling rate")
                spans: dict[str, list[tuple[float, float]]] = {"p": [], "qrs": [], "t": []}
                for number, onset, offset in _TARGET.findall(row["target"]):
                    if number not in CLASSES:
                        raise UnreadableError(f"{path.stem} has a wave of class {number}", hint="known are 0, 1 and 2")
                    spans[CLASSES[number]].append((float(onset), float(offset)))
                marks = LeadMarks({TOGETHER: from_spans(spans, rate)}, "two cardiologists")
                name = f"{part}/{row['file_name']}"
                references.append(Reference(name, path, marks, peaks=False, groups=(part,)))
    return references


ISP = DataSet("isp", _fits, _load)
"""Records of the published test part are the group "test"."""
