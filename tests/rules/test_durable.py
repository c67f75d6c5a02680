from __future__ import annotations

import gc
import pickle
import random
import subprocess
import sys
import threading
from itertools import pairwise
from pathlib import Path

import pytest
from strategies import DirectTruth, F, T, U, make_protocol, make_rule, random_inputs, random_protocol

from ecg_core.errors import EcgCoreError, PluginError, UnknownNameError
from ecg_core.rules.backends import chainer, durable
from ecg_core.rules.backends.durable import MAX_RULES, MAX_SHARING, PART_RULES, DurableChainer, fnv1a
from ecg_core.rules.formula import AllOf, CriterionRef, FindingRef
from ecg_core.rules.network import (
    Complement,
    Conjunction,
    Disjunction,
    Equation,
    Network,
    Symbol,
    compile_network,
)
from ecg_core.rules.normal_form import MAX_WIDTH, normalise

pytestmark = pytest.mark.skipif(not durable.available(), reason="durable-rules does not import here")

LONG_PR = make_rule("AVC_LONGPR", CriterionRef("a"), ("a",))


def test_two_chainers_and_the_definitions_agree_on_random_packs():
    rng = random.Random(20260101)
    truths = 0
    while truths < 24_000:
        protocol = random_protocol(rng, rng.randint(2, 40))
        network = compile_network(protocol)
        solver = DurableChainer(network)
        for _ in range(6):
            inputs = random_inputs(rng, network.inputs)
            assume = {code: rng.choice((T, F, U)) for code in network.final if rng.random() < 0.05}
            direct = DirectTruth(protocol, inputs, assume)
            by_python = chainer.chain(network, inputs, assume)
            assert solver.chain(inputs, assume) == by_python
            for code, symbol in network.final.items():
                assert (by_python[f"raw:{code}"], by_python[symbol]) == (direct.raw(code), direct.final(code)), code
                truths += 2
        solver.close()


def test_normal_form_keeps_the_engines_bounds():
    rng = random.Random(7)
    for _ in range(30):
        network = compile_network(random_protocol(rng, 30))
        form = normalise(network)
        known = set(network.inputs)
        for symbol, implications in form.implications.items():
            assert all(len(item.term) <= MAX_WIDTH for item in implications)
            assert known.issuperset(name for item in implications for name, _ in item.term)
            assert {item.symbol for item in implications} == {symbol}
            known.add(symbol)
        assert known.issuperset(name for facts in form.copies.values() for name, _ in facts)


def test_contradiction_and_tautology_are_kleene():
    either = Disjunction((Symbol("x"), Complement(Symbol("x"))))
    equations = (Equation("raw:A", either), Equation("raw:B", Complement(either)))
    network = Network(("x",), equations, {"A": "raw:A", "B": "raw:B"})
    solver = DurableChainer(network)
    found = [tuple(solver.chain({"x": verdict})[symbol] for symbol in ("raw:A", "raw:B")) for verdict in (T, F, U)]
    assert found == [(T, F), (T, F), (U, U)]


def test_one_symbol_in_many_rules():
    # More rules than may end in one condition: the condition is then split into several facts.
    count = MAX_SHARING * 2 + 50
    equations = tuple(Equation(f"raw:{n}", Conjunction((Symbol("shared"), Symbol(f"c{n}")))) for n in range(count))
    network = Network(
        ("shared", *(f"c{n}" for n in range(count))), equations, {str(n): f"raw:{n}" for n in range(count)}
    )
    rng = random.Random(3)
    solver = DurableChainer(network)
    for shared in (T, F, U):
        inputs = {**random_inputs(rng, network.inputs), "shared": shared}
        assert solver.chain(inputs) == chainer.chain(network, inputs)


def test_a_symbol_never_leaks_from_one_recording_into_the_next():
    network = compile_network(make_protocol(LONG_PR))
    solver = DurableChainer(network)
    for verdict in (T, U, F, U, T, T, U):
        assert solver.chain({"c:avc_longpr.a": verdict})["raw:AVC_LONGPR"] is verdict


def test_a_pack_of_any_size_is_shared_out_to_several_rulesets():
    # Two rules for each symbol: more than the engine takes in one ruleset.
    count = 2100
    before = ["c", *(f"raw:{n}" for n in range(count))]
    equations = tuple(Equation(f"raw:{n}", Complement(Symbol(before[n - n % 7]))) for n in range(count))
    network = Network(("c",), equations, {str(n): f"raw:{n}" for n in range(count)})
    solver = DurableChainer(network)
    sizes = [len(ruleset._concludes) + 1 for ruleset in solver._rulesets]
    assert sum(sizes) > MAX_RULES
    assert max(sizes) <= PART_RULES
    for verdict in (T, F, U):
        assert solver.chain({"c": verdict}) == chainer.chain(network, {"c": verdict})


def test_parts_of_random_packs_work_together(monkeypatch):
    monkeypatch.setattr(durable, "PART_RULES", 25)
    rng = random.Random(5)
    for _ in range(5):
        network = compile_network(random_protocol(rng, 40))
        solver = DurableChainer(network)
        assert len(solver._rulesets) > 3
        for _ in range(10):
            inputs = random_inputs(rng, network.inputs)
            assume = {code: rng.choice((T, F, U)) for code in network.final if rng.random() < 0.05}
            assert solver.chain(inputs, assume) == chainer.chain(network, inputs, assume)


