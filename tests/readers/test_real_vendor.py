import csv

import numpy as np
import pytest

from ecg_core.errors import NotAssessableError, UnreadableError
from ecg_core.extract import measure
from ecg_core.plugin_manager import PluginManager
from ecg_core.readers import read_recording
from ecg_core.testing.check_reader import check_reader
from ecg_core.vocabulary import STANDARD_LEADS

COLUMNS = {
    "hr": "heart_rate",
    "pr": "pr_interval",
    "qrs": "qrs_duration",
    "qt": "qt_interval",
    "p_axis": "p_axis",
    "qrs_axis": "qrs_axis",
    "t_axis": "t_axis",
}
SAME = ("hl7_aecg/fda_subject1_0.xml", "hl7_aecg/hl7_example_2003-12.xml", "scp_ecg/ecgtoolkit_Example.scp")


@pytest.fixture(scope="module")
def carts(data):
    return data / "vendor_formats"


def test_every_file_next_to_the_carts_own_values(carts):
    with (carts / "reference_measurements.csv").open(newline="") as stream:
        rows = [row for row in csv.DictReader(stream) if row["qt"]]
    assert len(rows) == 10
    for row in rows:
        recording = read_recording(carts / row["file"])
        assert recording.leads == STANDARD_LEADS
        assert 0.5 < np.abs(recording.signal).max() < 5
        stated = {name: float(row[column]) for column, name in COLUMNS.items() if row[column]}
        assert {name: recording.reported[name] for name in stated} == pytest.approx(stated), row["file"]


def test_one_ecg_in_three_files_is_the_same_ecg(carts):
    first, *others = (read_recording(carts / file) for file in SAME)
    for other in others:
        np.testing.assert_allclose(other.signal, first.signal, atol=1e-9)
        assert {name: other.reported[name] for name in first.reported} == first.reported


def test_muse_derives_four_limb_leads(carts):
    recording = read_recording(carts / "ge_muse_xml/braveheart_example1.xml")
    derived = [lead for lead, how in zip(recording.leads, recording.provenance, strict=True) if how == "derived"]
    assert derived == ["III", "aVR", "aVL", "aVF"]


def test_the_calibration_pulse_of_philips_is_no_beat(carts):
    recording = read_recording(carts / "philips_sierra_xml/129DYPRG.XML")
    assert recording.signal.shape[1] < 5350
    assert measure(recording).value("heart_rate") == pytest.approx(41, abs=1)


@pytest.mark.parametrize(
    ("reader", "pattern", "count"),
    [
        ("aecg", "hl7_aecg/*[0-9].xml", 2),
        ("sierra", "philips_sierra_xml/[0-9r]*", 3),
        ("muse", "ge_muse_xml/*", 2),
        ("cardiosoft", "ge_cardiosoft_xml/*", 1),
        ("schiller", "schiller_xml/*", 1),
        ("scp", "scp_ecg/[ce]*", 2),
        ("dicom", "dicom/*.dcm", 2),
    ],
)
def test_the_contract_is_kept(carts, reader, pattern, count):
    files = sorted(carts.glob(pattern))
    assert len(files) == count
    check_reader(PluginManager.shared().make("ecg_readers", reader), files)


@pytest.mark.parametrize(
    ("file", "message"),
    [
        ("hl7_aecg/fda_empty.xml", "No rhythm series in fda_empty.xml"),
        ("philips_sierra_xml/invalid-doc-type.xml", "MortaraECG 1.03 are unsupported"),
        ("philips_sierra_xml/invalid-doc-version.xml", "SierraECG 1.05 are unsupported"),
        ("scp_ecg/healforce_62.SCP", "binary data of an unknown kind"),
    ],
)
def test_files_that_keep_no_standard_are_refused_with_the_reason(carts, file, message):
    with pytest.raises(UnreadableError, match=message) as caught:
        read_recording(carts / file)
    assert caught.value.hint


def test_more_samples_stated_than_the_format_holds(carts):
    recording = read_recording(carts / "scp_ecg/contec_0000050.scp")
    assert (recording.sampling_rate, recording.signal.shape) == (800, (12, 32767))
    assert recording.notes == (
        "the file states 37855 samples in each lead and holds 32767, the most that the format can",
    )
    one, two, three = recording.signal[:3]
    assert np.abs(two - one - three).max() < 0.011  # two steps of 5 uV


def test_a_few_samples_are_read_and_not_measured(carts):
    recording = read_recording(carts / "hl7_aecg/fda_minimum_aecg.xml")
    assert recording.signal.shape == (1, 13)
    with pytest.raises(NotAssessableError):
        measure(recording)
