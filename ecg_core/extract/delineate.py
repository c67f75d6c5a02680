"""Delineate a conditioned recording: beats, shapes, the representative beat and its waves."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ecg_core.extract.average import average
from ecg_core.extract.beat_classes import Described, classify, is_premature
from ecg_core.extract.beat_waves import match_waves
from ecg_core.extract.boundaries import find_qrs
from ecg_core.extract.clean import Conditioned
from ecg_core.extract.delineation import Beat, Delineation, Waves
from ecg_core.extract.p_wave import PWave, bring_out, find_p
from ecg_core.extract.qrs import detect
from ecg_core.extract.shapes import cut, sort_shapes
from ecg_core.extract.t_wave import TWave, find_t

BEFORE, AFTER = 0.56, 0.90
"""Extent of the representative beat before and after the aligned position, in s."""

SPIKE_TAIL = 0.014
"""QRS onset is not sought closer than this after a pacing spike, in s: recorders smear it (engineering default)."""


NEXT_BEAT = 0.08
"""A T wave ends at least this long before the next QRS complex, in s (engineering default)."""

TP_GAP = 0.03
"""A T wave that seems to end closer than this to the next P wave is measured again, in s (engineering default)."""


@dataclass(frozen=True, slots=True, eq=False)
class _Global:
    """QRS edges (samples of the representative beat) and the P and T waves found around them."""

    onset: float
    offset: float
    p: PWave | None
    t: TWave | None


def delineate(conditioned: Conditioned, usable: dict[str, bool], spike_times: NDArray[np.float64]) -> Delineation:
    """Find the beats and their waves.

    Args:
        conditioned: the recording at the working rate.
        usable: lead name -> whether the lead may take part.
        spike_times: pacing spikes, in s.

    Returns:
        The delineation; without beats where no lead is usable or no QRS complex was found.
    """
    rate = conditioned.sampling_rate
    rows = [row for row, lead in enumerate(conditioned.leads) if usable[lead]]
    signal = conditioned.signal[rows]
    found = detect(signal, rate) if rows else np.empty(0, dtype=np.intp)
    before, after = round(BEFORE * rate), round(AFTER * rate)
    if found.size == 0:
        return _assemble(conditioned, usable, (), np.zeros((len(conditioned.leads), before + after)), Waves(), 0)
    shapes = sort_shapes(signal, found, rate)
    positions, widths = _align_onsets(signal, shapes.positions, shapes.numbers, spike_times, rate)
    chosen = _chosen(positions, shapes.numbers)
    representative = average(cut(conditioned.signal, positions[chosen], before, after))
    waves = _find_waves(signal, representative[rows], positions, chosen, spike_times, rate)
    onsets, p_shifts, t_shifts = _match_beats(signal, representative[rows], positions, waves, rate)
    described = Described(
        onsets=positions / rate,
        widths=widths[shapes.numbers] / rate,
        numbers=shapes.numbers,
        likeness=shapes.likeness[shapes.numbers],
        has_p=~np.isnan(p_shifts),
    )
    kinds = classify(described, spike_times)
    beats = tuple(
        Beat(
            sample=round(float(positions[beat])),
            kind=kinds[beat],
            shape=int(shapes.numbers[beat]),
            correlation=round(float(shapes.correlations[beat]), 4),
            waves=_beat_waves(
                waves, onsets[beat], widths[shapes.numbers[beat]], p_shifts[beat], t_shifts[beat], signal.shape[1]
            ),
        )
        for beat in range(positions.size)
    )
    return _assemble(conditioned, usable, beats, representative, _round(waves), int(chosen.sum()))


def _assemble(
    conditioned: Conditioned,
    usable: dict[str, bool],
    beats: tuple[Beat, ...],
    representative: NDArray[np.float64],
    waves: Waves,
    averaged: int,
) -> Delineation:
    return Delineation(
        sampling_rate=conditioned.sampling_rate,
        leads=conditioned.leads,
        raw=conditioned.raw,
        signal=conditioned.signal,
        missing=conditioned.missing,
        usable=usable,
        beats=beats,
        representative=representative,
        origin=round(BEFORE * conditioned.sampling_rate),
        waves=waves,
        averaged=averaged,
    )


def _align_onsets(
    signal: NDArray[np.float64],
    positions: NDArray[np.float64],
    numbers: NDArray[np.intp],
    spike_times: NDArray[np.float64],
    rate: float,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Move the positions of every shape so that QRS onset lies equally far before them as in the dominant shape.

    Without this, an interval between beats of two shapes would hold the distance between two arbitrary points.

    Returns:
        Positions, shape ``[beats]``, and the QRS duration of each shape in samples, shape ``[shapes]``.
    """
    reach = round(0.30 * rate)
    edges = np.array(
        [
            find_qrs(
                average(cut(signal, positions[numbers == number], reach, reach)),
                reach,
                rate,
                not_before=_spike_end(positions[numbers == number], spike_times, reach, rate),
            )
            for number in range(int(numbers.max()) + 1)
        ]
    )
    moved = positions + edges[numbers, 0] - edges[0, 0]
    return np.clip(moved, 0, signal.shape[1] - 1), edges[:, 1] - edges[:, 0]


