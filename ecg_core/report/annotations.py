"""WFDB annotation files: the waves of each lead as marks ``( p )``, ``( N )``, ``( t )``, one file per lead.

The layout is that of LUDB: the file ending is the lead's name in lower case. Beside it each mark carries, as in
ecgpuwave's files, the wave it belongs to in its *num* field: 0 P, 1 QRS, 2 T.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ecg_core.errors import UsageError
from ecg_core.extract.delineation import BeatClass
from ecg_core.extract.marks import OFFSET, ONSET, PEAK, LeadMarks, WaveMarks

SYMBOLS: Mapping[BeatClass, str] = MappingProxyType(
    {
        "dominant": "N",
        "supraventricular": "S",
        "ventricular": "V",
        "paced": "/",
        "fusion": "F",
        "unclassifiable": "Q",
    }
)
"""WFDB symbol of a QRS complex by its class."""

_CODES = {"N": 1, "V": 5, "F": 6, "S": 9, "/": 12, "Q": 13, "p": 24, "t": 27, "(": 39, ")": 40}
"""WFDB annotation codes (WFDB Programmer's Guide, table of annotation codes)."""

_NOTE, _SKIP, _NUM, _AUX = 22, 59, 60, 63
"""A comment, and the pseudo-codes of the annotation format: a long interval, a *num* field, a text."""

_P, _QRS, _T = range(3)


class Mark(NamedTuple):
    """One annotation.

    Attributes:
        sample: from the first sample of the file, at the file's sampling rate.
        symbol: WFDB symbol.
        wave: 0 P, 1 QRS, 2 T.
    """

    sample: int
    symbol: str
    wave: int


def write_annotations(
    marks: LeadMarks, name: str, sampling_rate: float, folder: Path, *, start: float = 0.0
) -> list[Path]:
    """Write one annotation file per lead, over any of that name, and return their paths.

    Args:
        marks: the waves lead by lead.
        name: name of the record; the files are ``name.i``, ``name.ii``, ...
        sampling_rate: of the record, in Hz.
        folder: where they are written; made if need be.
        start: time of the first sample of `marks` within the record, in s.

    Raises:
        UsageError: if a file cannot be written.
    """
    paths: list[Path] = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for lead, waves in marks.leads.items():
            path = folder / f"{name}.{lead.lower()}"
            path.write_bytes(encode_marks(lead_sequence(waves, sampling_rate, start), sampling_rate))
            paths.append(path)
    except OSError as error:
        raise UsageError(
            f"cannot write annotations to {folder}: {error.strerror}", hint="choose another folder with -o"
        ) from error
    return paths


def lead_sequence(waves: WaveMarks, sampling_rate: float, start: float = 0.0) -> list[Mark]:
    """Return the marks of one lead in time order; an edge that is not known has none.

    Args:
        waves: the lead's waves.
        sampling_rate: of the record, in Hz.
        start: time of the first sample of `waves` within the record, in s.
    """
    points = np.concatenate((waves.p, waves.qrs, waves.t))
    kinds = np.repeat([_P, _QRS, _T], [len(waves.p), len(waves.qrs), len(waves.t)])
    symbols = np.array(["p"] * len(waves.p) + [SYMBOLS[kind] for kind in waves.kinds] + ["t"] * len(waves.t))
    order = np.argsort(points[:, PEAK], kind="stable")
    points, kinds, symbols = _apart(points[order]), kinds[order], symbols[order]
    names = np.stack([np.full(order.size, "("), symbols, np.full(order.size, ")")], axis=1).ravel()
    times = points.ravel()
    known = ~np.isnan(times)
    # A file is read in time order: a peak that lies beyond its own edge is marked at that edge.
    samples = np.maximum.accumulate(np.maximum(np.rint((times[known] + start) * sampling_rate), 0.0)).astype(np.intp)
    return [
        Mark(*mark)
        for mark in zip(samples.tolist(), names[known].tolist(), np.repeat(kinds, 3)[known].tolist(), strict=True)
    ]


def _apart(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the points of waves with overlaps parted in the middle.

    The marks of one wave stand together in a file; a T wave that ends within the next P wave would lie between that
    one's marks.
    """
    apart = points.copy()
    ends, starts = apart[:-1, OFFSET], apart[1:, ONSET]
    overlap = ends > starts
    middle = np.clip((ends + starts) / 2, apart[:-1, PEAK], apart[1:, PEAK])
    apart[:-1, OFFSET] = np.where(overlap, middle, ends)
    apart[1:, ONSET] = np.where(overlap, middle, starts)
    return apart


def encode_marks(sequence: list[Mark], sampling_rate: float) -> bytes:
    """Return the bytes of an annotation file in MIT format.

    Args:
        sequence: marks in time order.
        sampling_rate: in Hz; stands in the file as its time resolution.
    """
    rate = f"{sampling_rate:.10g}"
    data = bytearray(_comment(f"## time resolution: {rate}"))
    # The end of what describes the file: back to -1, then 1 on to time 0, as readers of the format expect.
    data += _word(_SKIP) + b"\xff\xff\xff\xff" + _word(0, 1)
    before, wave = 0, 0
    for mark in sequence:
        interval = mark.sample - before
        if interval > 1023:
            # A 32-bit interval stands high half first.
            data += _word(_SKIP) + (interval >> 16).to_bytes(2, "little") + (interval & 0xFFFF).to_bytes(2, "little")
            interval = 0
        data += _word(_CODES[mark.symbol], interval)
        if mark.wave != wave:
            data += _word(_NUM, mark.wave)
        before, wave = mark.sample, mark.wave
    return bytes(data + _word(0))


def _comment(text: str) -> bytes:
    encoded = text.encode("ascii")
    return _word(_NOTE) + _word(_AUX, len(encoded)) + encoded + b"\0" * (len(encoded) % 2)


def _word(code: int, value: int = 0) -> bytes:
    return (code << 10 | value).to_bytes(2, "little")
