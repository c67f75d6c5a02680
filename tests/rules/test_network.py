from __future__ import annotations

import random

import pytest
from strategies import make_protocol, make_rule, random_protocol

from ecg_core.errors import PackError
from ecg_core.findings import Verdict
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
from ecg_core.rules.normal_form import Implication, NormalForm, holding, normalise
from ecg_core.rules.protocol import Blocker, Escalation, Mimic
from ecg_core.rules.shared_parts import share_parts

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


def implications(form: NormalForm) -> set[Implication]:
    return {item for own in form.implications.values() for item in own}


def test_normal_form_of_a_conjunction():
    body = Conjunction((Symbol("x"), Complement(Symbol("y"))))
    form = normalise(Network(("x", "y"), (Equation("raw:A", body),), {"A": "raw:A"}))
    assert implications(form) == {
        Implication(frozenset({("x", "T"), ("y", "F")}), "raw:A", "T"),
        Implication(frozenset({("x", "F")}), "raw:A", "F"),
        Implication(frozenset({("y", "T")}), "raw:A", "F"),
    }
    assert form.copies == {}


def test_sure_is_decided_where_its_symbol_is_unknown():
    form = normalise(Network(("x",), (Equation("raw:A", Complement(Sure("x"))),), {"A": "raw:A"}))
    assert implications(form) == {
        Implication(frozenset({("x", "N")}), "raw:A", "T"),
        Implication(frozenset({("x", "T")}), "raw:A", "F"),
    }


def test_a_symbol_that_repeats_another_needs_no_implication_unless_it_may_be_assumed():
    equations = (
        Equation("raw:A", Symbol("x")),
        Equation("unless:A:0", Complement(Symbol("raw:A"))),
        Equation("esc:A:0", Sure("unless:A:0")),
        Equation("against:A:0", Conjunction((Symbol("esc:A:0"), Symbol("x")))),
    )
    form = normalise(Network(("x",), equations, {"A": "raw:A"}))
    assert form.copies == {
        "unless:A:0": (("raw:A", "F"), ("raw:A", "T")),
        "esc:A:0": (("raw:A", "F"), ("raw:A", "P")),
    }
    assert implications(form) == {
        Implication(frozenset({("x", "T")}), "raw:A", "T"),
        Implication(frozenset({("x", "F")}), "raw:A", "F"),
        Implication(frozenset({("raw:A", "F"), ("x", "T")}), "against:A:0", "T"),
        Implication(frozenset({("raw:A", "P")}), "against:A:0", "F"),
        Implication(frozenset({("x", "F")}), "against:A:0", "F"),
    }


def test_terms_that_others_cover_are_dropped():
    body = Disjunction((Symbol("x"), Conjunction((Symbol("x"), Symbol("y")))))
    form = normalise(Network(("x", "y"), (Equation("raw:A", body),), {"A": "raw:A"}))
    assert [item.term for item in form.implications["raw:A"] if item.state == "T"] == [frozenset({("x", "T")})]


def test_a_fact_covers_and_excludes_what_it_says_of_its_symbol():
    # "x is F" implies "x is not T", which excludes "x is T".
    covered = Conjunction((Symbol("x"), Sure("x"), Symbol("y")))
    form = normalise(Network(("x", "y"), (Equation("raw:A", covered),), {"A": "raw:A"}))
    assert [item.term for item in form.implications["raw:A"] if item.state == "F"] == [
        frozenset({("x", "N")}),
        frozenset({("y", "F")}),
    ]
    excluded = Conjunction((Symbol("x"), Complement(Sure("x")), Symbol("y")))
    form = normalise(Network(("x", "y"), (Equation("raw:A", excluded),), {"A": "raw:A"}))
    assert {item.state for item in form.implications["raw:A"]} == {"F"}


def test_what_is_unknown_is_not_true_and_possible():
    assert holding("x", Verdict.UNKNOWN) == (("x", "N"), ("x", "P"))
    assert holding("x", Verdict.TRUE) == (("x", "T"), ("x", "P"))
    assert holding("x", Verdict.FALSE) == (("x", "F"), ("x", "N"))


def test_what_equations_have_in_common_is_worked_out_once():
    common = [Complement(Sure(f"raw:{n}")) for n in range(4)]
    equations = [
        Equation("final:A", Conjunction((Symbol("a"), *common))),
        # The order and the nesting do not matter, nor does a disjunction of the opposite.
        Equation("final:B", Conjunction((Conjunction(tuple(reversed(common))), Symbol("b")))),
        Equation("any:", Disjunction((Symbol("c"), *(Sure(f"raw:{n}") for n in range(4))))),
    ]
    assert share_parts(equations) == (
        Equation("part:0", Conjunction(tuple(common))),
        Equation("final:A", Conjunction((Symbol("part:0"), Symbol("a")))),
        Equation("final:B", Conjunction((Symbol("part:0"), Symbol("b")))),
        Equation("any:", Disjunction((Complement(Symbol("part:0")), Symbol("c")))),
    )


def test_too_little_in_common_gets_no_symbol():
    equations = [Equation(f"final:{n}", Conjunction((Symbol("x"), Symbol("y"), Symbol(n)))) for n in "ab"]
    assert share_parts(equations) == tuple(equations)
