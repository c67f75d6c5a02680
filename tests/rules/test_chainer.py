from __future__ import annotations

import random

import pytest
from strategies import DirectTruth, F, T, U, make_protocol, make_rule, random_inputs, random_protocol

from ecg_core.errors import UnknownNameError
from ecg_core.rules.backends.chainer import chain
from ecg_core.rules.formula import AllOf, AnyOf, CriterionRef, FindingRef, Fired, Negation
from ecg_core.rules.network import compile_network
from ecg_core.rules.protocol import Blocker

A, B = CriterionRef("a"), CriterionRef("b")


def solve(when, a, b=U):
    network = compile_network(make_protocol(make_rule("AVC_LONGPR", when, ("a", "b"))))
    return chain(network, {"c:avc_longpr.a": a, "c:avc_longpr.b": b})["raw:AVC_LONGPR"]


@pytest.mark.parametrize(
    ("a", "b", "both", "either"),
    [
        (T, T, T, T),
        (T, F, F, T),
        (T, U, U, T),
        (F, F, F, F),
        (F, U, F, U),
        (U, U, U, U),
    ],
)
def test_kleene_tables(a, b, both, either):
    for x, y in ((a, b), (b, a)):
        assert solve(AllOf((A, B)), x, y) is both
        assert solve(AnyOf((A, B)), x, y) is either
    assert solve(Negation(A), a) is ~a


def test_empty_formulas():
    assert solve(AllOf(()), U) is T
    assert solve(AnyOf(()), U) is F


@pytest.mark.parametrize(
    ("blocker", "condition", "raw", "final"),
    [(T, T, T, F), (T, U, T, T), (T, F, T, T), (U, T, T, T), (F, T, T, T), (T, T, U, F), (U, T, U, U), (T, T, F, F)],
)
def test_only_a_sure_blocker_blocks(blocker, condition, raw, final):
    afib = make_rule("RHY_AFIB", A, ("a",))
    long_pr = make_rule("AVC_LONGPR", A, ("a", "b"), blockers=(Blocker("RHY_AFIB", "final", B),))
    network = compile_network(make_protocol(afib, long_pr))
    inputs = {"c:rhy_afib.a": blocker, "c:avc_longpr.a": raw, "c:avc_longpr.b": condition}
    found = chain(network, inputs)
    assert (found["raw:AVC_LONGPR"], found["final:AVC_LONGPR"]) == (raw, final)


def test_a_blocked_blocker_does_not_block_at_the_final_stage():
    first = make_rule("RHY_VT", A, ("a",))
    second = make_rule("CON_LBBB", A, ("a",), blockers=(Blocker("RHY_VT"),))
    for stage, expected in (("final", T), ("raw", F)):
        third = make_rule("HYP_LVH", A, ("a",), blockers=(Blocker("CON_LBBB", stage),))
        network = compile_network(make_protocol(first, second, third))
        assert chain(network, dict.fromkeys(network.inputs, T))["final:HYP_LVH"] is expected


def test_assumptions_take_the_place_of_what_is_derived():
    afib = make_rule("RHY_AFIB", A, ("a",))
    long_pr = make_rule("AVC_LONGPR", AllOf((A, Negation(Fired(FindingRef("RHY_AFIB"))))), ("a",))
    network = compile_network(make_protocol(afib, long_pr))
    inputs = {"c:rhy_afib.a": T, "c:avc_longpr.a": T}
    assert chain(network, inputs)["raw:AVC_LONGPR"] is F
    assert chain(network, inputs, {"RHY_AFIB": U})["raw:AVC_LONGPR"] is T
    with pytest.raises(UnknownNameError, match="AVC_WPW"):
        chain(network, inputs, {"AVC_WPW": T})


def test_random_packs_agree_with_the_definitions():
    rng = random.Random(99)
    for _ in range(100):
        protocol = random_protocol(rng, rng.randint(1, 30))
        network = compile_network(protocol)
        inputs = random_inputs(rng, network.inputs)
        direct = DirectTruth(protocol, inputs, {})
        found = chain(network, inputs)
        for code, symbol in network.final.items():
            assert (found[f"raw:{code}"], found[symbol]) == (direct.raw(code), direct.final(code))


def test_more_knowledge_never_turns_a_decided_statement_round():
    # Monotone in information as long as nothing asks whether something is surely true.
    rng = random.Random(4)
    when = AnyOf((AllOf((A, Negation(B))), Negation(AnyOf((A, B)))))
    for _ in range(50):
        a, b = rng.choice((T, F)), rng.choice((T, F))
        full = solve(when, a, b)
        for partial in (solve(when, U, b), solve(when, a, U), solve(when, U, U)):
            assert partial in (full, U)
