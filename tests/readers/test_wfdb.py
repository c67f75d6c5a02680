import numpy as np
import pytest

from ecg_core.errors import UnreadableError, UsageError
from ecg_core.readers import ReadOptions
from ecg_core.readers.wfdb import WfdbReader

NOTHING = ReadOptions()


def _read(path):
    return WfdbReader().read(path, NOTHING)


def test_a_record_is_read_in_millivolts_in_standard_order(write_wfdb, digital, limb_signal):
    recording = _read(write_wfdb(digital[:, [2, 1, 0]], ["V1", "ii", "Lead I"]))
    assert recording.leads == ("I", "II", "III", "aVR", "aVL", "aVF", "V1")
    assert recording.sampling_rate == 500
    assert recording.source == "wfdb"
    assert recording.name == "rec"
    np.testing.assert_allclose(recording.lead("I"), limb_signal[:, 0], atol=1e-12)
    np.testing.assert_allclose(recording.lead("V1"), limb_signal[:, 2], atol=1e-12)
    np.testing.assert_allclose(recording.lead("III"), limb_signal[:, 1] - limb_signal[:, 0], atol=1e-12)
    assert recording.provenance == ("recorded", "recorded", *["derived"] * 4, "recorded")


@pytest.mark.parametrize("suffix", [".hea", ".dat", ""])
def test_header_signal_file_and_bare_name_mean_the_same_record(write_wfdb, digital, suffix):
    path = write_wfdb(digital, ["I", "II", "V1"]).with_suffix(suffix)
    head = path.read_bytes()[:4096] if path.is_file() else b""
    assert WfdbReader().sniff(path, head)
    assert _read(path).leads[-1] == "V1"


def test_a_file_beside_a_record_that_the_header_does_not_name_is_not_taken(write_wfdb, digital):
    other = write_wfdb(digital, ["I", "II", "V1"]).with_suffix(".atr")
    other.write_bytes(b"\x00\x01")
    assert not WfdbReader().sniff(other, b"\x00\x01")


@pytest.mark.parametrize(
    ("gain", "scale"), [("1000(0)/mV", 1.0), ("1(0)/uV", 1.0), ("1/µV", 1.0), ("1e6/V", 1.0), ("2000/mV", 0.5)]
)
def test_gain_and_unit_are_honoured(write_wfdb, digital, limb_signal, gain, scale):
    recording = _read(write_wfdb(digital, ["I", "II", "V1"], gains=[gain] * 3))
    np.testing.assert_allclose(recording.lead("II"), limb_signal[:, 1] * scale, rtol=1e-9)


def test_a_latin_1_micro_sign_is_a_micro_sign(write_wfdb, digital, limb_signal):
    path = write_wfdb(digital, ["I", "II", "V1"], gains=["1/µV"] * 3, encoding="latin-1")
    np.testing.assert_allclose(_read(path).lead("II"), limb_signal[:, 1], rtol=1e-9)


def test_a_missing_unit_is_noted(write_wfdb, digital):
    assert any("I, II, V1" in note for note in _read(write_wfdb(digital, ["I", "II", "V1"], gains=["1000"] * 3)).notes)


@pytest.mark.parametrize("gain", ["0/mV", "0", "0.0(0)/mV"])
def test_an_uncalibrated_lead_is_refused(write_wfdb, digital, gain):
    with pytest.raises(UnreadableError, match="lead V1 is not calibrated"):
        _read(write_wfdb(digital, ["I", "II", "V1"], gains=["1000/mV", "1000/mV", gain]))


def test_another_unit_is_refused_on_a_lead_only(write_wfdb, digital):
    with pytest.raises(UnreadableError, match="lead V1 is in 'mmHg'"):
        _read(write_wfdb(digital, ["I", "II", "V1"], gains=["1000/mV", "1000/mV", "10/mmHg"]))
    recording = _read(write_wfdb(digital, ["I", "II", "ABP"], gains=["1000/mV", "1000/mV", "10/mmHg"]))
    assert "ABP" in recording.notes[0]


