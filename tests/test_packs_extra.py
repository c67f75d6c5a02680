"""The packs beside adult12: the published 17 steps, and the one for athletes, which extends adult12."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ecg_core.cli.rule_text import rule_text
from ecg_core.report.pack_pages import pack_pages
from ecg_core.rules.load import load_protocol
from ecg_core.rules.protocol import Protocol
from ecg_core.testing.cases import load_cases, run_case
from ecg_core.testing.conformance import check_pack

PACKS = Path(__file__).parent.parent / "protocols"
ESSENTIALS = PACKS / "ecg_protocol_essentials"
ATHLETE = PACKS / "ecg_protocol_athlete"


@pytest.fixture(scope="module")
def essentials() -> Protocol:
    return load_protocol(ESSENTIALS)


@pytest.fixture(scope="module")
def athlete() -> Protocol:
    return load_protocol(ATHLETE)


@pytest.mark.parametrize("folder", [ESSENTIALS, ATHLETE], ids=["essentials", "athlete"])
def test_no_fault_and_every_case_passes(folder: Path) -> None:
    assert re.fullmatch(r"\d+ rules, \d+ cases", check_pack(folder))


@pytest.mark.parametrize(("name", "step"), [("essentials", 3), ("athlete", 30)])
def test_cases_pass_with_durable_rules(name: str, step: int, request: pytest.FixtureRequest) -> None:
    pytest.importorskip("durable")
    protocol: Protocol = request.getfixturevalue(name)
    cases = load_cases(protocol.folder, protocol)[::step]
    assert [
        str(result) for result in (run_case(protocol, case, engine="durable") for case in cases) if not result.passed
    ] == []


def test_every_published_step_is_there_with_its_fault(essentials: Protocol) -> None:
    criteria = [criterion for rule in essentials.rules.values() for criterion in rule.criteria.values()]
    steps = {int(match[1]) for criterion in criteria if (match := re.search(r"step (\d+)", criterion.source.where))}
    assert steps | {13} == set(range(1, 18)), "step 13 names the leads of step 15"
    for rule in essentials.rules.values():
        notes = " ".join(criterion.note for criterion in rule.criteria.values())
        assert "Known fault" in notes, rule.id
        assert "Corrected after" in notes, rule.id
        assert rule.blockers == (), "the published protocol silences nothing"


def test_the_published_limits_are_kept_as_they_are(essentials: Protocol) -> None:
    from ecg_core.rules.plain_text import value_text

    values = {name: value_text(threshold) for name, threshold in essentials.thresholds.items()}
    assert {name: values[name] for name in ("qrs_intermediate", "qtc_long", "q_wide", "q_deep", "lvh_r_in_i")} == {
        "qrs_intermediate": "100 ms",
        "qtc_long": "440 ms",
        "q_wide": "30 ms",
        "q_deep": "0.10 mV",
        "lvh_r_in_i": "1.50 mV",
    }
    assert " or " in essentials.rules["inferior_q"].criteria["q"].expression, "width or depth, as published"


def test_athlete_says_only_what_differs(athlete: Protocol) -> None:
    adult = load_protocol("adult12")
    (base,) = athlete.bases
    assert (base.id, base.version, base.sha256) == (adult.id, adult.version, adult.sha256)
    assert set(athlete.rules) == set(adult.rules)
    own = {path.stem for path in (ATHLETE / "rules").rglob("*.yaml")}
    changed = {name for name, rule in athlete.rules.items() if rule != adult.rules[name]}
    assert own <= changed
    graded = {"intraventricular_delay", "junctional_rhythm", "lvh_voltage", "mobitz_one", "right_bundle_branch_block"}
    assert graded <= changed
    assert len(changed) < len(adult.rules) / 4


def test_what_is_normal_in_athletes(athlete: Protocol) -> None:
    rules = athlete.rules
    for name in ("long_pr", "mobitz_one", "junctional_rhythm", "lvh_voltage", "sinus_bradycardia"):
        assert rules[name].severity == "variant", name
    assert rules["right_bundle_branch_block"].severity == "borderline"
    assert rules["long_qt"].severity == "abnormal"


def test_a_report_names_both_packs(athlete: Protocol) -> None:
    from ecg_core import interpret
    from ecg_core.report import render
    from ecg_core.testing.synthetic import sinus_rhythm

    result = interpret(sinus_rhythm(), [athlete], engine="python")
    (base,) = athlete.bases
    assert result.provenance.packs == (
        {"id": "athlete", "version": athlete.version, "sha256": athlete.sha256},
        {"id": "adult12", "version": base.version, "sha256": base.sha256, "extended_by": "athlete"},
    )
    text = " ".join(render(result, "text").decode().split())
    assert f"athlete {athlete.version} (sha256 {athlete.sha256[:12]}) extending adult12 {base.version}" in text


def test_the_known_faults_are_shown(essentials: Protocol) -> None:
    page = pack_pages(essentials, load_cases(essentials.folder, essentials))["electrolytes/long_qt.md"]
    assert "  - Note: Known fault, wrong: below 450 ms in men and 460 ms in women is normal" in page
    text = rule_text(essentials, essentials.rules["long_qt"], [])
    assert "    note: Known fault, wrong: below 450 ms in men" in text
