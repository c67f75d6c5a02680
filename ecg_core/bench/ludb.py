"""LUDB 1.0.1 (PhysioNet, Lobachevsky University): 12 leads of 10 s at 500 Hz, every lead marked by cardiologists.

Layout: ``data/N.hea``, ``data/N.dat``, ``data/N.i`` ... ``data/N.v6`` and ``ludb.csv``. The published headers carry a
gain of their own for each lead; delineation hardly feels that, amplitudes do.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

from ecg_core.bench.reference import DataSet, Reference
from ecg_core.bench.waves import read_lead_marks
from ecg_core.vocabulary import STANDARD_LEADS


def _fits(folder: Path) -> bool:
    return (folder / "ludb.csv").is_file() and (folder / "data").is_dir()


def _load(folder: Path, annotators: Sequence[str]) -> list[Reference]:
    """Return every record; odd numbers are a group because constants of `classical` were chosen on even ones."""
    with (folder / "ludb.csv").open(encoding="utf-8", newline="") as file:
        paced = {row["ID"].strip() for row in csv.DictReader(file) if (row["Cardiac pacing"] or "").strip()}
    leads = [lead for lead in STANDARD_LEADS if not annotators or lead.casefold() in annotators]
    references = []
    for path in (folder / "data").glob("*.hea"):
        marks = read_lead_marks(path.with_suffix(""), leads, None, "manual")
        if marks.leads:
            parity = "odd" if int(path.stem) % 2 else "even"
            groups = ("paced" if path.stem in paced else "unpaced", parity)
            references.append(Reference(path.stem, path, marks, groups=groups))
    return references


LUDB = DataSet("ludb", _fits, _load)
"""One annotator per lead; ``--annotator ii`` takes lead II alone."""
