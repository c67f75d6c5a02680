"""Readers: a file becomes a `Recording`."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import cast

import numpy as np
from numpy.typing import NDArray

from ecg_core.errors import EcgCoreError, PluginError, UnreadableError, UsageError
from ecg_core.hookspecs import ReaderSpec
from ecg_core.plugin_manager import PluginManager
from ecg_core.readers.options import HEAD_BYTES, Reader, ReadOptions
from ecg_core.readers.patient import OLDEST, parse_sex
from ecg_core.readers.sniff import explain_unrecognised, read_head
from ecg_core.recording import Patient, Recording

__all__ = ["HEAD_BYTES", "ReadOptions", "Reader", "read_recording", "read_with"]

ABSURD_MILLIVOLTS = 20.0
"""Amplitude above which a note is made. Engineering default: several times the largest QRS of a surface ECG."""


def read_recording(
    path: str | os.PathLike[str],
    *,
    reader: str | None = None,
    sampling_rate: float | None = None,
    units: str | None = None,
    leads: Sequence[str] | None = None,
    age: float | None = None,
    sex: str | None = None,
    plugins: PluginManager | None = None,
) -> Recording:
    """Read one recording with the reader that knows its content.

    Args:
        path: file, or WFDB record without suffix.
        reader: name of a reader, if content shall not decide.
        sampling_rate: in Hz, for files that do not state it.
        units: mV, uV or V, for files that do not state it.
        leads: lead names in file order, for files that do not state them.
        age: in years; takes the place of the file's.
        sex: male or female; takes the place of the file's.
        plugins: where to find readers; the installed ones by default.

    Raises:
        UnreadableError: if no reader can read the file, saying what was tried.
        UsageError: if an option is wrong, missing, or contradicts the file.
        PluginError: if the reader asked for cannot be loaded.
    """
    options = ReadOptions(sampling_rate, units, None if leads is None else tuple(leads))
    stated = _stated_patient(age, sex)
    path = Path(path)
    manager = plugins or PluginManager.shared()
    head = read_head(path)
    if reader is None:
        candidates, unloaded = _claimants(manager, path, head)
    else:
        candidates, unloaded = [(reader, cast(Reader, manager.make("ecg_readers", reader)))], []
    if not candidates or not (path.is_file() or _claims(*candidates[0], path, head)):
        asked = [spec.name for spec in manager.components("ecg_readers")]
        raise _with_unloaded(explain_unrecognised(path, head, asked), unloaded)

    failures: list[tuple[str, EcgCoreError]] = []
    for name, candidate in candidates:
        try:
            return _finish(read_with(candidate, path, options), stated)
        except EcgCoreError as error:
            failures.append((name, error))
    raise _with_unloaded(_summary(path, failures), unloaded)


def read_with(reader: Reader, path: Path, options: ReadOptions) -> Recording:
    """Read with one reader; whatever a library raises becomes an `UnreadableError` of one line.

    Args:
        reader: the reader.
        path: the file.
        options: what the caller states about it.

    Raises:
        UnreadableError: if the file cannot be turned into a recording.
        UsageError: if an option is missing or contradicts the file.
    """
    try:
        recording = reader.read(path, options)
    except EcgCoreError:
        raise
    except Exception as error:  # the boundary to wfdb, pydicom, pyarrow and to strangers' readers
        first_line = (str(error).splitlines() or [""])[0][:200]
        raise UnreadableError(
            f"the reader failed with {type(error).__name__}: {first_line}",
            hint="the file is damaged, or not what it says it is",
        ) from error
    if not isinstance(recording, Recording):
        raise UnreadableError(f"the reader returned {type(recording).__name__}, not a Recording")
    if recording.signal.shape[1] == 0:
        raise UnreadableError("the file holds no samples", hint="copy or export the file again")
    if np.isinf(recording.signal).any():
        raise UnreadableError("the signal holds infinite values", hint="write missing samples as NaN")
    return recording


def _claimants(manager: PluginManager, path: Path, head: bytes) -> tuple[list[tuple[str, Reader]], list[str]]:
    """Return the readers that claim the file, those whose suffix fits first, and what could not be loaded."""
    specs = cast(Sequence[ReaderSpec], manager.components("ecg_readers"))
    claimants = []
    unloaded = []
    for spec in sorted(
        {spec.name: spec for spec in specs}.values(), key=lambda spec: path.suffix.lower() not in spec.suffixes
    ):
        try:
            reader = cast(Reader, manager.make("ecg_readers", spec.name))
            if _claims(spec.name, reader, path, head):
                claimants.append((spec.name, reader))
        except PluginError as error:
            unloaded.append(str(error))
    return claimants, unloaded


def _claims(name: str, reader: Reader, path: Path, head: bytes) -> bool:
    try:
        return reader.sniff(path, head)
    except Exception as error:  # the boundary to strangers' readers, which must not take ours down
        raise PluginError(f"reader {name!r} failed to look at the file: {type(error).__name__}: {error}") from error


def _summary(path: Path, failures: list[tuple[str, EcgCoreError]]) -> EcgCoreError:
    """Return one error for all failures: what the caller can supply, an option or a package, counts most."""
    for kind in (UsageError, PluginError):
        error = next((error for _, error in failures if isinstance(error, kind)), None)
        if error is not None:
            return kind(f"{path}: {error}", hint=error.hint)
    tried = "; ".join(f"{name}: {error}" for name, error in failures)
    hint = next((error.hint for _, error in failures if error.hint), None)
    return UnreadableError(f"cannot read {path} as {tried}", hint=hint)


def _with_unloaded(error: EcgCoreError, unloaded: list[str]) -> EcgCoreError:
    return type(error)(f"{error}; not usable: {'; '.join(unloaded)}", hint=error.hint) if unloaded else error


def _stated_patient(age: float | None, sex: str | None) -> Patient:
    if age is not None and not 0 <= age <= OLDEST:
        raise UsageError(f"age {age:g} is not between 0 and {OLDEST} years")
    parsed = None if sex is None else parse_sex(sex)
    if sex is not None and parsed is None:
        raise UsageError(f"sex {sex!r} is not understood", hint="say male or female")
    return Patient(age=None if age is None else float(age), sex=parsed)


def _finish(recording: Recording, stated: Patient) -> Recording:
    """Put the caller's age and sex in place of the file's, and note amplitudes that no heart makes."""
    own = recording.patient
    patient = Patient(age=own.age if stated.age is None else stated.age, sex=stated.sex or own.sex)
    notes = recording.notes
    absurd = [lead for lead, row in zip(recording.leads, recording.signal, strict=True) if _is_absurd(row)]
    if absurd:
        notes += (f"amplitudes above {ABSURD_MILLIVOLTS:g} mV in {', '.join(absurd)}: artefact or wrong unit",)
    return replace(recording, patient=patient, notes=notes)


def _is_absurd(row: NDArray[np.float64]) -> bool:
    return bool((np.abs(row) > ABSURD_MILLIVOLTS).any())
