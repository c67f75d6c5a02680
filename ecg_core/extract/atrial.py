"""What P waves say: how many beats have one, where it stands, how fast they come, how many shapes there are."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ecg_core.extract.delineation import Delineation
from ecg_core.extract.entries import absent, measured
from ecg_core.extract.filters import low_pass
from ecg_core.extract.p_search import AtrialActivity
from ecg_core.extract.spectrum import AtrialSpectrum
from ecg_core.measurements import Measurement

NO_P = "no P wave found"
PR_STEADY = 40.0
"""ms from the median PR within which a P wave is related to its QRS: twice the 20 ms SD of the vocabulary."""
SHORT_PR = 90.0
"""ms; below it P is called short-coupled (vocabulary, p_position)."""
ROOM = 0.3
"""s before the first QRS that its P wave needs in order to be seen (engineering default)."""
PEAK_JITTER = 8.0
"""ms; standard uncertainty of a P peak (engineering default: the spread of manual P marks from beat to beat)."""
SAME_SHAPE = 0.85
"""Correlation in II and V1 below which two P waves differ (vocabulary, p_morphology_count)."""
SHAPE_SMALLEST, SHAPE_CLEAR = 0.05, 5.0
"""mV, and multiples of the noise around it, that a P wave needs for its shape to be judged (engineering default)."""


def measure_atrial(delineation: Delineation, activity: AtrialActivity, spectrum: AtrialSpectrum) -> list[Measurement]:
    """Return P fraction, P positions, PP intervals, atrial rate and the number of P shapes."""
    pp = np.diff(activity.peaks) * 1000.0 / delineation.sampling_rate
    span = (int(activity.peaks[0]), int(activity.peaks[-1])) if activity.peaks.size else None
    series = (
        measured("pp_intervals", tuple(round(float(value), 1) for value in pp), span=span)
        if pp.size
        else absent("pp_intervals", NO_P if activity.peaks.size == 0 else "fewer than 2 P waves")
    )
    return [
        _p_fraction(delineation, activity),
        _p_position(delineation, activity),
        series,
        _atrial_rate(pp, spectrum, span),
        _p_shapes(delineation, activity, span),
    ]


def _atrial_rate(pp: NDArray[np.float64], spectrum: AtrialSpectrum, span: tuple[int, int] | None) -> Measurement:
    """60000 / median PP; the spectrum where it shows flutter or where there are no P waves."""
    if spectrum.frequency is not None and (spectrum.flutter or pp.size == 0):
        return measured("atrial_rate", 60.0 * spectrum.frequency, u=60.0 * 0.2)
    if pp.size == 0:
        return absent("atrial_rate", "no P wave and no regular atrial activity found")
    typical = float(np.median(pp))
    return measured("atrial_rate", 60000.0 / typical, u=60000.0 / typical**2 * PEAK_JITTER, span=span)


def _p_fraction(delineation: Delineation, activity: AtrialActivity) -> Measurement:
    """Share of the beats with a P wave at a steady PR, of those that are not ectopic and have room for one.

    Ectopic beats tell nothing of the basic rhythm: sinus rhythm with frequent premature beats is still sinus rhythm.
    """
    name, rate = "p_wave_fraction", delineation.sampling_rate
    beats = delineation.beats
    assessable = [
        number
        for number, beat in enumerate(beats)
        if beat.kind not in ("ventricular", "supraventricular")
        and (beat.sample if beat.waves.qrs_onset is None else beat.waves.qrs_onset) >= ROOM * rate
    ]
    if not assessable:
        return absent(name, "no beat that a P wave could precede")
    pr = activity.pr[np.isin(activity.beats, assessable)]
    steady = int(np.sum(np.abs(pr - np.median(pr)) <= PR_STEADY)) if pr.size else 0
    count = len(assessable)
    share = steady / count
    u = max(0.5, float(np.sqrt(count * share * (1 - share)))) / count
    return measured(name, share, u=u, span=(beats[assessable[0]].sample, beats[assessable[-1]].sample))


def _p_position(delineation: Delineation, activity: AtrialActivity) -> Measurement:
    if not delineation.beats:
        return absent("p_position", "no QRS complex found")
    pr = dict(zip(activity.beats.tolist(), activity.pr.tolist(), strict=True))
    positions = (
        "none" if number not in pr else "before" if pr[number] >= SHORT_PR else "short"
        for number in range(len(delineation.beats))
    )
    return measured("p_position", tuple(positions))


def _p_shapes(delineation: Delineation, activity: AtrialActivity, span: tuple[int, int] | None) -> Measurement:
    """Number of groups of P waves whose correlation with each other is below 0.85 in II or V1."""
    name, rate = "p_morphology_count", delineation.sampling_rate
    if activity.peaks.size == 0:
        return absent(name, NO_P)
    rows = [delineation.leads.index(lead) for lead in ("II", "V1") if delineation.usable.get(lead, False)]
    if not rows:
        return absent(name, "neither II nor V1 is usable")
    half = round(0.06 * rate)
    smooth = low_pass(delineation.signal[rows], 25.0, rate)
    inside = activity.peaks[(activity.peaks >= half) & (activity.peaks < smooth.shape[1] - half)]
    if inside.size == 0:
        return absent(name, "no whole P wave within the recording")
    waves = np.stack([smooth[:, peak - half : peak + half] for peak in inside.tolist()], axis=1)
    waves = waves - waves.mean(axis=2, keepdims=True)
    average = np.median(waves, axis=1)
    noise = np.median(np.std(waves - average[:, None], axis=2), axis=1)
    clear = np.ptp(average, axis=1) >= np.maximum(SHAPE_SMALLEST, SHAPE_CLEAR * noise)
    if not clear.any():
        return absent(name, "P waves in II and V1 too small to compare")
    unit = waves[clear] / np.maximum(np.linalg.norm(waves[clear], axis=2, keepdims=True), 1e-9)
    alike = np.all(np.einsum("lis,ljs->lij", unit, unit) >= SAME_SHAPE, axis=0)
    return measured(name, _groups(np.asarray(alike)), span=span)


def _groups(alike: NDArray[np.bool_]) -> int:
    """Greedy grouping around the most typical member left."""
    left = np.ones(len(alike), dtype=bool)
    count = 0
    while left.any():
        centre = int(np.argmax((alike & left).sum(axis=1) * left))
        left &= ~alike[centre]
        left[centre] = False
        count += 1
    return count
