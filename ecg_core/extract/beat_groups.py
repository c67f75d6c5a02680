"""Beats in groups: trigeminy, escapes, junctional and aberrant beats, runs, coupling, likeness of QRS complexes."""

from __future__ import annotations

from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from ecg_core.extract.delineation import Delineation
from ecg_core.extract.ectopy import MOSTLY, SUPRAVENTRICULAR_PREMATURE, beat_letters, relative_times, rr_milliseconds
from ecg_core.extract.entries import absent, measured
from ecg_core.extract.filters import runs
from ecg_core.extract.p_search import AtrialActivity
from ecg_core.extract.shapes import AFTER, BEFORE, REACH, cut
from ecg_core.measurements import Measurement

ATRIAL_PR = 120.0
"""ms; shortest PR interval of a beat from the atria (vocabulary, beat_classes: junctional below it)."""
P_ROOM = 0.2
"""s between the T end of the beat before and a QRS onset, in which a P wave of 120 ms would be seen (engineering
default)."""
RUN = 3
"""Ventricular beats that make a run (ESC 2022, non-sustained ventricular tachycardia)."""
ECTOPICS = 4
"""Ventricular beats that coupling and common interval are judged from (engineering default: three intervals)."""
SHORTEST_CYCLE, LARGEST_STEP = 600.0, 3
"""ms of a parasystolic cycle at least, and how many of them the shortest interval between two beats may hold
(engineering defaults)."""
COMPARED = 12
"""QRS complexes, evenly spread over the recording, whose likeness is judged (engineering default)."""
LAG = 4
"""Samples between the shifts at which two QRS complexes are compared (8 ms at 500 Hz)."""

NAMES = (
    "ventricular_trigeminy_count",
    "supraventricular_bigeminy_count",
    "supraventricular_trigeminy_count",
    "junctional_premature_count",
    "junctional_escape_count",
    "ventricular_escape_count",
    "aberrant_count",
    "ventricular_run_rate",
    "ventricular_coupling_range",
    "ventricular_interval_misfit",
    "qrs_duration_range",
    "qrs_similarity",
)


def measure_beat_groups(delineation: Delineation, activity: AtrialActivity) -> list[Measurement]:
    """Return counts of groups and of escape, junctional and aberrant beats, and how ventricular and QRS shapes vary."""
    beats = delineation.beats
    if len(beats) < 2:
        return [absent(name, "fewer than 2 beats") for name in NAMES]
    letters = beat_letters(delineation)
    span = (beats[0].sample, beats[-1].sample)
    counts = {
        "ventricular_trigeminy_count": _longest_chain(letters, "NNV"),
        "supraventricular_bigeminy_count": _longest_chain(letters, "NS"),
        "supraventricular_trigeminy_count": _longest_chain(letters, "NNS"),
        "junctional_premature_count": _junctional(delineation, activity, letters),
        "junctional_escape_count": letters.count("J"),
        "ventricular_escape_count": letters.count("E"),
        "aberrant_count": _aberrant(delineation, activity, letters),
    }
    return [
        *(measured(name, count, span=span) for name, count in counts.items()),
        _run_rate(delineation, letters),
        *_coupling(delineation, letters),
        _duration_range(delineation, span),
        _similarity(delineation, span),
    ]


def _longest_chain(letters: list[str], group: str) -> int:
    """Return how often a group repeats without a break, at most."""
    text, longest = "".join(letters), 0
    while group * (longest + 1) in text:
        longest += 1
    return longest


def _t_end_leaves_room(delineation: Delineation, number: int, until: int) -> bool:
    """Tell whether the T wave of the beat before is known to have ended by a sample."""
    end = delineation.beats[number - 1].waves.t_offset if number > 0 else None
    return end is not None and end <= until


def _junctional(delineation: Delineation, activity: AtrialActivity, letters: list[str]) -> int:
    """Premature narrow beats without a P wave of atrial origin, in a rhythm with P waves, where one would be seen."""
    beats, rate = delineation.beats, delineation.sampling_rate
    conducted = set(activity.beats[activity.pr >= ATRIAL_PR].tolist())
    basic = [number for number, letter in enumerate(letters) if letter == "N"]
    if sum(number in conducted for number in basic) < MOSTLY * max(1, len(basic)):
        return 0
    return sum(
        letter == "S"
        and number not in conducted
        and (onset := beats[number].waves.qrs_onset) is not None
        and _t_end_leaves_room(delineation, number, onset - round(P_ROOM * rate))
        for number, letter in enumerate(letters)
    )


def _aberrant(delineation: Delineation, activity: AtrialActivity, letters: list[str]) -> int:
    """Premature beats unlike the dominant ones that a premature P wave, clear of the T wave before, leads to."""
    beats, rate = delineation.beats, delineation.sampling_rate
    prematurity, _ = relative_times(delineation)
    # Between two dominant beats in a row: in bigeminy every second P wave may be hidden.
    basic = np.array([letter == "N" for letter in letters])
    plain = (
        (np.diff(activity.beats) == 1)
        & (activity.beats[1:] > 0)
        & basic[activity.beats[1:]]
        & basic[activity.beats[:-1]]
    )
    if not plain.any():
        return 0
    usual = float(np.median(np.diff(activity.peaks)[plain]))
    count = 0
    for number, (beat, letter) in enumerate(zip(beats, letters, strict=True)):
        waves = beat.waves
        if letter != "V" or waves.p_onset is None or waves.p_peak is None or waves.qrs_onset is None:
            continue
        before = activity.peaks[activity.peaks < waves.p_peak]
        count += bool(
            prematurity[number] <= SUPRAVENTRICULAR_PREMATURE
            and (waves.qrs_onset - waves.p_onset) * 1000.0 / rate >= ATRIAL_PR
            and _t_end_leaves_room(delineation, number, waves.p_onset)
            and before.size
            and waves.p_peak - before[-1] <= SUPRAVENTRICULAR_PREMATURE * usual
        )
    return count


