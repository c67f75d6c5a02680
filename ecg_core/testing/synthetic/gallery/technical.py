"""What goes wrong in recording, on either side of the limits."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ecg_core.testing.synthetic.electrodes import swap_electrodes
from ecg_core.testing.synthetic.gallery.entry import example
from ecg_core.testing.synthetic.make import Sketch
from ecg_core.testing.synthetic.noise import Noise, Recorder
from ecg_core.testing.synthetic.rhythms import sinus
from ecg_core.testing.synthetic.shapes import normal_qrs, p_wave

PLAIN = Sketch(sinus(normal_qrs(qt=380.0), p_wave()))


def wander(*, size: float) -> Sketch:
    """Draw baseline wander of `size` mV peak to peak at 0.3 Hz."""
    return replace(PLAIN, noise=Noise(wander=size))


def muscle(*, level: float) -> Sketch:
    """Draw muscle noise of `level` mV root mean square."""
    return replace(PLAIN, noise=Noise(muscle=level))


def mains(*, size: float, frequency: float = 50.0) -> Sketch:
    """Draw mains of `size` mV peak to peak."""
    return replace(PLAIN, noise=Noise(mains=size, mains_frequency=frequency))


def bursts(*, number: int, level: float = 0.3) -> Sketch:
    """Draw bursts of muscle noise."""
    times = tuple(float(time) for time in np.linspace(1.2, 9.0, number) + 0.17)
    return replace(PLAIN, noise=Noise(bursts=times, burst_level=level))


def clipped(*, limit: float) -> Sketch:
    """Draw a recorder that clips V2 at `limit` mV."""
    return replace(PLAIN, recorder=Recorder(limit={"V2": limit}))


def lead_lost(*, missing: str = "", flat: str = "") -> Sketch:
    """Draw a recording without some leads, or with flat ones; names with spaces between them."""
    return replace(PLAIN, recorder=Recorder(missing=tuple(missing.split()), flat=tuple(flat.split())))


def limb_leads_apart(*, size: float) -> Sketch:
    """Draw a step of `size` mV in lead III alone, which no electrode can do."""
    return replace(PLAIN, noise=Noise(steps={"III": size}))


def swapped(*, one: str, other: str) -> Sketch:
    """Draw two electrodes that have changed places."""
    return replace(PLAIN, recorder=Recorder(wiring=swap_electrodes((one, other))))


def short(*, duration: float) -> Sketch:
    """Draw a recording of `duration` s."""
    return Sketch(sinus(normal_qrs(qt=380.0), p_wave(), duration=duration))


EXAMPLES = (
    example(wander, "TEC_BASE", size=0.9),
    example(wander, spares="TEC_BASE", size=0.2),
    example(muscle, "TEC_EMG", level=0.06),
    example(muscle, spares="TEC_EMG", level=0.01),
    example(mains, "TEC_MAINS", size=0.12),
    example(mains, "TEC_MAINS", size=0.12, frequency=60.0),
    example(mains, spares="TEC_MAINS", size=0.02),
    example(bursts, "TEC_BURST", number=4),
    example(bursts, spares="TEC_BURST", number=0),
    example(clipped, "TEC_CLIP", limit=0.3),
    example(clipped, spares="TEC_CLIP", limit=5.0),
    example(lead_lost, "TEC_MISSING", spares="OVR_UNINTERP", missing="V3"),
    example(lead_lost, "TEC_MISSING", flat="V3"),
    example(lead_lost, "TEC_MISSING TEC_POORQ", missing="V1 V2 V3 V4 V5 V6"),
    example(limb_leads_apart, "TEC_EINT", size=0.3),
    example(limb_leads_apart, spares="TEC_EINT TEC_MISSING TEC_POORQ", size=0.0),
    example(swapped, "TEC_REV_LARA", spares="TEC_DEXTRO", one="RA", other="LA"),
    example(swapped, "TEC_REV_RALL", spares="TEC_REV_LARA", one="RA", other="LL"),
    example(swapped, "TEC_REV_RARL", spares="TEC_REV_LARA", one="RA", other="RL"),
    example(swapped, "TEC_REV_PREC", one="V2", other="V5"),
    example(swapped, spares="TEC_REV_LARA TEC_REV_RALL TEC_REV_RARL", one="LL", other="RL"),
    example(short, "TEC_SHORT OVR_UNINTERP", duration=4.5),
    example(short, "TEC_SHORT", spares="OVR_UNINTERP", duration=6.5),
    example(short, spares="TEC_SHORT OVR_UNINTERP", duration=10.0),
)
