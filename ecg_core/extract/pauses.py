"""Pauses: of the sinus node, after a premature P wave hidden in a T wave, and without any QRS complex."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ecg_core.extract.cancel import subtract_beats
from ecg_core.extract.delineation import Delineation
from ecg_core.extract.ectopy import beat_letters, local_rr, relative_times
from ecg_core.extract.entries import absent, measured
from ecg_core.extract.filters import low_pass, runs
from ecg_core.extract.p_search import AtrialActivity
from ecg_core.measurements import Measurement

P_JITTER = 8.0
"""ms; standard uncertainty of a P peak (engineering default: the spread of manual P marks from beat to beat)."""
PAUSE, STEADY = 1.2, 0.15
"""RR interval after a beat, as a share of the usual one, that is a pause; and how far others may be from 1 (engineering
defaults)."""
PREMATURE_P = 0.80
"""Distance of a premature P wave from the one before, as a share of the usual one, at most (RHY_PAC_BLK)."""
USUAL_PR = 0.16
"""s; taken where the representative beat shows no P wave (engineering default)."""
SPARED = 0.06
"""s after QRS offset that subtraction of the beat may leave a remainder in (engineering default)."""
OTHERS, TIMES, LEAST = 3, 2.0, 0.03
"""Beats to compare with, how many times their largest remainder a hidden P wave is, and its RMS over leads in mV
(engineering defaults)."""
QUIET_WINDOW, QUIET_SHARE, QUIET_LEAST = 0.12, 0.4, 0.3
"""A stretch is free of QRS complexes if the signal changes within 0.12 s in no lead by more than this share of the
lead's median QRS complex and by more than 0.3 mV (engineering defaults: above any P wave, below a low QRS voltage)."""
DEAD_WINDOW, DEAD = 1.0, 0.01
"""Where no lead changes by 0.01 mV within 1 s nothing was recorded: a file filled up, electrodes off (vocabulary,
lead_flat)."""


def measure_pauses(delineation: Delineation, activity: AtrialActivity) -> list[Measurement]:
    """Return longest and typical PP interval, blocked premature P waves, and the longest time without QRS."""
    return [*_pp(delineation, activity), _blocked(delineation, activity), _qrs_free(delineation)]


def _pp(delineation: Delineation, activity: AtrialActivity) -> list[Measurement]:
    """PP intervals in which no P wave can hide: every QRS complex between the two is an escape beat."""
    names = ("pp_longest", "pp_typical")
    if activity.peaks.size < 3:
        return [absent(name, "fewer than 3 P waves") for name in names]
    letters = beat_letters(delineation)
    places = np.array([beat.sample for beat in delineation.beats])
    kept = []
    for left in range(activity.peaks.size - 1):
        first, last = np.searchsorted(places, activity.peaks[left : left + 2])
        own = int(activity.beats[left])
        if all(number == own or letters[number] in "JE" for number in range(first, last)):
            kept.append(left)
    if len(kept) < 2:
        return [
            absent(name, "fewer than 2 PP intervals without a QRS complex that could hide a P wave") for name in names
        ]
    pp = np.diff(activity.peaks)[kept] * 1000.0 / delineation.sampling_rate
    longest = kept[int(np.argmax(pp))]
    place = (int(activity.peaks[longest]), int(activity.peaks[longest + 1]))
    whole = (int(activity.peaks[0]), int(activity.peaks[-1]))
    return [
        measured("pp_longest", float(pp.max()), u=np.sqrt(2.0) * P_JITTER, span=place),
        measured("pp_typical", float(np.median(pp)), u=P_JITTER, span=whole),
    ]


