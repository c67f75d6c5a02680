from __future__ import annotations

import subprocess
import sys
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest
from pack_writer import ABNORMAL, AFIB, LONG_PR, PROTOCOL, THRESHOLDS, place_of, write_pack

from ecg_core.errors import PackError, PluginError, UnknownNameError, UsageError
from ecg_core.plugin_manager import PluginManager
from ecg_core.rules.ast import And, Category, Choice, Compare, Measured, Number
from ecg_core.rules.formula import CriterionRef
from ecg_core.rules.load import load_protocol
from ecg_core.rules.protocol import Blocker

RULE = "rules/av/long_pr.yaml"


def faults_of(folder: Path) -> list[tuple[str, int, int, str]]:
    with pytest.raises(PackError) as caught:
        load_protocol(folder)
    assert caught.value.exit_code == 5
    return [
        (Path(fault.file).relative_to(folder).as_posix(), fault.line, fault.column, fault.message)
        for fault in caught.value.faults
    ]


def test_a_sound_pack(tmp_path: Path) -> None:
    protocol = load_protocol(write_pack(tmp_path))
    assert (protocol.id, protocol.version, protocol.min_age, protocol.folder) == ("tiny", "0.1.0", 16.0, tmp_path)
    assert list(protocol.rules) == ["long_pr", "afib", "abnormal"], "protocol order is that of the groups"
    rule = protocol.rules["long_pr"]
    assert (rule.statement, rule.group, rule.phase, rule.status) == ("AVC_LONGPR", "av", "conduction", "test")
    assert (rule.severity, rule.urgency) == ("borderline", "U1"), "from the vocabulary"
    assert rule.blockers == (Blocker("RHY_AFIB"),)
    criterion = rule.criteria["prolonged"]
    assert criterion.source.text == "Surawicz 2009, JACC 53:976"
    assert criterion.expression == "pr_interval > pr_upper"
    assert protocol.thresholds["pr_upper"].body == Number(200.0, "ms")


def test_hash_is_of_the_content_alone(tmp_path: Path) -> None:
    first = load_protocol(write_pack(tmp_path / "a"))
    commented = load_protocol(write_pack(tmp_path / "b", {RULE: "# a comment\n" + LONG_PR}))
    swapped = PROTOCOL.replace("id: tiny\n", "") + "id: tiny\n"
    reordered = load_protocol(write_pack(tmp_path / "d", {"protocol.yaml": swapped}))
    changed = load_protocol(write_pack(tmp_path / "c", {"thresholds/av.yaml": THRESHOLDS.replace("200 ms", "201 ms")}))
    assert first.sha256 == commented.sha256 == reordered.sha256
    assert first.sha256 != changed.sha256
    assert len(first.sha256) == 64


def test_the_pack_that_we_ship() -> None:
    by_name, root = load_protocol("adult12"), Path(__file__).parent.parent.parent
    assert by_name.sha256 == load_protocol(root / "protocols" / "ecg_protocol_adult12").sha256
    assert len(by_name.rules) >= 60