def _spike_end(
    positions: NDArray[np.float64], spike_times: NDArray[np.float64], origin: int, rate: float
) -> float | None:
    """Return the sample, in a beat with the given origin, by which the last spike before most complexes is over."""
    distance = spike_times[None, :] * rate - positions[:, None]
    near = (distance >= -0.18 * rate) & (distance <= 0.0)
    led = near.any(axis=1)
    if not led.any() or led.mean() < 0.5:
        return None
    last = np.where(near, distance, -np.inf).max(axis=1)[led]
    return origin + float(np.median(last)) + SPIKE_TAIL * rate


def _chosen(positions: NDArray[np.float64], numbers: NDArray[np.intp]) -> NDArray[np.bool_]:
    """Choose the beats to average: dominant shape, not premature unless all but a few are."""
    dominant = numbers == 0
    on_time: NDArray[np.bool_] = dominant & ~is_premature(positions, numbers)
    return on_time if on_time.sum() >= min(3, dominant.sum()) else dominant


def _find_waves(
    signal: NDArray[np.float64],
    beat: NDArray[np.float64],
    positions: NDArray[np.float64],
    chosen: NDArray[np.bool_],
    spike_times: NDArray[np.float64],
    rate: float,
) -> _Global:
    """Find QRS, T and P in the usable leads of the representative beat."""
    origin = round(BEFORE * rate)
    onset, offset = find_qrs(beat, origin, rate, not_before=_spike_end(positions[chosen], spike_times, origin, rate))
    intervals = np.diff(positions)
    interval = float(np.median(intervals)) if intervals.size else rate
    # With a QTc of 0.55 s by Bazett's formula the T wave peaks before this; the next P wave usually comes later.
    limit = onset + 0.5 * float(np.sqrt(interval * rate))
    latest = onset + interval - NEXT_BEAT * rate
    t = find_t(beat, onset, offset, limit, latest, rate)
    stop = origin + round(0.05 * rate)
    pieces = cut(signal, positions[chosen], origin, stop - origin)
    pieces = pieces[~np.isnan(pieces).any(axis=(1, 2))]
    p = find_p(beat, pieces, onset, _t_end(t, origin, interval), rate)
    if p is not None and t is not None and t.offset > p.onset + interval - TP_GAP * rate:
        # The limb that was followed belongs to the next P wave.
        t = find_t(beat, onset, offset, limit, p.onset + interval, rate)
        p = find_p(beat, pieces, onset, _t_end(t, origin, interval), rate)
    return _Global(onset=onset, offset=offset, p=p, t=t)


def _t_end(t: TWave | None, origin: int, interval: float) -> float:
    """Return where the T wave of the beat before ends; half way between two beats if there is none."""
    return origin - 0.5 * interval if t is None else t.offset - interval


def _match_beats(
    signal: NDArray[np.float64], beat: NDArray[np.float64], positions: NDArray[np.float64], waves: _Global, rate: float
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return for each beat its QRS onset, and how far its P and T waves are from their usual place (NaN: none)."""
    from scipy.ndimage import gaussian_filter1d

    origin = round(BEFORE * rate)
    starts = np.rint(positions).astype(np.intp) - origin
    none = np.full(positions.size, np.nan)
    p_shifts, t_shifts = none, none
    if waves.p is not None:
        first = max(0, round(waves.p.onset - 0.02 * rate))
        last = min(round(waves.p.offset + 0.02 * rate), round(waves.onset - 0.004 * rate))
        template = bring_out(beat, rate)[:, first:last]
        p_shifts = match_waves(bring_out(signal, rate), template, starts + first, round(0.06 * rate))
    if waves.t is not None:
        first = round(waves.offset + 0.05 * rate)
        last = min(round(waves.t.offset + 0.04 * rate), beat.shape[1])
        template = gaussian_filter1d(beat, 0.012 * rate, axis=1, order=1, mode="nearest")[:, first:last]
        slopes = gaussian_filter1d(signal, 0.012 * rate, axis=1, order=1, mode="nearest")
        t_shifts = match_waves(slopes, template, starts + first, round(0.05 * rate))
    return positions - origin + waves.onset, p_shifts, t_shifts


def _beat_waves(waves: _Global, onset: float, width: float, p_shift: float, t_shift: float, count: int) -> Waves:
    """Return fiducial points of one beat in samples of the window; points outside it are None."""

    def point(distance: float) -> int | None:
        sample = onset + distance
        return round(sample) if np.isfinite(sample) and 0 <= sample < count else None

    p, t = waves.p, waves.t
    return Waves(
        qrs_onset=point(0.0),
        qrs_offset=point(width),
        p_onset=None if p is None else point(p.onset - waves.onset + p_shift),
        p_peak=None if p is None else point(p.peak - waves.onset + p_shift),
        p_offset=None if p is None else point(p.offset - waves.onset + p_shift),
        t_onset=None if t is None or t.onset is None else point(t.onset - waves.onset + t_shift),
        t_peak=None if t is None else point(t.peak - waves.onset + t_shift),
        t_offset=None if t is None else point(t.offset - waves.onset + t_shift),
    )


def _round(waves: _Global) -> Waves:
    p, t = waves.p, waves.t
    return Waves(
        qrs_onset=round(waves.onset),
        qrs_offset=round(waves.offset),
        p_onset=None if p is None else round(p.onset),
        p_peak=None if p is None else p.peak,
        p_offset=None if p is None else round(p.offset),
        t_onset=None if t is None else t.onset,
        t_peak=None if t is None else t.peak,
        t_offset=None if t is None else round(t.offset),
    )
