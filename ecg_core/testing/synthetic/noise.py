"""What disturbs a recording, and what the recorder makes of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from ecg_core.testing.synthetic.filters import band_noise
from ecg_core.vocabulary import STANDARD_LEADS


def _none() -> Mapping[str, float]:
    return MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Noise:
    """Disturbances, the same samples at every call.

    Attributes:
        white: standard deviation of white noise, in mV.
        muscle: root mean square of noise between 20 and 150 Hz, in mV.
        bursts: times of muscle bursts of 0.2 s, in s.
        burst_level: root mean square of a burst, in mV.
        mains: peak-to-peak size of the mains, in mV.
        mains_frequency: in Hz.
        wander: peak-to-peak size of the baseline wander, in mV.
        wander_frequency: in Hz.
        steps: lead name -> height in mV of a step of the baseline half-way through the recording (motion).
        artefacts: lead name -> height in mV of a pulse of 0.1 s a third of the way through the recording.
        seed: of all that is random.
    """

    white: float = 0.005
    muscle: float = 0.0
    bursts: tuple[float, ...] = ()
    burst_level: float = 0.2
    mains: float = 0.0
    mains_frequency: float = 50.0
    wander: float = 0.0
    wander_frequency: float = 0.3
    steps: Mapping[str, float] = field(default_factory=_none)
    artefacts: Mapping[str, float] = field(default_factory=_none)
    seed: int = 0

    def draw(self, time: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the disturbance, shape ``[leads, samples]`` in mV, at evenly spaced times in s.

        The limb leads of electrodes do not disturb each other here: noise is drawn for I, II and V1 to V6, and the
        other limb leads follow from I and II.
        """
        rng = np.random.default_rng(self.seed)
        count, rate = time.size, 1.0 / (time[1] - time[0])
        phase = rng.uniform(0, 2 * np.pi, (2, 8, 1))
        eight = self.white * rng.standard_normal((8, count))
        if self.muscle:
            eight += self.muscle * band_noise(rng, (8, count), rate)
        if self.bursts:
            inside = np.any([np.abs(time - burst) < 0.1 for burst in self.bursts], axis=0)
            eight += self.burst_level * inside * band_noise(rng, (8, count), rate)
        if self.mains:
            eight += self.mains / 2 * np.sin(2 * np.pi * self.mains_frequency * time + phase[0])
        if self.wander:
            eight += self.wander / 2 * np.sin(2 * np.pi * self.wander_frequency * time + phase[1])
        drawn = complete(eight)
        half, third = time[0] + count / rate / 2, time[0] + count / rate / 3
        for lead, height in self.steps.items():
            drawn[STANDARD_LEADS.index(lead)] += height * (time >= half)
        for lead, height in self.artefacts.items():
            drawn[STANDARD_LEADS.index(lead)] += height * (np.abs(time - third) < 0.05)
        return drawn


@dataclass(frozen=True, slots=True)
class Recorder:
    """How the signal is recorded.

    Attributes:
        sampling_rate: in Hz.
        step: of the analogue-to-digital converter, in mV.
        limit: beyond which it clips, in mV, by lead; leads not named do not clip.
        flat: leads that hold no signal.
        missing: leads that are not in the recording.
        wiring: shape ``[leads][leads]``: what each lead holds of the true ones (see `electrodes`); None if all is well.
    """

    sampling_rate: float = 500.0
    step: float = 0.001
    limit: Mapping[str, float] = field(default_factory=_none)
    flat: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    wiring: tuple[tuple[float, ...], ...] | None = None


def complete(eight: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return twelve leads from I, II and V1 to V6, shape ``[leads, samples]``."""
    first, second = eight[0], eight[1]
    limb = (first, second, second - first, -(first + second) / 2, first - second / 2, second - first / 2)
    return np.concatenate((np.stack(limb), eight[2:]))
