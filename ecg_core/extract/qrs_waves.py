"""Q, R, S, R' and S' waves of one lead."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

SMALLEST = 0.03
"""A wave deviates at least this much from the QRS-onset level, in mV (IEC 60601-2-51, annex GG)."""

BRIEFEST_CORE = 0.006
"""It exceeds that for at least this long, in s (IEC 60601-2-51, annex GG)."""

BRIEFEST = 0.012
"""It lasts at least this long from crossing to crossing, in s (IEC 60601-2-51, annex GG)."""

DEAD_BAND = 0.010
"""Deviation that counts as still on the level, in mV (engineering default)."""

RETURN = 0.02
"""A wave that has not turned back by this much, in mV, before the J point is ST deviation (engineering default)."""


@dataclass(frozen=True, slots=True)
class Wave:
    """One deflection of the QRS complex.

    Attributes:
        first: first sample.
        last: last sample.
        peak: sample of its extreme.
        amplitude: value there, signed, in mV.
    """

    first: int
    last: int
    peak: int
    amplitude: float

    @property
    def width(self) -> int:
        """Duration in samples."""
        return self.last - self.first + 1


@dataclass(frozen=True, slots=True)
class QrsWaves:
    """The waves of one lead by name; a wave that is not there is None.

    A complex of one negative wave (QS) stands as `q` with `r` None.
    """

    q: Wave | None
    r: Wave | None
    s: Wave | None
    r_prime: Wave | None
    s_prime: Wave | None

    @property
    def qs(self) -> bool:
        """Whether the complex is one negative wave."""
        return self.q is not None and self.r is None

    @property
    def morphology(self) -> str:
        """Return the pattern, e.g. "qRs": capitals from 0.5 mV on; "" if there is no wave."""
        if self.qs:
            return "QS" if self.q is not None and -self.q.amplitude >= 0.5 else "qs"
        named = (("q", self.q), ("r", self.r), ("s", self.s), ("r'", self.r_prime), ("s'", self.s_prime))
        return "".join(name.upper() if abs(wave.amplitude) >= 0.5 else name for name, wave in named if wave is not None)


def find_waves(lead: NDArray[np.float64], onset: int, offset: int, sampling_rate: float) -> QrsWaves:
    """Split the QRS complex of one lead into waves.

    Args:
        lead: representative beat of the lead relative to its QRS-onset level, shape ``[length]``, mV.
        onset: global QRS onset.
        offset: global QRS offset.
        sampling_rate: in Hz.
    """
    waves = _split(lead, onset, offset, sampling_rate)
    upright = [number for number, wave in enumerate(waves) if wave.amplitude > 0]
    if not upright:
        deepest = min(waves, key=lambda wave: wave.amplitude, default=None)
        return QrsWaves(q=deepest, r=None, s=None, r_prime=None, s_prime=None)
    first = upright[0]
    q = min(waves[:first], key=lambda wave: wave.amplitude, default=None)
    later = waves[first + 1 :]
    return QrsWaves(
        q=q,
        r=waves[first],
        s=later[0] if later else None,
        r_prime=later[1] if len(later) > 1 else None,
        s_prime=later[2] if len(later) > 2 else None,
    )


def _split(lead: NDArray[np.float64], onset: int, offset: int, rate: float) -> list[Wave]:
    """Return the waves of alternating sign between onset and offset, in time order."""
    piece = lead[onset : offset + 1]
    sign = np.where(piece > DEAD_BAND, 1, np.where(piece < -DEAD_BAND, -1, 0))
    edges = np.flatnonzero(np.diff(sign)) + 1
    bounds = np.concatenate(([0], edges, [piece.size]))
    core, briefest = max(1, round(BRIEFEST_CORE * rate)), round(BRIEFEST * rate)
    waves: list[Wave] = []
    for start, stop in pairwise(bounds):
        if sign[start] == 0:
            continue
        part = piece[start:stop] * sign[start]
        peak = int(np.argmax(part))
        if part[peak] < SMALLEST or np.count_nonzero(part >= SMALLEST) < core or part.size < briefest:
            continue
        # Still rising at the J point: the ST segment, not a wave; the same at onset: the PR segment.
        if stop == piece.size and waves and part[peak] - part[-1] < RETURN:
            continue
        wave = Wave(
            onset + int(start), onset + int(stop) - 1, onset + int(start) + peak, float(part[peak] * sign[start])
        )
        if waves and np.sign(waves[-1].amplitude) == np.sign(wave.amplitude):
            waves[-1] = _joined(waves[-1], wave)
        else:
            waves.append(wave)
    return waves


def _joined(one: Wave, other: Wave) -> Wave:
    """Return two waves of one sign, with nothing of note between them, as one."""
    larger = one if abs(one.amplitude) >= abs(other.amplitude) else other
    return Wave(one.first, other.last, larger.peak, larger.amplitude)
