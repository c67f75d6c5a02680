from __future__ import annotations

from pathlib import Path

import pytest
from pack_writer import AFIB, AFIB_CASES, LONG_PR, LONG_PR_CASES, THRESHOLDS, place_of, write_pack

from ecg_core.rules.check import lint_pack

RULE, CASES = "rules/av/long_pr.yaml", "cases/av/long_pr.yaml"


def lint(folder: Path, changes: dict[str, str]) -> list[tuple[str, int, int, str]]:
    return [
        (Path(fault.file).relative_to(folder).as_posix(), fault.line, fault.column, fault.message)
        for fault in lint_pack(write_pack(folder, changes))
    ]


def test_a_sound_pack(tmp_path: Path) -> None:
    assert lint(tmp_path, {}) == []


def test_the_pack_that_we_ship() -> None:
    root = Path(__file__).parent.parent.parent
    assert [str(fault) for fault in lint_pack(root / "protocols" / "ecg_protocol_adult12")] == []


@pytest.mark.parametrize(
    ("literal", "is_fault"),
    [("200 ms", True), ("2 ms", True), ("0 ms", False), ("0", False), ("pr_upper * 2", False), ("pr_upper * 3", True)],
)
def test_numbers_need_a_citation(tmp_path: Path, literal: str, is_fault: bool) -> None:
    rule = LONG_PR.replace(
        "pr_interval > pr_upper", f"pr_interval > pr_upper and qt_interval - qrs_duration > {literal}"
    )
    found = lint(tmp_path, {RULE: rule})
    assert [message.endswith("make it a named threshold with a source") for *_, message in found] == [True] * is_fault
    if is_fault:
        line, column = place_of(rule, f"qt_interval - qrs_duration > {literal}")
        offset = len("qt_interval - qrs_duration > ") + (len("pr_upper * ") if "*" in literal else 0)
        assert found[0][:3] == (RULE, line, column + offset)


@pytest.mark.parametrize(
    ("file", "text", "old", "new", "words"),
    [
        (RULE, LONG_PR, "provenance: published", "provenance: operational", "needs a 'note'"),
        ("thresholds/av.yaml", THRESHOLDS, "provenance: published", "provenance: operational", "needs a 'note'"),
        ("thresholds/av.yaml", THRESHOLDS, "pr_upper:", "other: {value: 1 ms, text: x, source: {ref: AHA3, where: x},"
         " provenance: published}\npr_upper:", "threshold 'other' is never used"),
        (RULE, LONG_PR, "{pr_interval}", "{pr_intervall}", "names neither"),
        (RULE, LONG_PR, "{pr_interval}", "{pr_interval[V2]}", "has no lead"),
        (RULE, LONG_PR, "{pr_interval}", "{st_j}", "measured per lead"),
        (RULE, LONG_PR, "{pr_interval}", "{pr_interval:.2f}", "a slot is {name}"),
        (RULE, LONG_PR, "{pr_interval}", "{pr_interval", "a slot is {name}"),
        (RULE, LONG_PR, "{pr_interval}", "{rr_intervals}", "is a series"),
        (RULE, LONG_PR, "status: test", "severity: borderline\nstatus: test", "what the vocabulary says already"),
        (RULE, LONG_PR, "explain:", "escalate: [{if: prolonged, severity: borderline}]\nexplain:", "raises nothing"),
        (
            RULE,
            LONG_PR,
            "pr_interval > pr_upper",
            "sex == male and pr_interval > pr_upper or sex == female and qrs_duration > pr_upper",
            "threshold with a table",
        ),
        (RULE, LONG_PR, "pr_interval > pr_upper", "pr_interval >", "ends too early"),
        (RULE, LONG_PR, "explain:", 'codes: {scp: ["1AVBB"]}\nexplain:', "did you mean '1AVB'?"),
        (RULE, LONG_PR, "explain:", 'codes: {snomed: ["270492005"]}\nexplain:', "unknown snomed code '270492005'"),
        (RULE, LONG_PR, "explain:", 'codes: {icd: ["I44.0"]}\nexplain:', "unknown system of codes 'icd'"),
        (RULE, LONG_PR, "    source: {ref: AHA3, where: statement 82}\n", "", "'source' is missing"),
        (RULE, LONG_PR, "where: statement 82", 'where: ""', "the text is empty"),
    ],
)  # fmt: skip
def test_fault(tmp_path: Path, file: str, text: str, old: str, new: str, words: str) -> None:
    assert text.count(old) == 1
    found = lint(tmp_path, {file: text.replace(old, new)})
    assert [found_file for found_file, *_, message in found if words in message] == [file], found


