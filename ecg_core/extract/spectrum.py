"""Atrial activity by its spectrum: fibrillation and flutter."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ecg_core.extract.cancel import subtract_beats, subtract_p
from ecg_core.extract.delineation import Delineation
from ecg_core.extract.entries import absent, measured
from ecg_core.extract.flutter import find_flutter
from ecg_core.extract.p_search import AtrialActivity
from ecg_core.measurements import Measurement

ATRIAL_BAND = (2.5, 20.0)
"""Hz; below it lies what is left of drift and T waves, above it muscle noise (engineering default)."""
FIBRILLATORY_BAND = (4.0, 9.0)
"""Hz (vocabulary, fibrillatory_index)."""
FIBRILLATING = 0.4
"""Index from which the activity is a continuous oscillation of its own (benchmarks/bench_rhythm.py: 91 % of the
recordings labelled as atrial fibrillation lie above it, 96 % of the others below)."""
ORGANISATION = 0.4
"""Share of the fibrillatory band's power at the peak that makes a peak narrow (vocabulary, atrial_frequency)."""
PEAK_WIDTH = 0.5
SHORTEST = 4.0
"""s of signal below which frequencies 0.3 Hz apart cannot be told (engineering default)."""


@dataclass(frozen=True, slots=True)
class AtrialSpectrum:
    """What the signal without QRST oscillates at.

    Attributes:
        index: fibrillatory index, or None with `reason`.
        frequency: dominant frequency in Hz if the peak is narrow, else None.
        flutter: whether a continuous wave in the flutter band was found.
        reason: why there is no index.
    """

    index: float | None
    frequency: float | None
    flutter: bool
    reason: str | None = None


def find_atrial_spectrum(delineation: Delineation, activity: AtrialActivity) -> AtrialSpectrum:
    """Analyse V1 and II (or the usable one of them) without QRST; flutter in II, III, aVF and V1.

    The fibrillatory index is the power in 4-9 Hz of what neither QRST nor P waves explain, divided by the power of
    everything but QRST in 2.5-20 Hz, the mean of both leads. A P wave that repeats adds to the denominator only, so
    that it keeps the index low; without P waves the two signals are the same.
    """
    rate = delineation.sampling_rate
    rows = [delineation.leads.index(lead) for lead in ("II", "V1") if delineation.usable.get(lead, False)]
    if not rows:
        return AtrialSpectrum(None, None, False, "neither II nor V1 is usable")
    if delineation.signal.shape[1] < SHORTEST * rate:
        return AtrialSpectrum(None, None, False, f"shorter than {SHORTEST:g} s")
    if not delineation.beats:
        return AtrialSpectrum(None, None, False, "no QRS complex found")
    without_qrst = subtract_beats(delineation)
    all_power, frequency = _power(without_qrst[rows], rate)
    power, _ = _power(subtract_p(without_qrst[rows], activity.peaks, rate), rate)
    total = all_power[:, _within(frequency, ATRIAL_BAND)].sum(axis=1)
    fibrillatory = _within(frequency, FIBRILLATORY_BAND)
    index = float(np.mean(np.clip(power[:, fibrillatory].sum(axis=1) / np.maximum(total, 1e-12), 0.0, 1.0)))
    flutter = find_flutter(delineation, without_qrst, has_p=activity.peaks.size > 0)
    if flutter is not None:
        return AtrialSpectrum(index, flutter, True)
    if index < FIBRILLATING:
        return AtrialSpectrum(index, None, False)
    return AtrialSpectrum(index, _narrow_peak(power, frequency), False)


def _narrow_peak(power: NDArray[np.float64], frequency: NDArray[np.float64]) -> float | None:
    search = _within(frequency, FIBRILLATORY_BAND)
    summed = power.sum(axis=0)
    peak = float(frequency[search][np.argmax(summed[search])])
    near = search & (np.abs(frequency - peak) <= PEAK_WIDTH)
    return peak if summed[near].sum() >= ORGANISATION * summed[search].sum() else None


def measure_spectrum(spectrum: AtrialSpectrum) -> list[Measurement]:
    """Return fibrillatory index, atrial frequency and flutter waves."""
    names = ("fibrillatory_index", "atrial_frequency", "flutter_waves")
    if spectrum.index is None:
        return [absent(name, spectrum.reason or "") for name in names]
    return [
        measured("fibrillatory_index", spectrum.index, u=0.05),
        absent("atrial_frequency", "no continuous atrial activity of one frequency")
        if spectrum.frequency is None
        else measured("atrial_frequency", spectrum.frequency, u=0.2),
        measured("flutter_waves", spectrum.flutter),
    ]


def _within(frequency: NDArray[np.float64], band: tuple[float, float]) -> NDArray[np.bool_]:
    return (frequency >= band[0]) & (frequency <= band[1])


def _power(signal: NDArray[np.float64], rate: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the power of every frequency (Welch: Hann windows of 4 s that overlap by half), and the frequencies."""
    width = round(SHORTEST * rate)
    pieces = np.lib.stride_tricks.sliding_window_view(signal, width, axis=1)[:, :: width // 2]
    taper = np.hanning(width + 1)[:-1]
    spectra = np.fft.rfft((pieces - pieces.mean(axis=2, keepdims=True)) * taper, 4 * width, axis=2)
    power: NDArray[np.float64] = np.mean(spectra.real**2 + spectra.imag**2, axis=1)
    return power, np.asarray(np.fft.rfftfreq(4 * width, 1 / rate), dtype=np.float64)
