"""Which leads are neighbours."""

from __future__ import annotations

from collections.abc import Collection

from ecg_core.vocabulary import CABRERA, PRECORDIAL_LEADS


def lead_windows(leads: Collection[str], size: int) -> tuple[tuple[str, ...], ...]:
    """Return every run of `size` neighbours within `leads`, limb leads (Cabrera order) first.

    Leads outside the two anatomical orders (V7 to V9, right-sided ones) have no neighbours.
    """
    return tuple(
        order[start : start + size]
        for order in (CABRERA, PRECORDIAL_LEADS)
        for start in range(len(order) - size + 1)
        if all(lead in leads for lead in order[start : start + size])
    )
