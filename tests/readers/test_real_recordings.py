import csv

import numpy as np
import pytest

from ecg_core.readers import read_recording
from ecg_core.vocabulary import STANDARD_LEADS

PER_DATASET = 12
SIGNALS = ("ludb", "ptbxl", "cinc2021", "cpsc2018", "code15_chagas", "brugada_huca")


@pytest.fixture(scope="module")
def rows(data):
    with (data / "manifest.csv").open(newline="") as stream:
        listed = list(csv.DictReader(stream))
    chosen = []
    for dataset in SIGNALS:
        own = [row for row in listed if row["dataset"] == dataset]
        chosen += own[:: max(1, len(own) // PER_DATASET)]
    return chosen


def test_listed_records_are_read_as_listed(data, rows):
    assert len(rows) >= 60
    for row in rows:
        recording = read_recording(data / row["path"])
        assert recording.leads == STANDARD_LEADS, row["path"]
        assert set(recording.provenance) == {"recorded"}
        assert recording.sampling_rate == float(row["fs"])
        assert recording.signal.shape[1] == int(row["sig_len"])
        if row["dataset"] != "ptbxl":  # PTB-XL keeps age and sex in a table of its own
            assert recording.patient.sex == {"M": "male", "F": "female"}.get(row["sex"][:1]), row["path"]
            if row["age"] not in ("", "nan", "NaN"):
                assert recording.patient.age == min(float(row["age"]), 90 if float(row["age"]) == 300 else 120)


def test_limb_leads_of_real_records_obey_einthoven_and_goldberger(data, rows):
    # CODE-15 and Brugada-HUCA hold leads that were filtered one by one, so the identities do not hold there.
    for row in rows:
        if row["dataset"] in ("code15_chagas", "brugada_huca"):
            continue
        recording = read_recording(data / row["path"])
        one, two, three, right, left, foot = recording.signal[:6]
        for residual in (one + three - two, right + (one + two) / 2, left - one + two / 2, foot - two + one / 2):
            assert np.nanmax(np.abs(residual)) < 0.02, row["path"]


def test_the_100_hz_copy_is_the_same_recording(data):
    copies = sorted((data / "ptbxl" / "records100").rglob("*_lr.hea"))
    assert copies
    for copy in copies[:3]:
        low = read_recording(copy)
        high = read_recording(str(copy).replace("records100", "records500").replace("_lr", "_hr"))
        assert (low.sampling_rate, high.sampling_rate) == (100, 500)
        assert low.duration == high.duration
        for slow, fast in zip(low.signal, high.signal, strict=True):
            means = fast.reshape(-1, 5).mean(axis=1)
            assert np.corrcoef(slow, means)[0, 1] > 0.9


def test_two_lead_holter_gives_six_limb_leads(data):
    recording = read_recording(data / "other_signals" / "cpsc2021_af_holter" / "data_84_2")
    assert recording.leads == STANDARD_LEADS[:6]
    assert recording.provenance == ("recorded", "recorded", *["derived"] * 4)
    assert recording.sampling_rate == 200
    assert np.abs(recording.lead("I") - recording.lead("II") + recording.lead("III")).max() < 1e-12


def test_modified_holter_leads(data):
    recording = read_recording(data / "other_signals" / "qtdb" / "sel100.hea")
    assert recording.leads == ("II", "V5")
    assert "MLII" in recording.notes[0]
    assert (recording.patient.age, recording.patient.sex) == (69, "male")


def test_fifteen_leads_of_ptbdb(data):
    recording = read_recording(data / "other_signals" / "ptbdb" / "s0010_re.xyz")
    assert recording.leads == STANDARD_LEADS
    assert recording.notes[0] == "channels left out, no standard leads: vx, vy, vz"
    assert (recording.patient.age, recording.patient.sex) == (81, "female")


def test_artefacts_of_code15_are_kept_and_noted(data):
    notes = [
        (np.abs(recording.signal).max(), recording.notes)
        for recording in map(read_recording, sorted((data / "code15_chagas").glob("*.hea")))
    ]
    assert max(largest for largest, _ in notes) > 20
    assert all(("20 mV" in "".join(note)) == (largest > 20) for largest, note in notes)
