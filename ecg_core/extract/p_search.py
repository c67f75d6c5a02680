"""P waves over the whole recording: before the beats, between them, and running free of them."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from ecg_core.extract.cancel import subtract_beats
from ecg_core.extract.delineation import Delineation
from ecg_core.extract.ectopy import rr_milliseconds
from ecg_core.extract.filters import low_pass
from ecg_core.extract.matching import Match, best_repeated, match_template
from ecg_core.extract.peaks import find_maxima
from ecg_core.extract.windows import qrs_mask

MATCH_CORRELATION = 0.8
"""Correlation over usable leads of a P wave between beats (engineering default; a false one is a false AV block)."""
TRAIN_CORRELATION = 0.7
"""The same for a P wave of a regular train, whose regularity is evidence of its own (engineering default)."""
MATCH_GAIN = (0.5, 1.7)
EARLIEST, LATEST = 0.5, 0.04
"""s before QRS onset between which a P wave out of its usual place is taken for that beat's own."""
APART = 0.25
"""s; shortest distance of two P waves looked for (240/min; faster atrial activity is flutter)."""
ON_TIME = 0.12
"""Allowed relative difference of the PP intervals around a P wave: 10 % (AVC_2AVB1) and the error of two peaks."""
PAUSE = 1.4
"""RR against the median of the others above which a beat may have been dropped (engineering default)."""
MOST = 0.6
"""Share of RR intervals with a second P wave from which conduction is taken for 2:1 (engineering default)."""
PP_SHORTEST, PP_LONGEST = 0.3, 1.6
"""s; 37 to 200/min, the range of a sinus or ectopic atrial rhythm that a free train is looked for in."""
TRAIN_MINIMUM, TRAIN_SHARE, TRAIN_TOLERANCE = 5, 0.6, 0.1
"""A train: waves at least, share of its expected places seen, allowed relative jitter (engineering default)."""
STEADY_RR = 0.10
"""CV of RR below which QRS complexes that follow no P wave steadily have a rhythm of their own (vocabulary)."""
STEADY_PR = 50.0
"""SD of PR in ms up to which P waves lead to the QRS complexes (vocabulary, av_dissociation)."""
HALF_WIDTH = 0.06
ONSET_BEFORE_PEAK = 0.045
"""s from onset to peak of a P wave known by its peak only: half a normal P duration (engineering default)."""


@dataclass(frozen=True, slots=True, eq=False)
class AtrialActivity:
    """P waves in time order.

    Attributes:
        peaks: shape ``[waves]``, samples of the P peaks.
        beats: shape ``[waves]``, number of the beat that each leads to, or -1.
        pr: shape ``[waves]``, interval from P onset to the QRS onset of that beat in ms, NaN without one.
        free_running: whether the P waves are a regular train that QRS complexes of another rhythm do not follow.
    """

    peaks: NDArray[np.int64]
    beats: NDArray[np.int64]
    pr: NDArray[np.float64]
    free_running: bool


def find_atrial_activity(delineation: Delineation) -> AtrialActivity:
    """Find the P waves of the beats, then others like them.

    Where the representative beat has a P wave, its shape is looked for in the signal without QRST: before beats whose P
    is out of its place, and between beats. A second P wave counts if it is on time and the RR interval is a pause or
    most RR intervals hold one (2:1 conduction). Where there is none, deflections that repeat in a regular train are
    P waves if the QRS complexes do not follow them steadily: dissociated ones if the QRS complexes are regular, else
    conducted with changing delay. P waves inside a QRS complex or a T wave are not found.
    """
    waves = delineation.waves
    if waves.p_onset is None or waves.p_offset is None or waves.p_peak is None:
        return _train_activity(delineation)
    template_onset = waves.p_peak - waves.p_onset
    candidates = _candidates(delineation, waves.p_onset, waves.p_peak, waves.p_offset)
    peaks, owners, onsets = [], [], []
    for number, beat in enumerate(delineation.beats):
        if beat.kind == "ventricular" or beat.waves.qrs_onset is None:
            continue
        peak, onset = beat.waves.p_peak, beat.waves.p_onset
        if peak is None or onset is None:
            peak = _own(delineation, number, beat.waves.qrs_onset, candidates)
            onset = None if peak is None else peak - template_onset
        if peak is not None and onset is not None:
            peaks.append(peak)
            owners.append(number)
            onsets.append(beat.waves.qrs_onset - onset)
    own, numbers = np.array(peaks, dtype=np.int64), np.array(owners, dtype=np.int64)
    extra = _between(numbers, own, candidates, delineation)
    joined = np.concatenate((own, extra))
    order = np.argsort(joined, kind="stable")
    pr = np.array(onsets, dtype=np.float64) * 1000.0 / delineation.sampling_rate
    return AtrialActivity(
        peaks=joined[order],
        beats=np.concatenate((numbers, np.full(extra.size, -1)))[order],
        pr=np.concatenate((pr, np.full(extra.size, np.nan)))[order],
        free_running=False,
    )


def _candidates(delineation: Delineation, onset: int, peak: int, offset: int) -> NDArray[np.int64]:
    """Peaks of everything outside QRS that looks like the representative P wave."""
    rate, rows = delineation.sampling_rate, _usable_rows(delineation)
    first = max(0, onset - round(0.02 * rate))
    template = low_pass(delineation.representative[rows], 30.0, rate)[:, first : offset + round(0.02 * rate)]
    residual = low_pass(subtract_beats(delineation)[rows], 30.0, rate)
    found = match_template(residual, template, anchor=peak - first)
    places = _accepted(found, MATCH_CORRELATION, round(0.2 * rate))
    return places[~qrs_mask(delineation)[places]]


