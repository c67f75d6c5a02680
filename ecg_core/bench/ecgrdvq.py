"""ECGRDVQ 1.0.0 (PhysioNet, FDA): 5,219 recordings of 22 people given four drugs that act on the QT interval.

Layout: ``SCR-002.Clinical.Data.csv`` with one row per recording, in which ``EGREFID`` names it and ``RR``, ``PR``,
``QRS`` and ``QT`` are intervals in ms, placed semi-automatically on the median beat at 1 kHz and adjudicated; the 10-s
recordings stand as WFDB records of that name below ``raw/`` (the median beats below ``medians/``). Scored are the
measurements of the 10-s recordings against those intervals; there are no marks lead by lead.

The data set was not at hand when this was written: the layout follows the published description, and is tested on a
constructed folder.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

from ecg_core.bench.reference import DataSet, Reference

TABLE = "SCR-002.Clinical.Data.csv"
COLUMNS = {"PR": "pr_interval", "QRS": "qrs_duration", "QT": "qt_interval"}


def _fits(folder: Path) -> bool:
    return (folder / TABLE).is_file()


def _load(folder: Path, annotators: Sequence[str]) -> list[Reference]:
    """Return every row whose recording is there; the intervals are the one reference there is."""
    recordings = {path.stem.casefold(): path for path in (folder / "raw").rglob("*.hea")}
    references = []
    with (folder / TABLE).open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            path = recordings.get(row["EGREFID"].strip().casefold())
            intervals = _intervals(row)
            if path is not None and intervals:
                references.append(Reference(row["EGREFID"].strip(), path, intervals=intervals))
    return references


def _intervals(row: dict[str, str]) -> dict[str, float]:
    known = {name: float(row[column]) for column, name in COLUMNS.items() if _is_number(row.get(column))}
    if _is_number(row.get("RR")):
        rr = float(row["RR"])
        known["heart_rate"] = 60000.0 / rr
        if "qt_interval" in known:
            known["qtc_bazett"] = known["qt_interval"] / (rr / 1000.0) ** 0.5
    return known


def _is_number(cell: str | None) -> bool:
    return cell is not None and cell.strip() not in ("", "NA", ".")


ECGRDVQ = DataSet("ecgrdvq", _fits, _load)
"""Intervals of the median beat, one set for each 10-s recording."""
