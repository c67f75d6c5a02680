"""The engine on a small pack written as files, so that each rule of resolution can be seen at work."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest
from strategies import F, T, U

from ecg_core.errors import EcgCoreError, UnknownNameError
from ecg_core.findings import Verdict
from ecg_core.measurements import Measurement, Measurements
from ecg_core.rules import engine as engine_module
from ecg_core.rules.backends import durable
from ecg_core.rules.engine import evaluate, truths
from ecg_core.rules.load import load_protocol
from ecg_core.rules.protocol import Protocol
from ecg_core.vocabulary import STANDARD_LEADS, measurement

HEADER = """\
id: small
version: "1.0"
schema: 1
title: Small pack
edition: "2026"
license: Apache-2.0
requires: {ecg_core: ">=0.1"}
population: {min_age: 16}
order: [rhythm, av, acs, mimic, qt, overall]
sources: {TEST: "made up for a test"}
"""

THRESHOLDS = """\
af_irregularity: {value: 0.1, text: x, source: {ref: TEST, where: a}, provenance: published}
pr_upper: {value: 200 ms, text: x, source: {ref: TEST, where: b}, provenance: published}
pr_very_long: {value: 300 ms, text: x, source: {ref: TEST, where: c}, provenance: published}
st_limit: {value: 0.1 mV, text: x, source: {ref: TEST, where: d}, provenance: published}
qtc_upper: {table: {by: sex, male: 450 ms, female: 460 ms}, text: x,
            source: {ref: TEST, where: e}, provenance: published}
