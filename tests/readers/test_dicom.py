from pathlib import Path

import numpy as np
import pytest
from pydicom.data import get_testdata_file
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRBigEndian, ExplicitVRLittleEndian, TwelveLeadECGWaveformStorage

from ecg_core.errors import UnreadableError, UsageError
from ecg_core.readers import ReadOptions, read_with
from ecg_core.readers.dicom import DicomReader

CODES = {"I": "2:1", "II": "2:2", "V1": "2:3"}


def _read(path, **options):
    return read_with(DicomReader(), Path(path), ReadOptions(**options))


def _code(value, scheme="MDC", meaning=""):
    item = Dataset()
    item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = value, scheme, meaning
    return item


def _channel(value, scheme="MDC", meaning="", *, sensitivity="1", unit="uV", correction="1", baseline="0"):
    channel = Dataset()
    channel.ChannelSourceSequence = [_code(value, scheme, meaning)]
    if sensitivity is not None:
        channel.ChannelSensitivity = sensitivity
        channel.ChannelSensitivityUnitsSequence = [_code(unit, "UCUM", unit)]
        channel.ChannelSensitivityCorrectionFactor = correction
        channel.ChannelBaseline = baseline
    channel.WaveformBitsStored = 16
    return channel


def _group(digital, channels, dtype="<i2", interpretation="SS"):
    group = Dataset()
    group.WaveformOriginality = "ORIGINAL"
    group.NumberOfWaveformChannels = digital.shape[1]
    group.NumberOfWaveformSamples = digital.shape[0]
    group.SamplingFrequency = "500"
    group.ChannelDefinitionSequence = channels
    group.WaveformBitsAllocated = np.dtype(dtype).itemsize * 8
    group.WaveformSampleInterpretation = interpretation
    group.add_new("WaveformData", "OW", digital.astype(dtype).tobytes())
    return group


def _annotation(name, value, unit, code="", channels=(1, 0)):
    item = Dataset()
    item.ConceptNameCodeSequence = [_code(code or "x", "MDC" if code else "99X", name)]
    item.NumericValue = value
    item.MeasurementUnitsCodeSequence = [_code(unit, "UCUM", unit)]
    item.ReferencedWaveformChannels = list(channels)
    return item


@pytest.fixture
def write_dicom(tmp_path, digital):
    """Write an object of three leads; `change` edits it, and its first group, before it is saved."""

    def write(change=None, *, group=None, syntax=ExplicitVRLittleEndian):
        dataset = Dataset()
        dataset.file_meta = FileMetaDataset()
        dataset.file_meta.TransferSyntaxUID = syntax
        dataset.SOPClassUID = TwelveLeadECGWaveformStorage
        dataset.SOPInstanceUID = "1.2.3"
        dataset.PatientAge, dataset.PatientSex = "045Y", "F"
        group = group or _group(digital, [_channel(code) for code in CODES.values()])
        dataset.WaveformSequence = [group]
        if change:
            change(dataset, group)
        path = tmp_path / "ecg.dcm"
        dataset.save_as(path, enforce_file_format=True)
        return path

    return write


def test_samples_are_scaled_to_millivolts(write_dicom, limb_signal):
    recording = _read(write_dicom())
    assert recording.leads == ("I", "II", "III", "aVR", "aVL", "aVF", "V1")
    assert recording.sampling_rate == 500
    assert (recording.patient.age, recording.patient.sex) == (45, "female")
    np.testing.assert_allclose(recording.lead("V1"), limb_signal[:, 2], atol=1e-12)


@pytest.mark.parametrize(
    "names",
    [
        [("2:1", "MDC", ""), ("2:2", "MDC", ""), ("2:3", "MDC", "")],
        [("5.6.3-9-1", "SCPECG", ""), ("5.6.3-9-2", "SCPECG", ""), ("5.6.3-9-3", "SCPECG", "")],
        [("MDC_ECG_LEAD_I", "MDC", ""), ("MDC_ECG_LEAD_II", "MDC", ""), ("MDC_ECG_LEAD_V1", "MDC", "")],
        [("x", "99X", "Lead I (Einthoven)"), ("y", "99X", "Lead II"), ("z", "99X", "V1")],
    ],
)
def test_codes_and_texts_name_the_same_leads(write_dicom, digital, limb_signal, names):
    recording = _read(write_dicom(group=_group(digital, [_channel(*name) for name in names])))
    np.testing.assert_allclose(recording.lead("V1"), limb_signal[:, 2], atol=1e-12)
    np.testing.assert_allclose(recording.lead("II"), limb_signal[:, 1], atol=1e-12)


