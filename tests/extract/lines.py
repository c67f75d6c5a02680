"""Single lines drawn from straight segments, as leads of a frame with given fiducial points."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ecg_core.extract.delineation import Beat, Delineation, Waves
from ecg_core.extract.frame import Frame, make_frame
from ecg_core.extract.uncertainty import method_table
from ecg_core.vocabulary import STANDARD_LEADS

ONSET = 280
"""QRS onset in samples of the frame; times below are in ms from there."""


def line(*points: tuple[float, float]) -> NDArray[np.float64]:
    """Draw straight segments through (ms from QRS onset, mV); zero before the first and after the last."""
    times, values = zip(*points, strict=True)
    samples = (np.arange(730) - ONSET) * 2.0
    return np.interp(samples, times, values, left=0.0, right=0.0)


def frame_of(
    leads: dict[str, NDArray[np.float64]],
    *,
    offset: float = 90,
    p: tuple[float, float] | None = None,
    t: tuple[float, float, float] | None = None,
    mean_rr: float | None = 1000.0,
) -> Frame:
    """Make a frame; `p` is (onset, offset), `t` (onset, peak, offset), in ms from QRS onset."""

    def sample(time: float) -> int:
        return ONSET + round(time / 2)

    waves = Waves(
        qrs_onset=ONSET,
        qrs_offset=sample(offset),
        p_onset=None if p is None else sample(p[0]),
        p_peak=None if p is None else sample((p[0] + p[1]) / 2),
        p_offset=None if p is None else sample(p[1]),
        t_onset=None if t is None else sample(t[0]),
        t_peak=None if t is None else sample(t[1]),
        t_offset=None if t is None else sample(t[2]),
    )
    beat = np.stack(list(leads.values()))
    signal = np.tile(beat, 3)
    delineation = Delineation(
        sampling_rate=500.0,
        leads=tuple(leads),
        raw=signal,
        signal=signal,
        missing=np.zeros(signal.shape, dtype=np.bool_),
        usable=dict.fromkeys(leads, True),
        beats=tuple(Beat(ONSET + 730 * n, "dominant", 0, 1.0, Waves()) for n in range(3)),
        representative=beat,
        origin=ONSET,
        waves=waves,
        averaged=3,
    )
    refused = {lead: f"lead {lead} is missing" for lead in STANDARD_LEADS if lead not in leads}
    return make_frame(
        delineation, refused, dict.fromkeys(leads, "good"), "good", mean_rr, method_table("classical", "2")["good"]
    )
