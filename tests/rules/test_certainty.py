from __future__ import annotations

import math
import random
from dataclasses import replace

import pytest
from strategies import SOURCE, F, T, U, make_criterion, make_rule

from ecg_core.findings import Evidence, RuleTrace
from ecg_core.measurements import Measurement, Measurements
from ecg_core.rules.ast import AtLeast, Choice, Compare, Known, Measured, Named, Number, Score
from ecg_core.rules.backends.reference import judge
from ecg_core.rules.certainty import (
    certainty_of,
    demographic_needs,
    probability_of,
    raised,
    shown_urgency,
)
from ecg_core.rules.formula import AllOf, AnyOf, CriterionRef, Negation
from ecg_core.rules.network import Network
from ecg_core.rules.protocol import Escalation
from ecg_core.rules.trace import Judged, carriers, criterion_trace, formula_trace, margin_bounds

A, B, C = CriterionRef("a"), CriterionRef("b"), CriterionRef("c")
RULE = make_rule("QT_LONG", A, ("a", "b", "c"), costly_miss=True)


def leaf(margin: float | None, verdict=None) -> RuleTrace:
    if verdict is None:
        verdict = U if margin is None else T if margin >= 0 else F
    return RuleTrace("criterion", "x", verdict, (margin, margin))


def combined(formula, **criteria: RuleTrace) -> RuleTrace:
    return formula_trace(formula, Judged("rule", criteria.__getitem__, Network((), (), {}), {}, {}))


@pytest.mark.parametrize(
    ("margin", "capped", "certainty"),
    [
        (1.0, False, "definite"),
        (math.nextafter(1.0, 0.0), False, "probable"),
        (0.0, False, "probable"),
        (5.0, True, "probable"),
        (None, False, "definite"),  # a category or a count is there or it is not
    ],
)
def test_certainty(margin, capped, certainty):
    assert certainty_of(RULE, leaf(margin, T), capped=capped) == certainty


@pytest.mark.parametrize(
    ("margin", "certainty"),
    [(-0.5, "borderline"), (-0.51, None), (-0.01, "borderline"), (0.0, "borderline"), (None, None)],
)
def test_near_miss(margin, certainty):
    trace = leaf(margin, F)
    assert certainty_of(RULE, trace, capped=False) == certainty
    assert certainty_of(replace(RULE, costly_miss=False), trace, capped=False) is None


def test_a_summary_is_never_probable():
    rule = make_rule("OVR_ABNORMAL", A, ("a",))
    assert certainty_of(rule, leaf(0.5), capped=True) == "definite"


def test_unknown_is_never_a_near_miss():
    assert certainty_of(RULE, RuleTrace("rule", "x", U, (None, -0.2)), capped=False) is None
    # False whatever the unknown part is, but by how much cannot be said.
    trace = combined(AllOf((A, B)), a=leaf(-0.2), b=RuleTrace("criterion", "b", U))
    assert trace.verdict is F
    assert certainty_of(RULE, trace, capped=False) is None


def test_margins_combine_as_truths_do():
    traces = {"a": leaf(2.0), "b": leaf(-0.3), "c": leaf(None, T)}
    assert combined(AllOf((A, B, C)), **traces).margin == (-0.3, -0.3)
    assert combined(AnyOf((A, B)), **traces).margin == (2.0, 2.0)
    assert combined(AnyOf((A, C)), **traces).margin == (None, None)
    assert combined(AllOf((A, C)), **traces).margin == (2.0, 2.0)
    assert combined(Negation(B), **traces).margin == (0.3, 0.3)
    unknown = RuleTrace("criterion", "c", U, (None, 1.0))
    assert combined(AllOf((A, C)), a=leaf(2.0), c=unknown).margin == (None, 1.0)
    assert combined(Negation(C), c=unknown).margin == (-1.0, None)


def test_invariants_hold_in_random_formulas():
    rng = random.Random(8)

    def formula(depth):
        if depth == 0 or rng.random() < 0.2:
            return rng.choice((A, B, C))
        if rng.random() < 0.3:
            return Negation(formula(depth - 1))
        return rng.choice((AllOf, AnyOf))(tuple(formula(depth - 1) for _ in range(rng.randint(0, 3))))

    for _ in range(500):
        traces = {}
        for name in "abc":
            margin = rng.choice((None, rng.uniform(-3, 3)))
            verdict = rng.choice((T, F, U)) if margin is None else None
            traces[name] = leaf(margin, verdict)
        trace = combined(formula(4), **traces)
        low, high = margin_bounds(trace)
        assert low <= high
        assert trace.verdict is not T or low >= 0
        assert trace.verdict is not F or high <= 0


