"""Named scenarios: drawn recordings with the statements that hold of them, on either side of the limits."""

from __future__ import annotations

from collections.abc import Callable

from ecg_core.errors import UnknownNameError
from ecg_core.testing.synthetic.gallery import conduction, intervals, ischaemia, rhythm, technical
from ecg_core.testing.synthetic.gallery.entry import Scenario
from ecg_core.testing.synthetic.make import Sketch

__all__ = ["Scenario", "scenario", "scenarios"]


def scenarios() -> tuple[Scenario, ...]:
    """Return all of them, in the order of the statements they are about."""
    groups = (technical, intervals, rhythm, conduction, ischaemia)
    return tuple(entry for group in groups for entry in group.EXAMPLES)


def scenario(name: str, **parameters: object) -> Sketch:
    """Return a sketch by the name of its builder, with parameters of one's own, e.g. ``scenario("pr", pr=206.0)``.

    Raises:
        UnknownNameError: if there is no such builder.
    """
    builders: dict[str, Callable[..., Sketch]] = {entry.build.__name__: entry.build for entry in scenarios()}
    if name not in builders:
        raise UnknownNameError("scenario", name, builders)
    return builders[name](**parameters)