"""

RULES = {
    "rhythm/atrial_fibrillation": """
        statement: RHY_AFIB
        all_ages: true
        criteria:
          irregular: {if: "rr_variation > af_irregularity"}
          no_p: {if: "not p_wave_present"}
        when: irregular and no_p
        mimics:
          - {finding: RHY_SINUS, against: no_p, text: no P wave}
        explain: "RR varies by {rr_variation}."
    """,
    "av/long_pr": """
        statement: AVC_LONGPR
        criteria:
          prolonged: {if: pr_interval > pr_upper}
          very_long: {if: pr_interval > pr_very_long}
        when: prolonged and not fired(RHY_AFIB)
        escalate:
          - {if: very_long, severity: abnormal, urgency: U2}
        explain: "PR interval {pr_interval} exceeds {pr_upper}."
    """,
    "acs/inferior_stemi": """
        statement: ACS_STEMI_INF
        costly_miss: true
        criteria:
          st_up: {if: "at_least(2, contiguous(inferior): st_j >= st_limit)"}
          reciprocal: {if: "st_j[aVL] < 0 mV"}
        when: st_up
        leads: st_up
        mimics:
          - {finding: MIM_PERI, against: reciprocal, text: reciprocal ST depression in aVL}
        explain: "ST elevation in {leads}: {st_j[II]} in II, at least {st_limit}."
    """,
    "mimic/pericarditis": """
        statement: MIM_PERI
        criteria:
          diffuse: {if: "at_least(2, all: st_j >= st_limit)"}
        when: diffuse
        unless:
          - {finding: ACS_STEMI_INF, stage: raw}
        explain: "ST elevation in {leads}."
    """,
    "qt/long_qt": """
        statement: QT_LONG
        costly_miss: true
        criteria:
          prolonged: {if: qtc_bazett >= qtc_upper}
        when: prolonged
        explain: "QTc {qtc_bazett}, limit {qtc_upper}."
    """,
    "overall/abnormal_ecg": """
        statement: OVR_ABNORMAL
        all_ages: true
        criteria: {}
        when: any_finding(severity >= abnormal)
        explain: "At least one abnormal finding."
    """,
    "overall/critical": """
        statement: OVR_CRITICAL
        criteria: {}
        when: any_finding(urgency >= U3)
        explain: "At least one critical finding."
    """,
}


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Protocol:
    folder = tmp_path_factory.mktemp("small")
    (folder / "protocol.yaml").write_text(HEADER)
    (folder / "thresholds").mkdir()
    (folder / "thresholds" / "all.yaml").write_text(THRESHOLDS)
    for place, text in RULES.items():
        path = folder / "rules" / f"{place}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        body = dedent(text).strip().replace("}\n", "}\n")
        named = [
            line[:-1] + ", text: t, source: {ref: TEST, where: f}, provenance: operational, note: n}"
            if "{if:" in line and not line.lstrip().startswith("-")
            else line
            for line in body.splitlines()
        ]
        path.write_text(f"id: {path.stem}\nstatus: test\nphase: synthesis\n" + "\n".join(named) + "\n")
    return load_protocol(folder)


def measured(age: float | None = 50, sex: str | None = "male", **values: object) -> Measurements:
    """A quiet recording; `values` change it: name, or name__lead."""
    base: dict[tuple[str, str | None], object] = {
        ("age", None): age,
        ("sex", None): sex,
        ("rr_variation", None): 0.03,
        ("p_wave_present", None): True,
        ("pr_interval", None): 160.0,
        ("qtc_bazett", None): 400.0,
        **{("st_j", lead): 0.0 for lead in STANDARD_LEADS},
    }
    for key, value in values.items():
        name, _, lead = key.partition("__")
        base[name, lead or None] = value
    return Measurements(
        Measurement(
            name,
            value,
            measurement(name).unit,
            lead,
            u=measurement(name).tolerance,
            reason=None if value is not None else "not given" if name in ("age", "sex") else f"{name} was not found",
        )
        for (name, lead), value in base.items()
    )


INFERIOR = {"st_j__II": 0.3, "st_j__aVF": 0.3, "st_j__III": 0.05, "st_j__aVL": -0.1}


def only(found, code):
    (item,) = [item for item in found if item.statement == code]
    return item


def codes(found) -> list[str]:
    return [item.statement for item in found]


def test_a_quiet_recording_has_no_finding(pack):
    judgement = evaluate(pack, measured(), engine="python")
    assert (judgement.findings, judgement.excluded, judgement.not_assessed, judgement.critical) == ((), (), (), ())
    assert set(judgement.traces) == set(pack.rules)


def test_a_finding_carries_its_evidence(pack):
    judgement = evaluate(pack, measured(pr_interval=230.0), engine="python")
    finding = only(judgement.findings, "AVC_LONGPR")
    assert finding.explanation == "PR interval 230 ms exceeds 200 ms."
    assert (finding.certainty, finding.final, finding.raw, finding.suppressed_by) == ("definite", True, True, ())
    (evidence,) = finding.evidence
    assert (evidence.measurement, evidence.value, evidence.operator, evidence.limit) == ("pr_interval", 230.0, ">", 200)
    assert evidence.source.where == "b"
    assert finding.probability == pytest.approx(1.0, abs=1e-3)
    assert finding.codes["scp"]


def test_certainty_follows_the_uncertainty(pack):
    u = measurement("pr_interval").tolerance
    found = {}
    for distance in (1.0, 0.99, 0.01, 0.0, -0.3):
        judgement = evaluate(pack, measured(pr_interval=200 + distance * u), engine="python")
        found[distance] = [item.certainty for item in judgement.findings if item.statement == "AVC_LONGPR"]
    # A long PR is no costly miss: short of the limit it is silent.
    assert found == {1.0: ["definite"], 0.99: ["probable"], 0.01: ["probable"], 0.0: [], -0.3: []}


def test_a_costly_near_miss_is_reported_but_counts_for_nothing(pack):
    u = measurement("qtc_bazett").tolerance
    judgement = evaluate(pack, measured(qtc_bazett=450 - 0.4 * u), engine="python")
    (finding,) = judgement.findings
    assert (finding.statement, finding.certainty, finding.raw, finding.final) == ("QT_LONG", "borderline", False, True)
    assert (finding.severity, finding.urgency) == ("borderline", "U1")
    assert finding.explanation == "Just short of the limit: QTc (Bazett) 445 ms (≥ 450 ms needed)."
    assert finding.evidence[0].verdict is F
    assert judgement.critical == ()
    assert evaluate(pack, measured(qtc_bazett=450 - 0.6 * u), engine="python").findings == ()


def test_a_near_miss_names_only_the_leads_that_are_near(pack):
    # Pericarditis is no costly miss and stays silent; the infarct just short of its limit is told.
    judgement = evaluate(pack, measured(st_j__II=0.095, st_j__aVF=0.095), engine="python")
    assert [(item.statement, item.certainty) for item in judgement.findings] == [("ACS_STEMI_INF", "borderline")]
    assert only(judgement.findings, "ACS_STEMI_INF").leads == ("II", "aVF")


def test_escalation_raises_and_is_counted(pack):
    mild, severe = (evaluate(pack, measured(pr_interval=value), engine="python") for value in (230.0, 340.0))
    base = pack.rules["long_pr"]
    finding = only(mild.findings, "AVC_LONGPR")
    assert (finding.severity, finding.urgency) == (base.severity, base.urgency)
    finding = only(severe.findings, "AVC_LONGPR")
    assert (finding.severity, finding.urgency) == ("abnormal", "U2")
    assert "OVR_ABNORMAL" in codes(severe.findings)


def test_the_urgent_statement_silences_its_mimic_and_the_mimic_is_told(pack):
    judgement = evaluate(pack, measured(**INFERIOR), engine="python")
    assert judgement.critical == ("ACS_STEMI_INF", "OVR_CRITICAL")
    stemi = only(judgement.findings, "ACS_STEMI_INF")
    assert stemi.leads == ("II", "aVF")
    assert stemi.explanation == "ST elevation in II, aVF: 0.30 mV in II, at least 0.10 mV."
    peri = only(judgement.findings, "MIM_PERI")
    assert (peri.raw, peri.final, peri.suppressed_by) == (True, False, ("ACS_STEMI_INF",))
    (excluded,) = judgement.excluded
    assert (excluded.statement, excluded.considered_for) == ("MIM_PERI", "ACS_STEMI_INF")
    assert excluded.text == "reciprocal ST depression in aVL (ST at J in aVL -0.10 mV < 0.00 mV)"
    assert [(item.lead, item.value) for item in excluded.evidence] == [("aVL", -0.1)]


def test_a_mimic_is_only_excluded_by_what_was_measured(pack):
    judgement = evaluate(pack, measured(**{**INFERIOR, "st_j__aVL": None}), engine="python")
    assert only(judgement.findings, "ACS_STEMI_INF").final
    assert judgement.excluded == ()


def test_what_is_negated_is_shown_turned_round(pack):
    judgement = evaluate(pack, measured(rr_variation=0.3, p_wave_present=False, pr_interval=None), engine="python")
    finding = only(judgement.findings, "RHY_AFIB")
    assert [(item.measurement, item.operator, item.limit, item.verdict) for item in finding.evidence] == [
        ("rr_variation", ">", 0.1, T),
        ("p_wave_present", "!=", True, T),
    ]


def test_unknown_is_told_with_its_reason(pack):
    judgement = evaluate(pack, measured(pr_interval=None, st_j__II=None, st_j__aVF=None), engine="python")
    assert [(item.statement, item.reasons) for item in judgement.not_assessed] == [
        ("ACS_STEMI_INF", ("ST at J in II, aVF: st_j was not found",)),
        ("MIM_PERI", ("ST at J in II, aVF: st_j was not found",)),
        ("AVC_LONGPR", ("PR interval: pr_interval was not found",)),
    ]
    assert judgement.not_assessed[0].urgency == "U3"
    assert judgement.traces["long_pr"].verdict is U


def test_what_is_decided_either_way_is_not_called_unknown(pack):
    # In atrial fibrillation there is no PR interval to assess.
    judgement = evaluate(pack, measured(rr_variation=0.3, p_wave_present=False, pr_interval=None), engine="python")
    assert judgement.not_assessed == ()
    assert judgement.traces["long_pr"].verdict is F


def test_unknown_sex_caps_certainty_and_still_decides_where_both_limits_agree(pack):
    far = evaluate(pack, measured(sex=None, qtc_bazett=520.0), engine="python")
    finding = only(far.findings, "QT_LONG")
    assert finding.certainty == "probable"
    assert finding.caveats == ("sex unknown, and a limit depends on it",)
    assert finding.explanation == "QTc 520 ms, limit 450 ms or 460 ms."
    between = evaluate(pack, measured(sex=None, qtc_bazett=455.0), engine="python")
    assert codes(between.not_assessed) == ["QT_LONG"]
    known = evaluate(pack, measured(sex="female", qtc_bazett=520.0), engine="python")
    assert only(known.findings, "QT_LONG").certainty == "definite"
    # A limit without a table is not capped.
    plain = evaluate(pack, measured(sex=None, pr_interval=260.0), engine="python")
    assert only(plain.findings, "AVC_LONGPR").certainty == "definite"


def test_adult_rules_are_withheld_from_children_and_said_so(pack):
    judgement = evaluate(
        pack, measured(age=11, rr_variation=0.3, p_wave_present=False, pr_interval=260.0, **INFERIOR), engine="python"
    )
    assert codes(judgement.findings) == ["RHY_AFIB", "OVR_ABNORMAL"]
    assert judgement.not_assessed == ()
    assert judgement.notes == (
        "Small pack: rules for patients of 16 years and older withheld, patient is 11 years old",
        "rhythm and intervals only",
    )
    assert judgement.traces["long_pr"].note == "withheld because of the patient's age"
    assert evaluate(pack, measured(age=16, **INFERIOR), engine="python").notes == ()
    assert evaluate(pack, measured(age=None, **INFERIOR), engine="python").notes == ()


def test_truths_take_assumptions(pack):
    plain = truths(pack, measured(pr_interval=230.0))
    assert (plain.raw["AVC_LONGPR"], plain.raw["RHY_AFIB"]) == (T, F)
    assumed = truths(pack, measured(pr_interval=230.0), assume={"RHY_AFIB": T})
    assert (assumed.raw["AVC_LONGPR"], assumed.final["RHY_AFIB"]) == (F, T)
    assert truths(pack, measured(pr_interval=230.0), assume={"RHY_AFIB": U}).raw["AVC_LONGPR"] is T


def test_the_trace_reaches_from_the_rule_to_the_comparison(pack):
    trace = evaluate(pack, measured(pr_interval=230.0), engine="python").traces["long_pr"]
    conjunction = trace.children[0]
    criterion, negation = conjunction.children
    assert [node.kind for node in (trace, conjunction, criterion, negation, negation.children[0])] == [
        "rule",
        "and",
        "criterion",
        "not",
        "fired",
    ]
    assert criterion.children[0].evidence.margin == trace.margin[0] == conjunction.margin[0]
    assert (criterion.text, criterion.note, criterion.source.where) == ("prolonged", "t", "f")
    assert negation.children[0].text == "RHY_AFIB"


def test_an_unknown_engine_is_refused(pack):
    with pytest.raises(UnknownNameError, match="rule engine 'pyton'") as caught:
        evaluate(pack, measured(), engine="pyton")
    assert "python" in caught.value.hint


@pytest.mark.skipif(not durable.available(), reason="durable-rules does not import here")
def test_both_engines_say_the_same(pack):
    for values in (
        INFERIOR,
        {"pr_interval": 340.0},
        {"rr_variation": 0.3, "p_wave_present": False},
        {"pr_interval": None},
    ):
        one, other = (evaluate(pack, measured(**values), engine=name) for name in ("durable", "python"))
        assert (one.engine, other.engine) == ("durable", "python")
        assert (one.findings, one.excluded, one.not_assessed) == (other.findings, other.excluded, other.not_assessed)


@pytest.mark.skipif(not durable.available(), reason="durable-rules does not import here")
def test_a_difference_between_the_engines_stops_the_run(pack, monkeypatch):
    right = durable.chain

    def wrong(network, inputs, assume):
        return {**right(network, inputs, assume), "raw:AVC_LONGPR": Verdict.TRUE}

    monkeypatch.setattr(engine_module.durable, "chain", wrong)
    with pytest.raises(EcgCoreError, match="disagree on raw:AVC_LONGPR") as caught:
        evaluate(pack, measured(), engine="durable")
    assert "--engine python" in caught.value.hint


def test_every_case_of_the_adult_pack_is_judged_alike_by_both_engines():
    if not durable.available():
        pytest.skip("durable-rules does not import here")
    from ecg_core.testing.cases import case_measurements, load_cases

    folder = Path(__file__).parents[2] / "protocols" / "ecg_protocol_adult12"
    protocol = load_protocol(folder)
    for case in load_cases(folder, protocol)[::40]:
        assume = {code: Verdict(verdict) for code, verdict in case.assume.items()}
        given = case_measurements(case)
        one, other = (truths(protocol, given, assume=assume, engine=name) for name in ("durable", "python"))
        assert one.symbols == other.symbols, case.name