@pytest.mark.parametrize(
    ("file", "old", "new", "words"),
    [
        ("protocol.yaml", "title: A tiny pack\n", "", "'title' is missing"),
        ("protocol.yaml", 'version: "0.1.0"', "version: 1.10", 'put it in quotes, "1.10"'),
        ("protocol.yaml", "schema: 1", "schema: 2", "pack layout 2 is not known"),
        ("protocol.yaml", ">=0.1,<0.2", ">=9", "the pack needs ecg_core >=9"),
        ("protocol.yaml", ">=0.1,<0.2", "about 3", "is not a bound"),
        ("protocol.yaml", "title:", "titel:", "did you mean 'title'?"),
        ("protocol.yaml", "[av, rhythm, overall]", "[av, overall]", "folder 'rhythm' is not in 'order'"),
        ("thresholds/av.yaml", "200 ms", "200 msec", "unknown unit 'msec'"),
        ("thresholds/av.yaml", "200 ms", "0123", "'0123'"),
        ("thresholds/av.yaml", "value: 200 ms", "valeu: 200 ms", "did you mean 'value'?"),
        ("thresholds/av.yaml", "ref: AHA3", "ref: AHA4", "did you mean 'AHA3'?"),
        ("thresholds/av.yaml", "published", "gospel", "unknown provenance 'gospel'"),
        ("thresholds/av.yaml", "pr_upper:", "pr_interval:", "'pr_interval' is a measurement"),
        ("thresholds/av.yaml", "pr_upper:", "max:", "is a word of the language"),
        (RULE, "id: long_pr", "id: longpr", "the file is called long_pr.yaml"),
        (RULE, "AVC_LONGPR", "AVC_LONGP", "did you mean 'AVC_LONGPR'?"),
        (RULE, "status: test", "status: tset", "did you mean 'test'?"),
        (RULE, "status: test", "costly_miss: NO\nstatus: test", "'NO' is not"),
        (RULE, "status: test", "status: test\nstatus: draft", "duplicate key 'status'"),
        (RULE, "pr_interval >", "pr_intervall >", "did you mean 'pr_interval'?"),
        (RULE, "pr_interval >", "qrs_axis >", "cannot compare deg with ms"),
        (RULE, "pr_interval > pr_upper", "pr_interval > > pr_upper", "unexpected '>'"),
        (RULE, "pr_interval > pr_upper", "not " * 3000 + "lead_flat[V1]", "longer than 2000 characters"),
        (RULE, "when: prolonged", "when: prolongd", "did you mean 'prolonged'?"),
        (RULE, "when: prolonged", "when: RHY_AFIB", "criterion 'prolonged' is never used"),
        (RULE, "when: prolonged", "when: prolonged and AVC_WPW", "AVC_WPW has no rule in this pack"),
        (RULE, "when: prolonged", "when: final(RHY_AFIB) or prolonged", "group overall"),
        (RULE, "[RHY_AFIB]", "[AVC_LONGPR]", "a statement cannot silence itself"),
        (RULE, "[RHY_AFIB]", "RHY_AFIB", "expected a list"),
        (RULE, "explain:", "explain: [1]\nexplian:", "unknown key 'explian'"),
        (RULE, "text: PR interval above", "text: &a PR interval above", "anchor &a"),
    ],
)
def test_fault(tmp_path: Path, file: str, old: str, new: str, words: str) -> None:
    text = {"protocol.yaml": PROTOCOL, "thresholds/av.yaml": THRESHOLDS, RULE: LONG_PR}[file]
    assert text.count(old) == 1
    found = faults_of(write_pack(tmp_path, {file: text.replace(old, new)}))
    assert any(words in message for *_, message in found), found


def test_places_are_exact(tmp_path: Path) -> None:
    rule = LONG_PR.replace("pr_interval > pr_upper", "pr_interval > foo or bar > 3").replace("[RHY_AFIB]", "[RHY_AFI]")
    found = faults_of(write_pack(tmp_path, {RULE: rule}))
    assert [(file, line, column) for file, line, column, _ in found] == [
        (RULE, *place_of(rule, "foo")),
        (RULE, *place_of(rule, "bar")),
        (RULE, *place_of(rule, "RHY_AFI]")),
    ]


def test_faults_of_all_files_come_together(tmp_path: Path) -> None:
    changes = {
        "protocol.yaml": PROTOCOL.replace("edition:", "editon:"),
        "thresholds/av.yaml": THRESHOLDS.replace("200 ms", "200 mss"),
        RULE: LONG_PR.replace("phase: conduction", "phase: conducting"),
        "rules/rhythm/afib.yaml": AFIB.replace("status: test", "status: [test"),
    }
    found = faults_of(write_pack(tmp_path, changes))
    assert {file for file, *_ in found} == set(changes)
    # A faulty threshold or rule is not reported again wherever it is named.
    assert not any("pr_upper" in message or "has no rule" in message for *_, message in found if "afib" not in message)


def test_a_criterion_in_a_faulty_formula_is_not_called_unused(tmp_path: Path) -> None:
    rule = LONG_PR.replace("when: prolonged", "when: prolonged and nonsense")
    assert [message for *_, message in faults_of(write_pack(tmp_path, {RULE: rule}))] == [
        "'nonsense' is no criterion of this rule"
    ]


def test_stray_files(tmp_path: Path) -> None:
    changes = {"rules/loose.yaml": "a: 1\n", "rules/av/notes.txt": "x", "thresholds/deep/x.yaml": "a: 1\n"}
    assert {file for file, *_ in faults_of(write_pack(tmp_path, changes))} == set(changes)


def test_a_folder_without_a_pack(tmp_path: Path) -> None:
    assert faults_of(tmp_path) == [("protocol.yaml", 1, 1, "the file is missing: a pack is a folder with it")]


# ---- links between rules


