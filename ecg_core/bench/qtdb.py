"""QT Database (PhysioNet qtdb 1.0.0): 105 records of 15 minutes, two leads at 250 Hz, 30 to 100 beats marked by hand.

Layout: ``sel100.hea``, ``.dat`` and annotators: ``q1c`` and ``q2c`` (two cardiologists, final), ``qt1`` and ``qt2``
(their T ends alone), ``man`` (beats chosen), ``pu0`` and ``pu1`` (a program's marks in either signal). The people saw
both leads, so that theirs are marks of all leads together. Most T onsets and some P waves are unmarked.

Only one record, without manual marks, was at hand when this was written: the layout follows the published description,
and is tested on a constructed folder.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ecg_core.bench.reference import TOGETHER, DataSet, Reference
from ecg_core.bench.waves import wave_marks
from ecg_core.extract.marks import LeadMarks, WaveMarks
from ecg_core.readers.leads import choose_leads
from ecg_core.readers.wfdb_annotations import read_annotations
from ecg_core.readers.wfdb_header import read_header

MANUAL = ("q1c", "qt1", "q2c", "qt2")
"""The first of these that a record has is the reference."""

PROGRAM = {"pu0": 0, "pu1": 1}
"""Annotators of one signal each."""


def _fits(folder: Path) -> bool:
    return any(any(folder.glob(f"sel*.{extension}")) for extension in (*MANUAL, *PROGRAM))


def _load(folder: Path, annotators: Sequence[str]) -> list[Reference]:
    references = []
    for path in folder.glob("sel*.hea"):
        record = path.with_suffix("")
        present = [name for name in annotators or MANUAL if record.with_name(f"{record.name}.{name}").is_file()]
        by_signal = [name for name in present if name in PROGRAM]
        leads: dict[str, WaveMarks] = {}
        if by_signal:
            chosen = choose_leads([channel.label for channel in read_header(path).channels])
            names = dict(zip(chosen.channels, chosen.leads, strict=True))
            leads = {
                names[PROGRAM[name]]: wave_marks(read_annotations(record, name), record)
                for name in by_signal
                if PROGRAM[name] in names
            }
        elif present:
            leads = {TOGETHER: wave_marks(read_annotations(record, present[0]), record)}
        if leads:
            references.append(Reference(record.name, path, LeadMarks(leads, " ".join(by_signal or present[:1]))))
    return references


QTDB = DataSet("qtdb", _fits, _load)
"""``--annotator pu0 --annotator pu1`` compares with ecgpuwave's marks instead, which nobody has checked."""
