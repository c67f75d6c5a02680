"""WFDB records (PhysioNet): a header and signal files beside it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ecg_core.errors import UnreadableError
from ecg_core.readers.leads import ChosenLeads, choose_leads, complete_limb_leads
from ecg_core.readers.limits import check_sample_count
from ecg_core.readers.options import HEAD_BYTES, ReadOptions, to_millivolts
from ecg_core.readers.patient import parse_age, parse_sex
from ecg_core.readers.wfdb_header import Channel, Header, check_signal_files, looks_like_header, read_header
from ecg_core.recording import Patient, Recording

_AGE = re.compile(r"\bage\b>?\s*[:=]\s*(>?\s*[\w.]+)", re.IGNORECASE)
_SEX = re.compile(r"\b(?:sex|gender)\b>?\s*[:=]\s*(\w+)", re.IGNORECASE)
_MIT = re.compile(r"(\d{1,3}) ([MF])\b")
# MIT-BIH headers give age and sex at the start of a comment: "69 M 1085 1629 x1".


class WfdbReader:
    """Reads a record named by its header, by a signal file, or without a suffix."""

    def sniff(self, path: Path, head: bytes) -> bool:
        """Say whether `path` is a WFDB header, or is named by one that stands beside it."""
        header = _header_path(path)
        if header is None:
            return False
        if path == header:
            return looks_like_header(head)
        with header.open("rb") as stream:
            beside = stream.read(HEAD_BYTES)
        if path.is_file() and path.name.encode() not in beside.split():
            return False
        return looks_like_header(beside)

    def read(self, path: Path, options: ReadOptions) -> Recording:
        """Return the record in mV.

        Multi-segment records are joined, with NaN in the gaps; leads stored with several samples per frame keep their
        full rate.

        Raises:
            UnreadableError: if a file is missing or damaged, a lead is not calibrated in volts, or the leads have
                different sampling rates.
        """
        header_path = _header_path(path)
        if header_path is None:
            raise UnreadableError(f"no header {path.stem}.hea", hint="a WFDB record needs its .hea file")
        header = read_header(header_path)
        if header.sampling_rate is None:
            raise UnreadableError(
                f"{header_path.name} states no sampling rate", hint="add it to the record line, after the lead count"
            )
        parts = _parts(header)
        for part in parts:
            check_signal_files(part)

        import wfdb

        record: Any = wfdb.rdrecord(str(header_path.with_suffix("")), smooth_frames=False)
        labels = tuple(record.sig_name) if header.segments else tuple(channel.label for channel in header.channels)
        chosen = choose_leads(labels)
        factors, notes = _factors(chosen, labels, parts)
        signal, sampling_rate = _rows(record, chosen, header.sampling_rate)
        options.check_against("WFDB", sampling_rate)
        leads, signal, provenance = complete_limb_leads(chosen, signal * factors)
        patient, patient_notes = _patient(header.comments)
        return Recording(
            signal=signal,
            sampling_rate=sampling_rate,
            leads=leads,
            provenance=provenance,
            patient=patient,
            source="wfdb",
            name=header_path.stem,
            notes=(*chosen.notes, *notes, *patient_notes),
        )


def _header_path(path: Path) -> Path | None:
    if not path.name:
        return None
    candidates = (path,) if path.suffix == ".hea" else (Path(f"{path}.hea"), path.with_suffix(".hea"))
    return next((candidate for candidate in candidates if candidate.is_file()), None)


def _parts(header: Header) -> tuple[Header, ...]:
    """Return the headers that hold signal lines: the record's own, or those of its segments."""
    if not header.segments:
        return (header,)
    check_sample_count((header.length or 0) * header.channel_count)
    paths = [header.path.with_name(f"{segment}.hea") for segment in dict.fromkeys(header.segments)]
    missing = [path.name for path in paths if not path.is_file()]
    if missing:
        raise UnreadableError(f"segment header {missing[0]} is missing", hint=f"it belongs beside {header.path.name}")
    parts = tuple(read_header(path) for path in paths)
    if any(part.segments for part in parts):
        raise UnreadableError(f"{header.path.name} nests multi-segment records", hint="read its segments one by one")
    return parts


def _factors(
    chosen: ChosenLeads, labels: tuple[str, ...], parts: tuple[Header, ...]
) -> tuple[NDArray[np.float64], tuple[str, ...]]:
    """Return the factor to mV of each lead, shape ``[leads, 1]``, and a note where the unit had to be assumed."""
    factors = []
    assumed = []
    for lead, index in zip(chosen.leads, chosen.channels, strict=True):
        channels = [channel for part in parts for channel in part.channels if channel.label == labels[index]]
        units = {_unit(lead, channel) for channel in channels}
        if len(units) != 1:
            raise UnreadableError(f"lead {lead} has different units in different segments")
        unit = units.pop()
        assumed += [lead] if not unit else []
        factor = to_millivolts(unit or "mV")
        if factor is None:
            raise UnreadableError(
                f"lead {lead} is in {unit!r}, which is no unit of voltage known here", hint="known: mV, uV, V"
            )
        factors.append(factor)
    notes = (f"unit taken as mV, the WFDB default, where the header states none: {', '.join(assumed)}",)
    return np.array(factors)[:, np.newaxis], notes if assumed else ()


def _unit(lead: str, channel: Channel) -> str:
    if channel.gain is None:
        raise UnreadableError(
            f"lead {lead} is not calibrated: its header line states no gain",
            hint="amplitudes in mV cannot be known; put the true gain into the header",
        )
    return channel.unit


def _rows(record: Any, chosen: ChosenLeads, frame_rate: float) -> tuple[NDArray[np.float64], float]:
    """Return the chosen channels, shape ``[leads, samples]``, in the file's units, and their sampling rate in Hz."""
    per_frame = [int(record.samps_per_frame[index]) for index in chosen.channels]
    if len(set(per_frame)) > 1:
        rates = ", ".join(f"{lead} {frame_rate * n:g} Hz" for lead, n in zip(chosen.leads, per_frame, strict=True))
        raise UnreadableError(f"the leads have different sampling rates: {rates}", hint="resample them to one rate")
    rows = np.stack([record.e_p_signal[index] for index in chosen.channels]).astype(np.float64, copy=False)
    return rows, frame_rate * per_frame[0]


def _patient(comments: tuple[str, ...]) -> tuple[Patient, tuple[str, ...]]:
    text = "\n".join(comments)
    age_text, sex_text = _AGE.search(text), _SEX.search(text)
    mit = next((match for match in map(_MIT.match, comments) if match), None)
    age, note = parse_age(age_text[1] if age_text else mit[1] if mit else "")
    sex = parse_sex(sex_text[1] if sex_text else mit[2] if mit else "")
    return Patient(age=age, sex=sex), (note,) if note else ()
