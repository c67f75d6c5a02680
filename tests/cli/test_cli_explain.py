"""``ecg-core explain``: the tree behind a stored result."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from command import Command

from ecg_core.findings import (
    Citation,
    Evidence,
    Finding,
    Interpretation,
    Provenance,
    RuleTrace,
    Verdict,
)

PR = Evidence(
    measurement="pr_interval",
    lead=None,
    value=214.0,
    unit="ms",
    u=8.0,
    operator=">",
    limit=200.0,
    threshold="pr_upper",
    source=Citation("BRADY18", "Table 3"),
    verdict=Verdict.TRUE,
    margin=1.75,
)
"""A comparison that holds."""

TREE = RuleTrace(
    kind="rule",
    text="long_pr",
    verdict=Verdict.TRUE,
    note="First-degree AV block / prolonged PR",
    children=(
        RuleTrace(
            kind="criterion",
            text="prolonged",
            verdict=Verdict.TRUE,
            note="PR interval [above] the adult limit",
            source=Citation("BRADY18", "Table 3"),
            children=(RuleTrace("compare", "pr_interval > pr_upper", Verdict.TRUE, (1.75, 1.75), PR),),
        ),
    ),
)
FINDING = Finding(
    statement="AVC_LONGPR",
    name="First-degree AV block / prolonged PR",
    group="av",
    phase="conduction",
    certainty="definite",
    severity="borderline",
    urgency="U1",
    leads=(),
    evidence=(PR,),
    explanation="PR interval 214 ms exceeds 200 ms.",
    rule="long_pr",
    pack="adult12",
    pack_version="0.1.0",
    caveats=("sex unknown",),
)
RESULT = Interpretation(
    findings=(FINDING,),
    excluded=(),
    not_assessed=(),
    critical=(),
    measurements=(),
    traces={"long_pr": TREE, "long_qt": RuleTrace("rule", "long_qt", Verdict.UNKNOWN, note="Prolonged QT interval")},
    provenance=Provenance("r", "array", "0", "classical", "python", (), 500, 0, 10, {}, None, None, {}, (), ()),
)


@pytest.fixture
def result(tmp_path: Path) -> Path:
    path = tmp_path / "result.json"
    path.write_text(RESULT.to_json())
    return path


def test_tree_of_a_finding(run: Command, result: Path) -> None:
    done = run("explain", result, "AVC_LONGPR")
    assert done.code == 0
    assert done.out.splitlines() == [
        "AVC_LONGPR First-degree AV block / prolonged PR (definite, borderline, U1)",
        "rule long_pr of adult12 0.1.0: PR interval 214 ms exceeds 200 ms.",
        "caveat: sex unknown",
        "true rule long_pr - First-degree AV block / prolonged PR",
        "└── true criterion prolonged - PR interval [above] the adult limit [BRADY18 Table 3]",
        "    └── true compare pr_interval > pr_upper (PR interval 214 ms > 200 ms) margin +1.8 u",
    ]
    assert run("explain", result, "long_pr") == done


def test_rule_that_did_not_fire_has_a_tree_too(run: Command, result: Path) -> None:
    expected = ["rule long_qt: no finding", "unknown rule long_qt - Prolonged QT interval"]
    assert run("explain", result, "long_qt").out.splitlines() == expected
    assert run("explain", result, "QT_LONG").out.splitlines() == expected


def test_rule_of_one_pack_among_several(run: Command, result: Path) -> None:
    traces = {f"{pack}:{rule}": trace for pack in ("adult12", "mine") for rule, trace in RESULT.traces.items()}
    result.write_text(replace(RESULT, traces=traces).to_json())
    assert "caveat: sex unknown" in run("explain", result, "AVC_LONGPR").out
    assert "caveat: sex unknown" in run("explain", result, "adult12:long_pr").out
    assert run("explain", result, "mine:long_pr").out.startswith("rule mine:long_pr: no finding")


def test_unknown_finding_is_answered_with_the_nearest(run: Command, result: Path) -> None:
    done = run("explain", result, "AVC_LONGRP")
    assert done.code == 2
    assert "hint: did you mean 'AVC_LONGPR'?" in done.err


@pytest.mark.parametrize("content", [b"", b"{}", b"\xff\xfe", b'{"findings": 1}', b"[" * 100_000])
def test_file_that_is_no_result(run: Command, tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "result.json"
    path.write_bytes(content)
    done = run("explain", path, "AVC_LONGPR")
    assert done.code == 3
    assert "is not a stored interpretation" in done.err
    assert run("explain", tmp_path / "none.json", "AVC_LONGPR").code == 3


def test_result_from_a_pipe(result: Path) -> None:
    command = [sys.executable, "-m", "ecg_core", "explain", "-", "AVC_LONGPR"]
    done = subprocess.run(command, input=result.read_text(), capture_output=True, text=True, check=True)
    assert done.stdout.startswith("AVC_LONGPR")


def test_every_rule_of_a_real_result_can_be_explained(run: Command, stored: Path) -> None:
    real = Interpretation.from_json(stored.read_bytes())
    for finding in real.findings:
        assert run("explain", stored, finding.statement).out.startswith(finding.statement)
    for rule in list(real.traces)[::10]:
        assert run("explain", stored, rule).code == 0