def test_a_note_settles_an_engineering_choice(tmp_path: Path) -> None:
    rule = LONG_PR.replace("provenance: published", "provenance: operational\n    note: no source gives a number")
    assert lint(tmp_path, {RULE: rule}) == []


@pytest.mark.parametrize("kind", ["fires", "does_not_fire", "at_threshold", "not_measurable", "suppressed"])
def test_every_kind_of_case_is_needed(tmp_path: Path, kind: str) -> None:
    other = "fires" if kind != "fires" else "at_threshold"
    cases = LONG_PR_CASES.replace(f"kind: {kind}", f"kind: {other}").replace(
        "expect: false, final", "expect: true, final"
    )
    messages = [message for *_, message in lint(tmp_path, {CASES: cases})]
    assert f"rule 'long_pr' has no case of kind {kind}" in messages


def test_a_rule_without_limits_needs_no_case_at_them(tmp_path: Path) -> None:
    assert "at_threshold" not in AFIB_CASES
    assert lint(tmp_path, {}) == []


def test_a_rule_silenced_by_another_needs_a_suppressed_case(tmp_path: Path) -> None:
    rule = LONG_PR.replace("unless: [RHY_AFIB]\n", "suppresses: [RHY_AFIB]\n")
    cases = LONG_PR_CASES.replace("kind: suppressed", "kind: fires").replace("final: false", "final: true")
    messages = [message for *_, message in lint(tmp_path, {RULE: rule, CASES: cases})]
    assert messages == ["rule 'afib' has no case of kind suppressed"]


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("{pr_interval: 150 ms}", "{pr_intervall: 150 ms}", "did you mean 'pr_interval'?"),
        ("{pr_interval: 150 ms}", "{pr_interval: 150 mV}", "pr_interval is in ms"),
        ("{pr_interval: 150 ms}", "{pr_interval: 150}", "pr_interval is in ms"),
        ("{pr_interval: 150 ms}", "{pr_interval: 99999 ms}", "not plausible"),
        ("{pr_interval: 150 ms}", "{st_j: 1 mV}", "measured per lead"),
        ("{pr_interval: 150 ms}", '{"st_j[V10]": 1 mV}', "unknown lead 'V10'"),
        ("{pr_interval: 150 ms}", '{"pr_interval[V2]": 150 ms}', "not measured per lead"),
        ("{pr_interval: 150 ms}", "{p_wave_present: NO}", "is true or false"),
        ("{pr_interval: 150 ms}", "{sex: man}", "unknown value of sex"),
        ("{pr_interval: 150 ms}", "{dropped_beat_count: 0123}", "'0123'"),
        ("{pr_interval: 150 ms}", "{rr_intervals: 1}", "is a series"),
        ("assume: {RHY_AFIB: true}", "assume: {AVC_WPW: true}", "unknown statement of this pack 'AVC_WPW'"),
        ("assume: {RHY_AFIB: true}", "assume: {RHY_AFIB: maybe}", "expected true, false or unknown"),
        ("kind: at_threshold", "kind: at_treshold", "did you mean 'at_threshold'?"),
        ("expect: unknown}", "expct: unknown}", "did you mean 'expect'?"),
        ("expect: true, final: true}", "expect: false, final: true}", "a case of kind fires expects true"),
        ("    final: false\n", "", "states 'final: false'"),
        ("rule: long_pr", "rule: short_pr", "there is none, or it is not 'short_pr'"),
    ],
)
def test_case_fault(tmp_path: Path, old: str, new: str, words: str) -> None:
    assert LONG_PR_CASES.count(old) == 1
    found = lint(tmp_path, {CASES: LONG_PR_CASES.replace(old, new)})
    assert [file for file, *_, message in found if words in message] == [CASES], found


def test_cases_of_no_rule(tmp_path: Path) -> None:
    found = lint(tmp_path, {"cases/av/gone.yaml": AFIB_CASES.replace("rule: afib", "rule: gone")})
    assert [(file, line) for file, line, *_ in found] == [("cases/av/gone.yaml", 1)]


def test_faults_of_rules_and_cases_come_together(tmp_path: Path) -> None:
    changes = {
        "rules/rhythm/afib.yaml": AFIB.replace("no_p:", "no_p_wave:"),
        CASES: LONG_PR_CASES.replace("kind: fires", "kind: fire"),
        RULE: LONG_PR.replace("{pr_interval}", "{pr}{nothing}"),
    }
    assert {file for file, *_ in lint(tmp_path, changes)} == set(changes)
