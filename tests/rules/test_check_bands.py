"""Lint: bands of one measurement that leave a gap or overlap where they should join."""

from __future__ import annotations

from pathlib import Path

import pytest
from pack_writer import write_pack

from ecg_core.rules.check import lint_pack

RULE = """\
id: {id}
statement: {statement}
status: test
phase: conduction
criteria:
  band:
    if: {condition}
    text: a band
    source: {{ref: AHA3, where: statement 82}}
    provenance: published
when: {when}
explain: "Yes."
"""
LIMIT = """\
{id}:
  {value}
  text: a limit
  source: {{ref: AHA3, where: statement 82}}
  provenance: published
"""
LIMITS = {
    "a": "value: 450 ms", "b": "value: 455 ms", "c": "value: 500 ms", "d": "value: 560 ms",
    "t": "table: {by: sex, male: 450 ms, female: 460 ms}",
    "u": "table: [{age: '< 40 y', value: 450 ms}, {value: 470 ms}]",
}  # fmt: skip
THRESHOLDS = "".join(LIMIT.format(id=f"limit_{name}", value=value) for name, value in LIMITS.items())


def misfits(folder: Path, first: str, second: str, when: str = "band", third: str | None = None) -> list[str]:
    rules = {"one": ("QT_SHORT", first, "band"), "two": ("QT_LONG", second, when)}
    if third is not None:
        rules["three"] = ("U_PROM", third, "band")
    files = {
        f"rules/av/{name}.yaml": RULE.format(id=name, statement=code, condition=condition, when=formula)
        for name, (code, condition, formula) in rules.items()
    }
    faults = lint_pack(write_pack(folder, {"thresholds/limits.yaml": THRESHOLDS, **files}))
    return [f"{Path(fault.file).stem}:{fault.line}: {fault.message}" for fault in faults if "band" in fault.message]


@pytest.mark.parametrize(
    ("first", "second", "words"),
    [
        ("qtc_decision < limit_a", "qtc_decision > limit_a", "QTc of 450 ms lies in neither band: there is a gap"),
        ("qtc_decision <= limit_a", "qtc_decision >= limit_a", "QTc of 450 ms lies in both bands: there is an overlap"),
        ("qtc_decision <= limit_a", "qtc_decision > limit_b", "QTc of 450 to 455 ms lies in neither band"),
        ("qtc_decision <= limit_b", "qtc_decision > limit_a", "QTc of 450 to 455 ms lies in both bands"),
        ("limit_a > qtc_decision", "limit_a < qtc_decision <= limit_c", "QTc of 450 ms lies in neither band"),
        ("qtc_decision < limit_t", "qtc_decision >= limit_a", "QTc of 450 to 460 ms lies in both bands"),
        ("qtc_decision < limit_t", "qtc_decision > limit_t", "QTc of 450 ms lies in neither band"),
        ("qtc_decision < limit_a", "qtc_decision > limit_u", "QTc of 450 ms lies in neither band"),
    ],
)  # fmt: skip
def test_misfit(tmp_path: Path, first: str, second: str, words: str) -> None:
    (found,) = misfits(tmp_path, first, second)
    assert words in found
    assert found.startswith("two:7:")
    assert found.endswith("with criterion 'band' of rule 'one'")


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("qtc_decision < limit_a", "qtc_decision >= limit_a"),
        ("qtc_decision <= limit_a", "qtc_decision > limit_a"),
        ("qtc_decision < limit_a", "qtc_decision > limit_c"),
        ("qtc_decision < limit_c", "qtc_decision > limit_a"),
        ("qtc_decision > limit_a", "qtc_decision > limit_b"),
        ("limit_a < qtc_decision < limit_c", "limit_a <= qtc_decision <= limit_c"),
        ("qtc_decision < limit_t", "qtc_decision >= limit_t"),
        ("qtc_decision < limit_a", "qtc_bazett > limit_a"),
    ],
)  # fmt: skip
def test_bands_that_join_or_lie_apart(tmp_path: Path, first: str, second: str) -> None:
    assert misfits(tmp_path, first, second) == []


def test_a_band_between_fills_the_gap(tmp_path: Path) -> None:
    ends = ("qtc_decision < limit_a", "qtc_decision > limit_b")
    assert len(misfits(tmp_path / "without", *ends)) == 1
    assert misfits(tmp_path / "with", *ends, third="limit_a <= qtc_decision <= limit_b") == []


def test_findings_that_cannot_both_be_reported_may_overlap(tmp_path: Path) -> None:
    ends = ("qtc_decision <= limit_a and heart_rate > 0", "qtc_decision >= limit_a")
    assert misfits(tmp_path / "two names", *ends) == [], "a criterion on two measurements is no band"
    touching = ("qtc_decision <= limit_a", "qtc_decision >= limit_a")
    assert len(misfits(tmp_path / "both", *touching)) == 1
    assert misfits(tmp_path / "summary", *touching, when="band and not QT_SHORT") == [], "silent beside the other"
