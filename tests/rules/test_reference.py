from __future__ import annotations

import math

import pytest

from ecg_core.findings import Citation, Evidence, RuleTrace, Verdict
from ecg_core.measurements import Measurement, Measurements, Value
from ecg_core.rules.ast import And, AtLeast, Category, Choice, Compare, Measured, Number
from ecg_core.rules.backends.reference import judge
from ecg_core.rules.parse import parse_expression
from ecg_core.rules.protocol import Threshold
from ecg_core.vocabulary import measurement

SOURCE = Citation("AHA3", "statement 82")
MALE = Compare("==", Measured("sex", None), Category("male", 0))
THRESHOLDS = {
    "pr_upper": Threshold("pr_upper", Number(200.0, "ms"), "ms", "x", SOURCE, "published"),
    "qtc_upper": Threshold(
        "qtc_upper", Choice(MALE, Number(450.0, "ms"), Number(460.0, "ms")), "ms", "x", SOURCE, "published"
    ),
    "st_limit": Threshold("st_limit", Number(150.0, "uV"), "mV", "x", SOURCE, "published"),
}


def item(name: str, value: Value | None, lead: str | None = None, u: float | None = None, why: str = "") -> Measurement:
    reason = why if value is None else None
    return Measurement(name, value, measurement(name).unit, lead=lead, u=u, reason=reason)


def trace_of(text: str, *items: Measurement) -> RuleTrace:
    expression, faults = parse_expression(text, THRESHOLDS)
    assert expression is not None, [fault.message for fault in faults]
    return judge(expression.body, Measurements(items))


def leaves(trace: RuleTrace) -> list[Evidence]:
    below = [leaf for child in trace.children for leaf in leaves(child)]
    return [trace.evidence, *below] if trace.evidence else below


def evidence_of(text: str, *items: Measurement) -> Evidence:
    (found,) = leaves(trace_of(text, *items))
    return found


def test_evidence_is_in_vocabulary_units_and_cites_its_threshold() -> None:
    found = evidence_of("st_j[V2] >= st_limit", item("st_j", 0.2, "V2", u=0.025))
    assert found == Evidence(
        measurement="st_j",
        operator=">=",
        verdict=Verdict.TRUE,
        lead="V2",
        value=0.2,
        unit="mV",
        u=0.025,
        limit=0.15,
        threshold="st_limit",
        source=SOURCE,
        margin=2.0,
        probability=pytest.approx(0.97725, abs=1e-5),
        reason=None,
    )


def test_uncertainty_is_the_measurements_own_or_the_vocabularys() -> None:
    assert evidence_of("pr_interval > pr_upper", item("pr_interval", 216.0, u=4.0)).margin == 4.0
    assert evidence_of("pr_interval > pr_upper", item("pr_interval", 216.0)).margin == 2.0
    exact = evidence_of("dropped_beat_count > 0", item("dropped_beat_count", 2.0))
    assert (exact.margin, exact.u, exact.probability) == (None, None, 1.0)


def test_voltages_are_whole_microvolts_again_after_binary_arithmetic() -> None:
    assert 0.1 + 0.2 > 0.3
    assert evidence_of("st_j[V2] > 0.3 mV", item("st_j", 0.1 + 0.2, "V2")).verdict is Verdict.FALSE


@pytest.mark.parametrize(("value", "probability"), [(200.0, 0.5), (208.0, 0.8413447), (184.0, 0.0227501)])
def test_probability_is_the_normal_one_of_the_margin(value: float, probability: float) -> None:
    found = evidence_of("pr_interval > pr_upper", item("pr_interval", value))
    assert found.probability == pytest.approx(probability, abs=1e-6)


def test_uncertainties_of_several_measurements_combine() -> None:
    text = "s_amplitude[V1] + r_amplitude[V5] >= 3.5 mV"
    found = evidence_of(text, item("s_amplitude", 2.0, "V1", u=0.03), item("r_amplitude", 2.0, "V5", u=0.04))
    assert found.u == pytest.approx(0.05)
    assert found.margin == pytest.approx(10.0)
    assert (found.measurement, found.lead, found.value) == ("s_amplitude[V1] + r_amplitude[V5]", None, 4.0)
    # Between two measurements, both sides count.
    two_sided = evidence_of(
        "qt_interval > pr_interval", item("qt_interval", 205.0, u=3.0), item("pr_interval", 200.0, u=4.0)
    )
    assert (two_sided.u, two_sided.margin, two_sided.limit) == (5.0, 1.0, 200.0)


def test_products_and_quotients_propagate_relative_uncertainty() -> None:
    items = item("r_amplitude", 1.0, "V1", u=0.1), item("s_amplitude", 2.0, "V1", u=0.1)
    ratio = evidence_of("r_amplitude[V1] / s_amplitude[V1] > 0", *items)
    assert ratio.u == pytest.approx(0.5 * math.hypot(0.1, 0.05))
    assert (ratio.value, ratio.unit, ratio.lead) == (0.5, "", "V1")
    area = evidence_of("r_amplitude[V1] * qrs_duration > 0", items[0], item("qrs_duration", 100.0, u=5.0))
    assert area.u == pytest.approx(100.0 * math.hypot(0.1, 0.05))
    assert (area.value, area.unit) == (100.0, "mV*ms")


def test_what_is_measured_stands_on_the_left() -> None:
    found = evidence_of("pr_upper < pr_interval", item("pr_interval", 216.0))
    assert (found.measurement, found.operator, found.value, found.limit) == ("pr_interval", ">", 216.0, 200.0)