def test_one_rule_per_statement_and_id(tmp_path: Path) -> None:
    twin = AFIB.replace("id: afib", "id: twin")
    found = faults_of(write_pack(tmp_path, {"rules/rhythm/twin.yaml": twin}))
    assert [(file, line) for file, line, *_ in found] == [("rules/rhythm/twin.yaml", 2)]
    found = faults_of(write_pack(tmp_path / "b", {"rules/av/afib.yaml": AFIB.replace("RHY_AFIB", "RHY_AFLT")}))
    assert any("rule 'afib' is in" in message for *_, message in found)


def test_suppression_becomes_a_blocker_with_borrowed_criteria(tmp_path: Path) -> None:
    afib = AFIB + "suppresses:\n  - {finding: AVC_LONGPR, if: no_p and not AVC_LONGPR}\n"
    rules = load_protocol(
        write_pack(tmp_path, {RULE: LONG_PR.replace("unless: [RHY_AFIB]\n", ""), "rules/rhythm/afib.yaml": afib})
    ).rules
    (blocker,) = rules["long_pr"].blockers
    assert (blocker.statement, blocker.stage) == ("RHY_AFIB", "final")
    assert blocker.condition is not None
    assert blocker.condition.items[0] == CriterionRef("afib.no_p")  # type: ignore[union-attr]
    assert rules["long_pr"].criteria["afib.no_p"].body == rules["afib"].criteria["no_p"].body
    assert rules["afib"].blockers == ()


def test_a_block_named_from_both_sides_counts_once(tmp_path: Path) -> None:
    afib = AFIB + "suppresses: [AVC_LONGPR]\n"
    rules = load_protocol(write_pack(tmp_path, {"rules/rhythm/afib.yaml": afib})).rules
    assert rules["long_pr"].blockers == (Blocker("RHY_AFIB"),)


@pytest.mark.parametrize(
    ("changes", "cycle"),
    [
        (
            {"rules/rhythm/afib.yaml": AFIB + "unless: [AVC_LONGPR]\n"},
            {"AVC_LONGPR (final)", "RHY_AFIB (final)"},
        ),
        (
            {"rules/rhythm/afib.yaml": AFIB.replace("when: no_p", "when: no_p and RHY_AFIB")},
            {"RHY_AFIB (raw)"},
        ),
        (
            {
                RULE: LONG_PR.replace("when: prolonged", "when: prolonged and not fired(RHY_AFIB)"),
                "rules/rhythm/afib.yaml": AFIB.replace("when: no_p", "when: no_p or AVC_LONGPR"),
            },
            {"AVC_LONGPR (raw)", "RHY_AFIB (raw)"},
        ),
        (
            {"rules/rhythm/afib.yaml": AFIB.replace("when: no_p", "when: no_p and OVR_ABNORMAL")},
            {"RHY_AFIB (raw)", "RHY_AFIB (final)", "OVR_ABNORMAL (raw)"},
        ),
        (
            {RULE: LONG_PR.replace("when: prolonged", "when: prolonged and not fired(OVR_ABNORMAL)")},
            {"AVC_LONGPR (raw)", "AVC_LONGPR (final)", "OVR_ABNORMAL (raw)"},
        ),
        (
            {RULE: LONG_PR + "suppresses: [RHY_AFIB]\n"},
            {"AVC_LONGPR (final)", "RHY_AFIB (final)"},
        ),
        (
            {"rules/rhythm/afib.yaml": AFIB + "unless: [{finding: AVC_LONGPR, stage: raw, if: OVR_ABNORMAL}]\n"},
            {"RHY_AFIB (final)", "OVR_ABNORMAL (raw)"},
        ),
    ],
)
def test_cycles_are_named(tmp_path: Path, changes: dict[str, str], cycle: set[str]) -> None:
    found = faults_of(write_pack(tmp_path, changes))
    messages = [message for *_, message in found if "wait for each other" in message]
    assert any(cycle == set(message.partition(": ")[2].split(" -> ")) for message in messages), messages
    assert all(line > 1 for _, line, *_ in found), "each cycle is reported where a file closes it"


def test_a_raw_block_breaks_a_cycle(tmp_path: Path) -> None:
    afib = AFIB + "unless: [{finding: AVC_LONGPR, stage: raw}]\n"
    rules = load_protocol(write_pack(tmp_path, {"rules/rhythm/afib.yaml": afib})).rules
    assert rules["afib"].blockers == (Blocker("AVC_LONGPR", "raw"),)


