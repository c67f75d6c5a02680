"""The learned engine: fiducial points from a segmentation network, all else as in the classical engine."""

from __future__ import annotations

from functools import partial

from ecg_core.extract.engine import Engine, delineate_recording, measure_with
from ecg_core.extract.learned_fiducials import LearnedFiducials
from ecg_core.extract.learned_marks import mark_leads
from ecg_core.extract.marks import LeadMarks
from ecg_core.extract.network import Network, shipped
from ecg_core.extract.uncertainty import method_table
from ecg_core.measurements import Measurements
from ecg_core.recording import Recording


class LearnedExtractor:
    """A small network delineates every lead; the classical delineator is heard as a second opinion.

    Args:
        network: the network; the one that is shipped by default.
    """

    name = "learned"
    version = "2"

    def __init__(self, network: Network | None = None) -> None:
        self._network = network

    def extract(self, recording: Recording) -> Measurements:
        """Measure everything in the vocabulary that this engine knows, and say why where it cannot.

        Args:
            recording: the window to analyse; NaN where nothing was recorded.
        """
        find = partial(LearnedFiducials, self._network or shipped())
        return measure_with(Engine(self.name, self.version, find, method_table(self.name, self.version)), recording)

    def delineate(self, recording: Recording) -> LeadMarks:
        """Return the waves of each lead as the network sees them there.

        Args:
            recording: the window to delineate; NaN where nothing was recorded.
        """
        network = self._network or shipped()
        delineation = delineate_recording(recording, partial(LearnedFiducials, network)).delineation
        return mark_leads(network, delineation, f"{self.name} {self.version}")
