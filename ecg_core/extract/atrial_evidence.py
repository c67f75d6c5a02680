"""What the atria do, decided once: P waves, or flutter or fibrillation, in which there are none."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ecg_core.extract.delineation import Delineation, Waves
from ecg_core.extract.ectopy import rr_milliseconds
from ecg_core.extract.p_search import AtrialActivity, find_atrial_activity
from ecg_core.extract.spectrum import AtrialSpectrum, find_atrial_spectrum

FIBRILLATING = 0.5
"""Fibrillatory index, above what P waves explain, from which an irregular rhythm is fibrillation (engineering
default)."""

CONTESTED = 0.3
"""Likewise, where only one of two delineators sees P waves (engineering default: the pack's limit of fibrillation)."""

IRREGULAR = 0.15
"""RMSSD of all RR intervals relative to their mean, likewise (engineering default; the half above the 0.10 of
fibrillation guards frequent premature beats in sinus rhythm)."""


@dataclass(frozen=True, slots=True, eq=False)
class AtrialEvidence:
    """Atrial activity.

    Attributes:
        activity: P waves.
        spectrum: what the signal without QRST oscillates at.
    """

    activity: AtrialActivity
    spectrum: AtrialSpectrum


def look_at_atria(delineation: Delineation) -> tuple[Delineation, AtrialEvidence]:
    """Find P waves, flutter and fibrillation, and take back P waves that flutter or fibrillation made.

    An atrial wave before each QRS complex looks like a P wave in flutter with a fixed conduction ratio, and so may the
    average of fibrillatory waves or of a T wave.

    Returns:
        The delineation, without P waves where there are none, and the evidence.
    """
    activity = find_atrial_activity(delineation)
    spectrum = find_atrial_spectrum(delineation, activity)
    claimed = activity.peaks.size > 0 or delineation.waves.p_onset is not None
    if claimed and (spectrum.flutter or _fibrillates(delineation, spectrum)):
        delineation = _without_p(delineation)
        nothing = np.empty(0, dtype=np.int64)
        activity = AtrialActivity(nothing, nothing, np.empty(0), False)
    return delineation, AtrialEvidence(activity, spectrum)


def _fibrillates(delineation: Delineation, spectrum: AtrialSpectrum) -> bool:
    opinions = delineation.opinions
    contested = opinions is not None and any(waves.p_onset is None for waves in opinions)
    if spectrum.index is None or spectrum.index < (CONTESTED if contested else FIBRILLATING):
        return False
    rr = rr_milliseconds(delineation)
    return rr.size >= 3 and float(np.sqrt(np.mean(np.diff(rr) ** 2))) >= IRREGULAR * float(rr.mean())


def _without_p(delineation: Delineation) -> Delineation:
    def bare(waves: Waves) -> Waves:
        return replace(waves, p_onset=None, p_peak=None, p_offset=None)

    return replace(
        delineation,
        beats=tuple(replace(beat, waves=bare(beat.waves)) for beat in delineation.beats),
        waves=bare(delineation.waves),
        edges={name: edge for name, edge in delineation.edges.items() if not name.startswith("p_")},
    )
