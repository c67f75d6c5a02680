"""Beats and waves from the signal itself: steepness, spatial velocity, and what repeats."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ecg_core.extract.average import average
from ecg_core.extract.boundaries import find_qrs
from ecg_core.extract.fiducials import Averaged, GlobalWaves, Opinions, spike_end
from ecg_core.extract.p_wave import find_p
from ecg_core.extract.qrs import detect
from ecg_core.extract.shapes import cut
from ecg_core.extract.t_wave import TWave, find_t

NEXT_BEAT = 0.08
"""A T wave ends at least this long before the next QRS complex, in s (engineering default)."""

TP_GAP = 0.03
"""A T wave that seems to end closer than this to the next P wave is measured again, in s (engineering default)."""


class ClassicalFiducials:
    """Fiducial points from representative beats.

    Args:
        signal: usable leads, shape ``[leads, samples]``, mV.
        rate: in Hz.
        spike_times: pacing spikes, in s.
    """

    fractions = False

    def __init__(self, signal: NDArray[np.float64], rate: float, spike_times: NDArray[np.float64]) -> None:
        self._signal = signal
        self._rate = rate
        self._spike_times = spike_times

    def find_beats(self) -> NDArray[np.intp]:
        """Return the positions of the QRS complexes in samples."""
        return detect(self._signal, self._rate)

    def find_qrs(self, positions: NDArray[np.float64], origin: int, *, dominant: bool) -> tuple[float, float]:
        """Return QRS onset and offset in the average of complexes of one shape, in the same way for all."""
        beat = average(cut(self._signal, positions, origin, origin))
        return self._find_qrs(beat, positions, origin)

    def find_waves(self, averaged: Averaged) -> tuple[GlobalWaves, Opinions | None]:
        """Find QRS, T and P in the representative beat; there is no second delineator."""
        beat, origin, positions, rate = averaged.beat, averaged.origin, averaged.positions, self._rate
        chosen = positions[averaged.chosen]
        onset, offset = self._find_qrs(beat, chosen, origin)
        intervals = np.diff(positions)
        interval = float(np.median(intervals)) if intervals.size else rate
        # With a QTc of 0.55 s by Bazett's formula the T wave peaks before this; the next P wave usually comes later.
        limit = onset + 0.5 * float(np.sqrt(interval * rate))
        latest = onset + interval - NEXT_BEAT * rate
        t = find_t(beat, onset, offset, limit, latest, rate)
        stop = origin + round(0.05 * rate)
        pieces = cut(self._signal, chosen, origin, stop - origin)
        pieces = pieces[~np.isnan(pieces).any(axis=(1, 2))]
        p = find_p(beat, pieces, onset, _t_end(t, origin, interval), rate)
        if p is not None and t is not None and t.offset > p.onset + interval - TP_GAP * rate:
            # The limb that was followed belongs to the next P wave.
            t = find_t(beat, onset, offset, limit, p.onset + interval, rate)
            p = find_p(beat, pieces, onset, _t_end(t, origin, interval), rate)
        return GlobalWaves(onset=onset, offset=offset, p=p, t=t), None

    def _find_qrs(self, beat: NDArray[np.float64], positions: NDArray[np.float64], origin: int) -> tuple[float, float]:
        not_before = spike_end(positions, self._spike_times, origin, self._rate)
        return find_qrs(beat, origin, self._rate, not_before=not_before)


def _t_end(t: TWave | None, origin: int, interval: float) -> float:
    """Return where the T wave of the beat before ends; half way between two beats if there is none."""
    return origin - 0.5 * interval if t is None else t.offset - interval
