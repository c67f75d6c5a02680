"""The classical engine: detection, averaging and measurement in numpy and scipy."""

from __future__ import annotations

from ecg_core.extract.classical_fiducials import ClassicalFiducials
from ecg_core.extract.engine import Engine, measure_with
from ecg_core.extract.uncertainty import CLASSICAL_MS
from ecg_core.measurements import Measurements
from ecg_core.recording import Recording


class ClassicalExtractor:
    """Multi-lead QRS detection, beat shapes, representative beats, boundaries from spatial velocity."""

    name = "classical"
    version = "1"

    def extract(self, recording: Recording) -> Measurements:
        """Measure everything in the vocabulary that this engine knows, and say why where it cannot.

        Args:
            recording: the window to analyse; NaN where nothing was recorded.
        """
        return measure_with(Engine(self.name, self.version, ClassicalFiducials, CLASSICAL_MS), recording)
