from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from ecg_core.errors import Fault
from ecg_core.findings import Verdict
from ecg_core.measurements import Measurement, Measurements, Value
from ecg_core.rules.backends.reference import judge
from ecg_core.rules.backends.truths import truth, verdict_of
from ecg_core.rules.case_files import read_given
from ecg_core.rules.fields import Fields
from ecg_core.rules.parse import parse_expression
from ecg_core.rules.strict_yaml import Mapping, parse_yaml, plain
from ecg_core.rules.thresholds import read_thresholds
from ecg_core.rules.trace import margin_bounds
from ecg_core.vocabulary import measurement

FILE = Path(__file__).with_name("semantics.yaml")
VARIABLES = {"a": "av_dissociation", "b": "p_wave_present", "c": "flutter_waves"}
LETTERS = {"T": Verdict.TRUE, "F": Verdict.FALSE, "U": Verdict.UNKNOWN}

_root, _faults = parse_yaml(FILE.read_text(encoding="utf-8"), FILE.name)
assert isinstance(_root, Mapping), _faults
_nodes = {key.raw: node for key, node in _root.pairs}
_fields = Fields(FILE.name, _faults)
_thresholds = {
    name: threshold
    for name, (threshold, _) in read_thresholds(_nodes["thresholds"], _fields, {"TEST": "made up"}).items()
}


def _judgements() -> list[tuple[str, dict[tuple[str, str | None], Value], str, Any]]:
    rows = []
    for node in _nodes["judgements"].items:  # type: ignore[union-attr]
        parts = {key.raw: value for key, value in node.pairs}  # type: ignore[union-attr]
        values = plain(node)
        rows.append((values["if"], read_given(parts["given"], _fields), values["truth"], values.get("margin")))
    return rows


def _tables() -> list[tuple[str, dict[tuple[str, str | None], Value], str]]:
    rows = []
    for table in plain(_nodes["tables"]):
        names = sorted(set(re.findall(r"\b[abc]\b", table["if"])))
        text = re.sub(r"\b[abc]\b", lambda match: VARIABLES[match[0]], table["if"])
        for row in table["rows"]:
            assert len(row) == len(names) + 1, f"{table['if']}: {row}"
            letters = zip(names, row[:-1], strict=True)
            given: dict[tuple[str, str | None], Value] = {
                (VARIABLES[name], None): letter == "T" for name, letter in letters if letter != "U"
            }
            rows.append((text, given, row[-1]))
    return rows


JUDGEMENTS, TABLES = _judgements(), _tables()
FAULTS: list[Fault] = list(_faults)


def test_file_is_sound() -> None:
    assert not FAULTS
    assert len(JUDGEMENTS) > 50
    assert len(TABLES) > 50


def _judge_both(text: str, given: dict[tuple[str, str | None], Value]) -> tuple[Verdict, tuple[float, float]]:
    expression, faults = parse_expression(text, _thresholds)
    assert expression is not None, [fault.message for fault in faults]
    items = [Measurement(name, value, measurement(name).unit, lead=lead) for (name, lead), value in given.items()]
    trace = judge(expression.body, Measurements(items))
    pair = truth(expression.body, lambda name, lead: given.get((name, lead)))
    assert verdict_of(pair) is trace.verdict, "with and without trace the verdict is the same"
    return trace.verdict, margin_bounds(trace)


@pytest.mark.parametrize(("text", "given", "expected"), TABLES)
def test_truth_table(text: str, given: dict[tuple[str, str | None], Value], expected: str) -> None:
    verdict, _ = _judge_both(text, given)
    assert verdict is LETTERS[expected]


@pytest.mark.parametrize(("text", "given", "expected", "margin"), JUDGEMENTS)
def test_judgement(
    text: str, given: dict[tuple[str, str | None], Value], expected: str, margin: list[float | str] | None
) -> None:
    verdict, bounds = _judge_both(text, given)
    assert verdict is LETTERS[expected]
    if margin is not None:
        assert bounds == pytest.approx([float(end) for end in margin], rel=1e-12)
