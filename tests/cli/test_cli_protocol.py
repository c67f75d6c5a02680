"""``ecg-core protocol``: list, show, lint, test, new, schema."""

from __future__ import annotations

from pathlib import Path

import pytest
from command import Command

from ecg_core import load_protocol
from ecg_core.cli.rule_text import rule_text
from ecg_core.rules.formula_parse import parse_formula
from ecg_core.rules.plain_text import formula_text
from ecg_core.testing.cases import load_cases


@pytest.fixture
def pack(run: Command, tmp_path: Path) -> Path:
    """A new pack, as `protocol new` writes it."""
    done = run("protocol", "new", tmp_path / "mine", "--id", "mine")
    assert done.code == 0
    return Path(done.out.strip())


def change(file: Path, old: str, new: str) -> None:
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))


def test_list(run: Command) -> None:
    (adult,) = (row for row in run("protocol", "list", "--json").json if row["id"] == "adult12")
    assert adult["distribution"] == "ecg-core"
    assert adult["status"] == "ok"
    assert adult["rules"] >= 60
    text = run("protocol", "list").out
    assert "adult12" in text
    assert str(adult["rules"]) in text


def test_new_pack_carries_its_id_everywhere(pack: Path) -> None:
    assert pack.name == "ecg_protocol_mine"
    project = (pack.parent / "pyproject.toml").read_text()
    assert 'name = "ecg-protocol-mine"' in project
    assert 'mine = "ecg_protocol_mine"' in project
    assert (pack / "protocol.yaml").read_text().startswith("id: mine\n")
    assert "-p mine" in (pack.parent / "README.md").read_text()
    texts = [file.read_text() for file in pack.parent.rglob("*") if file.is_file()]
    assert not any("protocol_example" in text or "protocol-example" in text for text in texts)


def test_new_pack_lints_and_passes(run: Command, pack: Path) -> None:
    linted = run("protocol", "lint", pack)
    assert (linted.code, linted.out) == (0, "")
    tested = run("protocol", "test", pack)
    assert (tested.code, tested.out) == (0, "")
    assert "11 cases, 0 failed" in tested.err
    assert run("plugins", "check", pack).code == 0


def test_folder_of_the_distribution_stands_for_the_pack(
    run: Command, pack: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run("protocol", "lint", pack.parent).code == 0
    monkeypatch.chdir(pack.parent.parent)
    assert run("protocol", "lint", "mine").code == 0
    assert run("protocol", "show", "mine").out.startswith("mine 0.1.0")


@pytest.mark.parametrize("engine", ["python", "durable"])
def test_cases_run_with_either_engine(run: Command, pack: Path, engine: str) -> None:
    if engine == "durable":
        pytest.importorskip("durable")
    assert run("protocol", "test", pack, "--engine", engine).code == 0


@pytest.mark.parametrize("identity", ["Mine", "9lives", "my-pack", "", "../x"])
def test_new_refuses_an_id_that_is_no_name(run: Command, tmp_path: Path, identity: str) -> None:
    done = run("protocol", "new", tmp_path / "mine", "--id", identity)
    assert done.code == 2
    assert not (tmp_path / "mine").exists()


def test_new_never_overwrites(run: Command, pack: Path) -> None:
    done = run("protocol", "new", pack.parent, "--id", "other")
    assert done.code == 2
    assert "not empty" in done.err


def test_show_pack_and_rule(run: Command, pack: Path) -> None:
    overview = run("protocol", "show", pack).out
    assert "av (1)" in overview
    assert "long_qt" in overview
    by_id = run("protocol", "show", pack, "long_qt")
    assert by_id == run("protocol", "show", pack, "QT_LONG")
    for part in (
        "prolonged: qtc_fridericia >= qtc_long",
        "qtc_marked: 500 ms",
        "AHA4, section on QT prolongation; Rautaharju 2009",
        "when prolonged",
        "raised to U2 if marked",
        "man, QTc 470 ms",
    ):
        assert part in by_id.out


def test_every_rule_of_the_built_in_pack_can_be_shown() -> None:
    protocol = load_protocol("adult12")
    cases = load_cases(protocol.folder, protocol)
    for rule in protocol.rules.values():
        text = rule_text(protocol, rule, [case for case in cases if case.rule == rule.id])
        assert text.startswith(f"{rule.id}: {rule.statement} ")
        assert all(f"  {name}: {criterion.expression}\n" in text for name, criterion in rule.criteria.items())
        assert "not_measurable" in text


@pytest.mark.parametrize(
    "text",
    [
        "true",
        "a",
        "not a",
        "a and b and not (a or AVC_WPW)",
        "(a or b) and not fired(RHY_AFIB)",
        "final(RHY_AFIB) or not (a and b)",
        "any_finding(severity >= borderline) or any_finding(urgency >= U3)",
    ],
)
def test_formula_is_written_as_it_is_read(text: str) -> None:
    parsed, faults = parse_formula(text, ["a", "b"], overall=True)
    assert parsed is not None
    assert faults == []
    assert formula_text(parsed.body) == text


def test_show_unknown_rule(run: Command, pack: Path) -> None:
    done = run("protocol", "show", pack, "long_pt")
    assert done.code == 2
    assert "did you mean" in done.err


def test_lint_prints_every_fault_by_line(run: Command, pack: Path) -> None:
    change(pack / "rules" / "av" / "long_pr.yaml", "pr_interval > pr_upper", "pr_interval > pr_uper")
    change(pack / "thresholds" / "intervals.yaml", "value: 500 ms", "value: 500")
    done = run("protocol", "lint", pack)
    assert done.code == 5
    lines = done.out.splitlines()
    assert any("rules/av/long_pr.yaml:7:" in line and "pr_uper" in line for line in lines)
    assert any("rules/qt/long_qt.yaml:12:" in line for line in lines)
    assert "faults" in done.err


def test_lint_refuses_a_rule_without_cases(run: Command, pack: Path) -> None:
    (pack / "cases" / "av" / "long_pr.yaml").unlink()
    done = run("protocol", "lint", pack)
    assert done.code == 5
    assert "long_pr" in done.out


def test_failing_case_is_printed_with_what_was_expected(run: Command, pack: Path) -> None:
    change(pack / "cases" / "av" / "long_pr.yaml", "pr_interval: 214 ms", "pr_interval: 190 ms")
    done = run("protocol", "test", pack)
    assert done.code == 5
    assert "1 failed" in done.err
    for part in ("long_pr", "PR 214 ms, every beat conducted", "190", "true", "false"):
        assert part in done.out
    assert run("plugins", "check", pack).code == 5


@pytest.mark.parametrize("kind", ["rule", "thresholds", "protocol", "cases"])
def test_schema(run: Command, kind: str) -> None:
    schema = run("protocol", "schema", kind).json
    assert schema["$schema"].endswith("2020-12/schema")
    assert schema["type"] == "object"


def test_unknown_pack(run: Command) -> None:
    done = run("protocol", "lint", "adult21")
    assert done.code == 2
    assert "did you mean 'adult12'?" in done.err
