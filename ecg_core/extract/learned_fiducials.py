"""Beats and waves from the segmentation network: each lead on its own, then the median over leads and over beats.

Global definition: an edge is the median over the usable leads of where the probability of the wave passes one half, and
the median over the dominant beats of its distance from the aligned position. The network learned each lead's own manual
marks (LUDB), so that this is, without further constants, the *median over the twelve leads* of such marks.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ecg_core.extract.classical_fiducials import ClassicalFiducials
from ecg_core.extract.fiducials import Averaged, GlobalWaves, spike_end
from ecg_core.extract.network import QRS, RATE, Network, P, T
from ecg_core.extract.p_wave import PWave
from ecg_core.extract.segments import HALF, find_edges, fuse, middle
from ecg_core.extract.t_wave import TWave

APART = 0.18
"""Two QRS complexes are never closer, in s: 300/min and a little more."""

ALONE = 0.30
"""A complex that only the network finds counts if no other is closer, in s: closer ones are parts of one wide complex
(engineering default)."""

EDGE = 0.04
"""No complex is taken from so close to either end, in s: half of it is missing."""

SUPPORT = 0.25
"""Least mean probability over leads of a complex that only the classical detector finds (engineering default)."""

BLIND = 0.5
"""Share of those complexes below which the network is held to be at fault: it has seen few of such shape."""

QRS_REACH = 0.10
"""A complex has its most probable sample within this distance of its position, in s."""

P_EARLIEST, P_AFTER_BEAT = 0.50, 0.10
"""A P wave is sought from this long before a complex, but not closer than that after the one before, in s."""

P_HALF_SURE, P_AGREEMENT = 0.25, 0.90
"""Median over beats of the highest mean probability over leads, and agreement between beats of the classical P wave,
that together show a P wave where the network alone is not sure (LUDB out of fold, PTB-XL, CPSC 2018, CinC 2021: of 41
recordings with fibrillation, flutter or without P marks none has both)."""

P_SHIFTS = 0.0023, -0.0007
"""Mean distance of P onset and offset from the manual marks, taken off, in s (LUDB, out of fold): the median of an edge
over leads is not the edge at the median duration."""

STEADY = 0.040
"""Spread over beats (scaled median deviation) of the distance from P onset to QRS onset beyond which P waves stand in
no steady place, in s (engineering default: the vocabulary's 50 ms of PR variation, and the error of one P onset)."""

T_FROM, T_TO, T_BEFORE_BEAT = 0.048, 0.70, 0.02
"""A T wave is sought from and to this long after a complex, and until this long before the next, in s."""


class LearnedFiducials:
    """Fiducial points from class probabilities.

    Args:
        network: gives the probabilities.
        signal: usable leads, shape ``[leads, samples]``, mV.
        rate: in Hz.
        spike_times: pacing spikes, in s.
    """

    fractions = True

    def __init__(
        self, network: Network, signal: NDArray[np.float64], rate: float, spike_times: NDArray[np.float64]
    ) -> None:
        from scipy.signal import resample_poly

        self._classical = ClassicalFiducials(signal, rate, spike_times)
        self._spike_times = spike_times
        self._rate = rate
        self._step = round(rate / RATE)
        self._probabilities = network.probabilities(resample_poly(signal, 1, self._step, axis=1))
        self._mean = self._probabilities.mean(axis=0)

    def find_beats(self) -> NDArray[np.intp]:
        """Return the positions of the QRS complexes in samples.

        Those of the classical detector are kept where the network sees at least a trace of a complex; those that the
        network alone sees are added.
        """
        from scipy.signal import find_peaks

        mean = self._mean[QRS]
        found = self._classical.find_beats()
        peaks, _ = find_peaks(mean, height=HALF, distance=round(APART * RATE))
        edge = round(EDGE * RATE)
        peaks = peaks[(peaks >= edge) & (peaks < mean.size - edge)] * self._step
        if found.size == 0:
            return np.asarray(peaks, dtype=np.intp)
        near = np.clip(found[:, None] // self._step + np.arange(-edge, edge + 1), 0, mean.size - 1)
        supported = mean[near].max(axis=1) >= SUPPORT
        if supported.mean() < BLIND:
            return found
        found = found[supported]
        distance = np.abs(peaks[:, None] - found[None, :]).min(axis=1, initial=mean.size)
        added = peaks[distance > ALONE * self._rate]
        return np.sort(np.concatenate((found, added))).astype(np.intp)

    def find_qrs(self, positions: NDArray[np.float64], origin: int, *, dominant: bool) -> tuple[float, float]:
        """Return the median QRS onset and offset of some complexes.

        In other shapes than the dominant one the outer edges of both delineators count: the network was shown few such
        beats, and takes a slow beginning or end of an ectopic one for no part of it. Where it sees no edge in at least
        half of the complexes, the classical boundaries stand in.
        """
        onsets, offsets = self._edges(QRS, positions - QRS_REACH * self._rate, positions + QRS_REACH * self._rate)
        onset, offset = middle(onsets - positions), middle(offsets - positions)
        if onset is None or offset is None:
            return self._classical.find_qrs(positions, origin, dominant=dominant)
        not_before = spike_end(positions, self._spike_times, origin, self._rate)
        first = origin + onset if not_before is None else max(origin + onset, not_before)
        last = max(origin + offset, first + 1)
        if dominant:
            return first, last
        other_first, other_last = self._classical.find_qrs(positions, origin, dominant=dominant)
        return min(first, other_first), max(last, other_last)

    def find_waves(self, averaged: Averaged) -> tuple[GlobalWaves, GlobalWaves | None]:
        """Return QRS, P and T as the median over the averaged beats, and what the classical delineator finds."""
        second, _ = self._classical.find_waves(averaged)
        positions = averaged.positions[averaged.chosen]
        onset, offset = self.find_qrs(positions, averaged.origin, dominant=True)
        p, t = self._find_p(averaged, onset, second.p), self._find_t(averaged, offset)
        return GlobalWaves(onset=onset, offset=offset, p=p, t=t), second

    def _find_p(self, averaged: Averaged, qrs_onset: float, witness: PWave | None) -> PWave | None:
        """Return the P wave if the network is sure of it, or half sure and the classical delineator saw one repeat."""
        positions, rate = averaged.positions, self._rate
        before = np.concatenate(([-np.inf], positions[:-1]))
        low = np.maximum(before + P_AFTER_BEAT * rate, positions - P_EARLIEST * rate)[averaged.chosen]
        high = positions[averaged.chosen]
        presence = float(np.median(self._highest(P, low, high)))
        witnessed = witness is not None and witness.agreement >= P_AGREEMENT and presence >= P_HALF_SURE
        if presence <= HALF and not witnessed:
            return None
        onsets, offsets = self._edges(P, low, high)
        onset, offset = middle(onsets - high), middle(offsets - high)
        if onset is None or offset is None:
            return witness if witnessed else None
        if 1.4826 * np.nanmedian(np.abs(onsets - high - onset)) > STEADY * rate:
            return None
        first = averaged.origin + onset + P_SHIFTS[0] * rate
        last = min(averaged.origin + offset + P_SHIFTS[1] * rate, qrs_onset)
        if not 0.0 <= first < last:
            return None
        return PWave(onset=first, peak=_peak(averaged.beat, first, last), offset=last, agreement=presence)

    def _find_t(self, averaged: Averaged, qrs_offset: float) -> TWave | None:
        positions, rate = averaged.positions, self._rate
        after = np.concatenate((positions[1:], [np.inf]))
        low = (positions + T_FROM * rate)[averaged.chosen]
        high = np.minimum(after - T_BEFORE_BEAT * rate, positions + T_TO * rate)[averaged.chosen]
        onsets, offsets = self._edges(T, low, high)
        at = positions[averaged.chosen]
        onset, offset = middle(onsets - at), middle(offsets - at)
        if onset is None or offset is None:
            return None
        first, last = max(onset + averaged.origin, qrs_offset), offset + averaged.origin
        if not first < last < averaged.beat.shape[1]:
            return None
        return TWave(onset=round(first), peak=_peak(averaged.beat, first, last), offset=last)

    def _edges(
        self, kind: int, low: NDArray[np.float64], high: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return the fused onset and offset, in samples of the signal, of the wave within each stretch of it."""
        onsets, offsets = find_edges(self._probabilities[:, kind], self._grid(low), self._grid(high))
        return fuse(onsets) * self._step, fuse(offsets) * self._step

    def _highest(self, kind: int, low: NDArray[np.float64], high: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the highest mean probability over leads within each stretch of the signal."""
        first, last = self._grid(low), self._grid(high)
        pairs = zip(first, last, strict=True)
        return np.array([self._mean[kind, start:stop].max(initial=0.0) for start, stop in pairs], dtype=np.float64)

    def _grid(self, samples: NDArray[np.float64]) -> NDArray[np.intp]:
        last = self._probabilities.shape[2]
        return np.clip(np.rint(samples / self._step), 0, last).astype(np.intp)


def _peak(beat: NDArray[np.float64], first: float, last: float) -> int:
    """Return where the wave deviates most, over all leads, from the line between its ends."""
    start, stop = max(0, round(first)), min(round(last), beat.shape[1] - 1)
    if stop - start < 2:
        return start
    piece = beat[:, start : stop + 1]
    line = piece[:, :1] + (piece[:, -1:] - piece[:, :1]) * np.linspace(0.0, 1.0, piece.shape[1])
    return start + int(np.argmax(np.sum((piece - line) ** 2, axis=0)))
