"""DICOM waveforms: 12-lead, general and ambulatory ECG objects (DICOM PS3.3 A.34)."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ecg_core.errors import UnreadableError
from ecg_core.readers.dicom_reported import first_item, reported_values
from ecg_core.readers.leads import ChosenLeads, choose_leads, complete_limb_leads, standard_lead
from ecg_core.readers.limits import check_sample_count
from ecg_core.readers.options import ReadOptions, to_millivolts
from ecg_core.readers.patient import age_at, parse_age, parse_date, parse_sex
from ecg_core.recording import Patient, Recording

_DEFLATED = "1.2.840.10008.1.2.1.99"
_ONLY = "only DICOM objects with an ECG waveform are read"
_DTYPES = {
    ("SB", 8): "i1",
    ("UB", 8): "u1",
    ("SS", 16): "i2",
    ("US", 16): "u2",
    ("SL", 32): "i4",
    ("UL", 32): "u4",
}
# Waveform sample interpretation and bits allocated -> numpy; mu-law and A-law sound is no ECG.


class DicomReader:
    """Reads the first multiplex group; a second one usually holds the cart's median beat."""

    def sniff(self, path: Path, head: bytes) -> bool:
        """Say whether the file has the DICOM preamble."""
        return head[128:132] == b"DICM"

    def read(self, path: Path, options: ReadOptions) -> Recording:
        """Return the waveform in mV, with the cart's own measurements in `Recording.reported`.

        Raises:
            UnreadableError: if the object holds no waveform, is cut off, or a lead is not calibrated in volts.
        """
        import pydicom

        # pydicom warns of every value that breaks a DICOM rule, most in fields that are not used here; those that are
        # used are checked below.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            if pydicom.filereader.read_file_meta_info(path).get("TransferSyntaxUID") == _DEFLATED:
                raise UnreadableError(
                    "the object is deflated, and its true size cannot be known beforehand",
                    hint="rewrite it uncompressed, e.g. dcmconv +te IN OUT",
                )
            return _recording(pydicom.dcmread(path, stop_before_pixels=True), path, options)


def _recording(dataset: Any, path: Path, options: ReadOptions) -> Recording:
    groups = dataset.get("WaveformSequence") or ()
    if not groups:
        kind = getattr(dataset.get("SOPClassUID"), "name", "unknown")
        raise UnreadableError(f"the DICOM object holds no waveform (it is: {kind})", hint=_ONLY)
    group = groups[0]
    sampling_rate = float(group.get("SamplingFrequency") or 0)
    if sampling_rate <= 0:
        raise UnreadableError("the waveform states no sampling rate")
    options.check_against("DICOM", sampling_rate)
    definitions = tuple(group.get("ChannelDefinitionSequence") or ())
    chosen = choose_leads([_label(number, channel) for number, channel in enumerate(definitions, start=1)])
    leads, signal, provenance = complete_limb_leads(chosen, _millivolts(dataset, group, definitions, chosen))
    patient, notes = _patient(dataset)
    unread = sum(other.get("WaveformOriginality") != "DERIVED" for other in groups[1:])
    if unread:
        notes += (f"only the first of {len(groups)} multiplex groups was read; {unread} more hold recorded signal",)
    return Recording(
        signal=signal,
        sampling_rate=sampling_rate,
        leads=leads,
        provenance=provenance,
        patient=patient,
        source="dicom",
        name=path.stem,
        reported=reported_values(dataset),
        notes=(*chosen.notes, *notes),
    )


def _label(number: int, channel: Any) -> str:
    """Return what names the lead of a channel: its code, or the code's text, or the channel's own label.

    Raises:
        UnreadableError: if code and text name different leads: drawing V1 as III is a known fault of software.
    """
    source = first_item(channel, "ChannelSourceSequence")
    texts = [
        str(text) for text in (source.get("CodeValue"), source.get("CodeMeaning"), channel.get("ChannelLabel")) if text
    ]
    known = {lead: text for text in reversed(texts) if (lead := standard_lead(text))}
    if len(known) > 1:
        raise UnreadableError(f"channel {number} is named as {' and as '.join(sorted(known))} at once")
    return next(iter(known.values())) if known else next(iter(texts[1:] or texts), f"channel {number}")


def _millivolts(dataset: Any, group: Any, definitions: tuple[Any, ...], chosen: ChosenLeads) -> NDArray[np.float64]:
    """Return the chosen channels, shape ``[leads, samples]``, in mV; NaN where the file holds padding."""
    raw = _raw(dataset, group, len(definitions))
    rows = raw[:, list(chosen.channels)].T
    signal = rows.astype(np.float64)
    for lead, row, channel in zip(chosen.leads, signal, (definitions[index] for index in chosen.channels), strict=True):
        sensitivity = float(channel.get("ChannelSensitivity") or 0)
        unit = first_item(channel, "ChannelSensitivityUnitsSequence").get("CodeValue", "")
        factor = to_millivolts(str(unit))
        if sensitivity == 0 or factor is None:
            raise UnreadableError(
                f"lead {lead} is not calibrated: sensitivity {sensitivity:g}, unit {str(unit)!r}",
                hint="amplitudes in mV cannot be known",
            )
        correction = channel.get("ChannelSensitivityCorrectionFactor")
        row *= sensitivity * (1.0 if correction is None else float(correction))
        row += float(channel.get("ChannelBaseline") or 0)
        row *= factor
    padding = group.get("WaveformPaddingValue")
    if padding is not None:
        signal[rows == _padding(padding, raw.dtype)] = np.nan
    return signal


def _raw(dataset: Any, group: Any, channels: int) -> NDArray[np.integer[Any]]:
    """Return the stored samples of a multiplex group, shape ``[samples, channels]``.

    Raises:
        UnreadableError: if they are stored in a form that is no plain integer, or are fewer than stated.
    """
    stated, samples = int(group.get("NumberOfWaveformChannels") or 0), int(group.get("NumberOfWaveformSamples") or 0)
    interpretation = str(group.get("WaveformSampleInterpretation"))
    bits = int(group.get("WaveformBitsAllocated") or 0)
    code = _DTYPES.get((interpretation, bits))
    if code is None:
        raise UnreadableError(f"samples stored as {interpretation!r} in {bits} bits are not understood")
    if stated != channels:
        raise UnreadableError(f"the waveform states {stated} channels and defines {channels}")
    check_sample_count(stated * samples)
    data = group.get("WaveformData") or b""
    dtype = np.dtype(code).newbyteorder("<" if dataset.original_encoding[1] is not False else ">")
    expected = stated * samples * dtype.itemsize
    if samples == 0 or len(data) < expected:
        raise UnreadableError(
            f"the waveform is cut off: {len(data)} of {expected} bytes" if samples else "the waveform holds no samples",
            hint="copy the file again",
        )
    return np.frombuffer(data, dtype=dtype, count=stated * samples).reshape(samples, stated)


def _padding(value: Any, dtype: np.dtype[Any]) -> int:
    return int(np.frombuffer(value, dtype=dtype, count=1)[0]) if isinstance(value, bytes) else int(value)


def _patient(dataset: Any) -> tuple[Patient, tuple[str, ...]]:
    age, note = parse_age(str(dataset.get("PatientAge") or ""))
    if age is None and note is None:
        dates = (parse_date(dataset.get(tag)) for tag in ("AcquisitionDateTime", "StudyDate"))
        age = age_at(parse_date(dataset.get("PatientBirthDate")), next(filter(None, dates), None))
        note = None if age is None else "age computed from the date of birth"
    return Patient(age=age, sex=parse_sex(str(dataset.get("PatientSex") or ""))), (note,) if note else ()
