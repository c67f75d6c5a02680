"""Q, R, S, R', S' and R'' waves of one lead."""

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

LARGE_AREA, BRIEFEST_LARGE = 0.16, 0.008
"""A wave of this area, in mV*ms, is one however brief (12SL's criterion), but not below this length, in s (engineering
default: what is briefer comes from no ventricle)."""

DEAD_BAND = 0.010
"""Deviation that counts as still on the level, in mV (engineering default)."""

RETURN = 0.02
"""A wave that has not turned back by this much, in mV, before the J point is ST deviation (engineering default)."""

REST = 0.020
"""A wave that runs into a shifted ST segment ends where it stays this close to the J level, in mV (engineering default:
twice the dead band, for the J level itself moves)."""


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
    r_double_prime: Wave | None

    @property
    def qs(self) -> bool:
        """Whether the complex is one negative wave."""
        return self.q is not None and self.r is None

    @property
    def morphology(self) -> str:
        """Return the pattern, e.g. "qRs": capitals from 0.5 mV on; "" if there is no wave."""
        if self.qs:
            return "QS" if self.q is not None and -self.q.amplitude >= 0.5 else "qs"
        named = zip(("q", "r", "s", "r'", "s'", "r''"), self.in_order, strict=True)
        return "".join(name.upper() if abs(wave.amplitude) >= 0.5 else name for name, wave in named if wave is not None)

    @property
    def in_order(self) -> tuple[Wave | None, ...]:
        """All waves in time order: Q, R, S, R', S', R''."""
        return self.q, self.r, self.s, self.r_prime, self.s_prime, self.r_double_prime


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
        return QrsWaves(deepest, None, None, None, None, None)
    first = upright[0]
    q = min(waves[:first], key=lambda wave: wave.amplitude, default=None)
    # Neighbouring waves have opposite signs, so that what follows R is S, R', S', R''.
    later: list[Wave | None] = [*waves[first + 1 : first + 5], None, None, None, None]
    return QrsWaves(q, waves[first], *later[:4])


def _split(lead: NDArray[np.float64], onset: int, offset: int, rate: float) -> list[Wave]:
    """Return the waves of alternating sign between onset and offset, in time order."""
    piece = lead[onset : offset + 1]
    sign = np.where(piece > DEAD_BAND, 1, np.where(piece < -DEAD_BAND, -1, 0))
    edges = np.flatnonzero(np.diff(sign)) + 1
    bounds = np.concatenate(([0], edges, [piece.size]))
    core, briefest, least = (round(time * rate) for time in (BRIEFEST_CORE, BRIEFEST, BRIEFEST_LARGE))
    waves: list[Wave] = []
    for start, stop in pairwise(bounds):
        if sign[start] == 0:
            continue
        part = piece[start:stop] * sign[start]
        peak = int(np.argmax(part))
        if part[peak] < SMALLEST or np.count_nonzero(part >= SMALLEST) < core or part.size < least:
            continue
        if part.size < briefest and 1000.0 / rate * part.sum() < LARGE_AREA:
            continue
        # Still rising at the J point: the ST segment, not a wave; the same at onset: the PR segment.
        if stop == piece.size and waves and part[peak] - part[-1] < RETURN:
            continue
        last = stop - 1
        if stop == piece.size:
            last = start + max(peak, int(np.flatnonzero(np.abs(part - part[-1]) > REST).max(initial=0)))
        wave = Wave(onset + int(start), onset + int(last), onset + int(start) + peak, float(part[peak] * sign[start]))
        if waves and np.sign(waves[-1].amplitude) == np.sign(wave.amplitude):
            waves[-1] = _joined(waves[-1], wave)
        else:
            waves.append(wave)
    return waves


def _joined(one: Wave, other: Wave) -> Wave:
    """Return two waves of one sign, with nothing of note between them, as one."""
    larger = one if abs(one.amplitude) >= abs(other.amplitude) else other
    return Wave(one.first, other.last, larger.peak, larger.amplitude)