def _blocked(delineation: Delineation, activity: AtrialActivity) -> Measurement:
    """Pauses behind a beat whose ST-T holds a deflection that those of other beats do not."""
    name, beats = "blocked_premature_p_count", delineation.beats
    if len(beats) < OTHERS + 2:
        return absent(name, f"fewer than {OTHERS + 2} beats")
    span = (beats[0].sample, beats[-1].sample)
    letters, (before, after) = beat_letters(delineation), relative_times(delineation)
    steady = np.array([letter == "N" for letter in letters]) & (np.abs(before - 1.0) <= STEADY)
    others = np.flatnonzero(steady & (np.abs(after - 1.0) <= STEADY))
    pauses = [
        number
        for number in np.flatnonzero(steady & (after >= PAUSE)).tolist()
        if not _p_within(delineation, activity, number)
    ]
    if not pauses:
        return measured(name, 0, span=span)
    remainders = _remainders(delineation)
    usual = remainders[others]
    usual = usual[~np.isnan(usual)]
    if usual.size < OTHERS:
        return absent(name, "too few steady beats to compare the T wave before a pause with")
    limit = max(LEAST, TIMES * float(usual.max()))
    return measured(name, int(np.sum(remainders[pauses] >= limit)), span=span)


def _p_within(delineation: Delineation, activity: AtrialActivity, number: int) -> bool:
    """Tell whether a P wave without QRS stands between a beat and the next: an on-time one that was dropped."""
    free = activity.peaks[activity.beats < 0]
    first, last = delineation.beats[number].sample, delineation.beats[number + 1].sample
    return bool(np.any((free > first) & (free < last)))


def _remainders(delineation: Delineation) -> NDArray[np.float64]:
    """Return, per beat, the largest RMS over leads in mV that is left of ST and T; NaN where they are not whole."""
    rate, waves = delineation.sampling_rate, delineation.waves
    rows = [row for row, lead in enumerate(delineation.leads) if delineation.usable[lead]]
    left = low_pass(subtract_beats(delineation, bridge=False)[rows], 30.0, rate)
    pr = USUAL_PR * rate
    if waves.p_onset is not None and waves.qrs_onset is not None:
        pr = float(waves.qrs_onset - waves.p_onset)
    local = local_rr(delineation) * rate / 1000.0
    values = np.full(len(delineation.beats), np.nan)
    for number, beat in enumerate(delineation.beats):
        if beat.waves.qrs_onset is None or beat.waves.qrs_offset is None:
            continue
        first = beat.waves.qrs_offset + round(SPARED * rate)
        last = round(beat.waves.qrs_onset + PREMATURE_P * local[number] - pr)
        if first + 0.1 * rate < last <= left.shape[1]:
            piece = left[:, first:last]
            piece = piece - np.median(piece, axis=1, keepdims=True)
            values[number] = float(np.sqrt(np.mean(piece**2, axis=0)).max())
    return values


def _qrs_free(delineation: Delineation) -> Measurement:
    from scipy.ndimage import maximum_filter1d, minimum_filter1d

    name, rate = "qrs_free_time", delineation.sampling_rate
    rows = [row for row, lead in enumerate(delineation.leads) if delineation.usable[lead]]
    if not rows:
        return absent(name, "no lead holds a signal")
    width = round(QUIET_WINDOW * rate)
    signal = delineation.signal[rows]
    change = maximum_filter1d(signal, width, axis=1) - minimum_filter1d(signal, width, axis=1)
    places = [beat.sample for beat in delineation.beats]
    size = np.median(change[:, places], axis=1, keepdims=True) if places else np.zeros((len(rows), 1))
    quiet = np.all(change <= np.maximum(QUIET_LEAST, QUIET_SHARE * size), axis=0)
    second = round(DEAD_WINDOW * rate)
    raw = delineation.raw[rows]
    recorded = np.any(maximum_filter1d(raw, second, axis=1) - minimum_filter1d(raw, second, axis=1) >= DEAD, axis=0)
    quiet &= recorded & ~delineation.missing[rows].all(axis=0)
    quiet[places] = False
    first, last = max(runs(quiet), key=lambda run: run[1] - run[0], default=(0, 0))
    return measured(
        name, (last - first) * 1000.0 / rate, u=QUIET_WINDOW * 1000.0 / 4, span=(first, max(first, last - 1))
    )
