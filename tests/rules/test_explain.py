from __future__ import annotations

import pytest
from strategies import SOURCE, F, T

from ecg_core.findings import Evidence
from ecg_core.measurements import Measurement, Measurements
from ecg_core.rules.ast import Category, Choice, Compare, Measured, Number
from ecg_core.rules.backends.truths import UnknownPart
from ecg_core.rules.explain import fill, limit_text, near_miss_text, sorted_leads, unknown_reasons
from ecg_core.rules.protocol import Threshold

FEMALE = Compare("==", Measured("sex", None), Category("female", 1))
YOUNG = Compare("<", Measured("age", None), Number(40.0, "y"))
LIMIT = Threshold(
    "st_v2v3",
    Choice(FEMALE, Number(150.0, "uV"), Choice(YOUNG, Number(250.0, "uV"), Number(200.0, "uV"))),
    "mV",
    "x",
    SOURCE,
    "published",
)


def patient(age: float | None, sex: str | None) -> Measurements:
    return Measurements([Measurement("age", age, "y"), Measurement("sex", sex, "")])


@pytest.mark.parametrize(
    ("age", "sex", "text"),
    [
        (30, "female", "0.15 mV"),
        (30, "male", "0.25 mV"),
        (60, "male", "0.20 mV"),
        (None, "male", "0.25 mV or 0.20 mV"),
        (None, None, "0.15 mV or 0.25 mV or 0.20 mV"),
        (30, None, "0.15 mV or 0.25 mV"),
    ],
)
def test_the_limit_of_this_patient(age, sex, text):
    assert limit_text(LIMIT, patient(age, sex)) == text


def test_slots():
    given = Measurements(
        [
            Measurement("pr_interval", 213.6, "ms"),
            Measurement("st_j", 0.251, "mV", "V2"),
            Measurement("qrs_axis", -34.6, "deg"),
            Measurement("heart_rate", 71.8, "1/min"),
            Measurement("p_wave_present", False, ""),
            Measurement("qt_interval", None, "ms", reason="T end not found"),
            Measurement("age", 60, "y"),
            Measurement("sex", "male", ""),
        ]
    )
    slots = "{pr_interval}, {st_j[V2]}, {qrs_axis}, {heart_rate}, {p_wave_present}, {qt_interval}, {st_j[V3]}"
    template = f"{slots}, {{st_v2v3}}; {{leads}}"
    assert fill(template, given, {"st_v2v3": LIMIT}, ("V2", "V3", "V4", "II")) == (
        "214 ms, 0.25 mV, -35\N{DEGREE SIGN}, 72/min, no, not measured, not measured, 0.20 mV; II, V2-V4"
    )


@pytest.mark.parametrize(
    ("rate", "limit", "text"),
    [
        (59.7, 60.0, "rate 59.7/min is below 60/min"),
        (59.97, 60.0, "rate 59.97/min is below 60/min"),
        (59.7, 60.5, "rate 59.7/min is below 60.5/min"),
        (41.2, 60.0, "rate 41/min is below 60/min"),
        (60.0, 60.0, "rate 60/min is below 60/min"),
    ],
)
def test_a_value_reads_differently_from_a_limit_that_it_differs_from(rate, limit, text):
    threshold = Threshold("slow", Number(limit, "1/min"), "1/min", "x", SOURCE, "published")
    given = Measurements([Measurement("heart_rate", rate, "1/min")])
    assert fill("rate {heart_rate} is below {slow}", given, {"slow": threshold}, ()) == text


def test_a_limit_is_written_as_exactly_as_the_value_beside_it():
    given = Measurements([Measurement("st_j", 0.1249, "mV", "V2"), Measurement("pr_interval", 0.0, "ms")])
    threshold = Threshold("high", Number(125.0, "uV"), "mV", "x", SOURCE, "published")
    text = fill("{st_j[V2]} of {high}, PR {pr_interval}", given, {"high": threshold}, ())
    assert text == "0.1249 mV of 0.125 mV, PR 0 ms"


def test_near_miss():
    item = Evidence("qtc_bazett", ">=", F, value=446.0, unit="ms", limit=450.0, margin=-0.3)
    category = Evidence("p_polarity", "==", F, lead="II", value="negative", limit="positive")
    assert near_miss_text([item, item, category]) == "Just short of the limit: QTc (Bazett) 446 ms (≥ 450 ms needed)."


def test_a_near_miss_reads_short_of_its_limit():
    item = Evidence("qtc_bazett", ">=", F, value=449.8, unit="ms", limit=450.0, margin=-0.1)
    assert near_miss_text([item]) == "Just short of the limit: QTc (Bazett) 449.8 ms (≥ 450 ms needed)."


def test_leads_stand_in_standard_order():
    items = [Evidence("st_j", ">", T, lead=lead) for lead in ("V2", "aVF", "II", "V2")]
    assert sorted_leads([*items, Evidence("pr_interval", ">", T)]) == ("II", "aVF", "V2")


def unknown(name: str, reason: str, lead: str | None = None) -> UnknownPart:
    return UnknownPart(name, lead, reason)


def test_reasons_are_told_once_and_leads_together():
    parts = [
        unknown("st_j", "st_j in V2: no J point found", "V2"),
        unknown("st_j", "st_j in V3: no J point found", "V3"),
        unknown("t_amplitude", "no T wave found", "V2"),
        unknown("st_j", "lead V6 is missing", "V6"),
        unknown("t_amplitude", "lead V6 is missing", "V6"),
        unknown("qtc_bazett", "sex: not stated"),
        unknown("r_amplitude[V5] + s_amplitude[V1]", "s_amplitude in V1: lead is noisy", None),
        "Atrial fibrillation",
        "Atrial fibrillation",
    ]
    assert unknown_reasons(parts) == (
        "ST at J in V2, V3: no J point found",
        "T amplitude in V2: no T wave found",
        "lead V6 is missing",
        "QTc (Bazett): sex: not stated",
        "S amplitude in V1: lead is noisy",
        "Atrial fibrillation: not assessed",
    )


def test_a_lost_lead_is_the_reason_for_everything_in_it():
    parts = [
        *(unknown("t_amplitude", f"lead {lead} is missing", lead) for lead in ("V2", "V3")),
        unknown("st_j", "st_j in V1: lead V1 is missing", "V1"),
        unknown("age", "age is not known"),
        unknown("st_j[V2] - st_j[V4]", "lead V2 is missing; lead V4 is missing; age: age is not known", "V2"),
    ]
    assert unknown_reasons(parts) == ("leads V1-V4 are missing", "age is not known")


def test_an_empty_slot_is_a_word():
    assert fill("flat: {leads}; age {age}", Measurements([Measurement("age", None, "y", reason="x")]), {}, ()) == (
        "flat: none; age not stated"
    )
