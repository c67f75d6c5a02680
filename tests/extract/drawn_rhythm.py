"""Drawn rhythms: a `Delineation` whose beats, waves and atrial activity are known exactly."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ecg_core.extract.delineation import Beat, BeatClass, Delineation, Waves
from ecg_core.measurements import Measurement
from ecg_core.vocabulary import STANDARD_LEADS

RATE = 500.0
# Gains of P, QRS and T in the twelve leads, frontal axes near 50 degrees; mV at the peak.
P_GAIN = np.array([0.08, 0.15, 0.07, -0.115, 0.005, 0.11, 0.06, 0.08, 0.09, 0.09, 0.08, 0.07])
QRS_GAIN = np.array([0.6, 1.1, 0.5, -0.85, 0.05, 0.8, -0.7, -0.4, 0.3, 1.2, 1.4, 1.1])
T_GAIN = np.array([0.2, 0.3, 0.1, -0.25, 0.05, 0.2, -0.1, 0.4, 0.4, 0.4, 0.35, 0.25])
V_GAIN = np.array([-0.5, 1.2, 1.7, -0.35, -1.1, 1.45, 1.5, 1.0, 0.2, -0.8, -1.2, -1.0])
BEFORE, AFTER = 280, 450


@dataclass(frozen=True)
class Drawn:
    """One beat to draw: QRS time in s, its class, and the PR interval in s of its own P wave (None: no P wave)."""

    time: float
    kind: BeatClass = "dominant"
    pr: float | None = 0.16


def draw(
    beats: Sequence[Drawn],
    *,
    duration: float = 10.0,
    free_p: Sequence[float] = (),
    atrial: np.ndarray | None = None,
    known_p: bool = True,
    noise: float = 0.005,
) -> Delineation:
    """Draw beats, P waves at `free_p` (peaks, s) and an atrial signal; `known_p` says whether P was delineated."""
    rng = np.random.default_rng(1)
    time = np.arange(round(duration * RATE)) / RATE
    signal = noise * rng.standard_normal((12, time.size))
    for beat in beats:
        # Of a fusion beat each focus makes a half.
        ventricular = {"ventricular": 1.0, "fusion": 0.5}.get(beat.kind, 0.0)
        normal = 1.0 - ventricular
        signal += normal * np.outer(QRS_GAIN, _bump(time, beat.time, 0.012))
        signal += normal * np.outer(T_GAIN, _bump(time, beat.time + 0.27, 0.05))
        signal += ventricular * np.outer(V_GAIN, _bump(time, beat.time + 0.01, 0.028))
        signal += ventricular * np.outer(-0.4 * V_GAIN, _bump(time, beat.time + 0.27, 0.05))
        if beat.pr is not None:
            signal += np.outer(P_GAIN, _bump(time, beat.time - 0.04 + 0.05 - beat.pr, 0.02))
    for peak in free_p:
        signal += np.outer(P_GAIN, _bump(time, peak, 0.02))
    if atrial is not None:
        signal += atrial
    drawn = tuple(_beat(beat, known_p, time.size) for beat in beats)
    return delineation(signal, drawn, known_p=known_p and any(beat.pr is not None for beat in beats))


def delineation(signal: np.ndarray, beats: tuple[Beat, ...], *, known_p: bool = False) -> Delineation:
    """Wrap a signal and its beats, with the average of the whole dominant beats as the representative one."""
    starts = [beat.sample - BEFORE for beat in beats if beat.shape == 0]
    whole = [start for start in starts if start >= 0 and start + BEFORE + AFTER <= signal.shape[1]]
    representative = np.zeros((12, BEFORE + AFTER))
    if whole:
        representative = np.mean([signal[:, start : start + BEFORE + AFTER] for start in whole], axis=0)
    waves = Waves(
        qrs_onset=BEFORE - 20, qrs_offset=BEFORE + 20, t_onset=360, t_peak=BEFORE + 135, t_offset=BEFORE + 190
    )
    if known_p:
        waves = Waves(
            qrs_onset=BEFORE - 20,
            qrs_offset=BEFORE + 20,
            p_onset=BEFORE - 100,
            p_peak=BEFORE - 75,
            p_offset=BEFORE - 50,
            t_onset=360,
            t_peak=BEFORE + 135,
            t_offset=BEFORE + 190,
        )
    return Delineation(
        sampling_rate=RATE,
        leads=STANDARD_LEADS,
        raw=signal,
        signal=signal,
        missing=np.zeros(signal.shape, dtype=bool),
        usable=dict.fromkeys(STANDARD_LEADS, True),
        beats=beats,
        representative=representative,
        origin=BEFORE,
        waves=waves if whole else Waves(),
        averaged=len(whole),
    )


def steady(rate: float, *, duration: float = 10.0, pr: float | None = 0.16, first: float = 0.5) -> list[Drawn]:
    """Dominant beats at `rate` per minute."""
    return [Drawn(float(time), pr=pr) for time in np.arange(first, duration - 0.5, 60.0 / rate)]


def values(items: list[Measurement]) -> dict[str, object]:
    """Global values by name."""
    return {item.name: item.value for item in items if item.lead is None}


def _bump(time: np.ndarray, centre: float, width: float) -> np.ndarray:
    return np.exp(-0.5 * ((time - centre) / width) ** 2)


def _beat(drawn: Drawn, known_p: bool, samples: int) -> Beat:
    place = round(drawn.time * RATE)
    onset, offset = place - 20, place + (60 if drawn.kind == "ventricular" else 20)
    p_onset = None
    if known_p and drawn.pr is not None and 0.1 <= drawn.pr <= 0.22:
        p_onset = onset - round(drawn.pr * RATE)
    inside = p_onset is not None and p_onset >= 0
    return Beat(
        sample=place,
        kind=drawn.kind,
        shape=1 if drawn.kind == "ventricular" else 0,
        correlation=0.99,
        waves=Waves(
            qrs_onset=max(0, onset),
            qrs_offset=min(offset, samples - 1),
            p_onset=p_onset if inside else None,
            p_peak=p_onset + 25 if inside and p_onset is not None else None,
            p_offset=p_onset + 50 if inside and p_onset is not None else None,
        ),
    )