def test_invalid_samples_are_missing(write_wfdb, digital):
    digital[3:9, 1] = -32768
    recording = _read(write_wfdb(digital, ["I", "II", "V1"]))
    assert np.flatnonzero(np.isnan(recording.lead("II"))).tolist() == list(range(3, 9))
    assert np.isnan(recording.lead("aVF")).sum() == 6
    assert not np.isnan(recording.lead("V1")).any()


@pytest.mark.parametrize(
    ("comments", "age", "sex"),
    [
        ((" Age: 56", " Sex: Female"), 56, "female"),
        (("<age>: 64 <sex>: F", "<diagnoses>:"), 64, "female"),
        ((" age: 81", " sex: male", " Average: 12"), 81, "male"),
        (("Age: NaN", "Sex: Unknown"), None, None),
        (("69 M 1085 1629 x1",), 69, "male"),
        ((" Stage: 3", " Image: 00841_hr-0.png"), None, None),
        ((), None, None),
    ],
)
def test_age_and_sex_from_comments(write_wfdb, digital, comments, age, sex):
    patient = _read(write_wfdb(digital, ["I", "II", "V1"], comments=comments)).patient
    assert (patient.age, patient.sex) == (age, sex)


def test_a_hidden_age_is_noted(write_wfdb, digital):
    recording = _read(write_wfdb(digital, ["I", "II", "V1"], comments=("Age: 300",)))
    assert recording.patient.age == 90
    assert any("over 89" in note for note in recording.notes)


def test_leads_stored_with_several_samples_per_frame_keep_their_rate(tmp_path):
    frames = np.arange(40, dtype="<i2")
    ecg = np.arange(160, dtype="<i2").reshape(40, 4)
    np.hstack([ecg, ecg + 1000, frames[:, None]]).astype("<i2").tofile(tmp_path / "rec.dat")
    (tmp_path / "rec.hea").write_text(
        "rec 3 125 40\nrec.dat 16x4 1000/mV 16 0 0 0 0 I\nrec.dat 16x4 1000/mV 16 0 0 0 0 II\n"
        "rec.dat 16 100/Ohm 16 0 0 0 0 RESP\n"
    )
    recording = _read(tmp_path / "rec.hea")
    assert recording.sampling_rate == 500
    np.testing.assert_allclose(recording.lead("I"), np.arange(160) / 1000)


def test_leads_of_different_rates_are_refused(tmp_path):
    np.zeros(40 * 3, dtype="<i2").tofile(tmp_path / "rec.dat")
    (tmp_path / "rec.hea").write_text(
        "rec 2 125 40\nrec.dat 16x2 1000/mV 16 0 0 0 0 I\nrec.dat 16 1000/mV 16 0 0 0 0 V1\n"
    )
    with pytest.raises(UnreadableError, match="different sampling rates: I 250 Hz, V1 125 Hz"):
        _read(tmp_path / "rec.hea")


def test_segments_are_joined(write_wfdb, digital):
    write_wfdb(digital, ["I", "II", "V1"], name="seg1")
    path = write_wfdb(digital + 5, ["I", "II", "V1"], name="seg2").with_name("whole.hea")
    path.write_text("whole/2 3 500 2000\nseg1 1000\nseg2 1000\n# Age: 40\n")
    recording = _read(path)
    np.testing.assert_allclose(recording.lead("V1")[1000:], (digital[:, 2] + 5) / 1000)
    np.testing.assert_allclose(recording.lead("II")[:1000], digital[:, 1] / 1000)
    assert recording.patient.age == 40
    assert recording.name == "whole"


def test_a_gap_without_a_layout_is_refused(write_wfdb, digital):
    path = write_wfdb(digital, ["I", "II", "V1"], name="seg1").with_name("whole.hea")
    path.write_text("whole/3 3 500 2100\nseg1 1000\n~ 100\nseg1 1000\n")
    with pytest.raises(UnreadableError, match="gap between segments"):
        _read(path)


