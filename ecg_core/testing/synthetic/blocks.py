"""Scripts in which P waves and QRS complexes part: AV block, sinus pauses, pacing."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ecg_core.testing.synthetic.conduction import ATRIAL_SPIKE, SPIKE
from ecg_core.testing.synthetic.rhythms import FIRST, gather, led
from ecg_core.testing.synthetic.script import PEvent, QrsEvent, Script, Spike
from ecg_core.testing.synthetic.waves import Atrial, Ventricular


def dropped(
    shape: Ventricular,
    atrial: Atrial,
    intervals: Sequence[float | None],
    *,
    rate: float = 75.0,
    duration: float = 12.0,
    grouped: bool = False,
) -> Script:
    """Return a regular sinus node of which some P waves are not conducted.

    Args:
        shape: QRST of the conducted beats.
        atrial: the P wave.
        intervals: PR interval in ms of one P wave after another, over and over; None for one that is not conducted.
        rate: of the atria, in 1/min.
        duration: in s.
        grouped: whether the PR interval grows before each dropped beat (Wenckebach).
    """
    beats, p_waves, drops = [], [], 0
    for number, time in enumerate(np.arange(FIRST - 0.2, duration - 0.7, 60 / rate).tolist()):
        pr = intervals[number % len(intervals)]
        p_waves.append(PEvent(time, atrial, conducted=pr is not None))
        if pr is None:
            drops += 1
        else:
            beats.append(QrsEvent(time + pr / 1000, shape, "N", pr))
    between = sum(not wave.conducted for wave in p_waves[:-1])
    return gather(duration, beats, p_waves, dropped_beat_count=between, wenckebach_count=between if grouped else 0)


def dissociated(
    shape: Ventricular, atrial: Atrial, *, atrial_rate: float = 80.0, rate: float = 38.0, duration: float = 12.0
) -> Script:
    """Return complete AV block: P waves and QRS complexes, each regular, neither following the other."""
    p_times = np.arange(0.15, duration, 60 / atrial_rate)
    times = np.arange(FIRST, duration, 60 / rate)
    return gather(
        duration,
        (QrsEvent(float(time), shape, "E") for time in times),
        (PEvent(float(time), atrial, conducted=False) for time in p_times),
        av_dissociation=True,
    )


def paused(
    shape: Ventricular,
    atrial: Atrial,
    *,
    pause: float,
    rate: float = 70.0,
    duration: float = 12.0,
    pr: float = 160.0,
) -> Script:
    """Return sinus rhythm in which P and QRS fail once, leaving `pause` s between two beats.

    A pause of twice the cycle is an exit block, another one an arrest of the sinus node.
    """
    before = np.arange(FIRST, FIRST + 4.5 * 60 / rate, 60 / rate)
    after = np.arange(before[-1] + pause, duration, 60 / rate)
    pairs = [led(float(time), shape, atrial, pr) for time in (*before, *after)]
    return gather(duration, *zip(*pairs, strict=True), dropped_beat_count=0)


def paced(
    *,
    ventricle: Ventricular,
    atrium: Atrial | None = None,
    spikes: str = "V",
    rate: float = 65.0,
    pr: float = 170.0,
    lost: Sequence[int] = (),
    duration: float = 10.0,
    width: float = 2.0,
) -> Script:
    """Return a paced rhythm.

    Args:
        ventricle: QRST of its beats.
        atrium: P wave before them, or None.
        spikes: what is paced: "A", "V" or "AV".
        rate: in 1/min.
        pr: from P onset to QRS onset, in ms.
        lost: numbers of beats whose ventricular spike is not followed by a QRS complex (failure to capture).
        duration: in s.
        width: of a spike, in ms.
    """
    beats, p_waves, pulses = [], [], []
    for number, time in enumerate(np.arange(FIRST, duration, 60 / rate).tolist()):
        captured = number not in lost
        if "V" in spikes:
            # A QRS complex starts a few milliseconds after the spike that causes it.
            pulses.append(Spike(time - 0.008, SPIKE, width))
        if atrium is not None:
            paced_p = "A" in spikes
            p_waves.append(PEvent(time - pr / 1000, atrium, conducted=captured, paced=paced_p))
            if paced_p:
                pulses.append(Spike(time - pr / 1000 - 0.008, ATRIAL_SPIKE, width))
        if captured:
            kind = "P" if "V" in spikes else "N"
            beats.append(QrsEvent(time, ventricle, "P" if kind == "P" else "N", None if atrium is None else pr))
    return gather(duration, beats, p_waves, pulses)
