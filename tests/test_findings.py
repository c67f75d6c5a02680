import json

import pytest

from ecg_core.findings import Citation, Evidence, Finding, Interpretation, NotAssessed, Provenance, RuleTrace, Verdict
from ecg_core.measurements import Measurement


def interpretation() -> Interpretation:
    evidence = Evidence(
        "pr_interval", ">", Verdict.TRUE, value=214.0, unit="ms", u=5.0, limit=200.0, threshold="pr_upper",
        source=Citation("AHA3", "statement 82", "Surawicz 2009"), margin=2.8, probability=0.997,
    )  # fmt: skip
    finding = Finding(
        "AVC_LONGPR", "First-degree AV block", "av", "conduction", "definite", "abnormal", "U1", (), (evidence,),
        "PR interval 214 ms exceeds 200 ms.", "long_pr", "adult12", "0.1.0", codes={"scp": ("1AVB",)},
    )  # fmt: skip
    trace = RuleTrace(
        "rule", "long_pr", Verdict.TRUE, (2.8, 2.8), children=(RuleTrace("compare", "x", Verdict.UNKNOWN),)
    )
    provenance = Provenance(
        "r", "wfdb", "0.1.0", "classical 1", "python", ({"id": "adult12", "version": "0.1.0", "sha256": "0" * 64},),
        500.0, 0.0, 10.0, {"I": "recorded"}, None, None, {"pr_interval": 210.0}, (), ("Research use only.",),
    )  # fmt: skip
    measurements = (
        Measurement("pr_interval", 214.0, "ms", u=5.0, span=(3, 9)),
        Measurement("beat_classes", ("dominant", "ventricular"), ""),
        Measurement("rr_intervals", (800.0, 810.0), "ms"),
        Measurement("qs_complex", True, "", lead="V1"),
        Measurement("p_axis", None, "deg", reason="no P wave found"),
    )
    not_assessed = (NotAssessed("AXS_PAXIS", "P axis", ("P axis: no P wave found",)),)
    return Interpretation((finding,), (), not_assessed, (), measurements, {"long_pr": trace}, provenance)


def test_json_round_trip_is_exact() -> None:
    original = interpretation()
    text = original.to_json()
    assert Interpretation.from_json(text) == original
    assert Interpretation.from_json(text).to_json() == text
    assert "NaN" not in text
    assert "Infinity" not in text


def test_json_has_the_keys_other_tools_rely_on() -> None:
    written = json.loads(interpretation().to_json())
    assert {"schema_version", "findings", "excluded", "not_assessed", "critical", "measurements", "provenance"} <= set(
        written
    )
    assert written["findings"][0]["final"] is True
    assert {"name", "lead", "value", "unit", "u", "quality", "reason"} <= set(written["measurements"][0])
    assert written["measurements"][3]["value"] is True


def test_the_schema_names_every_field() -> None:
    schema = Interpretation.json_schema()
    assert schema["$schema"].endswith("2020-12/schema")
    assert set(json.loads(interpretation().to_json())) == set(schema["properties"])


def test_a_verdict_is_not_a_truth_value() -> None:
    with pytest.raises(TypeError, match="three values"):
        bool(Verdict.UNKNOWN)
    assert ~Verdict.TRUE is Verdict.FALSE
    assert ~Verdict.UNKNOWN is Verdict.UNKNOWN
