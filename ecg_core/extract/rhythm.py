"""Everything that the times and classes of beats say: rate, regularity, ectopy, conduction, atrial activity, pacing."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ecg_core.extract.atrial import measure_atrial
from ecg_core.extract.conduction import measure_conduction
from ecg_core.extract.delineation import Beat, Delineation
from ecg_core.extract.ectopy import measure_ectopy, rr_milliseconds
from ecg_core.extract.entries import absent, measured
from ecg_core.extract.p_search import find_atrial_activity
from ecg_core.extract.pacing import measure_pacing
from ecg_core.extract.spectrum import find_atrial_spectrum, measure_spectrum
from ecg_core.extract.ventricular_fibrillation import measure_ventricular_fibrillation
from ecg_core.measurements import Measurement

JITTER = 2.0
"""ms; standard uncertainty of one QRS position (one sample at 500 Hz)."""

FEW = "fewer than 2 beats"


def measure_rhythm(
    delineation: Delineation, spike_times: NDArray[np.float64], spikes_resolvable: bool
) -> list[Measurement]:
    """Return every rhythm measurement of the vocabulary.

    Args:
        delineation: the delineated recording.
        spike_times: pacing spikes in s within the analysed window, from `pacing.find_spikes`.
        spikes_resolvable: whether the recording's own sampling rate can show spikes.
    """
    activity = find_atrial_activity(delineation)
    spectrum = find_atrial_spectrum(delineation, activity)
    return [
        *_measure_rate(delineation),
        *measure_ectopy(delineation),
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
            "rr_irregularity",
        )
        return items + [absent(name, FEW) for name in names]
    rr = rr_milliseconds(delineation)
    span = (beats[0].sample, beats[-1].sample)
    u_mean = np.sqrt(2.0) * JITTER / rr.size
    longest, shortest = int(np.argmax(rr)), int(np.argmin(rr))
    items += [
        measured("heart_rate", 60000.0 / mean, u=60000.0 / mean**2 * u_mean, span=span),
        measured("rr_intervals", tuple(round(float(value), 1) for value in rr), span=span),
        measured("rr_mean", mean, u=u_mean, span=span),
    ]
    items.append(_variation("rr_variation_all", rr, span, FEW))
    for name, index in (("rr_longest", longest), ("rr_shortest", shortest)):
        place = (beats[index].sample, beats[index + 1].sample)
        items.append(measured(name, float(rr[index]), u=np.sqrt(2.0) * JITTER, span=place))
    normal = np.array([beat.kind in ("dominant", "paced") for beat in beats])
    items.append(_variation("rr_variation", rr[normal[1:] & normal[:-1]], span, "fewer than 2 normal beats in a row"))
    items.append(_irregularity(rr, beats, span))
    return items


def _variation(name: str, rr: NDArray[np.float64], span: tuple[int, int], reason: str) -> Measurement:
    if rr.size < 2:
        return absent(name, reason if rr.size == 0 else "fewer than 2 RR intervals to compare")
    ratio = float(rr.std(ddof=1) / rr.mean())
    u = float(np.hypot(ratio / np.sqrt(2 * (rr.size - 1)), JITTER / rr.mean()))
    return measured(name, ratio, u=u, span=span)


def _irregularity(rr: NDArray[np.float64], beats: tuple[Beat, ...], span: tuple[int, int]) -> Measurement:
    """RMSSD / mean RR over successive intervals that no ventricular or fusion beat begins or ends."""
    ectopic = np.array([beat.kind in ("ventricular", "fusion") for beat in beats])
    clean = ~(ectopic[1:] | ectopic[:-1])
    pairs = clean[1:] & clean[:-1]
    if pairs.sum() < 2:
        return absent("rr_irregularity", "fewer than 3 successive RR intervals without ventricular beats")
    steps = np.diff(rr)[pairs]
    mean = rr[clean].mean()
    ratio = float(np.sqrt(np.mean(steps**2)) / mean)
    u = float(np.hypot(ratio / np.sqrt(2 * steps.size), 2 * JITTER / mean))
    return measured("rr_irregularity", ratio, u=u, span=span)
