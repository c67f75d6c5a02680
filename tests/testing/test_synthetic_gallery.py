"""Scenarios from signal to statement: drawn, measured by our engines, judged by the adult pack."""

from __future__ import annotations

from functools import cache

import pytest

from ecg_core.errors import UnknownNameError
from ecg_core.extract import measure
from ecg_core.findings import Verdict
from ecg_core.measurements import Measurements
from ecg_core.rules.engine import Truths, truths
from ecg_core.rules.load import load_protocol
from ecg_core.rules.protocol import Protocol
from ecg_core.testing.synthetic import Scenario, make, scenario, scenarios
from ecg_core.vocabulary import statement

LEARNED_EVERY = 3
"""The learned engine judges every third scenario, to stay within the time that a test may take."""


@cache
def pack() -> Protocol:
    return load_protocol("adult12")


@cache
def encoded() -> frozenset[str]:
    return frozenset(rule.statement for rule in pack().rules.values())


def judged(measurements: Measurements) -> Truths:
    return truths(pack(), measurements, engine="python")


def faults(entry: Scenario, measurements: Measurements) -> set[str]:
    """Statements that should hold and do not (+), or should not and do (-)."""
    found = judged(measurements)
    missed = {f"+{code}" for code in entry.fires if code in encoded() and found.raw[code] is not Verdict.TRUE}
    wrong = {f"-{code}" for code in entry.spares if code in encoded() and found.final[code] is Verdict.TRUE}
    return missed | wrong


def test_at_least_ninety_statements_are_drawn_on_both_sides() -> None:
    fires = {code for entry in scenarios() for code in entry.fires}
    spares = {code for entry in scenarios() for code in entry.spares}
    assert len(fires & spares) >= 90


def test_every_scenario_has_its_own_name_and_known_statements() -> None:
    names = [entry.name for entry in scenarios()]
    assert len(set(names)) == len(names)
    for entry in scenarios():
        assert entry.fires or entry.spares, entry.name
        for code in (*entry.fires, *entry.spares):
            assert statement(code).id == code


def test_a_scenario_is_found_by_name_with_ones_own_parameters() -> None:
    for pr in (198.0, 206.0):
        assert make(scenario("pr", pr=pr))[1].value("pr_interval") == pytest.approx(pr)
    with pytest.raises(UnknownNameError, match="prr"):
        scenario("prr", pr=200.0)


@pytest.mark.parametrize("entry", scenarios(), ids=lambda entry: entry.name)
def test_the_truth_does_not_contradict_what_is_claimed_of_it(entry: Scenario) -> None:
    _, truth, fires = entry.make()
    found = judged(truth.measurements)
    # The summary statements count what fired, and much that fires on a signal has no exact truth.
    denied = [
        code for code in fires if code in encoded() and not code.startswith("OVR_") and found.raw[code] is Verdict.FALSE
    ]
    assert not denied


@pytest.mark.parametrize("entry", scenarios(), ids=lambda entry: entry.name)
def test_the_classical_engine_finds_what_was_drawn(entry: Scenario) -> None:
    recording, _, _ = entry.make()
    found = faults(entry, measure(recording, extractor="classical"))
    assert found <= set(CLASSICAL_SHORTFALLS.get(entry.name, "").split())


@pytest.mark.parametrize("entry", scenarios()[::LEARNED_EVERY], ids=lambda entry: entry.name)
def test_the_learned_engine_finds_what_was_drawn(entry: Scenario) -> None:
    recording, _, _ = entry.make()
    found = faults(entry, measure(recording, extractor="learned"))
    assert found <= set(LEARNED_SHORTFALLS.get(entry.name, "").split())


def test_shortfalls_name_scenarios_that_there_are() -> None:
    names = {entry.name for entry in scenarios()}
    assert set(CLASSICAL_SHORTFALLS) <= names
    assert set(LEARNED_SHORTFALLS) <= names


CLASSICAL_SHORTFALLS = {
    "fusion()": "+RHY_FUSION",
    "wandering()": "+RHY_WAP",
    "wenckebach()": "+AVC_2AVB1",
    "tachycardia(rate=180.0)": "+RHY_SVT",
    "preexcitation()": "+AVC_WPW",
    "incomplete(side=right)": "+CON_IRBBB -CON_RBBB",
    "incomplete(side=left)": "+CON_ILBBB -CON_LBBB",
    "tall_r_v1(r=0.9, s=0.4)": "+RPR_TALLR1",
    "hypokalaemia()": "+ELY_HYPOK",
    "early_repolarisation()": "+MIM_ER",
    "normal_elevation(level=0.15)": "+MIM_STNORM",
}
"""What the engine gets wrong today, by scenario: what is not listed here is a step back."""

LEARNED_SHORTFALLS = {
    "bursts(number=4)": "+TEC_BURST",
    "fusion()": "+RHY_FUSION",
    "wandering()": "+RHY_WAP",
    "wenckebach()": "+AVC_2AVB1",
    "tachycardia(rate=180.0)": "+RHY_SVT",
    "high_grade()": "+AVC_HIGH",
    "complete_block()": "+AVC_3AVB",
    "pacing(spikes=AV)": "+PAC_AV",
    "pacing(spikes=P)": "+PAC_ASVP",
    "preexcitation()": "+AVC_WPW",
    "incomplete(side=left)": "+CON_ILBBB -CON_LBBB",
    "tall_r_v1(r=0.9, s=0.4)": "+RPR_TALLR1",
    "injury(territory=left precordial, level=-0.12)": "+STD_ANTLAT",
    "normal_elevation(level=0.15)": "+MIM_STNORM",
    "rate(rate=106.0)": "+RHY_STACH",
    "junctional(rate=50.0)": "+RHY_JUNC",
}
"""Likewise."""
