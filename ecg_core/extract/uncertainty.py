"""Standard uncertainties of what the engines measure: one table each for what their delineators place.

What a recording adds by its own scatter comes on top: ``u = sqrt(s_method^2 + s_beats^2 / n)``.
"""

from __future__ import annotations

import math

CLASSICAL_MS = {
    "p_duration": 11.0,
    "pr_interval": 6.0,
    "pr_segment": 12.0,
    "qrs_duration": 8.0,
    "qt_interval": 12.0,
    "jt_interval": 14.0,
    "st_duration": 20.0,
    "t_peak_end": 13.0,
    "j_point": 5.0,
}
"""Classical engine, in ms: deviation from the median over twelve leads of cardiologists' marks, on the odd records of
LUDB (the constants of the delineator were chosen on the even ones), as ``benchmarks/bench_delineation.py`` prints it.

Root mean square of two figures, so that a few gross errors count, but do not rule: the SD of all records (P 13.6,
PR 7.0, QRS 8.9, QT 14.9) and of the middle nine tenths (P 7.4, PR 4.6, QRS 6.0, QT 8.3). The others follow from these,
and from a T onset that deviates by 18 ms. Times the slope at the J point, its uncertainty is what the J level may be
wrong by.
"""

LEARNED_MS = {
    "p_duration": 7.0,
    "pr_interval": 6.0,
    "pr_segment": 7.5,
    "qrs_duration": 5.6,
    "qt_interval": 8.0,
    "jt_interval": 9.0,
    "st_duration": 18.0,
    "t_peak_end": 9.0,
    "j_point": 4.0,
}
"""Learned engine, in ms: the same on all of LUDB, each record with weights that have not seen it (P 8.7 and 5.1, PR 7.9
and 3.6, QRS 6.3 and 4.9, QT 9.7 and 5.8).
"""

WAVE_EDGE_MS = 4.0
"""Edge of a Q, R or S wave in one lead, in ms (engineering default: a crossing is sharper than a boundary)."""

AMPLITUDE_MV = 0.010
"""Reference level and filtering, in mV (engineering default: 0.025 mV is the limit of IEC 60601-2-25)."""

AMPLITUDE_SHARE = 0.02
"""Gain, as a share of the amplitude (engineering default: 0.05 is the limit of IEC 60601-2-25)."""


def combine(*parts: float) -> float:
    """Return the root of the sum of squares; a part that is not known (NaN) is left out."""
    return math.sqrt(sum(part * part for part in parts if not math.isnan(part)))


def of_amplitude(value: float, noise: float) -> float:
    """Return the standard uncertainty of an amplitude in mV.

    Args:
        value: the amplitude.
        noise: standard error of the representative beat in that lead, in mV.
    """
    return combine(AMPLITUDE_MV, AMPLITUDE_SHARE * value, noise)