def test_a_symbol_with_more_rules_than_its_share_has_a_ruleset_to_itself():
    names = tuple(f"c{n}" for n in range(PART_RULES + 100))
    equations = (
        Equation("raw:0", Symbol("c0")),
        Equation("raw:1", Disjunction(tuple(Conjunction((Symbol(name), Symbol("raw:0"))) for name in names))),
        Equation("raw:2", Complement(Symbol("raw:1"))),
    )
    network = Network(names, equations, {str(n): f"raw:{n}" for n in range(3)})
    solver = DurableChainer(network)
    assert len(solver._rulesets) > 2
    rng = random.Random(9)
    for verdict in (T, F, U):
        inputs = {**random_inputs(rng, names), "c0": verdict}
        assert solver.chain(inputs) == chainer.chain(network, inputs)


def test_a_symbol_beyond_the_engine_is_refused(monkeypatch):
    monkeypatch.setattr(durable, "MAX_RULES", 10)
    symbols = tuple(Symbol(f"c{n}") for n in range(10))
    network = Network(tuple(item.name for item in symbols), (Equation("raw:A", Conjunction(symbols)),), {"A": "raw:A"})
    with pytest.raises(EcgCoreError, match="11 rules for raw:A, at most 9") as caught:
        DurableChainer(network)
    assert "--engine python" in caught.value.hint


def test_an_unknown_assumption_is_refused():
    with pytest.raises(UnknownNameError, match="AVC_LONGPQ"):
        durable.chain(compile_network(make_protocol(LONG_PR)), {"c:avc_longpr.a": T}, {"AVC_LONGPQ": T})


def test_it_starts_no_thread_and_may_be_used_by_several():
    rng = random.Random(11)
    network = compile_network(random_protocol(rng, 20))
    before = threading.active_count()
    solver = DurableChainer(network)
    assert threading.active_count() == before
    work = [random_inputs(rng, network.inputs) for _ in range(40)]
    expected = [chainer.chain(network, inputs) for inputs in work]
    found: dict[int, object] = {}

    def run(first: int) -> None:
        for index in range(first, len(work), 4):
            found[index] = solver.chain(work[index])

    threads = [threading.Thread(target=run, args=(first,)) for first in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [found[index] for index in range(len(work))] == expected


def test_rulesets_are_given_back():
    network = compile_network(make_protocol(LONG_PR))
    solver = DurableChainer(network)
    (ruleset,) = solver._rulesets
    engine, handle = ruleset._engine, ruleset._handle
    del solver, ruleset
    gc.collect()
    with pytest.raises(engine.error, match="error code: 111"):  # invalid handle
        engine.assert_fact(handle, '{"sid":"1","id":"0","k":"0.0","a":"0","t":"T"}')


def test_an_error_of_the_engine_is_named_and_the_next_recording_is_unharmed():
    network = compile_network(make_protocol(LONG_PR))
    solver = DurableChainer(network)
    (ruleset,) = solver._rulesets
    awaited = ruleset._awaited
    ruleset._awaited = {
        symbol: tuple(item._replace(text=item.text[:-2]) for item in items) for symbol, items in awaited.items()
    }
    with pytest.raises(EcgCoreError, match="durable-rules failed") as caught:
        solver.chain({"c:avc_longpr.a": T})
    assert "--engine python" in caught.value.hint
    ruleset._awaited = awaited
    assert solver.chain({"c:avc_longpr.a": T})["raw:AVC_LONGPR"] is T


def test_it_cannot_be_pickled():
    with pytest.raises(TypeError):
        pickle.dumps(DurableChainer(compile_network(make_protocol(LONG_PR))))


def test_hash_is_fnv_1a():
    # Published test vectors of the 32-bit FNV-1a hash.
    assert [fnv1a(text) for text in ("", "a", "foobar")] == [0x811C9DC5, 0xE40C292C, 0xBF9CF968]


def test_facts_have_distinct_hashes():
    network = compile_network(random_protocol(random.Random(5), 40))
    for ruleset in DurableChainer(network)._rulesets:
        texts = {ruleset._begin, *(item.text for items in ruleset._awaited.values() for item in items)}
        assert len({fnv1a(text.split('"')[3]) for text in texts}) == len(texts)


def test_without_the_library_the_error_says_what_to_do(monkeypatch):
    monkeypatch.setitem(sys.modules, "durable.engine", None)
    assert not durable.available()
    with pytest.raises(PluginError, match="cannot be imported") as caught:
        DurableChainer(compile_network(make_protocol(LONG_PR)))
    assert "--engine python" in caught.value.hint


def test_rules_do_not_depend_on_the_hash_seed():
    program = (
        "import random\n"
        "from strategies import random_protocol\n"
        "from ecg_core.rules.network import compile_network\n"
        "from ecg_core.rules.normal_form import normalise\n"
        "from ecg_core.rules.backends.durable import _rules\n"
        "form = normalise(compile_network(random_protocol(random.Random(2), 25)))\n"
        "print(_rules(form.implications), form.copies)\n"
    )
    texts = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": str(Path(__file__).parent)},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(texts) == 1


def test_references_to_findings_may_be_deep():
    codes = ["RHY_AFIB", "AVC_LONGPR", "CON_LBBB", "CON_RBBB", "QT_LONG", "AXS_LAD"]
    rules = [make_rule(codes[0], CriterionRef("a"), ("a",))]
    for before, code in pairwise(codes):
        rules.append(make_rule(code, AllOf((FindingRef(before), CriterionRef("a"))), ("a",)))
    network = compile_network(make_protocol(*rules))
    inputs = dict.fromkeys(network.inputs, T)
    assert DurableChainer(network).chain(inputs)["raw:AXS_LAD"] is T
