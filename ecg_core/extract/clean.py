"""From a recording to what is measured: one rate, no gaps, no baseline wander, nothing above 150 Hz."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from ecg_core.extract.filters import low_pass, resample
from ecg_core.recording import Recording

WORKING_RATE = 500.0
"""Rate at which everything is measured, in Hz (the least that AHA/ACC/HRS 2007 part I asks of adult recordings)."""

PASSED = 150.0
"""Highest frequency that is measured, in Hz (AHA/ACC/HRS 2007 part I)."""

LOW_PASS = 180.0
"""Corner of the low-pass filter, in Hz: run forth and back, it is 3 dB down at `PASSED`."""

BASELINE_LIMIT = 0.5
"""Below this, in Hz, everything is baseline wander."""

SPIKE_HALF_WIDTH = 0.006
"""Time on each side of a pacing spike that is bridged before filtering, in s (engineering default)."""

MAINS_FREQUENCIES = (50.0, 60.0)


@dataclass(frozen=True, slots=True, eq=False)
class Conditioned:
    """A recording made ready for detection.

    Attributes:
        sampling_rate: the working rate, in Hz.
        leads: lead names, in the order of the rows below.
        raw: shape ``[leads, samples]``, mV; resampled only, gaps filled with 0.
        signal: shape ``[leads, samples]``, mV; pacing spikes bridged, baseline and mains removed, low-passed.
        missing: shape ``[leads, samples]``, True where nothing was recorded.
    """

    sampling_rate: float
    leads: tuple[str, ...]
    raw: NDArray[np.float64]
    signal: NDArray[np.float64]
    missing: NDArray[np.bool_]


def condition(recording: Recording, spike_times: NDArray[np.float64]) -> Conditioned:
    """Resample to the working rate, bridge gaps and pacing spikes, remove baseline wander, mains and high frequencies.

    Args:
        recording: what was read; NaN where nothing was recorded.
        spike_times: pacing spikes, in s from the start of the recording; bridged in `signal`, kept in `raw`.
    """
    lost = ~np.isfinite(recording.signal)
    filled = bridge(recording.signal, lost)
    raw = _resample(filled, recording.sampling_rate)
    missing = _resample_mask(lost, raw.shape[1])
    signal = raw
    if spike_times.size:
        blanked = filled.copy()
        _bridge_spikes(blanked, spike_times, recording.sampling_rate)
        signal = _resample(blanked, recording.sampling_rate)
    signal = signal - baseline(signal)
    signal = _remove_mains(signal)
    signal = low_pass(signal, LOW_PASS, WORKING_RATE)
    return Conditioned(
        sampling_rate=WORKING_RATE,
        leads=recording.leads,
        raw=np.where(missing, 0.0, raw),
        signal=np.where(missing, 0.0, signal),
        missing=missing,
    )


def bridge(signal: NDArray[np.float64], lost: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Fill gaps by straight lines (held at the ends; 0 in a lead without any sample), so that filters do not ring."""
    if not lost.any():
        return signal
    filled = np.where(lost, 0.0, signal)
    positions = np.arange(signal.shape[1])
    for row in np.flatnonzero(lost.any(axis=1) & ~lost.all(axis=1)):
        gap = lost[row]
        filled[row, gap] = np.interp(positions[gap], positions[~gap], signal[row, ~gap])
    return filled


def baseline(signal: NDArray[np.float64]) -> NDArray[np.float64]:
    """Estimate the baseline, shape ``[leads, samples]``, of a signal at the working rate.

    Everything below 0.5 Hz, without phase shift: AHA/ACC/HRS 2007 part I allows up to 0.67 Hz in that case. On LUDB
    with 1 mV of 0.3-Hz wander added, ST levels came back to 0.009 mV (SD); running medians gave 0.011 to 0.030 mV.
    """
    return low_pass(signal, BASELINE_LIMIT, WORKING_RATE)


def _resample(signal: NDArray[np.float64], rate: float) -> NDArray[np.float64]:
    ratio = Fraction(WORKING_RATE / rate).limit_denominator(1000)
    if ratio == 1:
        return signal
    # The mean is taken out first: the resampler pads with zeros, and an offset would ring at both ends.
    level = np.median(signal, axis=1, keepdims=True)
    return resample(signal - level, ratio.numerator, ratio.denominator) + level


def _resample_mask(lost: NDArray[np.bool_], count: int) -> NDArray[np.bool_]:
    if not lost.any():
        return np.zeros((len(lost), count), dtype=np.bool_)
    nearest = np.minimum((np.arange(count) * lost.shape[1] / count).astype(np.intp), lost.shape[1] - 1)
    picked: NDArray[np.bool_] = lost[:, nearest]
    return picked


def _bridge_spikes(signal: NDArray[np.float64], times: NDArray[np.float64], rate: float) -> None:
    half = max(1, round(SPIKE_HALF_WIDTH * rate))
    last = signal.shape[1] - 1
    for centre in np.rint(times * rate).astype(int):
        first, final = max(0, centre - half), min(last, centre + half)
        steps = np.linspace(0.0, 1.0, final - first + 1)
        signal[:, first : final + 1] = signal[:, [first]] * (1 - steps) + signal[:, [final]] * steps


def _remove_mains(signal: NDArray[np.float64]) -> NDArray[np.float64]:
    """Subtract a steady 50 or 60 Hz sine where the spectrum shows one; a notch filter would ring after each QRS."""
    count = signal.shape[1]
    if count < WORKING_RATE:
        return signal
    window = np.hanning(count)
    spectrum = np.fft.rfft(signal * window, axis=1)
    frequencies = np.fft.rfftfreq(count, 1 / WORKING_RATE)
    times = np.arange(count) / WORKING_RATE
    cleaned = signal
    for nominal in MAINS_FREQUENCIES:
        power = np.abs(spectrum).sum(axis=0)
        near = np.flatnonzero(np.abs(frequencies - nominal) <= 0.6)
        around = np.flatnonzero((np.abs(frequencies - nominal) > 1.5) & (np.abs(frequencies - nominal) <= 6))
        peak = near[np.argmax(power[near])]
        if power[peak] <= 6 * np.median(power[around]):
            continue
        # Three bins of a Hann window around the peak give the frequency to about a hundredth of a bin.
        left, centre, right = power[peak - 1 : peak + 2]
        offset = 2 * (right - left) / (left + 2 * centre + right)
        omega = 2 * np.pi * (peak + offset) * WORKING_RATE / count
        carrier = np.exp(-1j * omega * times)
        phasor = 2 * (signal * window) @ carrier / window.sum()
        cleaned = cleaned - (phasor[:, None] * carrier.conj()).real
    return cleaned
