"""ecgdeli 1.0.0 (GPL-3, a port of KIT's ECGdeli): twelve leads at once, with its fixes on; each lead's own table.

Run in an environment of its own: ``python benchmarks/opponents/ecgdeli_annotate.py RECORDS OUT``.
"""

import ecgdeli
import numpy as np
from common import Waves, run, table


def delineate(signal: np.ndarray, rate: float) -> list[Waves | None]:
    result = ecgdeli.annotate(signal.T, rate)
    leads = []
    for fpt in result.leads:
        s = fpt.samples
        leads.append(
            {
                "p": table(s[:, 0], s[:, 1], s[:, 2]),
                "N": table(s[:, 3], s[:, 5], s[:, 7]),
                "t": table(s[:, 9], s[:, 10], s[:, 11]),
            }
        )
    return leads


ecgdeli.set_fidelity("fixed")
run(__doc__, delineate)
