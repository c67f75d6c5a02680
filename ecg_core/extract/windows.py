"""Where the QRS complexes are."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ecg_core.extract.delineation import Delineation


def qrs_mask(delineation: Delineation) -> NDArray[np.bool_]:
    """Return shape ``[samples]``, True from 20 ms before every QRS onset to 40 ms after its offset."""
    rate = delineation.sampling_rate
    mask = np.zeros(delineation.signal.shape[1], dtype=bool)
    for beat in delineation.beats:
        # A beat without its own edges gets those of a normal QRS.
        onset = beat.sample - round(0.05 * rate) if beat.waves.qrs_onset is None else beat.waves.qrs_onset
        offset = beat.sample + round(0.08 * rate) if beat.waves.qrs_offset is None else beat.waves.qrs_offset
        mask[max(0, onset - round(0.02 * rate)) : max(0, offset + round(0.04 * rate))] = True
    return mask
