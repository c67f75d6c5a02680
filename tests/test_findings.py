import json

import pytest

from ecg_core.findings import Interpretation, Verdict


def test_json_round_trip_is_exact(interpretation: Interpretation) -> None:
    original = interpretation
    text = original.to_json()
    assert Interpretation.from_json(text) == original
    assert Interpretation.from_json(text).to_json() == text
    assert "NaN" not in text
    assert "Infinity" not in text


def test_json_has_the_keys_other_tools_rely_on(interpretation: Interpretation) -> None:
    written = json.loads(interpretation.to_json())
    assert {"schema_version", "findings", "excluded", "not_assessed", "critical", "measurements", "provenance"} <= set(
        written
    )
    assert written["findings"][0]["final"] is True
    assert {"name", "lead", "value", "unit", "u", "quality", "reason"} <= set(written["measurements"][0])
    assert written["measurements"][3]["value"] is True


def test_the_schema_names_every_field(interpretation: Interpretation) -> None:
    schema = Interpretation.json_schema()
    assert schema["$schema"].endswith("2020-12/schema")
    assert set(json.loads(interpretation.to_json())) == set(schema["properties"])


def test_a_verdict_is_not_a_truth_value() -> None:
    with pytest.raises(TypeError, match="three values"):
        bool(Verdict.UNKNOWN)
    assert ~Verdict.TRUE is Verdict.FALSE
    assert ~Verdict.UNKNOWN is Verdict.UNKNOWN
