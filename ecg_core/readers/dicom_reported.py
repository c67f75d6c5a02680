"""What the cart that made a DICOM waveform measured itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ecg_core.readers.reported import is_plausible, keep_plausible
from ecg_core.vocabulary import measurement

_NAMES = {
    "rr interval": "rr_mean",
    "rr interval global": "rr_mean",
    "2:16168": "rr_mean",
    "p duration": "p_duration",
    "p duration global": "p_duration",
    "pr interval": "pr_interval",
    "pr interval global": "pr_interval",
    "2:15872": "pr_interval",
    "qrs duration": "qrs_duration",
    "qrs duration global": "qrs_duration",
    "2:16156": "qrs_duration",
    "qt interval": "qt_interval",
    "qt interval global": "qt_interval",
    "2:16160": "qt_interval",
    "qtc global using bazett formula": "qtc_bazett",
    "qtc bazett": "qtc_bazett",
    "2:15880": "qtc_bazett",
    "qtc global using fredericia formula": "qtc_fridericia",
    "qtc fridericia": "qtc_fridericia",
    "2:15892": "qtc_fridericia",
    "p axis": "p_axis",
    "2:16128": "p_axis",
    "qrs axis": "qrs_axis",
    "2:16132": "qrs_axis",
    "t axis": "t_axis",
    "2:16136": "t_axis",
    "heart rate": "heart_rate",
    "ventricular rate": "heart_rate",
    "ventricular heart rate": "heart_rate",
}
# Codes: MDC as in DICOM PS3.16 CID 3227-3229, where alone "QTc" leaves the formula open, so it has no place here.

_UNITS = {
    "ms": {"ms": 1.0, "msec": 1.0, "s": 1000.0},
    "deg": {"deg": 1.0, "degrees": 1.0},
    "1/min": {"1/min": 1.0, "/min": 1.0, "{h.b.}/min": 1.0, "{beats}/min": 1.0, "bpm": 1.0, "{bpm}": 1.0},
}
# Unit of the vocabulary -> unit code of the file (UCUM or plain), case folded -> factor.


def reported_values(dataset: Any) -> Mapping[str, float]:
    """Return the numeric global annotations of a DICOM waveform by vocabulary name, in the vocabulary's unit.

    Values of single leads or beats, values in another unit, and values outside the plausible range (0 ms stands for
    "not measured") are left out. The heart rate follows from the mean RR interval where it is not stated.
    """
    values: dict[str, float] = {}
    for annotation in dataset.get("WaveformAnnotationSequence") or ():
        name = _name(annotation)
        if name is not None and name not in values:
            value = _value(annotation, name)
            if value is not None:
                values[name] = value
    return keep_plausible(values)


def first_item(dataset: Any, keyword: str) -> Any:
    """Return the first item of a sequence, or an empty one that answers `get` as an item does."""
    empty: dict[str, Any] = {}
    return next(iter(dataset.get(keyword) or ()), empty)


def _name(annotation: Any) -> str | None:
    channels = annotation.get("ReferencedWaveformChannels") or ()
    # (group, channel) pairs: channel 0 stands for all channels of the group.
    if any(channel != 0 for channel in list(channels)[1::2]) or annotation.get("TemporalRangeType"):
        return None
    concept = first_item(annotation, "ConceptNameCodeSequence")
    texts = (str(concept.get(key, "")).strip().casefold() for key in ("CodeValue", "CodeMeaning"))
    return next((_NAMES[text] for text in texts if text in _NAMES), None)


def _value(annotation: Any, name: str) -> float | None:
    number = annotation.get("NumericValue")
    if number is None or not isinstance(number, int | float):
        return None
    unit = first_item(annotation, "MeasurementUnitsCodeSequence").get("CodeValue", "")
    factor = _UNITS[measurement(name).unit].get(str(unit).strip().casefold())
    if factor is None:
        return None
    value = float(number) * factor
    return value if is_plausible(name, value) else None
