"""QRS edges of complexes drawn with exact ones."""

from __future__ import annotations

import pytest

from ecg_core.extract import measure
from ecg_core.testing.synthetic import make, scenario


@pytest.mark.parametrize(
    ("builder", "changes"),
    [
        ("normal", {}),
        ("incomplete", {"side": "right"}),
        ("right_bundle", {}),
        ("fascicle", {"which": "anterior", "axis": -58.0}),
    ],
    ids=str,
)
@pytest.mark.parametrize("engine", ["classical", "learned"])
def test_sharp_edges_are_not_widened(builder: str, changes: dict[str, object], engine: str) -> None:
    recording, truth = make(scenario(builder, **changes))
    found = measure(recording, extractor=engine)
    for name, tolerance in (("qrs_duration", 10), ("pr_interval", 8)):
        assert found.value(name) == pytest.approx(truth.value(name), abs=tolerance), name
