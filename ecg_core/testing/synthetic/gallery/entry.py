"""What an entry of the gallery is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from ecg_core.recording import Recording
from ecg_core.testing.synthetic.make import Sketch, make
from ecg_core.testing.synthetic.noise import Noise, Recorder
from ecg_core.testing.synthetic.truth import Truth


def _nothing() -> Mapping[str, object]:
    return MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Scenario:
    """A drawn recording, and which statements hold of it.

    Attributes:
        build: makes the sketch.
        parameters: its arguments.
        fires: statements that hold.
        spares: statements that it comes near without their holding.
    """

    build: Callable[..., Sketch]
    parameters: Mapping[str, object] = field(default_factory=_nothing)
    fires: tuple[str, ...] = ()
    spares: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """Builder and parameters, e.g. "pr(pr=210)"."""
        stated = ", ".join(f"{name}={value}" for name, value in self.parameters.items())
        return f"{self.build.__name__}({stated})"

    def make(
        self, *, recorder: Recorder | None = None, noise: Noise | None = None
    ) -> tuple[Recording, Truth, tuple[str, ...]]:
        """Draw it.

        Args:
            recorder: in place of the sketch's own.
            noise: in place of the sketch's own.

        Returns:
            The recording, what is true of it, and the statements that hold.
        """
        sketch = replace(self.build(**self.parameters), name=self.name)
        sketch = replace(sketch, recorder=recorder or sketch.recorder, noise=noise or sketch.noise)
        return (*make(sketch), self.fires)


def example(build: Callable[..., Sketch], fires: str = "", *, spares: str = "", **parameters: object) -> Scenario:
    """Return an entry; statements are named in one text with spaces between them."""
    return Scenario(build, MappingProxyType(parameters), tuple(fires.split()), tuple(spares.split()))