def test_a_chain_is_two_pieces_of_evidence() -> None:
    trace = trace_of("120 ms <= pr_interval <= pr_upper", item("pr_interval", 112.0))
    assert (trace.kind, trace.verdict, trace.margin) == ("and", Verdict.FALSE, (-1.0, -1.0))
    assert [(leaf.operator, leaf.limit, leaf.verdict) for leaf in leaves(trace)] == [
        (">=", 120.0, Verdict.FALSE),
        ("<=", 200.0, Verdict.TRUE),
    ]


def test_truth_values_and_categories() -> None:
    flag = evidence_of("qs_complex[V1]", item("qs_complex", False, "V1"))
    assert (flag.value, flag.limit, flag.operator, flag.verdict) == (False, True, "==", Verdict.FALSE)
    sex = evidence_of("sex != male", item("sex", "male"))
    assert (sex.value, sex.limit, sex.operator, sex.verdict) == ("male", "male", "!=", Verdict.FALSE)


@pytest.mark.parametrize(
    ("text", "items", "reason"),
    [
        ("pr_interval > pr_upper", [item("pr_interval", None, why="no P wave found")], "no P wave found"),
        ("pr_interval > pr_upper", [], "not attempted by the extractor"),
        ("st_j[V3] > 0", [item("st_j", None, "V3", why="lead V3 is missing")], "lead V3 is missing"),
        ("sex == male", [item("sex", None, why="not stated")], "not stated"),
        ("pr_interval > pr_upper", [item("pr_interval", math.nan)], "the value is not a finite number"),
        (
            "qtc_decision >= qtc_upper",
            [item("qtc_decision", 455.0), item("sex", None, why="not stated")],
            "sex: not stated",
        ),
        (
            "qt_interval - pr_interval > 0",
            [item("qt_interval", 400.0), item("pr_interval", None, why="no P wave found")],
            "pr_interval: no P wave found",
        ),
        (
            "st_j[V1] + st_j[V2] > 0",
            [item("st_j", None, "V1", why="lead V1 is missing"), item("st_j", None, "V2", why="lead V2 is missing")],
            "st_j in V1: lead V1 is missing; st_j in V2: lead V2 is missing",
        ),
        (
            "r_amplitude[V1] / s_amplitude[V1] > 0",
            [item("r_amplitude", 1.0, "V1"), item("s_amplitude", 0.0, "V1")],
            "division by zero",
        ),
        (
            "score(qs_complex[V1]: 1, qs_complex[V2]: 1) >= 1",
            [item("qs_complex", False, "V1"), item("qs_complex", None, "V2", why="lead V2 is missing")],
            "qs_complex in V2: lead V2 is missing",
        ),
    ],
)  # fmt: skip
def test_unknown_says_why(text: str, items: list[Measurement], reason: str) -> None:
    found = evidence_of(text, *items)
    assert (found.verdict, found.reason) == (Verdict.UNKNOWN, reason)
    assert (found.margin, found.probability) == (None, None)


def test_an_unknown_sex_shows_the_limit_that_decides() -> None:
    above = evidence_of("qtc_decision >= qtc_upper", item("qtc_decision", 473.0))
    assert (above.verdict, above.limit, above.margin) == (Verdict.TRUE, 460.0, 1.0)
    below = evidence_of("qtc_decision >= qtc_upper", item("qtc_decision", 437.0))
    assert (below.verdict, below.limit, below.margin) == (Verdict.FALSE, 450.0, -1.0)
    between = evidence_of("qtc_decision >= qtc_upper", item("qtc_decision", 455.0))
    assert (between.verdict, between.value, between.limit) == (Verdict.UNKNOWN, 455.0, None)


def test_a_quantifier_has_a_child_for_each_group() -> None:
    trace = trace_of(
        "at_least(2, contiguous(inferior): st_j >= st_limit)",
        *(item("st_j", value, lead) for lead, value in (("II", 0.0), ("aVF", 0.2), ("III", 0.3))),
    )
    assert (trace.kind, trace.verdict, trace.margin) == ("at_least", Verdict.TRUE, (2.5, 2.5))
    assert [(child.kind, child.text, child.verdict) for child in trace.children] == [
        ("and", "II and aVF", Verdict.FALSE),
        ("and", "aVF and III", Verdict.TRUE),
    ]
    assert [leaf.lead for leaf in leaves(trace.children[1])] == ["aVF", "III"]
    assert trace.children[1].children[0].text == "st_j[aVF] >= st_limit"


def test_known_is_never_unknown() -> None:
    absent = trace_of("known(pr_interval)", item("pr_interval", None, why="no P wave found"))
    assert (absent.kind, absent.verdict, absent.note) == ("known", Verdict.FALSE, "no P wave found")
    assert trace_of("known(pr_interval)", item("pr_interval", 1.0)).verdict is Verdict.TRUE


def test_counts_beyond_the_groups() -> None:
    body = Compare(">", Measured("st_j", "*"), Number(0.0, "uV"))
    measured = Measurements([item("st_j", 0.1, "II")])
    assert judge(AtLeast(2, (("II",),), body), measured).verdict is Verdict.FALSE
    assert judge(AtLeast(0, (("II",),), body), measured).verdict is Verdict.TRUE


def test_traces_are_json() -> None:
    # The ends of margins that are infinite are written as none: neither NaN nor infinity is JSON.
    trace = trace_of("dropped_beat_count > 0 and pr_interval > pr_upper", item("dropped_beat_count", 1.0))
    assert [child.margin for child in trace.children] == [(None, None), (None, None)]


def test_equal_conditions_are_not_mixed_up() -> None:
    one = Compare(">", Measured("pr_interval", None), Number(200.0, "ms"))
    for value, verdict in ((150.0, Verdict.FALSE), (250.0, Verdict.TRUE)):
        for body in (one, And((one, one))):
            assert judge(body, Measurements([item("pr_interval", value)])).verdict is verdict