def test_a_channel_named_twice_differently_is_refused(write_dicom, digital):
    channels = [_channel("2:1"), _channel("2:2"), _channel("2:3", "MDC", "Lead III")]
    with pytest.raises(UnreadableError, match="channel 3 is named as III and as V1"):
        _read(write_dicom(group=_group(digital, channels)))


def test_sensitivity_correction_baseline_and_unit_are_honoured(write_dicom, digital):
    channels = [
        _channel("2:1", sensitivity="4.88"),
        _channel("2:2", sensitivity="0.002", unit="mV", correction="1.5"),
        _channel("2:3", baseline="250"),
    ]
    recording = _read(write_dicom(group=_group(digital, channels)))
    np.testing.assert_allclose(recording.lead("I"), digital[:, 0] * 0.00488, atol=1e-12)
    np.testing.assert_allclose(recording.lead("II"), digital[:, 1] * 0.003, atol=1e-12)
    np.testing.assert_allclose(recording.lead("V1"), (digital[:, 2] + 250) / 1000, atol=1e-12)


@pytest.mark.parametrize("change", [{"sensitivity": None}, {"sensitivity": "0"}, {"unit": "mmHg"}])
def test_an_uncalibrated_lead_is_refused(write_dicom, digital, change):
    channels = [_channel("2:1"), _channel("2:2"), _channel("2:3", **change)]
    with pytest.raises(UnreadableError, match="lead V1 is not calibrated"):
        _read(write_dicom(group=_group(digital, channels)))


def test_padding_is_missing(write_dicom, digital):
    digital[10:20, 0] = -32768

    def change(_, group):
        group.add_new("WaveformPaddingValue", "OW", np.array([-32768], "<i2").tobytes())

    recording = _read(write_dicom(change, group=_group(digital, [_channel(code) for code in CODES.values()])))
    assert np.flatnonzero(np.isnan(recording.lead("I"))).tolist() == list(range(10, 20))
    assert not np.isnan(recording.lead("V1")).any()


@pytest.mark.parametrize(("dtype", "interpretation"), [("<i4", "SL"), ("<i2", "SS")])
def test_widths_of_samples(write_dicom, digital, limb_signal, dtype, interpretation):
    group = _group(digital, [_channel(code) for code in CODES.values()], dtype, interpretation)
    np.testing.assert_allclose(_read(write_dicom(group=group)).lead("II"), limb_signal[:, 1], atol=1e-12)


def test_big_endian_objects(write_dicom, digital, limb_signal):
    group = _group(digital, [_channel(code) for code in CODES.values()], ">i2")
    recording = _read(write_dicom(group=group, syntax=ExplicitVRBigEndian))
    np.testing.assert_allclose(recording.lead("II"), limb_signal[:, 1], atol=1e-12)