def _own(delineation: Delineation, number: int, qrs_onset: int, candidates: NDArray[np.int64]) -> int | None:
    """The last candidate before a beat, not before the beat before it."""
    rate = delineation.sampling_rate
    first = qrs_onset - EARLIEST * rate
    if number > 0:
        first = max(first, delineation.beats[number - 1].sample)
    inside = candidates[(candidates > first) & (candidates < qrs_onset - LATEST * rate)]
    return int(inside[-1]) if inside.size else None


def _between(
    numbers: NDArray[np.int64], own: NDArray[np.int64], candidates: NDArray[np.int64], delineation: Delineation
) -> NDArray[np.int64]:
    """On-time P waves between those of successive beats."""
    nothing = np.empty(0, dtype=np.int64)
    apart = APART * delineation.sampling_rate
    # All intervals between successive beats that both have a P wave; others say nothing of dropped beats.
    spans = [
        (left, right, delineation.beats[after].sample - delineation.beats[before].sample)
        for (left, right), (before, after) in zip(pairwise(own.tolist()), pairwise(numbers.tolist()), strict=True)
        if after == before + 1
    ]
    held: list[NDArray[np.int64]] = []
    for left, right, _ in spans:
        inside = candidates[(candidates > left + apart) & (candidates < right - apart)]
        gaps = np.diff(np.concatenate(([left], inside, [right])))
        on_time = np.abs(gaps / gaps.mean() - 1.0).max() <= ON_TIME
        held.append(inside if on_time else nothing)
    with_p = np.array([inside.size > 0 for inside in held])
    if not with_p.any():
        return nothing
    rr = np.array([length for *_, length in spans])
    if with_p.mean() < MOST:
        usual = float(np.median(rr[~with_p]))
        held = [inside if length >= PAUSE * usual else nothing for inside, length in zip(held, rr, strict=True)]
    return np.concatenate(held)


def _train_activity(delineation: Delineation) -> AtrialActivity:
    rate, beats = delineation.sampling_rate, delineation.beats
    none = AtrialActivity(np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64), np.empty(0), False)
    train = _find_train(delineation)
    if train.size == 0:
        return none
    onsets = np.array([beat.sample if beat.waves.qrs_onset is None else beat.waves.qrs_onset for beat in beats])
    following = np.searchsorted(onsets, train, side="right")
    delay = np.where(following < onsets.size, onsets[np.minimum(following, onsets.size - 1)] - train, np.nan) / rate
    delay = (delay + ONSET_BEFORE_PEAK) * 1000.0
    known = ~np.isnan(delay)
    rr = rr_milliseconds(delineation)
    if known.sum() < 4 or np.std(delay[known]) <= STEADY_PR:
        # Whatever keeps its distance to the QRS was in the average already: these are remains of T waves.
        return none
    if rr.std() < STEADY_RR * rr.mean():
        unrelated = np.full(train.size, -1)
        return AtrialActivity(train, unrelated, np.full(train.size, np.nan), True)
    # Of the P waves before one QRS only the last can lead to it.
    last = known & (delay <= EARLIEST * 1000.0) & (np.append(np.diff(following), 1) > 0)
    if last.sum() < 2:
        return none
    return AtrialActivity(train, np.where(last, following, -1), np.where(last, delay, np.nan), False)


def _find_train(delineation: Delineation) -> NDArray[np.int64]:
    """A regular train of equal deflections outside QRS; empty if there is none."""
    rate, rows = delineation.sampling_rate, _usable_rows(delineation)
    nothing = np.empty(0, dtype=np.int64)
    if not rows or len(delineation.beats) < 3 or delineation.signal.shape[1] < 4 * rate:
        return nothing
    residual = low_pass(subtract_beats(delineation)[rows], 25.0, rate)
    mask = qrs_mask(delineation)
    half, apart = round(HALF_WIDTH * rate), round(APART * rate)
    template = best_repeated(residual, mask, half, apart, fewest=TRAIN_MINIMUM)
    if template is None:
        return nothing
    places = _accepted(match_template(residual, template, anchor=half), TRAIN_CORRELATION, apart)
    return _regular(places[~mask[places]], rate)


def _regular(places: NDArray[np.int64], rate: float) -> NDArray[np.int64]:
    """The places on a regular grid of the longest period that most of them fit and mostly fill; else empty."""
    nothing = np.empty(0, dtype=np.int64)
    if places.size < TRAIN_MINIMUM:
        return nothing
    gaps = np.diff(places) / rate
    periods = np.unique(np.round(np.concatenate([gaps / k for k in (1, 2, 3)]), 3))
    for period in periods[(periods >= PP_SHORTEST) & (periods <= PP_LONGEST)][::-1]:
        steps = np.maximum(np.round(gaps / period), 1)
        fits = np.abs(gaps - steps * period) <= TRAIN_TOLERANCE * period
        if fits.mean() >= 0.8 and places.size >= TRAIN_SHARE * (steps.sum() + 1):
            keep = np.concatenate((fits, [False])) | np.concatenate(([False], fits))
            return places[keep] if keep.sum() >= TRAIN_MINIMUM else nothing
    return nothing


def _accepted(found: Match, correlation: float, distance: int) -> NDArray[np.int64]:
    score = np.where((found.gain >= MATCH_GAIN[0]) & (found.gain <= MATCH_GAIN[1]), found.correlation, 0.0)
    return find_maxima(score, height=correlation, distance=max(1, distance)) + found.anchor


def _usable_rows(delineation: Delineation) -> list[int]:
    return [row for row, lead in enumerate(delineation.leads) if delineation.usable[lead]]
