"""From WFDB annotations ``( p ) ( N ) ( t )`` to waves."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ecg_core.errors import UnreadableError
from ecg_core.extract.delineation import BeatClass
from ecg_core.extract.marks import LeadMarks, WaveMarks, in_seconds, unclassed
from ecg_core.readers.wfdb_annotations import Annotations, read_annotations

BEATS: dict[str, BeatClass] = {
    **dict.fromkeys("NLRBejn", "dominant"),
    **dict.fromkeys("AaJS", "supraventricular"),
    **dict.fromkeys("VEr", "ventricular"),
    **dict.fromkeys("Ff", "fusion"),
    "/": "paced",
    "Q": "unclassifiable",
    "?": "unclassifiable",
}
"""WFDB's beat annotations, which stand for the QRS complex; LUDB and QTDB know only N."""

BRACKETS = "()"

NUMBERS = {"p": 0, "qrs": 1, "t": 2}
"""What ecgpuwave writes into the *num* field of a bracket."""

WAVES = {"p": "p", "t": "t", **dict.fromkeys(BEATS, "qrs")}

Points = tuple[float | None, float | None, float | None]


def lead_extension(lead: str) -> str:
    """Return the ending of the annotation file of one lead, as LUDB has it: ``avr`` for aVR."""
    return lead.casefold()


def read_lead_marks(record: Path, leads: Sequence[str], rate: float | None, source: str) -> LeadMarks:
    """Read one annotation file per lead; leads without a file are left out.

    Args:
        record: path of the record without an ending.
        leads: lead names to look for.
        rate: sampling rate of the annotations in Hz where neither file nor header says it.
        source: who set the marks.

    Raises:
        UnreadableError: if a file is damaged, or nothing says its sampling rate.
    """
    found = [lead for lead in leads if record.with_name(f"{record.name}.{lead_extension(lead)}").is_file()]
    marks = {lead: wave_marks(read_annotations(record, lead_extension(lead)), record, rate) for lead in found}
    return LeadMarks(marks, source)


def wave_marks(annotations: Annotations, record: Path, rate: float | None = None) -> WaveMarks:
    """Return the waves of the annotations of one lead.

    A wave is a peak with the brackets next to it; one that has none keeps an unknown edge. Anything else (rhythm
    changes, U waves) is passed over. Where brackets carry the number of their wave, waves may overlap.

    Args:
        annotations: in time order.
        record: what they belong to, for the error.
        rate: sampling rate in Hz where the annotations do not say it.

    Raises:
        UnreadableError: if nothing says the sampling rate.
    """
    rate = annotations.sampling_rate or rate
    if rate is None:
        raise UnreadableError(
            f"the annotations of {record} have no sampling rate", hint="put the record's header beside them"
        )
    marks = list(zip(annotations.symbols, annotations.samples.tolist(), annotations.numbers.tolist(), strict=True))
    numbered = any(symbol in BRACKETS and number == NUMBERS["qrs"] for symbol, _, number in marks)
    waves: dict[str, NDArray[np.float64]] = {}
    for wave, number in NUMBERS.items():
        own = [mark for mark in marks if not (numbered and mark[0] in BRACKETS and mark[2] != number)]
        waves[wave] = in_seconds(
            _bracketed([mark[:2] for mark in own if _concerns(mark[0], wave, numbered)], wave), rate
        )
    kinds = tuple(BEATS[symbol] for symbol in annotations.symbols if symbol in BEATS)
    return WaveMarks(p=waves["p"], qrs=waves["qrs"], t=waves["t"], kinds=kinds)


def _concerns(symbol: str, wave: str, numbered: bool) -> bool:
    """Say whether a mark is to be looked at for a wave: among numbered brackets, other waves' peaks are in the way."""
    return symbol in BRACKETS or not numbered or WAVES.get(symbol) == wave


def _bracketed(marks: list[tuple[str, int]], wave: str) -> list[Points]:
    """Return the waves of one kind, in samples: a peak and the brackets right before and right after it."""
    points: list[Points] = []
    for place, (symbol, sample) in enumerate(marks):
        before = marks[place - 1] if place else None
        # A biphasic T carries two peaks between one pair of brackets (QTDB); the first stands for the wave.
        if WAVES.get(symbol) != wave or (wave != "qrs" and before is not None and before[0] == symbol):
            continue
        behind = place + 1
        while wave != "qrs" and behind < len(marks) and marks[behind][0] == symbol:
            behind += 1
        after = marks[behind] if behind < len(marks) else None
        onset = float(before[1]) if before is not None and before[0] == "(" else None
        offset = float(after[1]) if after is not None and after[0] == ")" else None
        points.append((onset, float(sample), offset))
    return points


def of_channel(annotations: Annotations, channel: int) -> Annotations:
    """Return the annotations of one signal of a file that holds those of several."""
    chosen = annotations.channels == channel
    return Annotations(
        samples=annotations.samples[chosen],
        symbols=tuple(symbol for symbol, own in zip(annotations.symbols, chosen, strict=True) if own),
        channels=annotations.channels[chosen],
        numbers=annotations.numbers[chosen],
        sampling_rate=annotations.sampling_rate,
    )


def from_spans(spans: dict[str, list[tuple[float, float]]], rate: float) -> WaveMarks:
    """Return waves of which only onset and offset are known, in samples; the middle stands for the peak."""

    def points(wave: str) -> NDArray[np.float64]:
        return in_seconds([(onset, (onset + offset) / 2, offset) for onset, offset in sorted(spans[wave])], rate)

    return WaveMarks(p=points("p"), qrs=points("qrs"), t=points("t"), kinds=unclassed(len(spans["qrs"])))
