"""Pacing spikes: found before any filter rounds them off, then related to P waves and QRS complexes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ecg_core.extract.delineation import Delineation
from ecg_core.extract.entries import absent, measured
from ecg_core.extract.filters import median_filled
from ecg_core.measurements import Measurement

MINIMUM_RATE = 250.0
"""Hz; below it a spike of 2 ms falls between the samples or is smeared by the recorder's own filter."""
RISE = 0.002
"""s; a spike rises in less, a QRS takes ten times as long."""
MINIMUM_RISE = 0.2
"""mV within 2 ms, root sum of squares over leads (this and the next five: engineering defaults, tuned on LUDB)."""
CONTRAST = 5.0
"""Rise of a spike in multiples of the fastest rise just before and after it."""
BEFORE, AFTER = (-0.028, -0.008), (0.012, 0.032)
"""s around a spike in which the signal must be calm: a QRS has flanks there, a noise burst goes on."""
LEAD_MINIMUM = 0.08
"""mV; height of the pulse in each of at least two leads."""
ALIKE, FAMILY = 0.8, 3
"""Cosine between the heights over leads of pulses of one electrode; how many such pulses make pacing."""
CAPTURE = 0.06
"""s from spike to wave for a spike to count as its cause (vocabulary, pacing_spike_relation)."""
RELATIONS = ("none", "A", "V", "AV")


def find_spikes(signal: NDArray[np.float64], missing: NDArray[np.bool_], sampling_rate: float) -> NDArray[np.float64]:
    """Find pacing spikes: narrow, steep, at the same moment in several leads.

    A spike rises within 2 ms out of a calm signal and leaves it calm: the fastest rise shortly before and after it is
    a fifth of its own at most. It must return to where it started in two leads (a step is an electrode artefact) and
    come back at least twice with the same pattern over the leads (a single one is more often an artefact).

    Args:
        signal: shape ``[leads, samples]``, mV, at the recording's own sampling rate, unfiltered.
        missing: shape ``[leads, samples]``, True where the recording holds no sample.
        sampling_rate: in Hz.

    Returns:
        Times in s, ascending; empty below 250 Hz, where spikes cannot be resolved.
    """
    if sampling_rate < MINIMUM_RATE or signal.shape[1] < round(0.2 * sampling_rate):
        return np.empty(0)
    from scipy.ndimage import maximum_filter1d

    filled = median_filled(signal, missing)
    step = max(1, round(RISE * sampling_rate))
    rise = np.abs(filled[:, step:] - filled[:, :-step])
    speed = np.sqrt(np.sum(rise**2, axis=0))
    before = _largest_within(speed, BEFORE, sampling_rate)
    after = _largest_within(speed, AFTER, sampling_rate)
    crest = speed == maximum_filter1d(speed, 2 * round(0.02 * sampling_rate) + 1)
    peaks = np.flatnonzero(crest & (speed >= MINIMUM_RISE) & (speed >= CONTRAST * np.maximum(before, after)))
    vectors = [_pulse(filled, peak, step, sampling_rate) for peak in peaks.tolist()]
    kept = _recurring(np.reshape(vectors, (peaks.size, len(filled))), speed[peaks])
    times: NDArray[np.float64] = peaks[kept] / sampling_rate
    return times


def _largest_within(speed: NDArray[np.float64], window: tuple[float, float], rate: float) -> NDArray[np.float64]:
    """Largest speed from `window[0]` to `window[1]` seconds around each sample; 0 beyond the ends."""
    from scipy.ndimage import maximum_filter1d

    first, last = round(window[0] * rate), round(window[1] * rate)
    width = last - first + 1
    padded = np.pad(speed, max(abs(first), abs(last)) + width)
    largest = maximum_filter1d(padded, width)
    offset = max(abs(first), abs(last)) + width + (first + last) // 2
    result: NDArray[np.float64] = largest[offset : offset + speed.size]
    return result