def test_a_layout_in_which_leads_come_and_go(write_wfdb, digital):
    write_wfdb(digital[:, :2], ["I", "V1"], name="seg1")
    path = write_wfdb(digital[:, :1], ["V1"], name="seg2").with_name("whole.hea")
    path.with_name("layout.hea").write_text("layout 2 500 0\n~ 0 1000/mV 16 0 0 0 0 I\n~ 0 1000/mV 16 0 0 0 0 V1\n")
    path.write_text("whole/4 2 500 2100\nlayout 0\nseg1 1000\n~ 100\nseg2 1000\n")
    recording = _read(path)
    assert recording.leads == ("I", "V1")
    gap = np.full(100, np.nan)
    np.testing.assert_allclose(recording.lead("V1"), np.concatenate([digital[:, 1], gap, digital[:, 0]]) / 1000)
    assert np.isnan(recording.lead("I")[1000:]).all()


def test_segments_in_different_units_are_refused(write_wfdb, digital):
    write_wfdb(digital, ["I", "II", "V1"], name="seg1")
    path = write_wfdb(digital, ["I", "II", "V1"], name="seg2", gains=["1/uV"] * 3).with_name("whole.hea")
    path.write_text("whole/2 3 500 2000\nseg1 1000\nseg2 1000\n")
    with pytest.raises(UnreadableError, match="different units in different segments"):
        _read(path)


def test_a_missing_segment_is_named(write_wfdb, digital):
    path = write_wfdb(digital, ["I", "II", "V1"], name="seg1").with_name("whole.hea")
    path.write_text("whole/2 3 500 2000\nseg1 1000\nseg2 1000\n")
    with pytest.raises(UnreadableError, match=r"segment header seg2\.hea is missing"):
        _read(path)


@pytest.mark.parametrize(
    ("record_line", "message"),
    [
        ("rec 3", "no sampling rate"),
        ("rec 4 500 1000", "announces 4 lines and holds 3"),
        ("rec 3 500 1001", "cut off: 6000 of 6006 bytes"),
        ("rec 3 500 99999999999", "the limit is"),
        ("rec", "no record line"),
        ("rec three 500 1000", "no record line"),
        ("rec/1 3 500 1000", "segment line that cannot be understood"),
    ],
)
def test_a_damaged_header_is_refused(write_wfdb, digital, record_line, message):
    with pytest.raises(UnreadableError, match=message):
        _read(write_wfdb(digital, ["I", "II", "V1"], record_line=record_line))


def test_a_length_that_is_not_stated_comes_from_the_signal_file(write_wfdb, digital):
    assert _read(write_wfdb(digital, ["I", "II", "V1"], record_line="rec 3 500")).signal.shape[1] == 1000


def test_a_missing_signal_file_is_named(write_wfdb, digital):
    path = write_wfdb(digital, ["I", "II", "V1"])
    path.with_suffix(".dat").unlink()
    with pytest.raises(UnreadableError, match=r"signal file rec\.dat is missing"):
        _read(path)


@pytest.mark.parametrize("name", ["../rec.dat", "/etc/hostname", "x::http://example.org/rec.dat"])
def test_a_signal_file_elsewhere_is_never_opened(write_wfdb, digital, name):
    path = write_wfdb(digital, ["I", "II", "V1"])
    path.write_text(path.read_text().replace("rec.dat", name))
    with pytest.raises(UnreadableError, match="no signal file beside it"):
        _read(path)


def test_channels_without_a_name_are_no_leads(write_wfdb, digital):
    with pytest.raises(UnreadableError, match="no channel is a known lead"):
        _read(write_wfdb(digital, ["", "", ""]))


def test_options_may_not_contradict_the_header(write_wfdb, digital):
    path = write_wfdb(digital, ["I", "II", "V1"])
    assert WfdbReader().read(path, ReadOptions(sampling_rate=500)).sampling_rate == 500
    with pytest.raises(UsageError, match="the file states 500 Hz, the call 250 Hz"):
        WfdbReader().read(path, ReadOptions(sampling_rate=250))
    with pytest.raises(UsageError, match="states its units and leads itself"):
        WfdbReader().read(path, ReadOptions(units="uV"))
