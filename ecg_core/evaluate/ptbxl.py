"""PTB-XL (PhysioNet): SCP-ECG statements with likelihoods, in ``ptbxl_database.csv``; age and sex stand only there.

Beside it ``labels.csv`` may hold records whose SCP statements come from elsewhere, as a list without likelihoods.
"""

from __future__ import annotations

import ast
import csv
from pathlib import Path

from ecg_core.errors import UnreadableError
from ecg_core.evaluate.labelled import Labelled
from ecg_core.recording import Sex

NAME = "ptbxl"
TABLES = ("ptbxl_database.csv", "labels.csv")

LIKELY = 50.0
"""Likelihood in % from which a statement counts as made; 0 stands for "made, likelihood unknown" (PTB-XL)."""

OLDEST = 90.0
"""PTB-XL writes 300 for patients above 89 years; adult limits do not change beyond (engineering default)."""


def load(folder: Path) -> tuple[list[Labelled], list[str]]:
    """Return the records of a PTB-XL folder whose signal is there, and what was left out; nothing for another folder.

    Raises:
        UnreadableError: if SCP statements cannot be understood.
    """
    if not (folder / TABLES[0]).is_file():
        return [], []
    rows: dict[int, dict[str, str]] = {}
    for table in TABLES:
        if (folder / table).is_file():
            with (folder / table).open(encoding="utf-8", newline="") as file:
                for row in csv.DictReader(file):
                    rows.setdefault(int(float(row["ecg_id"])), row)
    recordings = []
    silent = 0
    for number, row in sorted(rows.items()):
        path = _signal(folder, number)
        if path is None:
            continue
        stated = _scp(row["scp_codes"], folder)
        if not stated:
            silent += 1
            continue
        labels, doubtful = _by_likelihood(stated)
        patient = row["patient_id"]
        recordings.append(
            Labelled(
                set=NAME,
                source=NAME,
                record=path.name,
                path=path,
                patient=f"{NAME} {float(patient):.0f}" if patient else f"{NAME} record {number}",
                vocabulary="scp",
                labels=labels,
                doubtful=doubtful,
                ecg=f"{NAME} {number}",
                age=_age(row["age"]),
                sex=_sex(row["sex"]),
            )
        )
    return recordings, [f"{silent} records of PTB-XL without SCP statements"] if silent else []


def _signal(folder: Path, number: int) -> Path | None:
    thousand = f"{number // 1000 * 1000:05d}"
    for place, ending in (("records500", "hr"), ("records100", "lr")):
        path = folder / place / thousand / f"{number:05d}_{ending}"
        if path.with_suffix(".hea").is_file():
            return path
    return None


def _scp(text: str, folder: Path) -> dict[str, float]:
    """Return statement -> likelihood of what is written as a Python mapping, or as a list without likelihoods."""
    if not text:
        return {}
    try:
        value = ast.literal_eval(text)
        return (
            {str(code): float(likelihood) for code, likelihood in value.items()}
            if isinstance(value, dict)
            else dict.fromkeys(map(str, value), 0.0)
        )
    except (ValueError, SyntaxError, TypeError) as error:
        raise UnreadableError(f"{folder}: SCP statements {text[:60]!r} are not understood") from error


def _by_likelihood(stated: dict[str, float]) -> tuple[frozenset[str], frozenset[str]]:
    made = frozenset(code for code, likelihood in stated.items() if likelihood == 0.0 or likelihood >= LIKELY)
    return made, frozenset(stated) - made


def _age(text: str) -> float | None:
    return min(float(text), OLDEST) if text else None


def _sex(text: str) -> Sex | None:
    """PTB-XL writes 0 for men and 1 for women."""
    if not text:
        return None
    return "female" if float(text) else "male"