def _pulse(filled: NDArray[np.float64], peak: int, step: int, rate: float) -> NDArray[np.float64]:
    """Signed height of the pulse at `peak` in each lead, mV; 0 where a lead shows none, or a step instead."""
    reach = round(0.012 * rate)
    before = filled[:, max(0, peak - reach) : max(1, peak - step)]
    after = filled[:, peak + reach : peak + 2 * reach]
    if after.shape[1] == 0:
        return np.zeros(len(filled))
    start, end = np.median(before, axis=1), np.median(after, axis=1)
    course = filled[:, peak : peak + 2 * step + 1] - start[:, None]
    height = course[np.arange(len(filled)), np.abs(course).argmax(axis=1)]
    pulses = (np.abs(height) >= LEAD_MINIMUM) & (np.abs(end - start) < 0.5 * np.abs(height))
    return np.where(pulses, height, 0.0)


def _recurring(vectors: NDArray[np.float64], speed: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Which pulses show in enough leads and come back with the same pattern over the leads.

    Once there is pacing, a pulse of another pattern counts too if it is as steep: the other electrode of a dual-chamber
    device, or the same one while an ECG wave runs under it.
    """
    seen = np.count_nonzero(vectors, axis=1) >= min(2, vectors.shape[1])
    unit = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
    # Sign is left out: which side of a biphasic pulse is sampled at its height is a matter of chance.
    alike = (np.abs(unit @ unit.T) >= ALIKE) & seen[:, None] & seen[None, :]
    family = alike.sum(axis=1) >= FAMILY
    if not family.any():
        return np.zeros(len(vectors), dtype=bool)
    result: NDArray[np.bool_] = family | (seen & (speed >= 0.5 * np.median(speed[family])))
    return result


def measure_pacing(
    delineation: Delineation, spike_times: NDArray[np.float64], spikes_resolvable: bool
) -> list[Measurement]:
    """Relate spikes to waves.

    Args:
        delineation: the delineated recording.
        spike_times: in s, from `find_spikes`.
        spikes_resolvable: whether the recording's own sampling rate can show spikes.
    """
    names = (
        "pacing_spikes",
        "pacing_spike_relation",
        "pacing_spike_count",
        "paced_ventricular_fraction",
        "paced_atrial_fraction",
    )
    if not spikes_resolvable:
        return [absent(name, "sampling rate too low to see pacing spikes") for name in names]
    rate = delineation.sampling_rate
    onsets = np.array(
        [
            beat.sample - round(0.04 * rate) if beat.waves.qrs_onset is None else beat.waves.qrs_onset
            for beat in delineation.beats
        ],
        dtype=np.float64,
    )
    p_onsets = np.array(
        [beat.waves.p_onset for beat in delineation.beats if beat.waves.p_onset is not None], dtype=np.float64
    )
    # Onsets may be placed on the spike itself: allow 20 ms before it.
    to_qrs = _follows(spike_times, onsets / rate)
    to_p = _follows(spike_times, p_onsets / rate)
    relation = tuple(
        RELATIONS[int(atrial) + 2 * int(ventricular)] for atrial, ventricular in zip(to_p, to_qrs, strict=True)
    )
    items = [
        measured("pacing_spikes", tuple(round(float(time) * 1000, 1) for time in spike_times)),
        measured("pacing_spike_relation", relation),
        measured("pacing_spike_count", int(spike_times.size)),
    ]
    for name, waves, wave in (
        ("paced_ventricular_fraction", onsets, "no QRS complex found"),
        ("paced_atrial_fraction", p_onsets, "no P wave found"),
    ):
        if waves.size == 0:
            items.append(absent(name, wave))
            continue
        paced = _preceded(waves / rate, spike_times)
        share = float(paced.mean())
        items.append(measured(name, share, u=max(0.5, np.sqrt(paced.size * share * (1 - share))) / paced.size))
    return items


def _follows(spikes: NDArray[np.float64], waves: NDArray[np.float64]) -> NDArray[np.bool_]:
    """For each spike whether a wave starts within its capture time."""
    delay = waves[None, :] - spikes[:, None]
    found: NDArray[np.bool_] = np.any((delay >= -0.02) & (delay <= CAPTURE), axis=1)
    return found


def _preceded(waves: NDArray[np.float64], spikes: NDArray[np.float64]) -> NDArray[np.bool_]:
    """For each wave whether a spike starts it."""
    delay = waves[:, None] - spikes[None, :]
    found: NDArray[np.bool_] = np.any((delay >= -0.02) & (delay <= CAPTURE), axis=1)
    return found