def _run_rate(delineation: Delineation, letters: list[str]) -> Measurement:
    """Mean rate within the longest run of ventricular beats, its first beat perhaps an escape."""
    name = "ventricular_run_rate"
    ventricular = np.array([letter in "VE" for letter in letters])
    start, stop = max(runs(ventricular), key=lambda run: run[1] - run[0], default=(0, 0))
    if stop - start < RUN:
        return absent(name, f"no run of {RUN} ventricular beats")
    rr = rr_milliseconds(delineation)[start : stop - 1]
    mean = float(rr.mean())
    u = 60000.0 / mean**2 * max(2.0, float(rr.std(ddof=1)) / np.sqrt(rr.size))
    return measured(
        name, 60000.0 / mean, u=u, span=(delineation.beats[start].sample, delineation.beats[stop - 1].sample)
    )


def _coupling(delineation: Delineation, letters: list[str]) -> list[Measurement]:
    """How the most frequent shape of single ventricular beats follows other beats, and itself."""
    names = ("ventricular_coupling_range", "ventricular_interval_misfit")
    beats = delineation.beats
    single = [
        number
        for number in range(1, len(beats))
        if letters[number] == "V" and letters[number - 1] != "V" and letters[number + 1 : number + 2] != ["V"]
    ]
    shapes = [beats[number].shape for number in single]
    most = max(set(shapes), key=shapes.count, default=-1)
    chosen = [number for number in single if beats[number].shape == most]
    if len(chosen) < ECTOPICS:
        return [absent(name, f"fewer than {ECTOPICS} single ventricular beats of one shape") for name in names]
    rr = rr_milliseconds(delineation)
    coupling = rr[np.array(chosen) - 1]
    places = np.array([beats[number].sample for number in chosen])
    intervals = np.diff(places) * 1000.0 / delineation.sampling_rate
    span = (int(places[0]), int(places[-1]))
    return [
        measured(names[0], float(np.ptp(coupling)), u=3.0, span=span),
        measured(names[1], _misfit(intervals), u=0.01, span=span),
    ]


def _misfit(intervals: NDArray[np.float64]) -> float:
    """Return the largest relative distance of the intervals from multiples of the cycle that they fit best."""
    best = 1.0
    for step in range(1, LARGEST_STEP + 1):
        cycle = float(intervals.min()) / step
        if cycle < SHORTEST_CYCLE:
            break
        multiples = np.round(intervals / cycle)
        cycle = float(intervals.sum() / multiples.sum())
        best = min(best, float(np.max(np.abs(intervals - multiples * cycle))) / cycle)
    return best


def _duration_range(delineation: Delineation, span: tuple[int, int]) -> Measurement:
    name = "qrs_duration_range"
    lengths = [
        beat.waves.qrs_offset - beat.waves.qrs_onset
        for beat in delineation.beats
        if beat.kind != "unclassifiable" and beat.waves.qrs_onset is not None and beat.waves.qrs_offset is not None
    ]
    if len(lengths) < 2:
        return absent(name, "fewer than 2 whole QRS complexes")
    return measured(name, (max(lengths) - min(lengths)) * 1000.0 / delineation.sampling_rate, u=8.0, span=span)


def _similarity(delineation: Delineation, span: tuple[int, int]) -> Measurement:
    """Median over pairs of complexes of the best correlation over all usable leads."""
    rate = delineation.sampling_rate
    rows = [row for row, lead in enumerate(delineation.leads) if delineation.usable[lead]]
    places = np.array([beat.sample for beat in delineation.beats], dtype=np.float64)
    before, after, reach = round(BEFORE * rate), round(AFTER * rate), round(REACH * rate)
    pieces = cut(delineation.signal[rows], places, before + reach, after + reach)
    pieces = pieces[~np.isnan(pieces).any(axis=(1, 2))]
    if len(pieces) < 2:
        return absent("qrs_similarity", "fewer than 2 whole QRS complexes")
    # All pairs of some complexes and not all successive ones: an axis that turns slowly changes little from one to the
    # next.
    chosen = pieces[np.unique(np.linspace(0, len(pieces) - 1, COMPARED).round().astype(int))]
    values = np.array([_best_correlation(one, other, reach) for one, other in combinations(chosen, 2)])
    u = max(0.01, float(values.std()) / np.sqrt(values.size))
    return measured("qrs_similarity", float(np.median(values)), u=u, span=span)


def _best_correlation(one: NDArray[np.float64], other: NDArray[np.float64], reach: int) -> float:
    """Return the correlation of the middle of one piece with the part of another that it fits best."""
    middle = one[:, reach:-reach]
    target = (middle - middle.mean(axis=1, keepdims=True)).ravel()
    windows = np.lib.stride_tricks.sliding_window_view(other, middle.shape[1], axis=1)[:, ::LAG]
    centred = (windows - windows.mean(axis=2, keepdims=True)).transpose(1, 0, 2).reshape(windows.shape[1], -1)
    scale = np.sqrt(np.sum(centred**2, axis=1) * float(target @ target))
    return float(np.max(centred @ target / np.maximum(scale, 1e-12)))
