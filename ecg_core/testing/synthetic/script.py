"""What happens when: the events of a recording, and the activity that goes on beside them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

from ecg_core.measurements import Value
from ecg_core.testing.synthetic.amplitudes import Amplitudes
from ecg_core.testing.synthetic.waves import Atrial, Ventricular

BeatLetter = Literal["N", "S", "J", "V", "F", "E", "A", "P"]
"""Classes of beats as the vocabulary writes them (beat_classes)."""


@dataclass(frozen=True, slots=True)
class PEvent:
    """A P wave.

    Attributes:
        time: of its onset, in s.
        shape: the wave.
        conducted: whether a QRS complex follows from it.
        paced: whether a spike starts it.
    """

    time: float
    shape: Atrial
    conducted: bool = True
    paced: bool = False


@dataclass(frozen=True, slots=True)
class QrsEvent:
    """A QRS complex with ST-T.

    Attributes:
        time: of its onset, in s.
        shape: the complex.
        kind: its class.
        pr: interval from the onset of the P wave that leads to it, in ms; None without one.
    """

    time: float
    shape: Ventricular
    kind: BeatLetter = "N"
    pr: float | None = None


@dataclass(frozen=True, slots=True)
class Spike:
    """A pacing artefact: one pulse.

    Attributes:
        time: of its beginning, in s.
        size: height, in mV.
        width: in ms.
    """

    time: float
    size: Amplitudes
    width: float = 2.0


@dataclass(frozen=True, slots=True)
class Activity:
    """Electrical activity that goes on through the whole recording.

    Attributes:
        kind: what it looks like.
        frequency: of its waves, in Hz.
        size: height of its waves, in mV.
        seed: of its irregularity; flutter has none.
    """

    kind: Literal["fibrillation", "flutter", "ventricular fibrillation"]
    frequency: float
    size: Amplitudes
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Script:
    """A recording before it is drawn.

    Attributes:
        duration: in s.
        beats: in time order.
        p_waves: in time order.
        spikes: in time order.
        activity: what goes on beside them.
        facts: measurements that follow from how the script was made rather than from its waves, by name.
    """

    duration: float
    beats: tuple[QrsEvent, ...] = ()
    p_waves: tuple[PEvent, ...] = ()
    spikes: tuple[Spike, ...] = ()
    activity: tuple[Activity, ...] = ()
    facts: Mapping[str, Value] = field(default_factory=lambda: MappingProxyType({}))
