"""wavedet 0.1.0 (GPL-2, a port of ecg-kit's wavelet delineator): one lead at a time. Needs Python 3.12.

Run in an environment of its own: ``python benchmarks/opponents/wavedet_annotate.py RECORDS OUT``.
"""

import numpy as np
import wavedet
from common import Waves, run, table


def delineate(signal: np.ndarray, rate: float) -> list[Waves | None]:
    return [delineate_lead(lead, rate) for lead in signal]


def delineate_lead(lead: np.ndarray, rate: float) -> Waves | None:
    try:
        found = wavedet.delineate(lead, int(rate))
    except Exception:  # its own code for several leads drops a lead that fails in the same way
        return None
    return {
        "p": table(found.p_on, found.p, found.p_off),
        "N": table(found.qrs_on, found.qrs, found.qrs_off),
        "t": table(found.t_on, found.t, found.t_off),
    }


run(__doc__, delineate)
