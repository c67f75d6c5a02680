"""Sets whose labels stand in the headers as ``#Dx:``: CPSC 2018 by class name, the Challenges by SNOMED code."""

from __future__ import annotations

import re
from pathlib import Path

from ecg_core.evaluate.labelled import Labelled, number_of

CPSC, CHALLENGE = "cpsc2018", "cinc2021"

_DX = re.compile(r"^#\s*Dx:\s*(\S.*?)\s*$", re.MULTILINE)

FIRST_HAND = {"A": CPSC, "HR": "ptbxl"}
"""Collections of the Challenge that are other sets over again, with the same record numbers."""


def load(folder: Path) -> tuple[list[Labelled], list[str]]:
    """Return the records of a folder whose headers state diagnoses; nothing for a folder without such headers."""
    recordings = []
    for header in sorted(folder.glob("*.hea")):
        found = _DX.search(header.read_text(encoding="utf-8", errors="replace"))
        if found is None:
            continue
        labels = frozenset(label.strip() for label in found[1].split(",") if label.strip())
        coded = all(label.isdigit() for label in labels)
        record = header.stem
        recordings.append(_challenge(header, record, labels) if coded else _cpsc(header, record, labels))
    return recordings, []


def _cpsc(header: Path, record: str, labels: frozenset[str]) -> Labelled:
    return Labelled(
        set=CPSC,
        source=CPSC,
        record=record,
        path=header.with_suffix(""),
        patient=f"{CPSC} {record}",
        vocabulary="cpsc",
        labels=labels,
        ecg=f"{CPSC} {number_of(record)}",
    )


def _challenge(header: Path, record: str, labels: frozenset[str]) -> Labelled:
    """Return a record of the Challenge; the letters of its name tell the collection, which decides the labels used."""
    collection = record.rstrip("0123456789")
    ecg = f"{FIRST_HAND.get(collection, f'{CHALLENGE} {collection}')} {number_of(record)}"
    return Labelled(
        set=CHALLENGE,
        source=f"{CHALLENGE} {collection}",
        record=record,
        path=header.with_suffix(""),
        patient=f"{CHALLENGE} {record}",
        vocabulary="snomed",
        labels=labels,
        ecg=ecg,
    )
