"""NeuroKit2's delineation as a second extractor, for comparison only."""

from __future__ import annotations

import warnings
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ecg_core.errors import NotAssessableError
from ecg_core.extract.marks import LeadMarks, WaveMarks, in_seconds, unclassed
from ecg_core.measurements import Measurement, Measurements
from ecg_core.recording import Recording
from ecg_core.vocabulary import STANDARD_LEADS, measurements

DETECTION_ORDER = ("II", "V5", "V4", "V6", "I", "aVF", "V3", "V2", "V1", "aVL", "III", "aVR")
"""Leads to find R peaks in, best first: upright, tall R waves are what the detector expects."""
FEWEST = 4
"""The delineator cuts its windows by the mean RR and fails on fewer beats than this."""
SHORTEST = 2.0
"""s; NeuroKit2's cleaning filters need more samples than a shorter recording has."""
UNCERTAINTY = {
    "dwt": {
        "heart_rate": 1.0,
        "p_duration": 17.0,
        "pr_interval": 33.0,
        "qrs_duration": 31.0,
        "qt_interval": 53.0,
        "qtc_bazett": 59.0,
        "qtc_fridericia": 57.0,
    },
    "prominence": {
        "heart_rate": 1.0,
        "p_duration": 14.0,
        "pr_interval": 12.0,
        "qrs_duration": 16.0,
        "qt_interval": 17.0,
        "qtc_bazett": 29.0,
        "qtc_fridericia": 25.0,
    },
}
"""SD of the error against the manual 12-lead median on LUDB; it leaves the bias out (dwt: QRS +55, PR -43 ms)."""
WAVES = {"p": "P", "qrs": "R", "t": "T"}
"""NeuroKit2 calls the boundaries of the QRS "R onset" and "R offset"."""

Marks = dict[str, NDArray[np.float64]]


class NeurokitExtractor:
    """NeuroKit2 with its default (wavelet) delineation on each lead, the median over leads.

    R peaks come from the first lead that shows any, in the order II, V5, V4, ...; every other lead is delineated around
    the same peaks. Known faults of that delineation on LUDB: QRS onset 50 ms early, and a P wave in every recording,
    atrial fibrillation included. Interpretation must not rest on it.
    """

    name = "neurokit"
    method = "dwt"

    def __init__(self) -> None:
        from importlib.metadata import version

        self.version = version("neurokit2")

    def extract(self, recording: Recording) -> Measurements:
        """Measure heart rate, P, PR, QRS, QT and QTc; all else is absent with a reason.

        Raises:
            NotAssessableError: if the recording is too short or no lead shows a beat.
        """
        label = f"{self.name} {self.version}"
        values, reasons = _measure(recording, self.method)
        uncertainty = UNCERTAINTY[self.method]
        items: list[Measurement] = []
        for definition in measurements().values():
            value = values.get(definition.name)
            reason = reasons.get(definition.name, f"not measured by the {self.name} extractor")
            in_range = (
                value is not None
                and (definition.low is None or value >= definition.low)
                and (definition.high is None or value <= definition.high)
            )
            if value is not None and not in_range:
                reason = f"implausible: {value:.4g} {definition.unit}".rstrip()
            item = Measurement(
                definition.name,
                (int(value) if definition.kind == "count" else round(value, 1))
                if value is not None and in_range
                else None,
                definition.unit,
                u=uncertainty.get(definition.name) if in_range else None,
                quality="fair" if in_range else "good",
                reason=None if in_range else reason,
                extractor=label,
            )
            if definition.scope == "lead":
                items += [replace(item, lead=lead) for lead in STANDARD_LEADS]
            else:
                items.append(item)
        return Measurements(items, extractor=label)

    def delineate(self, recording: Recording) -> LeadMarks:
        """Return the waves that NeuroKit2 places in each lead; the QRS peak is the shared R peak.

        Raises:
            NotAssessableError: if the recording is too short or no lead shows a beat.
        """
        cleaned, peaks, rate = *_prepare(recording), recording.sampling_rate
        leads: dict[str, WaveMarks] = {}
        for lead, row in cleaned.items():
            marks = _delineate(row, peaks, rate, self.method) if peaks.size >= FEWEST else None
            if marks is None:
                continue
            points = {
                wave: np.stack([marks[f"ECG_{letter}_{point}"] for point in ("Onsets", "Peaks", "Offsets")], axis=1)
                for wave, letter in WAVES.items()
            }
            leads[lead] = WaveMarks(
                p=in_seconds(points["p"], rate),
                qrs=in_seconds(points["qrs"], rate),
                t=in_seconds(points["t"], rate),
                kinds=unclassed(peaks.size),
            )
        return LeadMarks(leads, f"{self.name} {self.version}")


class NeurokitProminenceExtractor(NeurokitExtractor):
    """NeuroKit2 with its ``prominence`` delineation: faster, nearer to people's marks, blind to absent P waves."""

    name = "neurokit-prominence"
    method = "prominence"


def _prepare(recording: Recording) -> tuple[dict[str, NDArray[np.float64]], NDArray[np.int64]]:
    """Return the cleaned leads and the shared R peaks."""
    if recording.duration < SHORTEST:
        raise NotAssessableError(
            f"{recording.duration:.1f} s are too short for NeuroKit2", hint=f"record at least {SHORTEST:g} s"
        )
    cleaned = _clean(recording)
    return cleaned, _find_peaks(cleaned, recording.sampling_rate)


