"""A made-up recording whose truth is known: for self-tests and conformance tests, not a model of disease."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from ecg_core.recording import Patient, Recording
from ecg_core.vocabulary import STANDARD_LEADS

HEART_RATE = 72.0
TRUTH: Mapping[str, float] = MappingProxyType({"heart_rate": HEART_RATE})
"""What an extractor must find in `sinus_rhythm`, in vocabulary units."""

# Centre and width (s, relative to the R peak) of the Gaussians that make up a beat.
_WAVES = {"P": (-0.16, 0.020), "Q": (-0.026, 0.009), "R": (0.0, 0.011), "S": (0.027, 0.010), "T": (0.27, 0.045)}

# Their amplitudes in mV: a normal axis, R growing towards V5. The other limb leads follow from I and II.
_AMPLITUDES = {
    "I": (0.08, -0.05, 0.80, -0.10, 0.22),
    "II": (0.14, -0.06, 1.10, -0.12, 0.30),
    "V1": (0.05, 0.0, 0.20, -0.90, -0.05),
    "V2": (0.06, 0.0, 0.45, -1.20, 0.35),
    "V3": (0.06, 0.0, 0.80, -0.80, 0.40),
    "V4": (0.06, -0.04, 1.30, -0.45, 0.40),
    "V5": (0.06, -0.06, 1.40, -0.20, 0.35),
    "V6": (0.06, -0.06, 1.10, -0.08, 0.28),
}


def sinus_rhythm(*, sampling_rate: float = 500.0, duration: float = 10.0, noise: float = 0.005) -> Recording:
    """Return a 12-lead recording of regular sinus rhythm at `HEART_RATE`, of a man aged 50.

    Args:
        sampling_rate: in Hz.
        duration: in s.
        noise: standard deviation of the white noise, in mV; the same samples at every call.
    """
    time = np.arange(round(duration * sampling_rate)) / sampling_rate
    peaks = np.arange(0.4, duration, 60.0 / HEART_RATE)
    shapes = np.stack([_train(time, peaks + centre, width) for centre, width in _WAVES.values()])
    made = {lead: np.asarray(amplitudes) @ shapes for lead, amplitudes in _AMPLITUDES.items()}
    lead_i, lead_ii = made["I"], made["II"]
    made |= {
        "III": lead_ii - lead_i,
        "aVR": -(lead_i + lead_ii) / 2,
        "aVL": lead_i - lead_ii / 2,
        "aVF": lead_ii - lead_i / 2,
    }
    signal = np.stack([made[lead] for lead in STANDARD_LEADS])
    signal += np.random.default_rng(0).normal(0.0, noise, signal.shape)
    return Recording(
        signal=signal,
        sampling_rate=sampling_rate,
        leads=STANDARD_LEADS,
        provenance=tuple("recorded" for _ in STANDARD_LEADS),
        patient=Patient(age=50.0, sex="male"),
        source="synthetic",
        name="sinus-rhythm",
    )


def _train(time: NDArray[np.float64], centres: NDArray[np.float64], width: float) -> NDArray[np.float64]:
    """Return a sum of unit Gaussians, shape ``[samples]``."""
    train: NDArray[np.float64] = np.exp(-0.5 * ((time - centres[:, None]) / width) ** 2).sum(axis=0)
    return train
