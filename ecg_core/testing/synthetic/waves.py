"""Waves with exact beginnings and ends, and the beats made of them.

Every piece is exactly zero outside its own beginning and end, and leaves zero so sharply that onset and offset hardly
depend on how the end of a soft flank is defined: at the usual `EDGE` the tangent of the last flank meets zero 5 % of
that flank before its end.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ecg_core.errors import UsageError
from ecg_core.testing.synthetic.amplitudes import Amplitudes

EDGE = 1.3
"""Usual power of the sine that a flank follows: 1 leaves zero with a kink, which no body does, 2 so softly that the
end is a matter of opinion (engineering default)."""

ST_RISE = 20.0
"""The ST level is reached over the last part of the QRS complex, in ms."""

ST_CHORD = 80.0
"""Time after J over which slope and bow of the ST segment are stated, in ms (vocabulary, st_slope)."""


@dataclass(frozen=True, slots=True)
class Arch:
    """One deflection: a power of half a sine, rising to its extreme and falling from it.

    Attributes:
        first: beginning, in ms from the onset of the complex.
        last: end, in ms.
        size: height of the extreme in each lead, in mV.
        crest: place of the extreme, as a share of the duration.
        edge: power of the sine that the flanks follow; see `EDGE`.
    """

    first: float
    last: float
    size: Amplitudes
    crest: float = 0.5
    edge: float = EDGE

    def __post_init__(self) -> None:
        if not self.first < self.last:
            raise UsageError(f"a wave from {self.first:g} to {self.last:g} ms has no duration")
        if not 0 < self.crest < 1:
            raise UsageError(f"the extreme of a wave cannot lie at {self.crest:g} of its duration")

    def draw(self, time: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the deflection, shape ``[leads, samples]`` in mV, at times in ms."""
        rise = self.crest * (self.last - self.first)
        fall = self.last - self.first - rise
        flank = np.minimum((time - self.first) / rise, (self.last - time) / fall)
        course = np.sin(np.pi / 2 * np.clip(flank, 0.0, 1.0)) ** self.edge
        return np.outer(self.size.array, course)


@dataclass(frozen=True, slots=True)
class StSegment:
    """The course between the J point and the end of T, on which T and U ride.

    Attributes:
        level: at J, in mV.
        slope: of the chord over the 80 ms after J, in mV/s.
        bow: height of the course above that chord at its middle, in mV (positive: convex).
    """

    level: Amplitudes
    slope: Amplitudes
    bow: Amplitudes

    def draw(self, time: NDArray[np.float64], j_point: float, end: float) -> NDArray[np.float64]:
        """Return the course, shape ``[leads, samples]`` in mV, at times in ms; zero before the QRS ends and after T."""
        rise = np.sin(np.pi / 2 * np.clip((time - j_point + ST_RISE) / ST_RISE, 0.0, 1.0))
        chord = np.clip((time - j_point) / ST_CHORD, 0.0, 1.0)
        fade = np.cos(np.pi / 2 * np.clip((time - j_point - ST_CHORD) / (end - j_point - ST_CHORD), 0.0, 1.0))
        along = np.outer(self.level.array, rise) + np.outer(self.slope.array * ST_CHORD / 1000.0, chord)
        course: NDArray[np.float64] = (along + np.outer(self.bow.array, np.sin(np.pi * chord))) * fade
        return course


@dataclass(frozen=True, slots=True)
class Atrial:
    """A P wave; times in ms from its onset.

    Attributes:
        waves: its parts.
        after: course of the PR segment behind it.
    """

    waves: tuple[Arch, ...]
    after: tuple[Arch, ...] = ()

    @property
    def duration(self) -> float:
        """In ms."""
        return max(wave.last for wave in self.waves)

    @property
    def end(self) -> float:
        """Where everything is zero again, in ms."""
        return max(wave.last for wave in (*self.waves, *self.after))

    def draw(self, time: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the P wave and its PR segment, shape ``[leads, samples]`` in mV, at times in ms from P onset."""
        return _sum((*self.waves, *self.after), time)


@dataclass(frozen=True, slots=True)
class Ventricular:
    """A QRS complex with its ST segment, T and U; times in ms from QRS onset.

    Attributes:
        qrs: duration of the QRS complex; the J point.
        waves: parts of the QRS complex, inside it.
        t: parts of the T wave.
        j: J waves, inside the QRS complex at its end.
        st: course of the ST segment, or None for a level one.
        u: parts of the U wave.
    """

    qrs: float
    waves: tuple[Arch, ...]
    t: tuple[Arch, ...]
    j: tuple[Arch, ...] = ()
    st: StSegment | None = None
    u: tuple[Arch, ...] = ()

    def __post_init__(self) -> None:
        inside = (*self.waves, *self.j)
        if min(wave.first for wave in inside) != 0 or max(wave.last for wave in inside) != self.qrs:
            raise UsageError(f"the waves of a QRS complex of {self.qrs:g} ms do not reach from 0 to there")
        if any(wave.first < self.qrs for wave in self.t):
            raise UsageError("the T wave begins before the J point")
        if self.st is not None and self.qt <= self.qrs + ST_CHORD:
            raise UsageError(f"no room for an ST segment in a QT interval of {self.qt:g} ms")

    @property
    def qt(self) -> float:
        """QT interval in ms: the end of T, whatever U does."""
        return max((wave.last for wave in self.t), default=self.qrs)

    @property
    def end(self) -> float:
        """Where everything is zero again, in ms."""
        return max((wave.last for wave in (*self.t, *self.u)), default=self.qrs)

    def draw(self, time: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return all of it, shape ``[leads, samples]`` in mV, at times in ms from QRS onset."""
        drawn = _sum((*self.waves, *self.j, *self.t, *self.u), time)
        return drawn if self.st is None else drawn + self.st.draw(time, self.qrs, self.qt)


def _sum(waves: tuple[Arch, ...], time: NDArray[np.float64]) -> NDArray[np.float64]:
    first, *others = waves
    drawn = first.draw(time)
    for wave in others:
        drawn += wave.draw(time)
    return drawn
