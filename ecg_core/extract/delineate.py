"""Delineate a conditioned recording: beats, shapes, the representative beat and its waves."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ecg_core.extract.average import average
from ecg_core.extract.beat_classes import Described, classify, is_premature
from ecg_core.extract.beat_waves import match_waves
from ecg_core.extract.clean import Conditioned
from ecg_core.extract.delineation import Beat, Delineation, Waves
from ecg_core.extract.fiducials import Averaged, Fiducials, FindFiducials, GlobalWaves
from ecg_core.extract.fusion import mark_fusion
from ecg_core.extract.p_wave import bring_out
from ecg_core.extract.shapes import cut, sort_shapes
from ecg_core.extract.slow_part import find_slow_part

BEFORE, AFTER = 0.56, 0.90
"""Extent of the representative beat before and after the aligned position, in s."""


def delineate(
    conditioned: Conditioned, usable: dict[str, bool], spike_times: NDArray[np.float64], find: FindFiducials
) -> Delineation:
    """Find the beats and their waves.

    Args:
        conditioned: the recording at the working rate.
        usable: lead name -> whether the lead may take part.
        spike_times: pacing spikes, in s.
        find: the delineator.

    Returns:
        The delineation; without beats where no lead is usable or no QRS complex was found.
    """
    rate = conditioned.sampling_rate
    rows = [row for row, lead in enumerate(conditioned.leads) if usable[lead]]
    signal = conditioned.signal[rows]
    before, after = round(BEFORE * rate), round(AFTER * rate)
    empty = _without_beats(conditioned, usable, before, after)
    if not rows:
        return empty
    fiducials = find(signal, rate, spike_times)
    found = fiducials.find_beats()
    if found.size == 0:
        return empty
    shapes = sort_shapes(signal, found, rate)
    positions, widths = _align_onsets(signal, shapes.positions, shapes.numbers, fiducials, rate)
    chosen = _chosen(positions, shapes.numbers)
    representative = average(cut(conditioned.signal, positions[chosen], before, after))
    averaged = Averaged(beat=representative[rows], origin=before, positions=positions, chosen=chosen)
    waves, opinions = fiducials.find_waves(averaged)
    onsets, p_shifts, t_shifts = _match_beats(signal, representative[rows], positions, waves, rate)
    described = Described(
        onsets=onsets / rate,
        widths=widths[shapes.numbers] / rate,
        numbers=shapes.numbers,
        likeness=shapes.likeness[shapes.numbers],
        has_p=~np.isnan(p_shifts),
    )
    kinds = mark_fusion(classify(described, spike_times), described, signal, positions, rate)
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
    delineation = replace(
        empty,
        beats=beats,
        representative=representative,
        waves=_round(waves),
        averaged=int(chosen.sum()),
        edges=_edges(waves) if fiducials.fractions else {},
        opinions=None if opinions is None else (_round(opinions[0]), _round(opinions[1])),
    )
    return replace(delineation, slow_part=find_slow_part(delineation))


def _without_beats(conditioned: Conditioned, usable: dict[str, bool], before: int, after: int) -> Delineation:
    return Delineation(
        sampling_rate=conditioned.sampling_rate,
        leads=conditioned.leads,
        raw=conditioned.raw,
        signal=conditioned.signal,
        missing=conditioned.missing,
        usable=usable,
        beats=(),
        representative=np.zeros((len(conditioned.leads), before + after)),
        origin=before,
        waves=Waves(),
        averaged=0,
    )


def _align_onsets(
    signal: NDArray[np.float64],
    positions: NDArray[np.float64],
    numbers: NDArray[np.intp],
    fiducials: Fiducials,
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
            fiducials.find_qrs(positions[numbers == number], reach, dominant=number == 0)
            for number in range(int(numbers.max()) + 1)
        ]
    )
    moved = positions + edges[numbers, 0] - edges[0, 0]
    return np.clip(moved, 0, signal.shape[1] - 1), edges[:, 1] - edges[:, 0]


def _chosen(positions: NDArray[np.float64], numbers: NDArray[np.intp]) -> NDArray[np.bool_]:
    """Choose the beats to average: dominant shape, not premature unless all but a few are."""
    dominant = numbers == 0
    on_time: NDArray[np.bool_] = dominant & ~is_premature(positions, numbers)
    return on_time if on_time.sum() >= min(3, dominant.sum()) else dominant


def _match_beats(
    signal: NDArray[np.float64],
    beat: NDArray[np.float64],
    positions: NDArray[np.float64],
    waves: GlobalWaves,
    rate: float,
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


def _beat_waves(waves: GlobalWaves, onset: float, width: float, p_shift: float, t_shift: float, count: int) -> Waves:
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


def _round(waves: GlobalWaves) -> Waves:
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


def _edges(waves: GlobalWaves) -> dict[str, float]:
    p, t = waves.p, waves.t
    return {
        "qrs_onset": waves.onset,
        "qrs_offset": waves.offset,
        **({} if p is None else {"p_onset": p.onset, "p_offset": p.offset}),
        **({} if t is None else {"t_offset": t.offset}),
    }
