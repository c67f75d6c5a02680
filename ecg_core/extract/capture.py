"""What pacing spikes fail to do: to excite the heart, and to wait for its own beats."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ecg_core.extract.entries import absent, measured
from ecg_core.measurements import Measurement

NAMES = ("noncaptured_spike_count", "undersensed_spike_count", "pacing_interval")

REFRACTORY = 0.30
"""s after a QRS onset within which a spike cannot capture: it tells of sensing (vocabulary)."""
LONGEST_RESPONSE = 0.40
"""s within which a captured spike has led to a QRS complex, an atrial one by way of the AV node."""
P_RESPONSE = 0.10
"""s from an atrial spike to the P wave that it causes (vocabulary)."""
BEFORE = 0.02
"""s; a wave onset may be placed on the spike itself."""
SAFETY = 0.12
"""s after a QRS onset before which a spike may be meant: a device that doubts what it sensed paces after about 110 ms
(ventricular safety pacing, engineering default)."""


def measure_capture(
    spikes: NDArray[np.float64],
    qrs_onsets: NDArray[np.float64],
    paced: NDArray[np.bool_],
    p_onsets: NDArray[np.float64],
    duration: float,
) -> list[Measurement]:
    """Count spikes without effect and spikes that came although the heart had beaten, and time the paced beats.

    An atrial spike is followed by its QRS complex only after the AV delay; so a spike counts as ineffective only if no
    QRS complex follows for 400 ms, and a ventricular spike whose place a conducted beat takes at once is missed.

    Args:
        spikes: times in s, ascending, of the spikes that a device may have timed.
        qrs_onsets: shape ``[beats]``, in s, ascending.
        paced: shape ``[beats]``, which of them a spike started.
        p_onsets: in s, ascending.
        duration: of the window in s: a spike close to its end shows no response yet.
    """
    since = _since(qrs_onsets, spikes)
    answered = _answered(spikes, qrs_onsets, LONGEST_RESPONSE) | _answered(spikes, p_onsets, P_RESPONSE)
    judged = spikes + LONGEST_RESPONSE <= duration
    ineffective = ~answered & judged & (since > REFRACTORY)
    native = _since(qrs_onsets[~paced], spikes)
    # The last QRS complex must be the native one: after a paced beat the device is refractory itself.
    early = (native == since) & (native > SAFETY) & (native <= REFRACTORY)
    in_a_row = paced[1:] & paced[:-1]
    items = [
        measured("noncaptured_spike_count", int(ineffective.sum())),
        measured("undersensed_spike_count", int(early.sum())),
    ]
    if not in_a_row.any():
        return [*items, absent("pacing_interval", "no two paced beats in a row")]
    interval = float(np.median(np.diff(qrs_onsets)[in_a_row])) * 1000.0
    return [*items, measured("pacing_interval", interval)]


def _since(onsets: NDArray[np.float64], spikes: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return for each spike the time since the last onset before it, infinite without one."""
    place = np.searchsorted(onsets, spikes) - 1
    if onsets.size == 0:
        return np.full(spikes.shape, np.inf)
    return np.where(place >= 0, spikes - onsets[np.maximum(place, 0)], np.inf)


def _answered(spikes: NDArray[np.float64], onsets: NDArray[np.float64], within: float) -> NDArray[np.bool_]:
    """Return for each spike whether a wave starts within the time given."""
    delay = onsets[None, :] - spikes[:, None]
    found: NDArray[np.bool_] = np.any((delay >= -BEFORE) & (delay <= within), axis=1)
    return found
