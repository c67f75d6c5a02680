"""The classical engine: detection, averaging and measurement in numpy and scipy."""

from __future__ import annotations

from ecg_core.extract.classical_fiducials import ClassicalFiducials
from ecg_core.extract.engine import Engine, delineate_recording, measure_with
from ecg_core.extract.marks import LeadMarks, shared_marks
from ecg_core.extract.uncertainty import method_table
from ecg_core.measurements import Measurements
from ecg_core.recording import Recording


class ClassicalExtractor:
    """Multi-lead QRS detection, beat shapes, representative beats, boundaries from spatial velocity."""

    name = "classical"
    version = "2"

    def extract(self, recording: Recording) -> Measurements:
        """Measure everything in the vocabulary that this engine knows, and say why where it cannot.

        Args:
            recording: the window to analyse; NaN where nothing was recorded.
        """
        return measure_with(
            Engine(self.name, self.version, ClassicalFiducials, method_table(self.name, self.version)), recording
        )

    def delineate(self, recording: Recording) -> LeadMarks:
        """Return the waves of every beat; they are global, so that every lead has the same.

        Args:
            recording: the window to delineate; NaN where nothing was recorded.
        """
        delineation = delineate_recording(recording, ClassicalFiducials).delineation
        return shared_marks(delineation, f"{self.name} {self.version}")
