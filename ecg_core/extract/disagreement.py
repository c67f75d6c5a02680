"""How far two delineators differ on the same representative beat, and what that makes doubtful."""

from __future__ import annotations

from ecg_core.extract.delineation import Waves

COMPARED = ("qrs_onset", "qrs_offset", "p_onset", "t_offset")
"""Fiducial points that are compared (vocabulary, delineator_disagreement)."""

LARGE = 20.0
"""Difference in ms above which a point is doubtful (engineering default: over twice the spread between commercial
programs on normal recordings, Kligfield 2018)."""


def compare(first: Waves, second: Waves, rate: float) -> dict[str, float]:
    """Return by how many ms two delineators differ, for each point compared that both have placed."""
    pairs = {name: (getattr(first, name), getattr(second, name)) for name in COMPARED}
    return {
        name: abs(one - other) * 1000.0 / rate
        for name, (one, other) in pairs.items()
        if one is not None and other is not None
    }


def doubts(opinions: tuple[Waves, Waves] | None, rate: float) -> dict[str, float]:
    """Return the standard uncertainty in ms that a large difference adds: half of it, by the name of the point."""
    if opinions is None:
        return {}
    return {name: size / 2 for name, size in compare(*opinions, rate).items() if size > LARGE}
