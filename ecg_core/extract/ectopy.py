"""Beat classes in order: prematurity, pauses, premature beats, runs, pairs, bigeminy, alternation."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ecg_core.extract.delineation import Delineation
from ecg_core.extract.entries import absent, measured
from ecg_core.extract.filters import runs
from ecg_core.measurements import Measurement
from ecg_core.vocabulary import STANDARD_LEADS

SUPRAVENTRICULAR_PREMATURE = 0.85
"""Prematurity of a premature atrial beat (vocabulary; AHA/ACC/HRS 2007 part II usage, engineering default)."""
VENTRICULAR_PREMATURE = 0.90
ESCAPE_LATE, ESCAPE_SECONDS = 1.15, 1.2
"""A wide beat is an escape when it ends a pause: later than the rhythm and at least 1.2 s after the last QRS."""
MOSTLY = 0.6
"""Share of the dominant beats with a P wave from which a late one without it is a junctional escape (engineering
default)."""
FIRST_PAUSE = 1.1
"""Pause after a ventricular beat at the start of the window that stands for its prematurity (engineering default)."""
INTERPOLATED = 0.08
"""Relative distance from the usual RR within which RR before and after a beat make one (engineering default)."""
NEIGHBOURS = 8
"""Normal intervals around a beat that its prematurity is judged by (engineering default)."""
ALTERNATION_BEATS = 6

_LETTERS = {
    "dominant": "N",
    "ventricular": "V",
    "supraventricular": "S",
    "fusion": "F",
    "paced": "P",
    "unclassifiable": "Q",
}


def rr_milliseconds(delineation: Delineation) -> NDArray[np.float64]:
    """Return the RR intervals in ms, one fewer than beats."""
    samples = np.array([beat.sample for beat in delineation.beats], dtype=np.float64)
    return np.diff(samples) * 1000.0 / delineation.sampling_rate


def local_rr(delineation: Delineation) -> NDArray[np.float64]:
    """Return, per beat, the median of the normal RR intervals near it in ms.

    Normal intervals lie between two dominant or paced beats; without any, all intervals serve. NaN without intervals.
    """
    beats, rr = delineation.beats, rr_milliseconds(delineation)
    if rr.size == 0:
        return np.full(len(beats), np.nan)
    normal = np.array([beat.kind in ("dominant", "paced") for beat in beats])
    places = np.flatnonzero(normal[1:] & normal[:-1])
    if places.size == 0:
        places = np.arange(rr.size)
    # The nearest intervals by position in the sequence: the rate may drift over the recording.
    nearest = [
        places[np.argsort(np.abs(places + 0.5 - beat), kind="stable")[:NEIGHBOURS]] for beat in range(len(beats))
    ]
    return np.array([np.median(rr[chosen]) for chosen in nearest])


def measure_ectopy(delineation: Delineation) -> list[Measurement]:
    """Return beat classes, prematurity and pauses, and all counts of ectopic beats."""
    beats = delineation.beats
    names = (
        "beat_classes",
        "beat_prematurity",
        "beat_pause",
        "supraventricular_premature_count",
        "supraventricular_run_length",
        "ventricular_premature_count",
        "ventricular_morphology_count",
        "ventricular_run_length",
        "ventricular_bigeminy_count",
        "ventricular_couplet_count",
        "fusion_count",
    )
    if len(beats) < 2:
        return [absent(name, "fewer than 2 beats") for name in names] + _alternation(delineation)
    span = (beats[0].sample, beats[-1].sample)
    prematurity, pause = relative_times(delineation)
    classes = beat_letters(delineation)
    ventricular = np.array([letter == "V" for letter in classes])
    ectopic = _premature_runs(ventricular, prematurity, pause)
    atrial = np.array([letter == "S" for letter in classes])
    lengths = [stop - start for start, stop in runs(ventricular)]
    shapes = {beat.shape for beat, counted in zip(beats, ectopic, strict=True) if counted}
    return [
        measured("beat_classes", tuple(classes), span=span),
        measured("beat_prematurity", tuple(round(float(value), 3) for value in prematurity), span=span),
        measured("beat_pause", tuple(round(float(value), 3) for value in pause), span=span),
        measured("supraventricular_premature_count", int(atrial.sum()), span=span),
        measured("supraventricular_run_length", _longest(atrial), span=span),
        measured("ventricular_premature_count", int(ectopic.sum()), span=span),
        measured("ventricular_morphology_count", len(shapes), span=span),
        measured("ventricular_run_length", _longest(ventricular), span=span),
        measured("ventricular_bigeminy_count", _bigeminy(classes), span=span),
        measured("ventricular_couplet_count", sum(length == 2 for length in lengths), span=span),
        measured("fusion_count", classes.count("F"), span=span),
        *_alternation(delineation),
    ]


def relative_times(delineation: Delineation) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the RR interval before and after each of 2 beats or more, as a share of the usual one near it.

    The first beat has no interval before it and the last none after it: their share is 1, "as expected".
    """
    rr, local = rr_milliseconds(delineation), local_rr(delineation)
    return np.concatenate(([1.0], rr / local[1:])), np.concatenate((rr / local[:-1], [1.0]))