def test_overall_rules_need_no_criteria(tmp_path: Path) -> None:
    assert load_protocol(write_pack(tmp_path)).rules["abnormal"].criteria == {}
    assert "criteria" not in ABNORMAL


# ---- thresholds


def thresholds_with(value: str) -> dict[str, str]:
    return {"thresholds/av.yaml": THRESHOLDS.replace("value: 200 ms", value)}


def test_table_by_sex(tmp_path: Path) -> None:
    pack = write_pack(tmp_path, thresholds_with("table: {by: sex, male: 200 ms, female: 0.19 s}"))
    male = Compare("==", Measured("sex", None), Category("male", 0))
    expected = Choice(male, Number(200.0, "ms"), Number(190.0, "ms"))
    assert load_protocol(pack).thresholds["pr_upper"].body == expected


def test_table_of_rows(tmp_path: Path) -> None:
    rows = 'table: [{sex: female, age: "< 40 y", value: 190 ms}, {age: ">= 70 y", value: 220 ms}, {value: 200 ms}]'
    female = Compare("==", Measured("sex", None), Category("female", 1))
    young = Compare("<", Measured("age", None), Number(40.0, "y"))
    old = Compare(">=", Measured("age", None), Number(70.0, "y"))
    expected = Choice(And((female, young)), Number(190.0, "ms"), Choice(old, Number(220.0, "ms"), Number(200.0, "ms")))
    assert load_protocol(write_pack(tmp_path, thresholds_with(rows))).thresholds["pr_upper"].body == expected


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("table: [{sex: female, value: 190 ms}]", "the last row, and no other"),
        ("table: [{value: 190 ms}, {value: 200 ms}]", "the last row, and no other"),
        ("table: [{sex: female, value: 190 ms}, {value: 0.2 mV}]", "different units"),
        ("table: {by: sex, male: 190 ms, female: 0.2 mV}", "different units"),
        ('table: [{age: "young", value: 190 ms}, {value: 200 ms}]', "is not an age limit"),
        ("table: [{sex: mail, value: 190 ms}, {value: 200 ms}]", "did you mean 'male'?"),
        ("table: {by: age, male: 190 ms, female: 200 ms}", "unknown table 'age'"),
        ("value: 1e3", "'1e3'"),
        ("value: wide", 'is not "<number> <unit>"'),
        ("text2: 1", "give either 'value' or 'table'"),
    ],
)
def test_threshold_fault(tmp_path: Path, value: str, words: str) -> None:
    found = faults_of(write_pack(tmp_path, thresholds_with(value)))
    assert any(words in message for *_, message in found), found


# ---- finding packs


def test_unknown_name_and_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UnknownNameError) as caught:
        load_protocol("adult21")
    assert caught.value.hint == "did you mean 'adult12'?"
    monkeypatch.chdir(tmp_path)
    write_pack(tmp_path / "mypack")
    with pytest.raises(UnknownNameError) as caught:
        load_protocol("mypack")
    assert caught.value.hint == "for the folder write ./mypack"
    assert load_protocol("./mypack").id == "tiny"
    with pytest.raises(UsageError):
        load_protocol("./elsewhere")


def test_a_pack_made_by_code(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = write_pack(tmp_path / "pack")
    (tmp_path / "code_packs.py").write_text(
        "from types import SimpleNamespace\n"
        "from ecg_core.hookspecs import ProtocolSpec, hookimpl\n"
        "@hookimpl\n"
        "def ecg_protocols():\n"
        "    return [ProtocolSpec(name='local', factory='code_packs:local'),\n"
        "            ProtocolSpec(name='lost', factory='code_packs:lost')]\n"
        f"local = lambda: SimpleNamespace(folder={str(folder)!r})\n"
        "lost = lambda: SimpleNamespace()\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    manager = PluginManager([EntryPoint("mine", "code_packs", "ecg_core.plugins")], environ={})
    assert load_protocol("local", plugins=manager).id == "tiny"
    assert load_protocol("unknown:local", plugins=manager).id == "tiny", "chosen by distribution"
    with pytest.raises(PluginError, match="does not say where it is"):
        load_protocol("lost", plugins=manager)


def test_canonical_hash_is_stable_across_processes(tmp_path: Path) -> None:
    folder = write_pack(tmp_path)
    code = f"from ecg_core import load_protocol; print(load_protocol({str(folder)!r}).sha256)"
    out = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout
    assert out.strip() == load_protocol(folder).sha256
