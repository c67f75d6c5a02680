"""Everything that the times and classes of beats say: rate, regularity, ectopy, conduction, atrial activity, pacing."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ecg_core.extract.atrial import measure_atrial
from ecg_core.extract.atrial_evidence import AtrialEvidence
from ecg_core.extract.beat_groups import measure_beat_groups
from ecg_core.extract.conduction import measure_conduction
from ecg_core.extract.delineation import Beat, Delineation
from ecg_core.extract.ectopy import measure_ectopy, rr_milliseconds
from ecg_core.extract.entries import absent, measured
from ecg_core.extract.pacing import measure_pacing
from ecg_core.extract.pauses import measure_pauses
from ecg_core.extract.regularity import JITTER, measure_regularity
from ecg_core.extract.spectrum import measure_spectrum
from ecg_core.extract.ventricular_fibrillation import measure_ventricular_fibrillation
from ecg_core.measurements import Measurement

FEW = "fewer than 2 beats"


def measure_rhythm(
    delineation: Delineation, atria: AtrialEvidence, spike_times: NDArray[np.float64], spikes_resolvable: bool
) -> list[Measurement]:
    """Return every rhythm measurement of the vocabulary.

    Args:
        delineation: the delineated recording.
        atria: what is known of its atrial activity, from `atrial_evidence.look_at_atria`.
        spike_times: pacing spikes in s within the analysed window, from `pacing.find_spikes`.
        spikes_resolvable: whether the recording's own sampling rate can show spikes.
    """
    activity, spectrum = atria.activity, atria.spectrum
    return [
        *_measure_rate(delineation),
        *measure_regularity(delineation, activity),
        *measure_ectopy(delineation),
        *measure_beat_groups(delineation, activity),
        *measure_pauses(delineation, activity),
        *measure_atrial(delineation, activity, spectrum),
        *measure_conduction(delineation, activity),
        *measure_spectrum(spectrum),
        measure_ventricular_fibrillation(delineation),
        *measure_pacing(delineation, spike_times, spikes_resolvable),
    ]


def mean_rr(beats: tuple[Beat, ...], sampling_rate: float) -> float | None:
    """Return the mean RR interval in ms, or None with fewer than 2 beats."""
    if len(beats) < 2:
        return None
    return (beats[-1].sample - beats[0].sample) * 1000.0 / sampling_rate / (len(beats) - 1)


def _measure_rate(delineation: Delineation) -> list[Measurement]:
    beats, rate = delineation.beats, delineation.sampling_rate
    items = [measured("beat_count", len(beats), span=(0, delineation.signal.shape[1] - 1))]
    mean = mean_rr(beats, rate)
    if mean is None:
        names = (
            "heart_rate",
            "rr_intervals",
            "rr_mean",
            "rr_variation",
            "rr_variation_all",
            "rr_longest",
            "rr_shortest",
            "beat_times",
        )
        return items + [absent(name, FEW) for name in names]
    rr = rr_milliseconds(delineation)
    span = (beats[0].sample, beats[-1].sample)
    # What the mean of a few intervals tells of the mean rate, by their scatter; one interval alone shows none.
    scatter = float(rr.std(ddof=1)) / np.sqrt(rr.size) if rr.size > 1 else 0.0
    u_mean = float(np.hypot(np.sqrt(2.0) * JITTER / rr.size, scatter))
    longest, shortest = int(np.argmax(rr)), int(np.argmin(rr))
    items += [
        measured("heart_rate", 60000.0 / mean, u=60000.0 / mean**2 * u_mean, span=span),
        measured("rr_intervals", tuple(round(float(value), 1) for value in rr), span=span),
        measured("rr_mean", mean, u=u_mean, span=span),
        measured("beat_times", tuple(round(beat.sample * 1000.0 / rate, 1) for beat in beats), span=span),
    ]
    items.append(_variation("rr_variation_all", rr, span, FEW))
    for name, index in (("rr_longest", longest), ("rr_shortest", shortest)):
        place = (beats[index].sample, beats[index + 1].sample)
        items.append(measured(name, float(rr[index]), u=np.sqrt(2.0) * JITTER, span=place))
    normal = np.array([beat.kind in ("dominant", "paced") for beat in beats])
    items.append(_variation("rr_variation", rr[normal[1:] & normal[:-1]], span, "fewer than 2 normal beats in a row"))
    return items


def _variation(name: str, rr: NDArray[np.float64], span: tuple[int, int], reason: str) -> Measurement:
    if rr.size < 2:
        return absent(name, reason if rr.size == 0 else "fewer than 2 RR intervals to compare")
    ratio = float(rr.std(ddof=1) / rr.mean())
    u = float(np.hypot(ratio / np.sqrt(2 * (rr.size - 1)), JITTER / rr.mean()))
    return measured(name, ratio, u=u, span=span)
