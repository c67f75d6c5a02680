import pytest

from ecg_core.findings import Evidence, Verdict
from ecg_core.wording import evidence_text, label, lead_list, lost_leads, plain_first, quantity


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (214.4, "ms", "214 ms"),
        (0.25, "mV", "0.25 mV"),
        (-0.001, "mV", "0.00 mV"),
        (-35.2, "deg", "-35°"),
        (71.6, "1/min", "72/min"),
        (3.0, "", "3"),
        (0.126, "", "0.13"),
        (True, "", "yes"),
        ("positive_negative", "", "positive-negative"),
        (None, "ms", "not measured"),
    ],
)
def test_quantities(value: float | bool | str | None, unit: str, text: str) -> None:
    assert quantity(value, unit) == text


def test_evidence_is_always_a_true_sentence() -> None:
    above = Evidence("pr_interval", ">", Verdict.TRUE, value=214.0, unit="ms", limit=200.0)
    below = Evidence("pr_interval", ">", Verdict.FALSE, value=180.0, unit="ms", limit=200.0)
    close = Evidence("pr_interval", ">", Verdict.TRUE, value=200.3, unit="ms", limit=200.0)
    absent = Evidence("st_j", ">=", Verdict.UNKNOWN, lead="V2", unit="mV", reason="lead V2 is missing")
    assert evidence_text(above) == "PR interval 214 ms > 200 ms"
    assert evidence_text(below) == "PR interval 180 ms ≤ 200 ms"
    assert evidence_text(close) == "PR interval 200.3 ms > 200 ms"
    assert evidence_text(absent) == "ST at J in V2 not assessed: lead V2 is missing"
    assert evidence_text(Evidence("qs_complex", "==", Verdict.TRUE, lead="V1", value=True)) == "QS complex in V1: yes"


def test_leads_are_joined_in_standard_order() -> None:
    assert lead_list(("V4", "II", "V3", "V2", "aVF")) == "II, aVF, V2-V4"
    assert lead_list(("V2", "V1")) == "V1, V2"
    assert label("qrs_axis") == "QRS axis"
    assert label("st_j[III] - st_j[II]") == "ST at J[III] \N{MINUS SIGN} ST at J[II]"
    assert label("abs(t_amplitude[V5])", "V5") == "abs(T amplitude) in V5"
    assert label("score(any(limb: r_amplitude >= voltage): 3, qrs_axis <= left: 2)") == "point score"
    assert lost_leads(("V2", "V1", "V3"), "missing") == "leads V1-V3 are missing"
    assert lost_leads(("V3",), "flat") == "lead V3 is flat"


def test_comparisons_of_one_measurement_come_first() -> None:
    sum_of_two = Evidence("r_amplitude[V5] + s_amplitude[V1]", ">", Verdict.TRUE, value=3.9, unit="mV", limit=3.5)
    pr, qrs = (Evidence(name, ">", Verdict.TRUE, value=1.0, limit=0.0) for name in ("pr_interval", "qrs_duration"))
    assert plain_first([sum_of_two, qrs, pr]) == [qrs, pr, sum_of_two]
