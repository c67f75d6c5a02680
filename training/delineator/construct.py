"""Rhythms that LUDB has few of, constructed from its records: fibrillation, pacing, and fast or premature beats."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from training.delineator.data import QRS, RATE, Example, P, Record, T, Wave, example, labels

COMMON = 4
"""A beat's onset or end in all leads is the median over those that show it, at least so many."""


def fibrillate(record: Record, random: np.random.Generator) -> Example:
    """Take out the P waves and add waves of 4-9 Hz whose frequency and size wander, in another phase in every lead."""
    count = record.signal.shape[1]
    made = example(record)
    frequency = random.uniform(4, 9) + ndimage.gaussian_filter1d(random.normal(size=count), 60) * random.uniform(2, 12)
    phase = 2 * np.pi * np.cumsum(frequency) / RATE
    for lead, waves in enumerate(record.waves):
        signal = made.signal[lead]
        for wave in waves:
            if wave.kind == P:
                _level(signal, wave)
        size = random.uniform(0.005, 0.12) * (1 + ndimage.gaussian_filter1d(random.normal(size=count), 100) * 4)
        shifted = phase + random.uniform(0, 6.28)
        signal += size * (np.sin(shifted) + random.uniform(0, 0.5) * np.sin(2 * shifted + random.uniform(0, 6.28)))
        made.labels[lead] = labels(tuple(wave for wave in waves if wave.kind != P), count)
    return made


def _level(signal: NDArray[np.float32], wave: Wave) -> None:
    """Replace a wave by a straight line with the wave's own noise."""
    first, last = max(1, int(wave.onset) - 2), min(len(signal) - 2, int(wave.offset) + 3)
    noise = signal[first:last] - ndimage.uniform_filter1d(signal[first:last], 9)
    signal[first:last] = np.linspace(signal[first - 1], signal[last], last - first) + 0.2 * noise


def pace(record: Record, random: np.random.Generator) -> Example:
    """Put a pacing spike before each QRS complex, as recorders leave it: narrow and decaying, or held up to its onset.

    Heights differ from lead to lead, and a third of the leads show next to nothing.
    """
    made = example(record)
    count = record.signal.shape[1]
    before = random.uniform(0.5, 12) if random.random() < 0.5 else random.uniform(0.5, 4)
    if random.random() < 0.5:
        shape = np.exp(-np.arange(6) / random.uniform(0.3, 2))
    else:
        shape = ndimage.gaussian_filter1d(np.r_[0, np.ones(max(1, round(before))), 0, 0], random.uniform(0.3, 0.8))
    heights = random.uniform(0.05, 1.2, len(record.waves)) * random.choice([-1, 1], len(record.waves))
    heights *= np.where(random.random(len(record.waves)) < 0.33, 0.05, 1)
    for onset, _, _ in _beats(record):
        start = round(onset - before)
        if 2 < start < count - shape.size:
            made.signal[:, start : start + shape.size] += heights[:, None] * shape
    return made


def hasten(record: Record, random: np.random.Generator) -> Example:
    """Shorten diastole, in all beats alike or in some much: P waves come upon the end of T waves.

    The stretch between the end of T and the onset of P is cut; where more is to go, P is added onto the end of T. The
    step in the baseline decays over half a second. What is left is repeated to the length of the record.
    """
    made = example(record)
    beats = _beats(record)
    gaps = [(end, p) for (_, _, end), (_, p, _) in pairwise(beats) if end and p and p - end > 4]
    if len(gaps) < 3:
        return made
    alike, share = random.random() < 0.6, random.uniform(0.3, 1.25)
    signal, count = made.signal, made.signal.shape[1]
    parts: list[Example] = []
    begin = 0
    for end, p in gaps:
        if not alike:
            share = random.uniform(0.8, 1.3) if random.random() < 0.35 else random.uniform(0, 0.3)
        left = max((p - end) * (1 - share), -22.0)
        overlap = max(0, round(-left))
        stop, resume = round(end + max(left, 0) / 2), round(p - max(left, 0) / 2)
        if stop <= begin + overlap + 10 or resume <= stop:
            continue
        part = _part(made, begin, stop)
        level = signal[:, resume : resume + 1].copy()
        step = part.signal[:, -1:] - level
        if overlap:
            part.signal[:, -overlap:] += signal[:, resume : resume + overlap] - level
            _lay_over(part.labels[..., -overlap:], made.labels[:, P, resume : resume + overlap])
        signal[:, resume:] += step * np.exp(-np.arange(count - resume, dtype=np.float32) / (0.5 * RATE))
        parts.append(part)
        begin = resume + overlap
    parts.append(_part(made, begin, count))
    times = -(-count // sum(part.signal.shape[1] for part in parts))
    return Example(
        *(
            np.concatenate([getattr(part, name) for part in parts] * times, axis=-1)[..., :count]
            for name in ("signal", "labels", "weights")
        )
    )


def _part(whole: Example, begin: int, stop: int) -> Example:
    return Example(
        whole.signal[:, begin:stop].copy(), whole.labels[..., begin:stop].copy(), whole.weights[:, begin:stop].copy()
    )


def _lay_over(drawn: NDArray[np.float32], p: NDArray[np.float32]) -> None:
    """Let P take precedence over T, in place."""
    drawn[:, P] = p
    drawn[:, T] = np.minimum(drawn[:, T], 1 - p)
    drawn[:, 0] = np.clip(1 - drawn[:, 1:].sum(1), 0, 1)


def _beats(record: Record) -> list[tuple[float, float | None, float | None]]:
    """Return QRS onset, P onset before it and T offset after it, in all leads, for beats that half of them mark."""
    onsets = np.sort([wave.onset for waves in record.waves for wave in waves if wave.kind == QRS])
    groups = np.split(onsets, np.flatnonzero(np.diff(onsets) > 0.15 * RATE) + 1)
    centres = [float(np.median(group)) for group in groups if 2 * len(group) >= len(record.waves)]
    beats = []
    for centre, following in zip(centres, [*centres[1:], np.inf], strict=True):
        p = [
            [wave.onset for wave in waves if wave.kind == P and centre - 0.5 * RATE < wave.onset < centre][-1:]
            for waves in record.waves
        ]
        t = [
            [wave.offset for wave in waves if wave.kind == T and centre < wave.onset < following][:1]
            for waves in record.waves
        ]
        beats.append((centre, _common(p), _common(t)))
    return beats


def _common(marks: list[list[float]]) -> float | None:
    known = [mark for lead in marks for mark in lead]
    return float(np.median(known)) if len(known) >= COMMON else None