def test_probability_is_that_of_the_margin():
    assert probability_of(leaf(0.0)) == pytest.approx(0.5)
    assert probability_of(leaf(1.0)) == pytest.approx(0.8413, abs=1e-4)
    assert probability_of(leaf(None, T)) == 1.0
    assert probability_of(leaf(None, F)) == 0.0
    # Agrees with the probability that the reference back end gives the comparison itself.
    body = Compare(">", Measured("pr_interval", None), Number(200.0, "ms"))
    trace = judge(body, Measurements([Measurement("pr_interval", 206.0, "ms", u=8.0)]))
    assert probability_of(trace) == pytest.approx(trace.evidence.probability)


def test_urgency():
    assert shown_urgency("U3", "borderline", never_lowered=False) == "U2"
    assert shown_urgency("U3", "possible", never_lowered=False) == "U2"
    assert shown_urgency("U3", "possible", never_lowered=True) == "U3"
    assert shown_urgency("U3", "probable", never_lowered=False) == "U3"
    assert shown_urgency("U1", "borderline", never_lowered=False) == "U1"


def test_escalation_never_lowers():
    rule = make_rule("QT_LONG", A, ("a",), severity="borderline", urgency="U2")
    assert raised(rule, []) == ("borderline", "U2")
    assert raised(rule, [Escalation(A, "abnormal", None), Escalation(A, None, "U1")]) == ("abnormal", "U2")
    assert raised(rule, [Escalation(A, "variant", "U3")]) == ("borderline", "U3")


def needs(body) -> frozenset[str]:
    return demographic_needs(make_rule("QT_LONG", A, {"a": make_criterion("a", body)}))


def test_what_limits_depend_on():
    sex = Compare("==", Measured("sex", None), Number(0.0, ""))
    table = Named("qtc_upper", Choice(sex, Number(450.0, "ms"), Number(460.0, "ms")), SOURCE)
    by_sex = Compare(">", Measured("qtc_bazett", None), table)
    by_age = Compare("<", Measured("age", None), Number(40.0, "y"))
    assert needs(by_sex) == {"sex"}
    assert needs(AtLeast(1, (("II",),), by_age)) == {"age"}
    assert needs(Compare(">=", Score(((by_sex, 1.0), (by_age, 2.0))), Number(2.0, ""))) == {"age", "sex"}
    assert needs(Compare(">", Measured("pr_interval", None), Number(200.0, "ms"))) == set()
    # Whether the age is known is never in doubt.
    assert needs(Known(Measured("age", None))) == set()
    # Nor does a criterion count that only an escalation or a mimic asks for.
    unused = {"a": make_criterion("a"), "b": make_criterion("b", by_sex)}
    assert demographic_needs(make_rule("QT_LONG", A, unused)) == set()


def test_a_comparison_without_a_cited_limit_cites_its_criterion():
    evidence = Evidence("pr_interval", ">", T, value=230.0, unit="ms", limit=200.0)
    judged = RuleTrace("compare", "x", T, evidence=evidence)
    (carrier,) = carriers(criterion_trace(RULE, "a", judged), {})
    assert carrier.evidence.source == SOURCE
    own = replace(SOURCE, where="own")
    (carrier,) = carriers(criterion_trace(RULE, "a", replace(judged, evidence=replace(evidence, source=own))), {})
    assert carrier.evidence.source == own


def test_only_what_decides_is_carried():
    def compare(name, verdict):
        return RuleTrace("compare", name, verdict, evidence=Evidence(name, ">", verdict, margin=1.0))

    either = combined(AnyOf((A, B)), a=compare("pr_interval", T), b=compare("qt_interval", F))
    assert [item.evidence.measurement for item in carriers(either, {})] == ["pr_interval"]
    both = combined(AllOf((A, Negation(B))), a=compare("pr_interval", T), b=compare("qt_interval", F))
    assert [
        (item.evidence.measurement, item.evidence.operator, item.evidence.margin, item.negated)
        for item in carriers(both, {})
    ] == [("pr_interval", ">", 1.0, False), ("qt_interval", "<=", -1.0, True)]
