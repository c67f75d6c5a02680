"""A pack that extends another: what it may change, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest
from pack_writer import FILES, write_pack

from ecg_core.errors import PackError
from ecg_core.findings import Verdict
from ecg_core.rules.ast import Number
from ecg_core.rules.check import lint_pack
from ecg_core.rules.engine import truths
from ecg_core.rules.load import load_protocol
from ecg_core.testing.cases import case_measurements, load_cases, run_case

HEADER = """\
id: top
version: "0.2.0"
schema: 1
title: On top of the tiny pack
edition: "2026"
license: Apache-2.0
requires: {ecg_core: ">=0.1,<0.2"}
sources:
  LOCAL: "Local protocol 2026"
extends:
  pack: ../tiny
  version: ">=0.1,<0.2"
"""
OVERRIDE = {
    "protocol.yaml": HEADER + "  overrides: [pr_upper]\n",
    "thresholds/av.yaml": FILES["thresholds/av.yaml"].replace("200 ms", "220 ms").replace("AHA3", "LOCAL"),
    "cases/av/long_pr.yaml": FILES["cases/av/long_pr.yaml"].replace("214 ms", "226 ms").replace("200 ms", "220 ms"),
}
REPLACE = {
    "protocol.yaml": HEADER + "  replaces: [afib]\n",
    "rules/rhythm/afib.yaml": FILES["rules/rhythm/afib.yaml"]
    .replace("when: no_p", "when: no_p and fast")
    .replace(
        "when:",
        "  fast:\n    if: heart_rate > 0\n    text: beats\n    source: {ref: LOCAL, where: p. 1}\n"
        "    provenance: published\nwhen:",
    ),
    "cases/rhythm/afib.yaml": FILES["cases/rhythm/afib.yaml"].replace(
        "{p_wave_present: false}", "{p_wave_present: false, heart_rate: 80 1/min}"
    ),
}
WITHOUT = {"protocol.yaml": HEADER + "  without: [afib]\n"}


def write_both(folder: Path, changes: dict[str, str], base: dict[str, str] | None = None) -> Path:
    write_pack(folder / "tiny", base)
    for name, text in {"protocol.yaml": HEADER, **changes}.items():
        path = folder / "top" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder / "top"


def faults_of(folder: Path) -> list[tuple[str, int, str]]:
    with pytest.raises(PackError) as caught:
        load_protocol(folder)
    return [
        (Path(fault.file).relative_to(folder.parent).as_posix(), fault.line, fault.message)
        for fault in caught.value.faults
    ]


def messages(folder: Path) -> list[str]:
    return [message for *_, message in faults_of(folder)]


def failed_cases(folder: Path) -> list[str]:
    protocol = load_protocol(folder)
    results = [run_case(protocol, case) for case in load_cases(folder, protocol)]
    return [str(result) for result in results if not result.passed]


def test_nothing_changed_is_the_base_pack_again(tmp_path: Path) -> None:
    base, top = load_protocol(write_pack(tmp_path / "tiny")), load_protocol(write_both(tmp_path, {}))
    assert (top.rules, top.thresholds, top.min_age) == (base.rules, base.thresholds, base.min_age)
    assert top.sources == {**base.sources, "LOCAL": "Local protocol 2026"}
    assert (top.id, top.version) == ("top", "0.2.0")
    assert [(pack.id, pack.version, pack.sha256, pack.restated) for pack in top.bases] == [
        ("tiny", "0.1.0", base.sha256, frozenset())
    ]
    assert top.sha256 != base.sha256
    assert lint_pack(tmp_path / "top") == []
    assert len(load_cases(tmp_path / "top", top)) == len(load_cases(tmp_path / "tiny", base)) == 11


def test_threshold_overridden(tmp_path: Path) -> None:
    folder = write_both(tmp_path, OVERRIDE)
    protocol = load_protocol(folder)
    assert protocol.thresholds["pr_upper"].body == Number(220.0, "ms")
    assert protocol.thresholds["pr_upper"].source.ref == "LOCAL"
    assert protocol.bases[0].restated == {"long_pr"}
    assert lint_pack(folder) == []
    assert failed_cases(folder) == []
    given = next(case for case in load_cases(folder, protocol) if case.name == "at the limit").given
    assert given == {("pr_interval", None): 220.0}, "the base pack's cases of that rule are gone"


def test_rule_replaced(tmp_path: Path) -> None:
    folder = write_both(tmp_path, REPLACE)
    protocol = load_protocol(folder)
    assert set(protocol.rules["afib"].criteria) == {"no_p", "fast"}
    assert list(protocol.rules) == ["long_pr", "afib", "abnormal"], "in its place"
    assert lint_pack(folder) == []
    assert failed_cases(folder) == []


@pytest.mark.parametrize("engine", ["python", "durable"])
def test_rule_switched_off_is_never_found(tmp_path: Path, engine: str) -> None:
    if engine == "durable":
        pytest.importorskip("durable")
    folder = write_both(tmp_path, WITHOUT)
    protocol = load_protocol(folder)
    assert list(protocol.rules) == ["long_pr", "abnormal"]
    assert protocol.rules["long_pr"].blockers == ()
    case = next(case for case in load_cases(tmp_path / "tiny", load_protocol(tmp_path / "tiny")) if case.name == "no P")
    decided = truths(protocol, case_measurements(case), engine="durable" if engine == "durable" else "python")
    assert decided.raw["OVR_ABNORMAL"] is Verdict.FALSE, "final(RHY_AFIB) counts as false"
    assert [case.name for case in load_cases(folder, protocol)] == [
        *("long", "short", "at the limit", "no PR", "nothing wrong", "nothing known")
    ], "cases that assume the statement that is gone do not hold"


def test_rule_added(tmp_path: Path) -> None:
    rule = (
        FILES["rules/av/long_pr.yaml"]
        .replace("id: long_pr", "id: short_pr")
        .replace("AVC_LONGPR", "AVC_SHORTPR")
        .replace("pr_interval > pr_upper", "pr_interval < pr_lower")
        .replace("{pr_upper}", "{pr_lower}")
        .replace("AHA3", "LOCAL")
    )
    cases = (
        FILES["cases/av/long_pr.yaml"]
        .replace("rule: long_pr", "rule: short_pr")
        .replace("214 ms", "100 ms")
        .replace("200 ms", "120 ms")
    )
    limit = FILES["thresholds/av.yaml"].replace("pr_upper", "pr_lower").replace("200 ms", "120 ms")
    changes = {"rules/av/short_pr.yaml": rule, "cases/av/short_pr.yaml": cases, "thresholds/x.yaml": limit}
    folder = write_both(tmp_path, changes)
    assert lint_pack(folder) == []
    assert failed_cases(folder) == []
    assert list(load_protocol(folder).rules) == ["long_pr", "short_pr", "afib", "abnormal"]


def test_rule_graded(tmp_path: Path) -> None:
    header = HEADER + "  grades:\n    long_pr: {severity: variant, urgency: U0}\n    afib: {urgency: U3}\n"
    folder = write_both(tmp_path, {"protocol.yaml": header})
    rules = load_protocol(folder).rules
    assert (rules["long_pr"].severity, rules["long_pr"].urgency) == ("variant", "U0")
    assert (rules["afib"].severity, rules["afib"].urgency) == ("abnormal", "U3")
    assert lint_pack(folder) == []
    assert failed_cases(folder) == [], "its cases hold as they were"


def test_three_packs_upon_each_other(tmp_path: Path) -> None:
    write_both(tmp_path, OVERRIDE)
    third = HEADER.replace("id: top", "id: third").replace("../tiny", "../top").replace("LOCAL", "OTHER")
    third = third.replace('>=0.1,<0.2"\n', '>=0.2"\n').replace('ecg_core: ">=0.2"', 'ecg_core: ">=0.1"')
    (tmp_path / "third").mkdir()
    (tmp_path / "third" / "protocol.yaml").write_text(third, encoding="utf-8")
    protocol = load_protocol(tmp_path / "third")
    assert [pack.id for pack in protocol.bases] == ["top", "tiny"]
    assert [sorted(pack.restated) for pack in protocol.bases] == [[], ["long_pr"]]
    assert protocol.thresholds["pr_upper"].body == Number(220.0, "ms")
    assert failed_cases(tmp_path / "third") == []


def test_order_and_population_can_be_said_anew(tmp_path: Path) -> None:
    header = HEADER + "population: {min_age: 12}\norder: [overall, av, rhythm]\n"
    protocol = load_protocol(write_both(tmp_path, {"protocol.yaml": header}))
    assert protocol.min_age == 12
    assert list(protocol.rules) == ["abnormal", "long_pr", "afib"]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"protocol.yaml": HEADER.replace("../tiny", "../tony")}, "there is no pack '../tony'"),
        ({"protocol.yaml": HEADER.replace("../tiny", "tony")}, "there is no pack 'tony': install it"),
        ({"protocol.yaml": HEADER.replace("../tiny", "../top")}, "these packs extend each other: top -> top"),
        ({"protocol.yaml": HEADER.replace('">=0.1,<0.2"\n', '">=0.5"\n')}, "the pack needs tiny >=0.5; this is 0.1.0"),
        ({"protocol.yaml": HEADER.replace('">=0.1,<0.2"\n', '"0.1"\n')}, "'0.1' is not a bound"),
        ({"protocol.yaml": HEADER.replace("LOCAL", "AHA3")}, "source 'AHA3' is in the pack that this one extends"),
        ({"protocol.yaml": HEADER + "  overides: []\n"}, "did you mean 'overrides'?"),
        ({"protocol.yaml": HEADER + "  overrides: [pr_uper]\n"}, "no threshold 'pr_uper'; did you mean 'pr_upper'?"),
        ({"protocol.yaml": HEADER + "  replaces: [afibb]\n"}, "no rule 'afibb'; did you mean 'afib'?"),
        ({"protocol.yaml": HEADER + "  without: [afibb]\n"}, "no rule 'afibb'; did you mean 'afib'?"),
        ({"protocol.yaml": HEADER + "  grades: {afibb: {urgency: U0}}\n"}, "no rule 'afibb'; did you mean 'afib'?"),
        ({"protocol.yaml": HEADER + "  grades: {afib: {urgency: U9}}\n"}, "unknown urgency 'U9'"),
        ({"protocol.yaml": HEADER + "  grades: {afib: {}}\n"}, "give a severity or an urgency"),
        ({"protocol.yaml": HEADER + "  grades: {long_pr: {urgency: U1}}\n"}, "rule 'long_pr' is graded so already"),
        (
            {"protocol.yaml": HEADER + "  without: [afib]\n  grades: {afib: {urgency: U1}}\n"},
            "rule 'afib' is not kept: say its grade where it is stated",
        ),
        ({"protocol.yaml": HEADER + "  without: [afib, afib]\n"}, "'afib' stands here twice"),
        ({"protocol.yaml": HEADER + "  overrides: [pr_upper]\n"}, "no file of thresholds/ states it anew"),
        ({"protocol.yaml": HEADER + "  replaces: [afib]\n"}, "no file of rules/ states it anew"),
        ({**OVERRIDE, "protocol.yaml": HEADER}, "name it under 'overrides', or rename it"),
        ({**REPLACE, "protocol.yaml": HEADER}, "name it under 'replaces', or rename it"),
        (
            {**REPLACE, "protocol.yaml": HEADER + "  replaces: [afib]\n  without: [afib]\n"},
            "switched off here and stated in rules/",
        ),
        (
            {**OVERRIDE, "thresholds/av.yaml": OVERRIDE["thresholds/av.yaml"].replace("220 ms", "0.2 mV")},
            "threshold 'pr_upper' is in ms in the pack below: keep the unit",
        ),
        (
            {"rules/rhythm/af.yaml": FILES["rules/rhythm/afib.yaml"].replace("id: afib", "id: af")},
            "statement RHY_AFIB is decided by",
        ),
    ],
)  # fmt: skip
def test_refused(tmp_path: Path, changes: dict[str, str], words: str) -> None:
    found = messages(write_both(tmp_path, changes))
    assert [message for message in found if words in message], found


def test_faults_stand_where_the_pack_says_so(tmp_path: Path) -> None:
    folder = write_both(tmp_path, {"protocol.yaml": HEADER + "  overrides: [pr_uper]\n"})
    assert [(file, line) for file, line, _ in faults_of(folder)] == [("top/protocol.yaml", 13)]


def test_a_base_pack_that_is_not_there_is_one_fault(tmp_path: Path) -> None:
    header = HEADER.replace("../tiny", "../tony") + "  overrides: [pr_upper]\n  without: [afib]\n"
    assert messages(write_both(tmp_path, {"protocol.yaml": header})) == [
        "there is no pack '../tony': install it, or name its folder"
    ]


def test_packs_that_extend_each_other(tmp_path: Path) -> None:
    base = {"protocol.yaml": HEADER.replace("id: top", "id: tiny").replace("../tiny", "../top")}
    assert any("top -> tiny -> top" in message for message in messages(write_both(tmp_path, {}, base)))


def test_own_rules_cannot_name_what_is_switched_off(tmp_path: Path) -> None:
    rule = FILES["rules/av/long_pr.yaml"]
    changes = {"protocol.yaml": HEADER + "  replaces: [long_pr]\n  without: [afib]\n", "rules/av/long_pr.yaml": rule}
    assert messages(write_both(tmp_path, changes)) == ["statement RHY_AFIB has no rule in this pack"]


def test_a_fault_of_the_base_pack_is_shown_with_its_file(tmp_path: Path) -> None:
    broken = {"rules/av/long_pr.yaml": FILES["rules/av/long_pr.yaml"].replace("pr_upper\n", "pr_uper\n")}
    found = faults_of(write_both(tmp_path, {}, broken))
    assert [file for file, *_ in found] == ["tiny/rules/av/long_pr.yaml"]


def test_cases_that_the_base_pack_lacks_are_its_own_fault(tmp_path: Path) -> None:
    folder = write_both(tmp_path, {})
    (tmp_path / "tiny" / "cases" / "rhythm" / "afib.yaml").unlink()
    assert len(lint_pack(tmp_path / "tiny")) == 1
    assert lint_pack(folder) == []


def test_lint_asks_for_cases_of_rules_judged_anew(tmp_path: Path) -> None:
    changes = {name: text for name, text in OVERRIDE.items() if not name.startswith("cases")}
    faults = lint_pack(write_both(tmp_path, changes))
    assert [Path(fault.file).parent.name for fault in faults] == ["top"]
    assert "state them anew in cases/av/long_pr.yaml; missing is fires" in faults[0].message
