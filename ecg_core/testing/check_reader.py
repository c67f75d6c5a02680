"""The contract of readers, as a check that our own and strangers' readers pass alike."""

from __future__ import annotations

import glob
import shutil
import tempfile
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from ecg_core.errors import UnreadableError, UsageError
from ecg_core.readers import HEAD_BYTES, Reader, ReadOptions, read_with
from ecg_core.readers.sniff import read_head
from ecg_core.recording import Recording
from ecg_core.vocabulary import LEADS

LARGEST_MEDIAN = 10.0
"""Median absolute amplitude in mV above which a file was read in a wrong unit (engineering default: baseline samples
are the bulk of any ECG, and the largest offset of the recordings tried was below 5 mV)."""

FOREIGN = {
    "empty": b"",
    "garbage": bytes((index * 167 + 13) % 256 for index in range(HEAD_BYTES)),
    "zeros": bytes(HEAD_BYTES),
    "prose": b"A recording was made this morning.\nIt showed nothing of note.\n",
    "picture": b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(64),
    "entities": b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c"><!ENTITY d "&b;&b;">]><a>&d;</a>',
}
"""Contents that no reader may take for its own."""


def check_reader(reader: Reader, good_files: Iterable[Path], *, options: ReadOptions | None = None) -> None:
    """Check that a reader keeps the contract of `ecg_core.readers.Reader`.

    On each good file: content is recognised, the recording is valid, its leads stand in standard order, its scale is
    that of mV, a second reading is equal, and a renamed copy reads the same. Copies cut short give an error of the
    right kind or a shorter recording, never more signal and never another error. Foreign content is not recognised,
    and gives an error of the right kind when it is read all the same.

    Args:
        reader: the reader.
        good_files: files, or records without suffix, that it must read; at least one. Files beside them that share
            their stem are copied along.
        options: what the files do not state themselves.

    Raises:
        AssertionError: naming the file and the clause that is broken.
    """
    options = options or ReadOptions()
    files = [Path(file) for file in good_files]
    _require(bool(files), "no good file to check with")
    for file in files:
        recording = _check_good(reader, file, options)
        with tempfile.TemporaryDirectory() as folder:
            _check_cut_copies(reader, file, options, recording, Path(folder))
    with tempfile.TemporaryDirectory() as folder:
        for name, content in FOREIGN.items():
            for suffix in {file.suffix for file in files}:
                _check_foreign(reader, name, content, Path(folder, name + suffix), options)


def _check_good(reader: Reader, file: Path, options: ReadOptions) -> Recording:
    _require(reader.sniff(file, read_head(file)) is True, f"{file}: sniff does not say True")
    recording = read_with(reader, file, options)
    _require(recording.signal.dtype == np.float64, f"{file}: signal is {recording.signal.dtype}, not float64")
    order = tuple(lead for lead in LEADS if lead in recording.leads)
    _require(recording.leads == order, f"{file}: leads {recording.leads} are not in standard order {order}")
    known = np.abs(recording.signal[np.isfinite(recording.signal)])
    _require(
        known.size == 0 or float(np.median(known)) < LARGEST_MEDIAN,
        f"{file}: the median amplitude is above {LARGEST_MEDIAN:g}: the signal is not in mV",
    )
    again = read_with(reader, file, options)
    _require(_equal(recording, again), f"{file}: a second reading differs from the first")
    return recording


def _check_cut_copies(reader: Reader, file: Path, options: ReadOptions, whole: Recording, folder: Path) -> None:
    family = sorted({*file.parent.glob(f"{glob.escape(file.stem)}.*"), *([file] if file.is_file() else [])})
    for member in family:
        shutil.copy(member, folder)
    copy = folder / file.name
    same = read_with(reader, copy, options)
    _require(_equal(whole, same), f"{file}: a copy in another folder reads differently")
    for member in family:
        size = member.stat().st_size
        for keep in (size // 2, size // 10, 0):
            with (folder / member.name).open("r+b") as stream:
                stream.truncate(keep)
            cut = _read_or_refuse(reader, copy, options, f"{file} with {member.name} cut to {keep} bytes")
            _require(
                cut is None or cut.signal.size <= whole.signal.size,
                f"{file}: cut to {keep} bytes it yields more signal than whole",
            )
        shutil.copy(member, folder)


def _check_foreign(reader: Reader, name: str, content: bytes, file: Path, options: ReadOptions) -> None:
    file.write_bytes(content)
    _require(reader.sniff(file, content[:HEAD_BYTES]) is False, f"sniff takes {name} named {file.name} for its own")
    _require(
        _read_or_refuse(reader, file, options, f"{name} named {file.name}") is None,
        f"{name} named {file.name} is read as a recording",
    )


def _read_or_refuse(reader: Reader, file: Path, options: ReadOptions, what: str) -> Recording | None:
    try:
        return read_with(reader, file, options)
    except (UnreadableError, UsageError) as error:
        _require("\n" not in str(error), f"{what}: the message has more than one line: {error}")
        return None


def _equal(one: Recording, other: Recording) -> bool:
    return (
        np.array_equal(one.signal, other.signal, equal_nan=True)
        and all(
            getattr(one, name) == getattr(other, name)
            for name in ("sampling_rate", "leads", "provenance", "patient", "source", "name", "start", "notes")
        )
        and dict(one.reported) == dict(other.reported)
    )


def _require(holds: bool, message: str) -> None:
    if not holds:
        raise AssertionError(message)
