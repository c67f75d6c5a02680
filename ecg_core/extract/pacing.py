"""Pacing spikes: found before any filter rounds them off, then related to P waves and QRS complexes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ecg_core.extract.capture import NAMES as CAPTURE_NAMES
from ecg_core.extract.capture import measure_capture
from ecg_core.extract.delineation import Delineation
from ecg_core.extract.entries import absent, measured
from ecg_core.extract.filters import median_filled
from ecg_core.measurements import Measurement

MINIMUM_RATE = 250.0
"""Hz; below it a spike of 2 ms falls between the samples or is smeared by the recorder's own filter."""
RISE = 0.002
"""s; a spike rises in less, a QRS takes ten times as long."""
MINIMUM_RISE = 0.2
"""mV within 2 ms, root sum of squares over leads (all numbers here: engineering defaults, tuned on LUDB)."""
CONTRAST = 5.0
"""Rise of a spike in multiples of the fastest rise just before and after it."""
ABRUPT = 10.0
"""Likewise of one that a QRS complex follows at once: out of calm, into no calm. Of 544 recordings without a pacemaker
none has three of one pattern with a median above 7.8, the eight with one reach 14 to 160 (LUDB, PTB-XL, CPSC 2018, CinC
2021, CODE-15 %)."""
GOES_ON = 1.5
"""How much faster the signal moves after such a spike than before it: after an electrode artefact it does not."""
WEAK = 2.5
"""Contrast with what comes before of a further pulse, once there is pacing: noise may hide the calm around it."""
BEFORE, AFTER, FOLLOWING = (-0.028, -0.008), (0.012, 0.032), (0.012, 0.080)
"""s around a spike in which the signal must be calm (a QRS has flanks there, a noise burst goes on), and in which a QRS
complex must have begun to follow one that it does not leave calm."""
COURSE, FLANK = 0.006, 0.68
"""s from the beginning of a rise, and the mean speed along it there, in multiples of its own, from which it is the
flank of a QRS complex: a spike is over within a few ms and falls, a flank goes on. The pulses of nine paced recordings
(LUDB, PTB-XL) reach at most 0.53 by their medians, complexes drawn with sharp corners at least 0.83."""
LEAD_MINIMUM, SEEN = 0.08, 2
"""mV; height of the pulse in each of so many leads."""
EVERYWHERE = 0.6
"""Share of the leads in which an abrupt rise shows as high: a noisy limb electrode reaches half of them."""
ALIKE, FAMILY = 0.8, 3
"""Cosine between the heights over leads of pulses of one electrode; how many such pulses make pacing."""
TIMED_SHARE, TIMED_FEWEST = 0.5, 3
"""Share and number of the pulses that keep one time to the next QRS complex or to the pulse before."""
TIMING, LONGEST_DELAY, SHORTEST_INTERVAL = 0.02, 0.4, 0.25
"""s; how far such times may differ, the longest time from an atrial spike to its QRS complex, and the shortest from one
pulse to the next of the same electrode."""
CAPTURE = 0.06
"""s from spike to wave for a spike to count as its cause (vocabulary, pacing_spike_relation)."""
RELATIONS = ("none", "A", "V", "AV")


def find_spikes(signal: NDArray[np.float64], missing: NDArray[np.bool_], sampling_rate: float) -> NDArray[np.float64]:
    """Find pacing spikes: narrow, steep, at the same moment in several leads.

    A spike rises within 2 ms out of a calm signal, and no farther. Either it leaves it calm, and returns to where it
    started in two leads (a step is an electrode artefact); or a QRS complex follows at once, into which a recorder may
    smear or hold it, and then its rise is abrupter than any QRS complex begins. It must come back at least twice with
    the same pattern over the leads (a single one is more often an artefact). Where there is pacing, further pulses of
    one of its patterns need not stand out as clearly.

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
    rise = filled[:, step:] - filled[:, :-step]
    speed = np.sqrt(np.sum(rise**2, axis=0))
    before, after, following = (_largest_within(speed, window, sampling_rate) for window in (BEFORE, AFTER, FOLLOWING))
    crest = speed == maximum_filter1d(speed, 2 * round(0.02 * sampling_rate) + 1)
    crest[: round(-BEFORE[0] * sampling_rate)] = False
    # The edges of a gap are no pulses.
    gap = maximum_filter1d(missing.any(axis=0), 2 * round(AFTER[1] * sampling_rate) + 1)
    crest &= ~gap[: crest.size]
    peaks = np.flatnonzero(crest & (speed >= MINIMUM_RISE) & (speed >= WEAK * before))
    peaks = peaks[~_is_flank(filled, peaks, step, sampling_rate)]
    before, after, following, height = before[peaks], after[peaks], following[peaks], speed[peaks]
    shape = (peaks.size, len(filled))
    pulses = np.reshape([_pulse(filled, peak, step, sampling_rate) for peak in peaks.tolist()], shape)
    seen = np.count_nonzero(pulses, axis=1) >= min(SEEN, len(filled))
    isolated = (height >= CONTRAST * np.maximum(before, after)) & seen
    rises = np.where(np.abs(rise[:, peaks].T) >= LEAD_MINIMUM, rise[:, peaks].T, 0.0)
    everywhere = np.count_nonzero(rises, axis=1) >= EVERYWHERE * len(filled)
    abrupt = (height >= ABRUPT * before) & (following >= GOES_ON * before) & everywhere & ~isolated
    kept = _recurring(np.where(abrupt[:, None], rises, pulses), isolated | abrupt, height)
    kept |= everywhere & _like(rises, kept, height)
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


def _is_flank(filled: NDArray[np.float64], peaks: NDArray[np.intp], step: int, rate: float) -> NDArray[np.bool_]:
    """Tell which rises go on in their direction, over all leads, as those of a spike do not."""
    last = filled.shape[1] - 1
    first, end = -step, max(2 * step, round(COURSE * rate))
    rise = filled[:, np.minimum(peaks + step, last)] - filled[:, peaks]
    travel = filled[:, np.minimum(peaks + end, last)] - filled[:, np.maximum(peaks + first, 0)]
    along = np.sum(travel * rise, axis=0) / np.maximum(np.sum(rise**2, axis=0), 1e-12)
    flank: NDArray[np.bool_] = along >= FLANK * (end - first) / step
    return flank


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


def _recurring(vectors: NDArray[np.float64], clear: NDArray[np.bool_], speed: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Which of the clear pulses come back with the same pattern over the leads.

    Once there is pacing, a pulse of another pattern counts too if it is as steep: the other electrode of a dual-chamber
    device, or the same one while an ECG wave runs under it.
    """
    family = (_alike(vectors) & clear[:, None] & clear[None, :]).sum(axis=1) >= FAMILY
    if not family.any():
        return np.zeros(len(vectors), dtype=bool)
    result: NDArray[np.bool_] = family | (clear & (speed >= 0.5 * np.median(speed[family])))
    return result


