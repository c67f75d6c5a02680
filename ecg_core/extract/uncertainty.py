"""Standard uncertainties of what the engines measure: one table each for what their delineators place.

What a recording adds by its own scatter comes on top: ``u = sqrt(s_method^2 + s_beats^2 / n)``.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import cast

from ecg_core.measurements import Quality

MethodTable = Mapping[Quality, Mapping[str, float]]
"""Quality of a recording -> interval or edge -> standard uncertainty of the method in ms."""


WAVE_EDGE_MS = 4.0
"""Edge of a Q, R or S wave in one lead, in ms (engineering default: a crossing is sharper than a boundary)."""

AMPLITUDE_MV = 0.010
"""Reference level and filtering, in mV (engineering default: 0.025 mV is the limit of IEC 60601-2-25)."""

AMPLITUDE_SHARE = 0.02
"""Gain, as a share of the amplitude (engineering default: 0.05 is the limit of IEC 60601-2-25)."""


@cache
def method_table(engine: str, version: str) -> MethodTable:
    """Return the table of an engine that ``benchmarks/fit_uncertainty.py`` wrote; the file says from what.

    Besides the global intervals it has the edge of a QRS complex, "j_point": times the slope at the J point, it is what
    the J level may be wrong by.

    Args:
        engine: name of the engine.
        version: its version; a table of another version is another engine's.
    """
    text = resources.files(__package__).joinpath("method_uncertainty.json").read_text(encoding="utf-8")
    stored = json.loads(text)["engines"][engine]
    if stored["version"] != version:
        raise ValueError(f"the uncertainties of {engine} are those of version {stored['version']}, not {version}")
    return cast(MethodTable, stored["ms"])


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
