from __future__ import annotations

from pathlib import Path

import pytest
from pack_writer import LONG_PR_CASES, write_pack

from ecg_core.errors import PackError
from ecg_core.rules.load import load_protocol
from ecg_core.testing.cases import case_measurements, load_cases, run_case


def test_every_case_of_a_sound_pack_passes(tmp_path: Path) -> None:
    protocol = load_protocol(write_pack(tmp_path))
    results = [run_case(protocol, case) for case in load_cases(tmp_path, protocol)]
    assert len(results) == 11
    assert [str(result) for result in results if not result.passed] == []


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("given: {pr_interval: 150 ms}", "given: {pr_interval: 250 ms}", "long_pr: short: expected false, got true"),
        ("    final: false", "    final: true", "expected true, final true, got true, final false"),
        ("given: {}, expect: unknown", "given: {}, expect: false", "long_pr: no PR: expected false, got unknown"),
    ],
)
def test_a_wrong_case_fails(tmp_path: Path, old: str, new: str, message: str) -> None:
    protocol = load_protocol(write_pack(tmp_path, {"cases/av/long_pr.yaml": LONG_PR_CASES.replace(old, new)}))
    failed = [
        result for result in (run_case(protocol, case) for case in load_cases(tmp_path, protocol)) if not result.passed
    ]
    assert len(failed) == 1
    assert str(failed[0]).endswith(message)


def test_faults_of_case_files(tmp_path: Path) -> None:
    protocol = load_protocol(write_pack(tmp_path, {"cases/av/long_pr.yaml": LONG_PR_CASES.replace("214 ms", "214 mV")}))
    with pytest.raises(PackError) as caught:
        load_cases(tmp_path, protocol)
    assert len(caught.value.faults) == 2


def test_leads_and_uncertainty_of_what_is_given(tmp_path: Path) -> None:
    given = 'given: {"st_j[*]": 0 mV, "st_j[V2]": 150 uV, sex: male, p_wave_present: true}'
    cases = LONG_PR_CASES.replace("given: {pr_interval: 150 ms}", given)
    protocol = load_protocol(write_pack(tmp_path, {"cases/av/long_pr.yaml": cases}))
    case = next(case for case in load_cases(tmp_path, protocol) if case.name == "short")
    measured = case_measurements(case)
    assert measured.value("st_j", lead="V2") == 0.15
    assert measured.value("st_j", lead="aVR") == 0.0
    assert measured.value("sex") == "male"
    assert measured.value("p_wave_present") is True
    st = measured.get("st_j", lead="V2")
    assert st is not None
    assert (st.unit, st.u) == ("mV", 0.02)
    assert measured.get("pr_interval") is None
