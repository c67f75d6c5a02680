"""The door to ecgdatakit, which decodes vendor formats; what it leaves open is settled here.

It decodes samples, scale and the cart's own values. Left to us: which channels are leads, calibration of every lead,
exact sampling rates (it rounds them to whole Hz), leads that do not start together, one note instead of a stream of
warnings, and that no more of the patient than age and sex goes on.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ecg_core.errors import UnreadableError
from ecg_core.readers.formats_extra import load
from ecg_core.readers.limits import check_sample_count
from ecg_core.readers.patient import parse_age, parse_sex
from ecg_core.readers.reported import keep_plausible
from ecg_core.recording import Patient

_VALUES = {
    "rr_mean": "rr_interval",
    "heart_rate": "heart_rate",
    "pr_interval": "pr_interval",
    "qrs_duration": "qrs_duration",
    "qt_interval": "qt_interval",
    "qtc_bazett": "qtc_bazett",
    "qtc_fridericia": "qtc_fridericia",
    "p_axis": "p_axis",
    "qrs_axis": "qrs_axis",
    "t_axis": "t_axis",
}
# Vocabulary name -> attribute of ecgdatakit's GlobalMeasurements. A "QTc" that does not name its formula is no value
# there, and has no place here.


def decode(path: Path, parser: str, kind: str) -> tuple[Any, tuple[str, ...]]:
    """Return ecgdatakit's record of a file, samples scaled to mV, and a note of what it remarked.

    Args:
        path: the file.
        parser: name of the ecgdatakit class that must have read it.
        kind: name of the format, for messages.

    Raises:
        UnreadableError: if the file cannot be decoded, or is of another format.
        PluginError: if ecgdatakit is not installed.
    """
    kit = load("ecgdatakit.parsing.parser", kind)
    errors = load("ecgdatakit.exceptions", kind)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            record = kit.FileParser.parse(path)
        except errors.ECGDataKitError as error:
            raise UnreadableError(_line(error, path), hint="the file is damaged, or of an unknown version") from error
    if record.file_format.parser != parser:
        raise UnreadableError(f"the content is {record.file_format.name}, not {kind}")
    remarks = list(
        dict.fromkeys(_line(item.message, path) for item in caught if issubclass(item.category, UserWarning))
    )
    more = f" (and {len(remarks) - 1} more remarks)" if len(remarks) > 1 else ""
    return record, tuple(f"{kind}: {remark}{more}" for remark in remarks[:1])


def stack_millivolts(names: Sequence[str], decoded: Sequence[Any]) -> NDArray[np.float64]:
    """Return leads as one array, shape ``[leads, samples]``, in mV; NaN where a lead starts later or ends earlier.

    Args:
        names: lead names.
        decoded: ecgdatakit's leads, in the same order.

    Raises:
        UnreadableError: if a lead is not calibrated in volts.
    """
    for name, lead in zip(names, decoded, strict=True):
        if lead.is_raw or lead.units != "mV":
            raise UnreadableError(
                f"lead {name} is not calibrated: the file states no scale in volts",
                hint="amplitudes in mV cannot be known",
            )
    starts = np.array([int(lead.annotations.get("start_sample", 1)) for lead in decoded])
    starts -= starts.min()
    ends = starts + [len(lead.samples) for lead in decoded]
    check_sample_count(int(ends.max()) * len(decoded))
    signal = np.full((len(decoded), int(ends.max())), np.nan)
    for row, lead, start, end in zip(signal, decoded, starts, ends, strict=True):
        row[start:end] = lead.samples
    return signal


def require_one_rate(names: Sequence[str], rates: Sequence[float]) -> float:
    """Return the one sampling rate of all leads, in Hz.

    Raises:
        UnreadableError: if they differ, or there is none.
    """
    if len(set(rates)) > 1:
        listed = ", ".join(f"{name} {rate:g} Hz" for name, rate in zip(names, rates, strict=True))
        raise UnreadableError(f"the leads have different sampling rates: {listed}", hint="resample them to one rate")
    if not rates[0] > 0:
        raise UnreadableError("the file states no sampling rate")
    return float(rates[0])


def keep_age_and_sex(record: Any) -> tuple[Patient, tuple[str, ...]]:
    """Return age and sex, and nothing else of a person, with a note about the age if there is one."""
    stated = record.patient.age
    age, note = parse_age("" if stated is None else str(stated))
    return Patient(age=age, sex=parse_sex(record.patient.sex)), (note,) if note else ()


def collect_reported(record: Any) -> Mapping[str, float]:
    """Return the cart's own values by vocabulary name."""
    return keep_plausible({name: getattr(record.measurements, attribute) for name, attribute in _VALUES.items()})


def _line(message: object, path: Path) -> str:
    """Return the first line of a message, without the folder in which the file lies."""
    return (str(message).replace(str(path), path.name).splitlines() or [""])[0][:200]
