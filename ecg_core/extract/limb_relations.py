"""Do the limb leads obey the relations that hold for any body: Einthoven's and Goldberger's?"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ecg_core.extract.delineation import Delineation
from ecg_core.extract.entries import absent, measured
from ecg_core.measurements import Measurement

_SUMS = ({"I": 1.0, "III": 1.0, "II": -1.0}, {"aVR": 1.0, "aVL": 1.0, "aVF": 1.0})
_AUGMENTED = (
    {"aVR": 1.0, "I": 0.5, "II": 0.5},
    {"aVL": 1.0, "I": -0.5, "III": 0.5},
    {"aVF": 1.0, "II": -0.5, "III": -0.5},
)
"""Sums of leads that are zero. The first two hold for any order of aVR, aVL and aVF, the others do not."""


def measure_limb_relations(delineation: Delineation, provenance: Mapping[str, str]) -> list[Measurement]:
    """Return the largest RMS in mV of the sums of limb leads that ought to be zero.

    Args:
        delineation: the delineated recording.
        provenance: lead name -> "recorded", "derived" or "digitised"; derived leads satisfy the relations by
            construction and cannot witness them.
    """
    return [
        _worst("limb_lead_residual", _SUMS, delineation, provenance),
        _worst("augmented_lead_residual", _AUGMENTED, delineation, provenance),
    ]


def _worst(
    name: str, relations: tuple[dict[str, float], ...], delineation: Delineation, provenance: Mapping[str, str]
) -> Measurement:
    present = ~delineation.missing
    worst: float | None = None
    for signs in relations:
        if any(lead not in delineation.leads or provenance[lead] == "derived" for lead in signs):
            continue
        rows = [delineation.leads.index(lead) for lead in signs]
        both = present[rows].all(axis=0)
        if both.any():
            total = np.array(list(signs.values())) @ delineation.raw[rows][:, both]
            rms = float(np.sqrt(np.mean(total**2)))
            worst = rms if worst is None else max(worst, rms)
    if worst is None:
        return absent(name, "limb leads are missing or derived from each other")
    return measured(name, worst, u=0.005, span=(0, delineation.raw.shape[1] - 1))
