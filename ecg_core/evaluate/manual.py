"""Measurements with the intervals that people marked in place of the measured ones, to tell whose error it is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from ecg_core.bench.intervals import global_intervals, has_p
from ecg_core.bench.score import REFERENCE_LEADS
from ecg_core.bench.waves import read_lead_marks
from ecg_core.evaluate.labelled import Labelled
from ecg_core.extract.intervals import BAZETT_RATES, BOGOSSIAN, WIDE_QRS
from ecg_core.measurements import Measurement, Measurements
from ecg_core.vocabulary import STANDARD_LEADS

NO_P = "no P wave marked"

OF_P = ("p_duration", "pr_interval")
"""What is not measurable where people marked no P wave."""


def manual_intervals(recording: Labelled) -> dict[str, float | None]:
    """Return people's heart rate, P, PR, QRS and QT of a recording, and what follows from them.

    What they marked nothing for is left out; P duration and PR are None where they marked waves but no P wave.

    Raises:
        UnreadableError: if a file of marks is damaged.
    """
    marks = read_lead_marks(recording.path, STANDARD_LEADS, None, "manual")
    marked = global_intervals(marks, least_leads=REFERENCE_LEADS)
    values: dict[str, float | None] = {name: value for name, value in marked.items() if name != "qtc_bazett"}
    if marked and not has_p(marks):
        values |= dict.fromkeys(OF_P)
    values |= _derived(marked)
    return values


def _derived(marked: Mapping[str, float]) -> Iterator[tuple[str, float]]:
    """Yield what the vocabulary derives from rate, QRS and QT (definitions there)."""
    rate, qrs, qt = (marked.get(name) for name in ("heart_rate", "qrs_duration", "qt_interval"))
    if rate is not None:
        yield "rr_mean", 60_000.0 / rate
    if qt is not None and qrs is not None:
        yield "jt_interval", qt - qrs
    if qt is None or rate is None:
        return
    rr = 60.0 / rate
    yield "qtc_bazett", qt / rr**0.5
    yield "qtc_fridericia", qt / rr ** (1 / 3)
    yield "qtc_framingham", qt + 154.0 * (1.0 - rr)
    yield "qtc_hodges", qt + 1.75 * (rate - 60.0)
    if qrs is not None:
        low, high = BAZETT_RATES
        corrected = qt - BOGOSSIAN * qrs if qrs >= WIDE_QRS else qt
        yield "qtc_decision", corrected / rr ** (1 / 2 if low <= rate <= high else 1 / 3)


def with_intervals(measurements: Measurements, manual: Mapping[str, float | None]) -> Measurements:
    """Return measurements with people's values in place of the measured ones.

    Their uncertainty is the one that the vocabulary assumes. A deciding QTc that was withheld stays withheld: the
    rhythm is too irregular for one, whoever measures. The Cornell product follows the QRS duration.
    """
    qrs = measurements.value("qrs_duration")
    wider = manual.get("qrs_duration")
    ratio = wider / qrs if wider is not None and isinstance(qrs, float | int) and qrs > 0 else None

    def replaced(item: Measurement) -> Measurement:
        if item.name == "cornell_product" and ratio is not None and isinstance(item.value, float | int):
            return replace(item, value=item.value * ratio)
        if item.name not in manual or (item.name == "qtc_decision" and item.value is None):
            return item
        value = manual[item.name]
        return replace(item, value=value, u=None, quality="good", reason=NO_P if value is None else None)

    return Measurements(map(replaced, measurements), extractor=measurements.extractor)
