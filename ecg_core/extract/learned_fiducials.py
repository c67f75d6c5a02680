"""Beats and waves from the segmentation network: an edge in each lead, then one for all leads and beats.

Global definition: an edge is the mean over the usable leads, without the earliest and the latest, of where the
probability of the wave passes one half; the median over the dominant beats of its distance from the aligned position;
and three tenths of the way from there to where the classical delineator puts it (`opinions`). The network learned each
lead's own manual marks (LUDB), so that this is, without further constants, the *middle of the twelve leads* of such
marks, and not the earliest onset and the latest offset of all.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ecg_core.extract.arbitration import arbitrate
from ecg_core.extract.classical_fiducials import ClassicalFiducials
from ecg_core.extract.fiducials import Averaged, GlobalWaves, Opinions, spike_end
from ecg_core.extract.filters import resample
from ecg_core.extract.network import QRS, RATE, Network, P, T
from ecg_core.extract.opinions import weigh
from ecg_core.extract.p_wave import PWave
from ecg_core.extract.peaks import find_maxima
from ecg_core.extract.qrs import steepness
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

TRACE = 0.08
"""Least steepness of a complex that only the network finds, relative to the usual one: the P waves of complete block
reach 0.04, true complexes 0.12 even at the edge of a recording (drawn blocks; LUDB, PTB-XL, CPSC 2018, CinC 2021)."""

GAP, STEEP = 1.6, 0.5
"""An unsupported complex stays if without it an interval would last so many times the usual one, and it is steeper than
this share of the usual complex (engineering defaults: that of the classical detector's second look; a pacing spike
without capture leaves a third)."""

QRS_REACH = 0.10
"""A complex has its most probable sample within this distance of its position, in s."""

P_EARLIEST, P_AFTER_BEAT = 0.50, 0.10
"""A P wave is sought from this long before a complex, but not closer than that after the one before, in s."""

P_HALF_SURE, P_AGREEMENT = 0.25, 0.90
"""Median over beats of the highest mean probability over leads, and agreement between beats of the classical P wave,
that together show a P wave where the network alone is not sure (LUDB out of fold, PTB-XL, CPSC 2018, CinC 2021: of 41
recordings with fibrillation, flutter or without P marks none has both)."""

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
        self._classical = ClassicalFiducials(signal, rate, spike_times)
        self._signal = signal
        self._spike_times = spike_times
        self._rate = rate
        self._step = round(rate / RATE)
        self._probabilities = network.probabilities(resample(signal, 1, self._step))
        self._mean = self._probabilities.mean(axis=0)

    def find_beats(self) -> NDArray[np.intp]:
        """Return the positions of the QRS complexes in samples.

        Those of the classical detector are kept where the network sees at least a trace of a complex, or where without
        them a beat would be missing; those that the network alone sees are added where the signal has a trace of them.
        """
        mean = self._mean[QRS]
        found = self._classical.find_beats()
        peaks = find_maxima(mean, height=HALF, distance=round(APART * RATE))
        edge = round(EDGE * RATE)
        peaks = np.asarray(peaks[(peaks >= edge) & (peaks < mean.size - edge)] * self._step, dtype=np.intp)
        if found.size == 0:
            return peaks
        near = np.clip(found[:, None] // self._step + np.arange(-edge, edge + 1), 0, mean.size - 1)
        supported = mean[near].max(axis=1) >= SUPPORT
        if supported.mean() < BLIND:
            return found
        count = found.size
        height = self._steepness(np.concatenate((found, peaks)))
        height /= np.median(height[:count][supported])
        doubtful = found[~supported & (height[:count] >= STEEP)]
        found = found[supported]
        distance = np.abs(peaks[:, None] - found[None, :]).min(axis=1, initial=mean.size)
        added = peaks[(distance > ALONE * self._rate) & (height[count:] >= TRACE)]
        sure = np.sort(np.concatenate((found, added)))
        return np.sort(np.concatenate((sure, _fill_gaps(sure, doubtful)))).astype(np.intp)

    def _steepness(self, places: NDArray[np.intp]) -> NDArray[np.float64]:
        """Return the largest steepness of the signal near each place."""
        reach = round(EDGE * self._rate)
        near = np.clip(places[:, None] + np.arange(-reach, reach + 1), 0, self._signal.shape[1] - 1)
        highest: NDArray[np.float64] = steepness(self._signal, self._rate)[near].max(axis=1)
        return highest

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

    def find_waves(self, averaged: Averaged) -> tuple[GlobalWaves, Opinions | None]:
        """Return QRS, P and T of the averaged beats, weighed with what the classical delineator finds, and both."""
        other, _ = self._classical.find_waves(averaged)
        positions = averaged.positions[averaged.chosen]
        onset, offset = self.find_qrs(positions, averaged.origin, dominant=True)
        p, t = self._find_p(averaged, onset, other.p), self._find_t(averaged, offset)
        own = GlobalWaves(onset=onset, offset=offset, p=p, t=t)
        return weigh(arbitrate(own, other, averaged.beat, self._rate), other, self._rate), (own, other)

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
        first = averaged.origin + onset
        last = min(averaged.origin + offset, qrs_onset)
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


def _fill_gaps(sure: NDArray[np.intp], doubtful: NDArray[np.intp]) -> NDArray[np.intp]:
    """Return the doubtful complexes in intervals that would be too long without them."""
    if sure.size < 3:
        return doubtful
    after = np.searchsorted(sure, doubtful)
    inside = (after > 0) & (after < sure.size)
    intervals = np.diff(sure)
    long = intervals > GAP * float(np.median(intervals))
    kept: NDArray[np.intp] = doubtful[inside & long[np.clip(after - 1, 0, intervals.size - 1)]]
    return kept


def _peak(beat: NDArray[np.float64], first: float, last: float) -> int:
    """Return where the wave deviates most, over all leads, from the line between its ends."""
    start, stop = max(0, round(first)), min(round(last), beat.shape[1] - 1)
    if stop - start < 2:
        return start
    piece = beat[:, start : stop + 1]
    line = piece[:, :1] + (piece[:, -1:] - piece[:, :1]) * np.linspace(0.0, 1.0, piece.shape[1])
    return start + int(np.argmax(np.sum((piece - line) ** 2, axis=0)))
