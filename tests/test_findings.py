import json
from dataclasses import replace

import pytest
from pydantic import ValidationError

from ecg_core.findings import Citation, Interpretation, Verdict


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


def test_measurements_and_traces_stand_one_to_a_line(interpretation: Interpretation) -> None:
    lines = interpretation.to_json().splitlines()
    start = lines.index('  "measurements": [')
    listed = lines[start + 1 : start + 1 + len(interpretation.measurements)]
    assert [json.loads(line.rstrip(","))["name"] for line in listed] == [
        item.name for item in interpretation.measurements
    ]
    rule = lines[lines.index('  "traces": {') + 1]
    assert json.loads(f"{{{rule}}}")["long_pr"]["children"] == [
        {"kind": "compare", "text": "x", "verdict": "unknown"}
    ], "what has its default value is left out"
    assert len(interpretation.to_json(indent=None).splitlines()) == 1


def test_a_source_is_written_once_and_read_back_everywhere(interpretation: Interpretation) -> None:
    finding = interpretation.findings[0]
    (evidence,) = finding.evidence
    other = replace(evidence, source=Citation("AHA3", "table 1", "another edition"))
    bare = replace(evidence, source=Citation("AHA3", "table 2"))
    several = replace(interpretation, findings=(replace(finding, evidence=(evidence, evidence, other, bare)),))
    text = several.to_json()
    assert text.count("Surawicz 2009, Part III") == 1
    assert json.loads(text)["sources"] == {"AHA3": "Surawicz 2009, Part III"}
    assert Interpretation.from_json(text) == several


def test_what_is_no_json_or_no_interpretation_is_refused() -> None:
    for text in ("", "{", "[]", '{"findings": 3}', '{"sources": {}}'):
        with pytest.raises(ValidationError):
            Interpretation.from_json(text)


def test_the_schema_names_every_field(interpretation: Interpretation) -> None:
    schema = Interpretation.json_schema()
    assert schema["$schema"].endswith("2020-12/schema")
    assert set(json.loads(interpretation.to_json())) == set(schema["properties"])


def test_a_verdict_is_not_a_truth_value() -> None:
    with pytest.raises(TypeError, match="three values"):
        bool(Verdict.UNKNOWN)
    assert ~Verdict.TRUE is Verdict.FALSE
    assert ~Verdict.UNKNOWN is Verdict.UNKNOWN
