"""CardioSoft and Schiller documents, which are parsed here and not by a library."""

import pytest

from ecg_core.errors import UnreadableError
from ecg_core.readers import read_recording
from tests.readers.vendor_files import write


def _replace(old, new):
    def change(text):
        assert old in text
        return text.replace(old, new)

    return change


@pytest.mark.parametrize(
    ("reader", "old", "new", "message"),
    [
        ("cardiosoft", "<StripData>", "<StripDater>", "not well formed"),
        ("cardiosoft", "ISO-8859-1", "ISO-8859-99", "not well formed: unknown encoding"),
        ("cardiosoft", "StripData", "StressData", "no resting ECG"),
        ("cardiosoft", '"uVperLsb">1<', '"uVperLsb">nan<', "not calibrated"),
        ("cardiosoft", 'units="uVperLsb"', 'units="mmPerLsb"', "not calibrated"),
        ("cardiosoft", '"uVperLsb">1<', '"uVperLsb">0<', "not calibrated"),
        ("cardiosoft", "<ChannelSampleCountTotal>1000", "<ChannelSampleCountTotal>999", "1000 samples.* states 999"),
        ("cardiosoft", "<ChannelSampleCountTotal>1000", "<ChannelSampleCountTotal>", "states no count"),
        ("cardiosoft", "\t", "\t1.5,", "states 1000"),
        ("cardiosoft", '"Hz">500<', '"Hz"><', "sampling rate 0.0 Hz"),
        ("cardiosoft", 'lead="II"', 'lead="I"', "stands twice"),
        ("cardiosoft", "lead=", "name=", "no channel is a known lead"),
        ("schiller", "ECG_RHYTHMS", "ECG_NOTHING", "no rhythm strip"),
        ("schiller", "<exponent>1<", "<exponent>3<", "exponent"),
        ("schiller", "<value>500<", "<value><", "sampling rate is missing"),
        ("schiller", "<units>UV<", "<units>MMHG<", "not calibrated"),
        ("schiller", "<unitperbit>1.0<", "<unitperbit>x<", "not calibrated"),
        ("schiller", "<samplecount>1000<", "<samplecount>1001<", "states 1001"),
        ("schiller", "<name>II</name>", "<name>I</name>", "stands twice"),
    ],
)
def test_faults_are_named(tmp_path, digital, reader, old, new, message):
    with pytest.raises(UnreadableError, match=message) as caught:
        read_recording(write(tmp_path, reader, digital, change=_replace(old, new)))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("reader", ["cardiosoft", "schiller"])
def test_samples_that_are_no_integers_are_refused(tmp_path, digital, reader):
    digital = digital.copy()
    digital[7, 0] = 12345
    with pytest.raises(UnreadableError, match="samples of lead I are no list of integers"):
        read_recording(write(tmp_path, reader, digital, change=_replace("12345", "nan")))


def test_schiller_leads_of_different_length_are_refused(tmp_path, digital):
    digital = digital.copy()
    digital[-1, 0] = 12345
    last_gone = _replace(",12345</data><samplecount>1000<", "</data><samplecount>999<")
    with pytest.raises(UnreadableError, match="differ in length"):
        read_recording(write(tmp_path, "schiller", digital, change=last_gone))


def test_schiller_says_that_it_left_a_second_strip(tmp_path, digital):
    recording = read_recording(write(tmp_path, "schiller", digital, change=_replace("ECG_AVERAGES", "ECG_RHYTHMS")))
    assert recording.notes == ("only the first of 2 rhythm strips was read",)
    assert recording.signal.shape[1] == 5


@pytest.mark.parametrize(
    ("reader", "old", "new", "age"),
    [
        ("cardiosoft", '"YEARS">60<', '"MONTHS">30<', 2.5),
        ("cardiosoft", '"YEARS">60<', '"YEARS"><', 70),
        ("cardiosoft", '"YEARS">60<', '"DECADES">6<', 70),
        ("cardiosoft", "<PatientInfo>", "<PatientInfo/><Other>", None),
        ("schiller", "19600101", "", None),
        ("schiller", "19600101", "19600230", None),
        ("schiller", "19600101", "20210101", None),
    ],
)
def test_ages(tmp_path, digital, reader, old, new, age):
    def change(text):
        text = _replace(old, new)(text)
        return text.replace("</PatientInfo>", "</Other>") if new.endswith("<Other>") else text

    recording = read_recording(write(tmp_path, reader, digital, change=change))
    assert recording.patient.age == age
    assert bool(recording.notes) == (age == 70)
