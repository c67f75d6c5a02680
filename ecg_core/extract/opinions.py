"""Two independent delineators on the same representative beat: one weighted edge of both."""

from __future__ import annotations

from dataclasses import replace

from ecg_core.extract.fiducials import GlobalWaves

SHARE = 0.3
"""Weight of the second delineator: about the inverse of the variances of both on LUDB, QRS 6.8 and 8.0, PR 7.5 and 6.5,
QT 11.6 and 11.7, P duration 9.6 and 12.8 ms (SD); together 6.1, 6.8, 10.8 and 9.5 ms. Shares of 0.25 to 0.5 do as
well."""

REACH = 0.030
"""An edge that the second delineator puts farther away than this, in s, moves the first no farther (engineering
default): a gross error of the second shifts an edge by at most 9 ms."""


def weigh(own: GlobalWaves, other: GlobalWaves, rate: float) -> GlobalWaves:
    """Return the waves of the first delineator with their edges moved part of the way to those of the second.

    Args:
        own: what the first has found; waves that only the second sees are not added.
        other: what the second has found.
        rate: in Hz.
    """

    def moved(edge: float, to: float) -> float:
        reach = REACH * rate
        return edge + SHARE * min(max(to - edge, -reach), reach)

    onset, offset = moved(own.onset, other.onset), moved(own.offset, other.offset)
    p, t = own.p, own.t
    if p is not None and other.p is not None:
        last = min(moved(p.offset, other.p.offset), onset)
        p = replace(p, onset=min(moved(p.onset, other.p.onset), last - 1), offset=last)
    if t is not None and other.t is not None:
        t = replace(t, offset=max(moved(t.offset, other.t.offset), offset + 1))
    return GlobalWaves(onset=onset, offset=offset, p=p, t=t)
