"""The conformance test of extractors, for ours and for a stranger's."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ecg_core.errors import EcgCoreError
from ecg_core.extract import Extractor
from ecg_core.measurements import Measurement, Measurements
from ecg_core.recording import Recording
from ecg_core.testing.synthetic import TRUTH, sinus_rhythm
from ecg_core.vocabulary import STANDARD_LEADS, MeasurementDef, measurements

TRUTH_SHARE = 0.03
"""How far a value may be from the truth of the made-up recording, as a share of it (engineering default)."""


def check_extractor(extractor: Extractor) -> None:
    """Check an extractor on made-up recordings.

    Every name of the vocabulary has an entry, a per-lead one in each of the twelve leads, with the vocabulary's unit
    and either a value of its kind or a reason; the truth of the made-up recording is found; the same recording gives
    the same measurements and is left unchanged; gaps, one lead, 100 Hz and 3 s give a partial result; a flat recording
    gives no value, or a typed error.

    Args:
        extractor: what an `ExtractorSpec` makes.

    Raises:
        AssertionError: naming the clause that is broken.
    """
    assert isinstance(extractor.name, str), "name is not a text"
    assert extractor.name, "name is empty"
    assert isinstance(extractor.version, str), "version is not a text"
    assert extractor.version, "version is empty"
    recording = sinus_rhythm()
    before = recording.signal.copy()
    found = extractor.extract(recording)
    assert np.array_equal(recording.signal, before), "the recording's samples were changed"
    _check_entries(found, recording, "12 leads")
    assert extractor.extract(recording) == found, "the same recording gave different measurements"
    for name, truth in TRUTH.items():
        value = found.value(name)
        assert isinstance(value, float | int), f"{name} of a clean recording was not measured: {found.reason(name)}"
        assert abs(value - truth) <= TRUTH_SHARE * truth, f"{name} is {value}, the truth is {truth}"
    for case, partial in _partial_recordings().items():
        _check_entries(extractor.extract(partial), partial, case)
    _check_flat(extractor, recording)


def _partial_recordings() -> dict[str, Recording]:
    whole = sinus_rhythm()
    gaps = whole.signal.copy()
    gaps[:, 1000:1400] = np.nan
    gaps[3] = np.nan
    return {
        "gaps": replace(whole, signal=gaps),
        "one lead": _only(whole, "II"),
        "100 Hz": sinus_rhythm(sampling_rate=100.0),
        "2000 Hz": sinus_rhythm(sampling_rate=2000.0),
        "3 s": sinus_rhythm(duration=3.0),
    }


def _only(recording: Recording, lead: str) -> Recording:
    return replace(recording, signal=recording.lead(lead)[None, :], leads=(lead,), provenance=("recorded",))


def _check_entries(found: Measurements, recording: Recording, case: str) -> None:
    """Check that every name has an entry and every entry keeps its definition."""
    for name, definition in measurements().items():
        for lead in STANDARD_LEADS if definition.scope == "lead" else (None,):
            item = found.get(name, lead=lead)
            place = f"{name}{'' if lead is None else ' of ' + lead} ({case})"
            assert item is not None, f"{place} has no entry: give a value or a reason"
            _check_item(item, definition, recording, place)
            if lead is not None and lead not in recording.leads:
                assert item.value is None, f"{place} has a value, but the lead is not in the recording"


def _check_item(item: Measurement, definition: MeasurementDef, recording: Recording, place: str) -> None:
    assert item.unit == definition.unit, f"{place} is in {item.unit!r}, the vocabulary says {definition.unit!r}"
    assert (item.value is None) != (item.reason is None), f"{place} must have a value or a reason, not both or neither"
    assert item.extractor, f"{place} does not say which extractor measured it"
    if item.u is not None:
        assert np.isfinite(item.u), f"{place} has an uncertainty of {item.u}"
        assert item.u >= 0, f"{place} has an uncertainty of {item.u}"
    if item.span is not None:
        assert 0 <= item.span[0] <= item.span[1], f"{place} has a span of {item.span}"
    if item.value is None:
        assert item.reason, f"{place} has an empty reason"
        return
    match definition.kind:
        case "number" | "count":
            _check_number(item, definition, place)
        case "bool":
            assert isinstance(item.value, bool), f"{place} is {item.value!r}, not a truth value"
        case "category":
            assert item.value in definition.categories, f"{place} is {item.value!r}, not one of the categories"
        case "text":
            assert isinstance(item.value, str), f"{place} is {item.value!r}, not a text"
        case "series":
            assert isinstance(item.value, tuple), f"{place} is {item.value!r}, not a series"


def _check_number(item: Measurement, definition: MeasurementDef, place: str) -> None:
    value = item.value
    assert isinstance(value, float | int), f"{place} is {value!r}, not a number"
    assert not isinstance(value, bool), f"{place} is {value!r}, not a number"
    assert np.isfinite(value), f"{place} is {value}"
    assert definition.low is None or value >= definition.low, f"{place} is {value}, less than is plausible"
    assert definition.high is None or value <= definition.high, f"{place} is {value}, more than is plausible"


def _check_flat(extractor: Extractor, recording: Recording) -> None:
    flat = replace(recording, signal=np.zeros_like(recording.signal))
    try:
        found = extractor.extract(flat)
    except EcgCoreError:
        return
    invented = [item.name for item in found if item.name in TRUTH and item.value is not None]
    assert not invented, f"a flat recording gave {', '.join(invented)}"
