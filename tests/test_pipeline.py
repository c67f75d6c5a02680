from __future__ import annotations

import csv
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from pydicom.data import get_testdata_file

from ecg_core import Interpretation, interpret, pipeline
from ecg_core.errors import EcgCoreError, UsageError
from ecg_core.pipeline import INCOMPLETE, SAFETY
from ecg_core.recording import Patient, Recording
from ecg_core.rules.backends import durable
from ecg_core.rules.load import load_protocol
from ecg_core.testing.synthetic import sinus_rhythm

ADULT12 = Path(__file__).parent.parent / "protocols" / "ecg_protocol_adult12"


@pytest.fixture(scope="module")
def recording() -> Recording:
    return replace(sinus_rhythm(), patient=Patient(50.0, "male"))


@pytest.fixture(scope="module")
def cart() -> Interpretation:
    return interpret(get_testdata_file("waveform_ecg.dcm"))


def test_a_real_file_is_read_measured_and_judged(cart):
    standing = {finding.statement for finding in cart.findings if finding.final}
    assert "RHY_SINUS" in standing
    assert all(item.evidence for item in cart.findings if item.group != "overall")
    assert {item.name for item in cart.measurements} >= {"pr_interval", "qrs_duration", "st_j"}
    assert "long_pr" in cart.traces or "AVC_LONGPR" in {item.statement for item in cart.not_assessed}


def test_provenance_says_what_made_it(cart):
    found = cart.provenance
    (pack,) = found.packs
    protocol = load_protocol(ADULT12)
    assert pack == {"id": "adult12", "version": protocol.version, "sha256": protocol.sha256}
    assert found.safety == SAFETY
    assert (found.source, found.sampling_rate, found.start, found.duration) == ("dicom", 1000.0, 0.0, 10.0)
    assert found.engine == ("durable" if durable.available() else "python")
    assert found.extractor.startswith("learned")
    assert set(found.leads.values()) == {"recorded"}
    assert found.reported["qt_interval"] == 368


def test_it_survives_json(cart):
    assert Interpretation.from_json(cart.to_json()) == cart


def test_both_engines_agree(recording):
    one, other = (
        interpret(recording, engine="python"),
        interpret(recording, engine="durable" if durable.available() else "python"),
    )
    assert (one.findings, one.excluded, one.not_assessed, one.traces) == (
        other.findings,
        other.excluded,
        other.not_assessed,
        other.traces,
    )


def test_without_durable_rules_python_serves(recording, monkeypatch):
    monkeypatch.setattr(pipeline, "available", lambda: False)
    assert interpret(recording).provenance.engine == "python"


def test_an_unknown_patient_is_stated_and_caps_certainty(recording):
    unknown = interpret(replace(recording, patient=Patient()))
    assert [note for note in unknown.provenance.notes if "unknown" in note] == [
        "age and sex unknown: findings whose limits depend on them are at most probable",
    ]
    assert {"TEC_DEMOG"} <= {finding.statement for finding in unknown.findings}
    known = interpret(recording)
    assert not [note for note in known.provenance.notes if "unknown" in note]


def test_a_child_gets_no_adult_rules(recording):
    result = interpret(replace(recording, patient=Patient(11.0, "female")))
    adult = {rule.statement for rule in load_protocol(ADULT12).rules.values() if not rule.all_ages}
    assert not adult & {finding.statement for finding in result.findings}
    assert any("withheld, patient is 11 years old" in note for note in result.provenance.notes)


def test_reading_options_are_for_files(recording):
    with pytest.raises(UsageError, match="age, sex given for a recording that is already read"):
        interpret(recording, age=50, sex="male")


def test_a_failed_rule_run_says_that_the_critical_screen_is_incomplete(recording, monkeypatch):
    def fail(*_, **__):
        raise EcgCoreError("the engine broke")

    monkeypatch.setattr(pipeline, "evaluate", fail)
    with pytest.raises(EcgCoreError, match="the engine broke") as caught:
        interpret(recording)
    assert caught.value.__notes__ == [INCOMPLETE]


def test_the_analysed_window_is_told(recording):
    part = interpret(recording, start=2.0, duration=6.0)
    assert (part.provenance.start, part.provenance.duration) == (2.0, 6.0)


def test_several_packs_stand_side_by_side(recording):
    protocol = load_protocol(ADULT12)
    twin = replace(protocol, id="twin")
    result = interpret(recording, [protocol, twin])
    assert [pack["id"] for pack in result.provenance.packs] == ["adult12", "twin"]
    assert {key.partition(":")[0] for key in result.traces} == {"adult12", "twin"}
    assert len(result.traces) == 2 * len(protocol.rules)
    assert {finding.pack for finding in result.findings} == {"adult12", "twin"}
    assert len(result.critical) == len(set(result.critical))


@pytest.mark.parametrize("dataset", ["ludb", "ptbxl", "cinc2021", "cpsc2018", "code15_chagas", "brugada_huca"])
def test_real_recordings_are_interpreted(data, dataset):
    with (data / "manifest.csv").open(newline="") as table:
        path = next(row["path"] for row in csv.DictReader(table) if row["dataset"] == dataset)
    result = interpret(data / path)
    assert result.provenance.safety == SAFETY
    assert {finding.group for finding in result.findings if finding.final} >= {"overall"}


def test_no_heavy_library_is_loaded():
    program = (
        "import sys, ecg_core\n"
        "from ecg_core.testing.synthetic import sinus_rhythm\n"
        "ecg_core.interpret(sinus_rhythm())\n"
        "assert not {'torch', 'transformers', 'neurokit2', 'sklearn'} & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
