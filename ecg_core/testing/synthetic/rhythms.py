"""Rhythms as scripts: sinus and its variations, ectopy, blocks, atrial arrhythmias, pacing."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

import numpy as np

from ecg_core.measurements import Value
from ecg_core.testing.synthetic.script import Activity, BeatLetter, PEvent, QrsEvent, Script, Spike
from ecg_core.testing.synthetic.waves import Atrial, Ventricular

FIRST = 0.55
"""Time of the first QRS complex, in s."""


def gather(
    duration: float,
    beats: Iterable[QrsEvent] = (),
    p_waves: Iterable[PEvent] = (),
    spikes: Iterable[Spike] = (),
    activity: Iterable[Activity] = (),
    **facts: Value,
) -> Script:
    """Put events in order; those that begin after the end, or less than 0.2 s before it, are left out."""
    return Script(
        duration=duration,
        beats=tuple(sorted((beat for beat in beats if beat.time < duration - 0.2), key=lambda beat: beat.time)),
        p_waves=tuple(sorted((wave for wave in p_waves if wave.time < duration - 0.2), key=lambda wave: wave.time)),
        spikes=tuple(sorted((spike for spike in spikes if spike.time < duration - 0.2), key=lambda spike: spike.time)),
        activity=tuple(activity),
        facts=facts,
    )


def led(time: float, shape: Ventricular, atrial: Atrial, pr: float, kind: BeatLetter = "N") -> tuple[QrsEvent, PEvent]:
    """Return a beat at `time` (s) and the P wave that leads to it, `pr` ms earlier."""
    return QrsEvent(time, shape, kind, pr), PEvent(time - pr / 1000, atrial)


def sinus(
    shape: Ventricular,
    atrial: Atrial,
    *,
    rate: float = 72.0,
    pr: float = 160.0,
    breathing: float = 0.0,
    duration: float = 10.0,
) -> Script:
    """Return sinus rhythm.

    Args:
        shape: its QRST.
        atrial: its P wave.
        rate: mean, in 1/min.
        pr: PR interval, in ms.
        breathing: largest change of RR with breathing (0.25 Hz), as a share of it.
        duration: in s.
    """
    pairs, time = [], FIRST
    while time < duration:
        pairs.append(led(time, shape, atrial, pr))
        time += 60 / rate * (1 + breathing * math.sin(2 * math.pi * 0.25 * time))
    return gather(duration, *zip(*pairs, strict=True), dropped_beat_count=0)


def with_early(
    shape: Ventricular,
    atrial: Atrial,
    pattern: Sequence[str],
    *,
    early: Ventricular,
    others: Sequence[Ventricular] = (),
    early_p: Atrial | None = None,
    rate: float = 70.0,
    coupling: float = 0.6,
    pr: float = 160.0,
    duration: float = 10.0,
) -> Script:
    """Return sinus rhythm with premature beats.

    Args:
        shape: QRST of the sinus beats.
        atrial: P wave of the sinus beats.
        pattern: one letter a beat, repeated: N sinus, V ventricular, F fusion, S supraventricular.
        early: QRST of the premature beats.
        others: further shapes that the premature beats take in turn.
        early_p: P wave of premature supraventricular beats.
        rate: of the sinus node, in 1/min.
        coupling: of a premature beat to the one before, as a share of the sinus cycle.
        pr: PR interval, in ms.
        duration: in s.
    """
    cycle, time, beats, p_waves = 60 / rate, FIRST, [], []
    turn = [early, *others]
    number = ectopic = 0
    after_ectopic = False
    while time < duration:
        letter = pattern[number % len(pattern)]
        if letter == "V":
            beats.append(QrsEvent(time, turn[ectopic % len(turn)], "V"))
            ectopic += 1
        elif letter == "S":
            beat, wave = led(time, early, early_p or atrial, pr, "S")
            beats.append(beat)
            p_waves.append(wave)
        else:
            beat, wave = led(time, early if letter == "F" else shape, atrial, pr, "F" if letter == "F" else "N")
            beats.append(beat)
            p_waves.append(wave)
        following = pattern[(number + 1) % len(pattern)]
        after_ectopic = letter == "V"
        if following in "VS":
            time += coupling * cycle
        elif after_ectopic:
            # The pause is compensatory: the sinus node goes on in its time.
            time += (2 - coupling) * cycle
        else:
            time += (1.15 if letter == "S" else 1.0) * cycle
        number += 1
    return gather(duration, beats, p_waves)


def escape(
    shape: Ventricular,
    *,
    rate: float,
    kind: BeatLetter = "N",
    retrograde: Atrial | None = None,
    rp: float = 120.0,
    duration: float = 10.0,
) -> Script:
    """Return a regular rhythm without P waves before its beats (junctional, idioventricular, tachycardias).

    Args:
        shape: its QRST.
        rate: in 1/min.
        kind: class of its beats.
        retrograde: P wave that follows each QRS complex, or None.
        rp: from QRS onset to the onset of that P wave, in ms.
        duration: in s.
    """
    times = np.arange(FIRST, duration, 60 / rate)
    p_waves = [PEvent(float(time) + rp / 1000, retrograde, conducted=False) for time in times] if retrograde else []
    return gather(duration, (QrsEvent(float(time), shape, kind) for time in times), p_waves)


def run(
    shape: Ventricular,
    atrial: Atrial,
    early: Ventricular,
    *,
    beats: int,
    run_rate: float = 150.0,
    rate: float = 75.0,
    duration: float = 10.0,
) -> Script:
    """Return sinus rhythm with one run of `beats` ventricular beats in its midst."""
    cycle, start = 60 / rate, FIRST + 4 * 60 / rate
    pairs = [led(FIRST + number * cycle, shape, atrial, 160.0) for number in range(5)]
    times = [start + 0.6 * cycle + number * 60 / run_rate for number in range(beats)]
    resumed = np.arange(times[-1] + 1.3 * cycle, duration, cycle)
    pairs += [led(float(time), shape, atrial, 160.0) for time in resumed]
    own, p_waves = zip(*pairs, strict=True)
    return gather(
        duration, (*own, *(QrsEvent(time, early, "V") for time in times)), p_waves, ventricular_run_length=beats
    )


def irregular(
    shape: Ventricular,
    activity: Activity,
    *,
    rate: float = 85.0,
    spread: float = 0.22,
    seed: int = 3,
    duration: float = 10.0,
) -> Script:
    """Return atrial fibrillation: no P waves, RR intervals that follow no rule.

    Args:
        shape: its QRST.
        activity: the fibrillatory waves.
        rate: mean ventricular rate, in 1/min.
        spread: largest change of an RR interval, as a share of the mean; evenly spread.
        seed: of the RR intervals.
        duration: in s.
    """
    rng = np.random.default_rng(seed)
    count = round((duration - FIRST) * rate / 60)
    lengths = 1 + spread * rng.permutation(np.linspace(-1, 1, count))
    times = FIRST + 60 / rate * np.concatenate(([0.0], np.cumsum(lengths)))
    beats = [QrsEvent(float(time), shape) for time in times]
    return gather(duration, beats, activity=[activity], atrial_rate=60 * activity.frequency)


def fluttering(
    shape: Ventricular, activity: Activity, *, ratios: Sequence[int] = (4,), duration: float = 10.0
) -> Script:
    """Return atrial flutter: every n-th wave is conducted, n following `ratios` over and over."""
    beats, time, number = [], FIRST, 0
    while time < duration:
        beats.append(QrsEvent(time, shape))
        time += ratios[number % len(ratios)] / activity.frequency
        number += 1
    return gather(
        duration,
        beats,
        activity=[activity],
        atrial_rate=60 * activity.frequency,
        atrial_frequency=activity.frequency,
        flutter_waves=True,
    )
