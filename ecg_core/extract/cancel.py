"""The signal without its beats: what is left is atrial activity and noise."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ecg_core.extract.delineation import Delineation

PRE_SECONDS, POST_SECONDS = 0.1, 0.45
"""QRST window around the QRS position where the delineation does not bound it (engineering default)."""

LEAD, PACED_LEAD = 0.02, 0.05
"""Where that window begins before QRS onset, in s (engineering default)."""

P_HALF_SECONDS = 0.09
"""Half width of what is taken away around a P peak: a P wave of 120 ms and its fading edges (engineering default)."""


def qrst_window(delineation: Delineation) -> tuple[int, int]:
    """Return the samples before and after `Beat.sample` that hold the dominant QRS and T wave."""
    rate, waves = delineation.sampling_rate, delineation.waves
    before = round(PRE_SECONDS * rate)
    after = round(POST_SECONDS * rate)
    if waves.qrs_onset is not None:
        # Before a paced complex stands its spike, which the QRS onset is not sought in: it goes with the QRS.
        lead = PACED_LEAD if any(beat.shape == 0 and beat.kind == "paced" for beat in delineation.beats) else LEAD
        before = delineation.origin - waves.qrs_onset + round(lead * rate)
    if waves.t_offset is not None:
        after = waves.t_offset - delineation.origin + round(0.04 * rate)
    length = delineation.representative.shape[1]
    return min(max(before, 1), delineation.origin), min(max(after, 1), length - delineation.origin)


def beat_segments(delineation: Delineation) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return every whole dominant QRST, shape ``[beats, leads, samples]``, and the template, ``[leads, samples]``."""
    before, after = qrst_window(delineation)
    template = delineation.representative[:, delineation.origin - before : delineation.origin + after]
    samples = delineation.signal.shape[1]
    starts = [
        beat.sample - before
        for beat in delineation.beats
        if beat.shape == 0 and beat.sample - before >= 0 and beat.sample + after <= samples
    ]
    if not starts:
        return np.empty((0, *template.shape)), template
    return np.stack([delineation.signal[:, start : start + template.shape[1]] for start in starts]), template


def subtract_beats(delineation: Delineation, *, bridge: bool = True) -> NDArray[np.float64]:
    """Return `signal` without QRS and T, shape ``[leads, samples]``.

    Each beat is met with the average of its own QRS shape, fitted lead by lead by least squares (gain within 0.7-1.3)
    and faded in and out over 20 ms. A shape seen once or twice has no average of its own: it would cancel itself and
    the atrial activity under it. Its QRST is bridged with a straight line or, without `bridge`, left as it is.
    """
    signal = delineation.signal
    residual = signal.copy()
    before, after = qrst_window(delineation)
    samples = signal.shape[1]
    fade = _fade(before + after, round(0.02 * delineation.sampling_rate))
    positions = [beat.sample for beat in delineation.beats]
    for shape in sorted({beat.shape for beat in delineation.beats}):
        members = [beat.sample for beat in delineation.beats if beat.shape == shape]
        whole = [sample for sample in members if sample - before >= 0 and sample + after <= samples]
        template = _template(delineation, shape, whole, before, after)
        for sample in members:
            start, stop = max(0, sample - before), min(samples, sample + after)
            following = [position for position in positions if position > sample]
            if following:
                stop = max(start + 1, min(stop, following[0] - before))
            if template is None:
                if bridge:
                    residual[:, start:stop] = np.linspace(signal[:, start], signal[:, stop - 1], stop - start, axis=1)
                continue
            part = slice(start - (sample - before), stop - (sample - before))
            model = template[:, part]
            energy = np.maximum(np.sum(model**2, axis=1, keepdims=True), 1e-9)
            gain = np.clip(np.sum(signal[:, start:stop] * model, axis=1, keepdims=True) / energy, 0.7, 1.3)
            residual[:, start:stop] -= gain * model * fade[part]
    return residual


def subtract_p(signal: NDArray[np.float64], peaks: NDArray[np.int64], sampling_rate: float) -> NDArray[np.float64]:
    """Return a signal without QRST, shape ``[leads, samples]``, without the average of the waves at `peaks` as well."""
    half = round(P_HALF_SECONDS * sampling_rate)
    inside = peaks[(peaks >= half) & (peaks + half <= signal.shape[1])].tolist()
    if not inside:
        return signal
    average = np.mean([signal[:, peak - half : peak + half] for peak in inside], axis=0)
    average = (average - average.mean(axis=1, keepdims=True)) * _fade(2 * half, half // 2)
    left = signal.copy()
    for peak in inside:
        left[:, peak - half : peak + half] -= average
    return left


def _fade(length: int, edge: int) -> NDArray[np.float64]:
    """Ones with a smooth rise and fall over `edge` samples."""
    edge = max(1, min(edge, length // 4))
    ramp = np.sin(np.linspace(0.0, np.pi / 2, edge, endpoint=False)) ** 2
    fade = np.ones(length)
    fade[:edge], fade[-edge:] = ramp, ramp[::-1]
    return fade


def _template(
    delineation: Delineation, shape: int, whole: list[int], before: int, after: int
) -> NDArray[np.float64] | None:
    if shape == 0 and delineation.averaged > 0:
        return delineation.representative[:, delineation.origin - before : delineation.origin + after]
    if len(whole) < 3:
        return None
    stack = np.stack([delineation.signal[:, sample - before : sample + after] for sample in whole])
    template: NDArray[np.float64] = np.median(stack, axis=0)
    return template