def test_only_the_first_group_is_read_and_other_recorded_ones_are_named(write_dicom, digital):
    def change(dataset, group):
        second = _group(digital[:100] * 0, [_channel("2:4"), _channel("2:5"), _channel("2:6")])
        dataset.WaveformSequence = [group, second]

    recording = _read(write_dicom(change))
    assert recording.signal.shape[1] == 1000
    assert "first of 2 multiplex groups" in recording.notes[-1]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda dataset, group: dataset.pop("WaveformSequence"), r"no waveform .*12-lead ECG"),
        (lambda dataset, group: setattr(dataset, "WaveformSequence", []), "no waveform"),
        (lambda dataset, group: setattr(group, "NumberOfWaveformSamples", 1001), "cut off: 6000 of 6006 bytes"),
        (lambda dataset, group: setattr(group, "NumberOfWaveformSamples", 4_000_000_000), "the limit is"),
        (lambda dataset, group: setattr(group, "NumberOfWaveformSamples", 0), "no samples"),
        (lambda dataset, group: setattr(group, "NumberOfWaveformChannels", 2), "states 2 channels and defines 3"),
        (lambda dataset, group: group.pop("WaveformData"), "cut off: 0 of"),
        (lambda dataset, group: group.pop("SamplingFrequency"), "no sampling rate"),
        (lambda dataset, group: setattr(group, "WaveformSampleInterpretation", "MB"), "'MB' in 16 bits"),
        (lambda dataset, group: group.pop("ChannelDefinitionSequence"), "no channels"),
    ],
)
def test_a_damaged_object_is_refused(write_dicom, change, message):
    with pytest.raises(UnreadableError, match=message):
        _read(write_dicom(change))


def test_an_image_is_refused_by_what_it_is():
    with pytest.raises(UnreadableError, match=r"no waveform .*CT Image"):
        _read(get_testdata_file("CT_small.dcm"))


def test_a_deflated_object_is_refused():
    with pytest.raises(UnreadableError, match="deflated"):
        _read(get_testdata_file("image_dfl.dcm"))


@pytest.mark.parametrize(("age", "years"), [("011Y", 11), ("010M", 10 / 12), ("", None)])
def test_ages(write_dicom, age, years):
    recording = _read(write_dicom(lambda dataset, _: setattr(dataset, "PatientAge", age)))
    assert recording.patient.age == (pytest.approx(years) if years is not None else None)


@pytest.mark.parametrize(("born", "years"), [("19710123", 42), ("19711224", 41), ("", None), ("00010101", None)])
def test_a_missing_age_follows_from_the_dates(write_dicom, born, years):
    def change(dataset, _):
        dataset.PatientAge = ""
        dataset.PatientBirthDate, dataset.AcquisitionDateTime = born, "20130125105919"

    recording = _read(write_dicom(change))
    assert recording.patient.age == years
    assert bool(recording.notes) == (years is not None)


def test_reported_values_are_named_and_scaled_as_the_vocabulary_says(write_dicom):
    def change(dataset, _):
        dataset.WaveformAnnotationSequence = [
            _annotation("PR interval global", "0.161", "s", "2:15872"),
            _annotation("QRS Duration", "75", "ms"),
            _annotation("QT Interval", "0", "ms"),
            _annotation("QTc Interval", "370", "ms"),
            _annotation("QTc global using Bazett formula", "372", "ms", "2:15880"),
            _annotation("T Axis", "57", "furlong"),
            _annotation("Ventricular Heart Rate", "61", "{H.B.}/min"),
            _annotation("RR Interval", "982", "ms"),
            _annotation("P Axis", "10", "deg", channels=(1, 2)),
        ]

    assert dict(_read(write_dicom(change)).reported) == {
        "pr_interval": pytest.approx(161),
        "qrs_duration": 75,
        "qtc_bazett": 372,
        "heart_rate": 61,
        "rr_mean": 982,
    }


def test_options_may_not_contradict_the_object(write_dicom):
    with pytest.raises(UsageError, match="the file states 500 Hz"):
        _read(write_dicom(), sampling_rate=1000)


def test_the_recording_that_pydicom_ships():
    recording = _read(get_testdata_file("waveform_ecg.dcm"))
    assert recording.signal.shape == (12, 10000)
    assert set(recording.provenance) == {"recorded"}
    assert {name: recording.reported[name] for name in ("pr_interval", "qrs_duration", "qt_interval")} == {
        "pr_interval": 161,
        "qrs_duration": 75,
        "qt_interval": 368,
    }
    assert [recording.reported[name] for name in ("p_axis", "qrs_axis", "t_axis")] == [74, 52, 57]
    assert "qtc_bazett" not in recording.reported
    residual = recording.lead("I") + recording.lead("III") - recording.lead("II")
    assert np.abs(residual).max() < 0.003  # two steps of 1.25 uV