def _like(rises: NDArray[np.float64], kept: NDArray[np.bool_], speed: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Which pulses rise in the pattern of most of those kept, at least half as steeply."""
    if not kept.any():
        return kept
    share = _alike(rises)[:, kept].mean(axis=1)
    result: NDArray[np.bool_] = (share >= 0.5) & (speed >= 0.5 * np.median(speed[kept]))
    return result


def _alike(vectors: NDArray[np.float64]) -> NDArray[np.bool_]:
    unit = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
    # Sign is left out: which side of a biphasic pulse is sampled at its height is a matter of chance.
    result: NDArray[np.bool_] = np.abs(unit @ unit.T) >= ALIKE
    return result


def keep_timed(spike_times: NDArray[np.float64], beat_times: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the spikes if a device may have timed them, else none.

    A pacemaker fires at one interval, or at one delay before the QRS complex that it causes or awaits; what a loose
    electrode gives comes at any time, and would be reported as failure to capture.

    Args:
        spike_times: from `find_spikes`, in s, ascending.
        beat_times: of the QRS complexes, in s, ascending.
    """
    following = np.searchsorted(beat_times, spike_times)
    led = following < beat_times.size
    delays = beat_times[following[led]] - spike_times[led]
    intervals = np.diff(spike_times)
    timed = max(_commonest(delays[delays <= LONGEST_DELAY]), _commonest(intervals[intervals >= SHORTEST_INTERVAL]) + 1)
    if timed < max(TIMED_FEWEST, TIMED_SHARE * spike_times.size):
        return np.empty(0)
    return spike_times


def _commonest(times: NDArray[np.float64]) -> int:
    """Return how many times lie within the tolerance of the one that most others are near."""
    near = np.abs(times[:, None] - times[None, :]) <= TIMING
    return int(near.sum(axis=1).max(initial=0))


def measure_pacing(
    delineation: Delineation, spike_times: NDArray[np.float64], spikes_resolvable: bool
) -> list[Measurement]:
    """Relate spikes to waves.

    Args:
        delineation: the delineated recording.
        spike_times: in s, from `find_spikes`; they count where a device may have timed them.
        spikes_resolvable: whether the recording's own sampling rate can show spikes.
    """
    names = (
        "pacing_spikes",
        "pacing_spike_relation",
        "pacing_spike_count",
        "paced_ventricular_fraction",
        "paced_atrial_fraction",
        *CAPTURE_NAMES,
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
    spike_times = keep_timed(spike_times, onsets / rate)
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
    ventricular = _preceded(onsets / rate, spike_times)
    ventricular |= np.array([beat.kind == "paced" for beat in delineation.beats], dtype=bool)
    for name, paced, wave in (
        ("paced_ventricular_fraction", ventricular, "no QRS complex found"),
        ("paced_atrial_fraction", _preceded(p_onsets / rate, spike_times), "no P wave found"),
    ):
        if paced.size == 0:
            items.append(absent(name, wave))
            continue
        share = float(paced.mean())
        items.append(measured(name, share, u=max(0.5, np.sqrt(paced.size * share * (1 - share))) / paced.size))
    duration = delineation.signal.shape[1] / rate
    items += measure_capture(spike_times, onsets / rate, ventricular, p_onsets / rate, duration)
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
