"""Small label sets, made in the layouts that published ones have."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import wfdb

from ecg_core.testing.synthetic import sinus_rhythm
from ecg_core.vocabulary import STANDARD_LEADS

BEATS = 8
"""Marked beats of a LUDB record, 1 s apart: P 100 ms, PR 220 ms, QRS 90 ms, QT 400 ms."""

PR = 0.22


def record_signal(folder: Path, record: str, comments: Sequence[str] = ()) -> None:
    """Write 12 leads of sinus rhythm with comments in the header."""
    folder.mkdir(parents=True, exist_ok=True)
    recording = sinus_rhythm(duration=5.0)
    wfdb.wrsamp(
        record,
        fs=recording.sampling_rate,
        units=["mV"] * 12,
        sig_name=list(recording.leads),
        p_signal=recording.signal.T,
        fmt=["16"] * 12,
        write_dir=str(folder),
        comments=list(comments),
    )


def make_ptbxl(folder: Path, codes: dict[int, str]) -> Path:
    """PTB-XL with one man of 300 years, as it writes those above 89."""
    for number in codes:
        record_signal(folder / "records500" / "00000", f"{number:05d}_hr")
    rows = "".join(f'{number},7.0,300.0,0,"{stated}"\n' for number, stated in codes.items())
    (folder / "ptbxl_database.csv").write_text(f"ecg_id,patient_id,age,sex,scp_codes\n{rows}", encoding="utf-8")
    return folder


def make_ludb(folder: Path, rhythm: str = "I degree av block", *, p_marks: bool = True) -> Path:
    """LUDB with one record, marked in every lead."""
    record_signal(folder / "data", "1")
    for lead in STANDARD_LEADS:
        _mark(folder / "data", lead.lower(), p_marks)
    (folder / "ludb.csv").write_text(f'ID,Sex,Age,Rhythms\n1,"M\n",50,"Sinus rhythm.\n{rhythm}"\n', encoding="utf-8")
    return folder


def make_headers(folder: Path, diagnoses: dict[str, str]) -> Path:
    """CPSC or the Challenge: diagnoses in the headers."""
    for record, stated in diagnoses.items():
        record_signal(folder, record, [f"Dx: {stated}"])
    return folder


def _mark(folder: Path, extension: str, p_marks: bool) -> None:
    times: list[tuple[float, str]] = []
    for onset in 1.0 + np.arange(BEATS):
        if p_marks:
            times += [(onset - PR, "("), (onset - PR + 0.05, "p"), (onset - PR + 0.1, ")")]
        times += [(onset, "("), (onset + 0.04, "N"), (onset + 0.09, ")")]
        times += [(onset + 0.2, "("), (onset + 0.3, "t"), (onset + 0.4, ")")]
    samples, symbols = zip(*times, strict=True)
    wfdb.wrann(
        "made", "made", np.round(500 * np.array(samples)).astype(int), list(symbols), fs=500, write_dir=str(folder)
    )
    (folder / "made.made").rename(folder / f"1.{extension}")
