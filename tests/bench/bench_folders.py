"""Small data sets, made in the layouts that published ones have."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import wfdb

from ecg_core.extract.marks import LeadMarks, WaveMarks, unclassed
from ecg_core.recording import Recording

RATE = 500

Mark = tuple[float, str]


def waves(p: Sequence[Sequence[float]], qrs: Sequence[Sequence[float]], t: Sequence[Sequence[float]] = ()) -> WaveMarks:
    """Marks in s, each wave as onset, peak, offset."""
    arrays = [np.array(rows, dtype=float).reshape(-1, 3) for rows in (p, qrs, t)]
    return WaveMarks(p=arrays[0], qrs=arrays[1], t=arrays[2], kinds=unclassed(len(arrays[1])))


def steady(beats: int = 8, *, rr: float = 1.0, first: float = 1.0, pr: float = 0.16, qrs: float = 0.09) -> WaveMarks:
    """Regular beats: P 100 ms, T ending 400 ms after QRS onset."""
    at = first + rr * np.arange(beats)
    return waves(
        [(beat - pr, beat - pr + 0.05, beat - pr + 0.1) for beat in at],
        [(beat, beat + 0.04, beat + qrs) for beat in at],
        [(beat + 0.2, beat + 0.3, beat + 0.4) for beat in at],
    )


def of_all(marks: WaveMarks, leads: Sequence[str] = ("I", "II", "V1", "V2", "V3", "V4")) -> LeadMarks:
    return LeadMarks(dict.fromkeys(leads, marks), "test")


def sequence(marks: WaveMarks) -> list[Mark]:
    """The marks of one lead in time order, in s."""
    listed: list[Mark] = []
    for rows, symbol in ((marks.p, "p"), (marks.qrs, "N"), (marks.t, "t")):
        for row in rows:
            listed += [(row[0], "("), (row[1], symbol), (row[2], ")")]
    return sorted(listed)


def annotate(
    folder: Path,
    record: str,
    extension: str,
    marks: Sequence[Mark],
    *,
    rate: float = RATE,
    numbers: Sequence[int] | None = None,
    channels: Sequence[int] | None = None,
) -> None:
    """Write an annotation file; wfdb takes no digit in an annotator's name, so it is written under another one."""
    folder.mkdir(parents=True, exist_ok=True)
    wfdb.wrann(
        "made",
        "made",
        np.array([round(time * rate) for time, _ in marks]),
        [symbol for _, symbol in marks],
        num=None if numbers is None else np.array(numbers),
        chan=None if channels is None else np.array(channels),
        fs=rate,
        write_dir=str(folder),
    )
    (folder / "made.made").rename(folder / f"{record}.{extension}")


def record_signal(folder: Path, record: str, recording: Recording, names: Sequence[str] | None = None) -> None:
    """Write header and signal."""
    folder.mkdir(parents=True, exist_ok=True)
    leads = list(names or recording.leads)
    wfdb.wrsamp(
        record,
        fs=recording.sampling_rate,
        units=["mV"] * len(leads),
        sig_name=leads,
        p_signal=recording.signal[: len(leads)].T,
        fmt=["16"] * len(leads),
        write_dir=str(folder),
    )


def make_ludb(folder: Path, recording: Recording, marks: WaveMarks, records: Sequence[str] = ("1", "2")) -> Path:
    """LUDB: one annotation file per lead; record 2 is paced."""
    for record in records:
        record_signal(folder / "data", record, recording, [lead.lower() for lead in recording.leads])
        for lead in recording.leads:
            annotate(folder / "data", record, lead.lower(), sequence(marks))
    rows = "".join(f'{record},"M\n",{"Unipolar" if record == "2" else ""}\n' for record in records)
    (folder / "ludb.csv").write_text(f"ID,Sex,Cardiac pacing\n{rows}", encoding="utf-8")
    return folder
