"""Made-up recordings whose truth is known exactly, for self-tests, conformance tests and authors of packs.

`sinus_rhythm` is the plain one of the self-tests. `make` draws any `Sketch`; `scenarios` lists sketches with the
statements that a pack should find in them. None of it models the disease: it draws what the criteria look for.
"""

from ecg_core.testing.synthetic.amplitudes import Amplitudes, amplitudes, project
from ecg_core.testing.synthetic.gallery import Scenario, scenario, scenarios
from ecg_core.testing.synthetic.make import Sketch, make
from ecg_core.testing.synthetic.noise import Noise, Recorder
from ecg_core.testing.synthetic.plain import HEART_RATE, TRUTH, sinus_rhythm
from ecg_core.testing.synthetic.truth import TrueBeat, Truth

__all__ = [
    "HEART_RATE",
    "TRUTH",
    "Amplitudes",
    "Noise",
    "Recorder",
    "Scenario",
    "Sketch",
    "TrueBeat",
    "Truth",
    "amplitudes",
    "make",
    "project",
    "scenario",
    "scenarios",
    "sinus_rhythm",
]