def beat_letters(delineation: Delineation) -> list[str]:
    """Return one letter for each of 2 beats or more: N S J V F E P Q (vocabulary, beat_classes)."""
    rr = rr_milliseconds(delineation)
    prematurity, pause = relative_times(delineation)
    letters: list[str] = []
    # Only where the dominant beats have P waves does one without tell of a junctional beat.
    led = [beat.waves.p_peak is not None for beat in delineation.beats if beat.kind == "dominant"]
    sinus = sum(led) >= MOSTLY * max(1, len(led))
    for number, beat in enumerate(delineation.beats):
        letter = _LETTERS[beat.kind]
        late = number > 0 and prematurity[number] >= ESCAPE_LATE and rr[number - 1] >= ESCAPE_SECONDS * 1000
        if letter == "V" and late:
            letter = "E"
        elif letter == "N" and late and sinus and beat.waves.p_peak is None:
            letter = "J"
        elif letter == "S":
            letter = _supraventricular(number, rr, prematurity, pause, letters)
        letters.append(letter)
    return letters


def _supraventricular(
    number: int,
    rr: NDArray[np.float64],
    prematurity: NDArray[np.float64],
    pause: NDArray[np.float64],
    before: list[str],
) -> str:
    """S for an abrupt early beat, N for the quick phase of sinus arrhythmia, Q for an "extra" beat.

    An atrial beat resets the sinus node; one that leaves the beats around it in their places is most often an artefact
    or a T wave taken for a QRS.
    """
    if prematurity[number] > SUPRAVENTRICULAR_PREMATURE:
        return "N"
    if number + 1 < prematurity.size and abs(prematurity[number] + pause[number] - 1.0) <= INTERPOLATED:
        return "Q"
    after_ectopic = number < 2 or before[number - 1] in "SVQ"
    if not after_ectopic and rr[number - 1] > SUPRAVENTRICULAR_PREMATURE * rr[number - 2]:
        return "N"
    return "S"


def _premature_runs(
    ventricular: NDArray[np.bool_], prematurity: NDArray[np.float64], pause: NDArray[np.float64]
) -> NDArray[np.bool_]:
    """Ventricular beats in runs that begin early; at the start of the window a pause after the run shows the same."""
    ectopic = np.zeros(ventricular.size, dtype=bool)
    for start, stop in runs(ventricular):
        early = prematurity[start] <= VENTRICULAR_PREMATURE if start > 0 else pause[stop - 1] >= FIRST_PAUSE
        ectopic[start:stop] = early
    return ectopic


def _longest(beats: NDArray[np.bool_]) -> int:
    return max((stop - start for start, stop in runs(beats)), default=0)


def _bigeminy(classes: list[str]) -> int:
    """Longest chain of N-V pairs."""
    longest = chain = 0
    index = 0
    while index + 1 < len(classes):
        if classes[index] in "NSP" and classes[index + 1] == "V":
            chain += 1
            index += 2
            longest = max(longest, chain)
        else:
            chain = 0
            index += 1
    return longest


def _alternation(delineation: Delineation) -> list[Measurement]:
    """QRS peak-to-peak of every second dominant beat against the others, per lead, as a fraction of the median."""
    name, rate = "qrs_alternation", delineation.sampling_rate
    before, after = round(0.06 * rate), round(0.08 * rate)
    samples = delineation.signal.shape[1]
    places = [
        beat.sample
        for beat in delineation.beats
        if beat.kind in ("dominant", "paced") and beat.sample >= before and beat.sample + after <= samples
    ]
    consecutive = all(beat.kind in ("dominant", "paced") for beat in delineation.beats)
    items: list[Measurement] = []
    for lead in STANDARD_LEADS:
        if lead not in delineation.leads:
            items.append(absent(name, f"lead {lead} is missing", lead=lead))
        elif not consecutive:
            items.append(absent(name, "ectopic beats break the sequence", lead=lead))
        elif len(places) < ALTERNATION_BEATS:
            items.append(absent(name, f"fewer than {ALTERNATION_BEATS} whole beats", lead=lead))
        else:
            row = delineation.signal[delineation.leads.index(lead)]
            height = np.array([np.ptp(row[place - before : place + after]) for place in places])
            mean = float(np.median(height))
            if mean < 0.05:
                items.append(absent(name, "QRS too small", lead=lead))
                continue
            trend = np.polynomial.Polynomial.fit(np.arange(height.size), height, 1)(np.arange(height.size))
            detrended = height - trend
            # Medians: an artefact in one complex is no alternation.
            ratio = abs(float(np.median(detrended[::2]) - np.median(detrended[1::2]))) / mean
            u = float(detrended.std()) * 2 / mean / np.sqrt(height.size)
            items.append(measured(name, min(ratio, 2.0), lead=lead, u=u, span=(places[0], places[-1])))
    return items