def _measure(recording: Recording, method: str) -> tuple[dict[str, float], dict[str, str]]:
    rate = recording.sampling_rate
    cleaned, peaks = _prepare(recording)
    named = UNCERTAINTY[method]
    values: dict[str, float] = {"beat_count": float(peaks.size)}
    reasons: dict[str, str] = {}
    if peaks.size < 2:
        return values, dict.fromkeys(named, "fewer than 2 beats")
    rr = (peaks[-1] - peaks[0]) * 1000.0 / rate / (peaks.size - 1)
    values["heart_rate"] = 60000.0 / rr
    if peaks.size < FEWEST:
        reasons = dict.fromkeys([name for name in named if name != "heart_rate"], "fewer than 4 beats")
        return values, reasons
    all_marks = [_delineate(lead, peaks, rate, method) for lead in cleaned.values()]
    per_lead = [_intervals(marks, rate) for marks in all_marks if marks is not None]
    for name in ("p_duration", "pr_interval", "qrs_duration", "qt_interval"):
        found = [intervals[name] for intervals in per_lead if name in intervals]
        if found:
            values[name] = float(np.median(found))
        else:
            reasons[name] = "no wave boundaries found"
    if "qt_interval" in values:
        values["qtc_bazett"] = values["qt_interval"] / (rr / 1000.0) ** 0.5
        values["qtc_fridericia"] = values["qt_interval"] / (rr / 1000.0) ** (1 / 3)
    else:
        reasons.update(dict.fromkeys(("qtc_bazett", "qtc_fridericia"), "no QT interval"))
    return values, reasons


def _clean(recording: Recording) -> dict[str, NDArray[np.float64]]:
    """NeuroKit2's own cleaning of every lead that is there and moves; gaps are bridged."""
    import neurokit2

    cleaned: dict[str, NDArray[np.float64]] = {}
    for lead, row in zip(recording.leads, recording.signal, strict=True):
        known = np.isfinite(row)
        if lead not in STANDARD_LEADS or known.mean() < 0.5 or np.std(row[known]) < 0.01:
            continue
        places = np.arange(row.size)
        bridged = np.interp(places, places[known], row[known])
        cleaned[lead] = np.asarray(neurokit2.ecg_clean(bridged, sampling_rate=_whole(recording.sampling_rate)))
    return cleaned


def _find_peaks(cleaned: dict[str, NDArray[np.float64]], rate: float) -> NDArray[np.int64]:
    import neurokit2

    for lead in DETECTION_ORDER:
        if lead in cleaned:
            _, found = neurokit2.ecg_peaks(cleaned[lead], sampling_rate=_whole(rate))
            peaks = np.asarray(found["ECG_R_Peaks"], dtype=np.int64)
            if peaks.size:
                return peaks
    raise NotAssessableError("NeuroKit2 finds no beat in any lead", hint="check that the electrodes were connected")


def _delineate(lead: NDArray[np.float64], peaks: NDArray[np.int64], rate: float, method: str) -> Marks | None:
    """Return onset, peak and offset of P, QRS ("R") and T of each beat in samples, or None where it gives up."""
    import neurokit2

    with warnings.catch_warnings():
        # It warns of every beat whose window leaves the signal, and averages empty lists of waves.
        warnings.simplefilter("ignore")
        try:
            _, waves = neurokit2.ecg_delineate(lead, peaks, sampling_rate=_whole(rate), method=method)
        except (ValueError, IndexError, ZeroDivisionError):
            # Raised from its window arithmetic where a lead shows no wave at all; other leads still count.
            return None
    marks = {
        name: _padded(waves, name, peaks.size)
        for letter in WAVES.values()
        for name in (f"ECG_{letter}_Onsets", f"ECG_{letter}_Peaks", f"ECG_{letter}_Offsets")
    }
    return {**marks, "ECG_R_Peaks": peaks.astype(np.float64)}


def _intervals(marks: Marks, rate: float) -> dict[str, float]:
    """Median intervals of one lead in ms."""
    spans = {
        "p_duration": marks["ECG_P_Offsets"] - marks["ECG_P_Onsets"],
        "pr_interval": marks["ECG_R_Onsets"] - marks["ECG_P_Onsets"],
        "qrs_duration": marks["ECG_R_Offsets"] - marks["ECG_R_Onsets"],
        "qt_interval": marks["ECG_T_Offsets"] - marks["ECG_R_Onsets"],
    }
    known = {name: span[np.isfinite(span)] for name, span in spans.items()}
    return {name: float(np.median(span)) * 1000.0 / rate for name, span in known.items() if span.size}


def _padded(waves: dict[str, Any], name: str, beats: int) -> NDArray[np.float64]:
    marks = np.full(beats, np.nan)
    found = np.asarray(waves.get(name, []), dtype=np.float64)[:beats]
    marks[: found.size] = found
    return marks


def _whole(rate: float) -> int:
    """NeuroKit2 takes whole sampling rates only; the intervals are converted with the exact one."""
    return max(1, round(rate))
