"""Waves without beginning and end: fibrillation and flutter."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ecg_core.testing.synthetic.script import Activity

SPREAD = {"fibrillation": 0.25, "ventricular fibrillation": 0.35}
"""Slow change of the frequency, as a share of it (engineering default)."""

UPSTROKE = 0.3
"""Share of a flutter cycle in which the wave returns: slow down, fast up (engineering default)."""


def draw_activity(activity: Activity, time: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the activity, shape ``[leads, samples]`` in mV, at evenly spaced times in s."""
    if activity.kind == "flutter":
        phase = (activity.frequency * time) % 1.0
        saw = np.where(phase < 1 - UPSTROKE, 0.5 - phase / (1 - UPSTROKE), -0.5 + (phase - 1 + UPSTROKE) / UPSTROKE)
        drawn: NDArray[np.float64] = np.outer(activity.size.array, saw)
        return drawn
    rng = np.random.default_rng(activity.seed)
    # Leads look at the same chaos from different places: each sees its own mixture of three wandering sines.
    waves = np.stack([_wandering(rng, activity, time) for _ in range(3)])
    mixture = np.cos(np.linspace(0, 2 * np.pi, 3, endpoint=False) + rng.uniform(0, 2 * np.pi, (2, 1)))
    frontal = mixture @ waves
    chest = np.cos(np.linspace(0, 1.2 * np.pi, 6)[:, None] + rng.uniform(0, 2 * np.pi, 3)) @ waves
    limb = np.array([[1, 0], [0, 1], [-1, 1], [-0.5, -0.5], [1, -0.5], [-0.5, 1]]) @ frontal
    drawn = np.concatenate((limb, chest))
    crest = np.abs(drawn).max(axis=1, keepdims=True)
    size = np.abs(activity.size.array)
    # One factor for all limb leads, or they would no longer add up.
    factors = np.concatenate((np.full(6, size[:6].max() / crest[:6].max()), size[6:] / crest[6:, 0]))
    result: NDArray[np.float64] = drawn * factors[:, None]
    return result


def _wandering(rng: np.random.Generator, activity: Activity, time: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return one sine whose frequency and height change slowly, shape ``[samples]``."""
    knots = np.arange(time[0], time[-1] + 0.5, 0.25)
    drift = np.interp(time, knots, rng.uniform(-1, 1, knots.size)) * SPREAD[activity.kind]
    height = np.interp(time, knots, rng.uniform(0.4, 1.0, knots.size))
    step = time[1] - time[0]
    phase = 2 * np.pi * np.cumsum(activity.frequency * (1 + drift)) * step + rng.uniform(0, 2 * np.pi)
    wave: NDArray[np.float64] = height * np.sin(phase)
    return wave
