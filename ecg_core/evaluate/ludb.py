"""LUDB 1.0.1 (PhysioNet): diagnoses of two cardiologists in ``ludb.csv``, one a line within a cell."""

from __future__ import annotations

import csv
from pathlib import Path

from ecg_core.evaluate.labelled import Labelled

NAME = "ludb"

NOT_DIAGNOSES = ("ID", "Sex", "Age")


def load(folder: Path) -> tuple[list[Labelled], list[str]]:
    """Return the records of a LUDB folder whose signal is there; nothing for another folder."""
    if not (folder / "ludb.csv").is_file() or not (folder / "data").is_dir():
        return [], []
    recordings = []
    with (folder / "ludb.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            record = row["ID"].strip()
            path = folder / "data" / record
            if not path.with_suffix(".hea").is_file():
                continue
            lines = [
                line
                for column, cell in row.items()
                if column not in NOT_DIAGNOSES
                for line in (cell or "").splitlines()
            ]
            labels = frozenset(line.strip().rstrip(".") for line in lines if line.strip())
            recordings.append(
                Labelled(
                    set=NAME,
                    source=NAME,
                    record=record,
                    path=path,
                    patient=f"{NAME} {record}",
                    vocabulary="ludb",
                    labels=labels,
                    ecg=f"{NAME} {record}",
                    marks=True,
                )
            )
    return recordings, []
