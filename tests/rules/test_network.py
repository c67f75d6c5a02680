from __future__ import annotations

import random

import pytest
from strategies import make_protocol, make_rule, random_protocol

from ecg_core.errors import PackError
from ecg_core.rules.formula import AllOf, AnyFinding, CriterionRef, FindingRef, Fired, Negation
from ecg_core.rules.network import (
    Complement,
    Conjunction,
    Disjunction,
    Equation,
    Network,
    Sure,
    Symbol,
    compile_network,
    expression_symbols,
)
from ecg_core.rules.normal_form import Implication, normalise
from ecg_core.rules.protocol import Blocker, Escalation, Mimic

A = CriterionRef("a")


def equations(*rules) -> dict[str, object]:
    return {item.symbol: item.body for item in compile_network(make_protocol(*rules)).equations}


def test_a_rule_becomes_equations():
    afib = make_rule("RHY_AFIB", A, ("a",))
    long_pr = make_rule(
        "AVC_LONGPR",
        AllOf((A, Negation(Fired(FindingRef("RHY_AFIB"))))),
        ("a", "b"),
        blockers=(Blocker("RHY_AFIB", "raw", CriterionRef("b")),),
        escalations=(Escalation(CriterionRef("b"), None, "U2"),),
        mimics=(Mimic("AVC_2TO1", Negation(CriterionRef("b")), "text"),),
    )
    found = equations(long_pr, afib)
    assert found == {
        "raw:RHY_AFIB": Symbol("c:rhy_afib.a"),
        "raw:AVC_LONGPR": Conjunction((Symbol("c:avc_longpr.a"), Complement(Sure("raw:RHY_AFIB")))),
        "unless:AVC_LONGPR:0": Symbol("c:avc_longpr.b"),
        "esc:AVC_LONGPR:0": Symbol("c:avc_longpr.b"),
        "against:AVC_LONGPR:0": Complement(Symbol("c:avc_longpr.b")),
        "final:AVC_LONGPR": Conjunction(
            (
                Symbol("raw:AVC_LONGPR"),
                Complement(Conjunction((Sure("raw:RHY_AFIB"), Sure("unless:AVC_LONGPR:0")))),
            )
        ),
    }


def test_any_finding_counts_escalations_and_leaves_out_the_overall_group():
    plain = make_rule("CON_LBBB", A, ("a",), severity="abnormal")
    raised = make_rule(
        "AXS_LAD",
        A,
        ("a",),
        severity="variant",
        escalations=(Escalation(A, "abnormal", None), Escalation(A, None, "U2")),
    )
    never = make_rule("RHY_SINUS", A, ("a",), severity="normal")
    overall = make_rule("OVR_ABNORMAL", AnyFinding(severity="borderline"))
    assert equations(plain, raised, never, overall)["any:borderline:"] == Disjunction(
        (
            Conjunction((Sure("raw:CON_LBBB"),)),
            Conjunction((Sure("raw:AXS_LAD"), Disjunction((Sure("esc:AXS_LAD:0"),)))),
            Conjunction((Sure("raw:RHY_SINUS"), Disjunction(()))),
        )
    )


def test_equations_use_only_what_stands_before_them():
    rng = random.Random(1)
    for _ in range(20):
        network = compile_network(random_protocol(rng, 25))
        seen = set(network.inputs)
        for equation in network.equations:
            assert seen.issuperset(expression_symbols(equation.body))
            seen.add(equation.symbol)
        assert seen.issuperset(network.final.values())


def test_a_cycle_is_refused_and_named():
    first = make_rule("HYP_RVH", A, ("a",), blockers=(Blocker("INF_POST"),))
    second = make_rule("INF_POST", A, ("a",), blockers=(Blocker("HYP_RVH"),))
    with pytest.raises(PackError, match="final:HYP_RVH needs final:INF_POST needs final:HYP_RVH"):
        compile_network(make_protocol(first, second))
    # The raw stage breaks it.
    broken = make_rule("INF_POST", A, ("a",), blockers=(Blocker("HYP_RVH", "raw"),))
    assert compile_network(make_protocol(first, broken)).final == {
        "HYP_RVH": "final:HYP_RVH",
        "INF_POST": "final:INF_POST",
    }


def test_undefined_statements_are_all_named():
    rule = make_rule("AVC_LONGPR", AllOf((A, FindingRef("RHY_AFIB"))), ("a",), blockers=(Blocker("AVC_WPW"),))
    with pytest.raises(PackError) as caught:
        compile_network(make_protocol(rule))
    assert [fault.message.split()[3].rstrip(",") for fault in caught.value.faults] == ["AVC_WPW", "RHY_AFIB"]


def test_normal_form_of_a_conjunction():
    body = Conjunction((Symbol("x"), Complement(Symbol("y"))))
    form = normalise(Network(("x", "y"), (Equation("raw:A", body),), {"A": "raw:A"}))
    assert set(form.implications) == {
        Implication(frozenset({("x", "T"), ("y", "F")}), "raw:A", "T"),
        Implication(frozenset({("x", "F")}), "raw:A", "F"),
        Implication(frozenset({("y", "T")}), "raw:A", "F"),
    }
    assert form.strata == (("raw:A",),)


def test_sure_is_decided_where_its_symbol_is_unknown():
    form = normalise(Network(("x",), (Equation("raw:A", Complement(Sure("x"))),), {"A": "raw:A"}))
    assert {(item.term, item.symbol, item.state) for item in form.implications} == {
        (frozenset({("x", "T")}), "sure:x", "T"),
        (frozenset({("x", "F")}), "sure:x", "F"),
        (frozenset({("x", "U")}), "sure:x", "F"),
        (frozenset({("sure:x", "F")}), "raw:A", "T"),
        (frozenset({("sure:x", "T")}), "raw:A", "F"),
    }
    assert form.strata == (("sure:x",), ("raw:A",))


def test_terms_that_others_cover_are_dropped():
    body = Disjunction((Symbol("x"), Conjunction((Symbol("x"), Symbol("y")))))
    form = normalise(Network(("x", "y"), (Equation("raw:A", body),), {"A": "raw:A"}))
    assert [item.term for item in form.implications if item.state == "T"] == [frozenset({("x", "T")})]
