"""What measurements say of the recording and of themselves that a reader must know before all else."""

from __future__ import annotations

import re

from ecg_core.extract.clean import PASSED
from ecg_core.extract.disagreement import LARGE
from ecg_core.measurements import Measurements
from ecg_core.vocabulary import measurement

_INTERVALS = ("p_duration", "pr_interval", "qrs_duration", "qt_interval")
_GAIN = {"too_large": "large", "too_small": "small"}


def find_cautions(measurements: Measurements) -> list[str]:
    """Return a sentence for each: exchanged electrodes, gain, quality, bandwidth, two delineators that differ.

    They warn. No measurement is changed or withheld because of them.

    Args:
        measurements: of one recording.
    """
    return [
        *_exchanged(measurements),
        *_gain(measurements),
        *_quality(measurements),
        *_bandwidth(measurements),
        *_disagreement(measurements),
    ]


def _exchanged(measurements: Measurements) -> list[str]:
    notes = []
    for name, electrodes in (("limb_interchange", "limb"), ("precordial_interchange", "precordial")):
        said = measurements.value(name)
        if said == "dextrocardia":
            notes.append("the leads look like dextrocardia, or like several electrodes exchanged")
        elif isinstance(said, str) and said != "none":
            which = said.upper() if said.startswith("v") and said.count("_") == 1 else said
            which = re.sub(r"(arm|leg)_(?=left|right)|^(V\d)_(?=V\d$)", r"\1\2 and ", which).replace("_", " ")
            notes.append(f"{electrodes} electrodes may be exchanged ({which}); the leads are measured as recorded")
    return notes


def _gain(measurements: Measurements) -> list[str]:
    said = measurements.value("gain_suspicion")
    if not isinstance(said, str) or said not in _GAIN:
        return []
    return [f"amplitudes are implausibly {_GAIN[said]}: gain or unit of the file may be wrong"]


def _quality(measurements: Measurements) -> list[str]:
    quality = measurements.value("recording_quality")
    if quality not in ("fair", "poor"):
        return []
    return [f"signal quality is {quality}: uncertainties are larger, and small waves may be missed"]


def _bandwidth(measurements: Measurements) -> list[str]:
    bandwidth = measurements.value("bandwidth")
    if not isinstance(bandwidth, float | int) or bandwidth >= PASSED:
        return []
    return [
        f"the sampling rate leaves frequencies up to {bandwidth:g} Hz: notches, slurs and short waves cannot be "
        "measured, and Q and R amplitudes may be too small"
    ]


def _disagreement(measurements: Measurements) -> list[str]:
    size = measurements.value("delineator_disagreement")
    if not isinstance(size, float | int) or size <= LARGE:
        return []
    doubtful = [
        measurement(name).label
        for name in _INTERVALS
        if (item := measurements.get(name)) is not None and item.value is not None and item.quality != "good"
    ]
    concerned = f", so that this is less certain: {', '.join(doubtful)}" if doubtful else ""
    return [f"two delineators place an edge {size:.0f} ms apart{concerned}"]
