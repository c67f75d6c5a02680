import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from pydicom.data import get_testdata_file

from ecg_core.errors import EcgCoreError, PluginError, UnknownNameError, UnreadableError, UsageError
from ecg_core.hookspecs import ReaderSpec
from ecg_core.readers import ReadOptions, limits, read_recording, read_with
from ecg_core.recording import Recording

STATED = {"sampling_rate": 500, "units": "mV", "leads": ("I", "II", "V1")}


def _recording(signal):
    return Recording(signal=np.asarray(signal, float), sampling_rate=500, leads=("II",), provenance=("recorded",))


class _Stub:
    """A reader of a stranger, whose behaviour a test sets."""

    def __init__(self, result, claims=True):
        self.result, self.claims, self.calls = result, claims, 0

    def sniff(self, path, head):
        if isinstance(self.claims, Exception):
            raise self.claims
        return self.claims

    def read(self, path, options):
        self.calls += 1
        if isinstance(self.result, Exception):
            raise self.result
        return self.result


class _Plugins:
    """Stands for the plugin manager: readers by name, or the error that loading them raises."""

    def __init__(self, suffixes=None, **readers):
        self.readers, self.suffixes = readers, suffixes or {}

    def components(self, hook):
        return [ReaderSpec(name=name, factory="a:b", suffixes=self.suffixes.get(name, ())) for name in self.readers]

    def make(self, hook, name):
        if isinstance(self.readers[name], PluginError):
            raise self.readers[name]
        return self.readers[name]


@pytest.fixture
def some_file(tmp_path):
    path = tmp_path / "some.xyz"
    path.write_bytes(b"something")
    return path


# -- which reader -------------------------------------------------------------------------------------------------


def test_content_decides_not_the_name(tmp_path, write_wfdb, digital, limb_signal):
    misnamed = tmp_path / "a.hea"
    np.savez(misnamed.with_suffix(".npz"), signal=limb_signal, fs=500, units="mV", leads=np.array(["I", "II", "V1"]))
    misnamed.with_suffix(".npz").rename(misnamed)
    assert read_recording(misnamed).source == "array"
    dicom = tmp_path / "b.csv"
    dicom.write_bytes(Path(get_testdata_file("waveform_ecg.dcm")).read_bytes())
    assert read_recording(dicom).source == "dicom"
    assert read_recording(write_wfdb(digital, ["I", "II", "V1"])).source == "wfdb"


def test_the_next_reader_is_tried_when_one_fails(some_file):
    first, second = _Stub(UnreadableError("bad header")), _Stub(_recording([[1, 2]]))
    assert read_recording(some_file, plugins=_Plugins(first=first, second=second)).leads == ("II",)
    assert first.calls == 1


def test_a_fitting_suffix_goes_first(some_file):
    first, second = _Stub(_recording([[1, 2]])), _Stub(_recording([[3, 4]]))
    plugins = _Plugins({"second": (".xyz",)}, first=first, second=second)
    assert read_recording(some_file, plugins=plugins).signal[0, 0] == 3


def test_all_failures_are_told(some_file):
    plugins = _Plugins(
        one=_Stub(UnreadableError("bad header", hint="mend it")),
        two=_Stub(KeyError("Signal")),
        three=_Stub(None, False),
    )
    with pytest.raises(UnreadableError) as caught:
        read_recording(some_file, plugins=plugins)
    message = str(caught.value)
    assert "one: bad header" in message
    assert "two: the reader failed with KeyError: 'Signal'" in message
    assert "three" not in message
    assert caught.value.hint == "mend it"


def test_a_missing_option_is_a_usage_error_even_if_other_readers_fail(some_file):
    plugins = _Plugins(one=_Stub(UnreadableError("bad")), two=_Stub(UsageError("no rate", hint="--fs")))
    with pytest.raises(UsageError, match="no rate") as caught:
        read_recording(some_file, plugins=plugins)
    assert caught.value.hint == "--fs"


def test_a_reader_may_be_named(some_file):
    asleep = _Stub(_recording([[1, 2]]), claims=False)
    assert read_recording(some_file, reader="asleep", plugins=_Plugins(asleep=asleep)).leads == ("II",)
    with pytest.raises(UnknownNameError, match="unknown reader 'wfbd'"):
        read_recording(some_file, reader="wfbd")


def test_a_broken_plugin_takes_no_other_down_but_is_named_when_nothing_works(some_file):
    broken = PluginError("'broken' cannot be loaded")
    assert read_recording(some_file, plugins=_Plugins(broken=broken, good=_Stub(_recording([[1, 2]])))).leads
    with pytest.raises(UnreadableError, match="not usable: 'broken' cannot be loaded"):
        read_recording(some_file, plugins=_Plugins(broken=broken))
    with pytest.raises(PluginError):
        read_recording(some_file, reader="broken", plugins=_Plugins(broken=broken))


def test_a_reader_that_cannot_even_look_takes_no_other_down(some_file):
    blind = _Stub(None, claims=IndexError("head"))
    assert read_recording(some_file, plugins=_Plugins(blind=blind, good=_Stub(_recording([[1, 2]])))).leads
    with pytest.raises(UnreadableError, match="'blind' failed to look at the file: IndexError: head"):
        read_recording(some_file, plugins=_Plugins(blind=blind))


def test_only_the_library_of_the_format_is_imported(tmp_path, limb_signal):
    path = tmp_path / "a.npz"
    np.savez(path, signal=limb_signal, fs=500, units="mV", leads=np.array(["I", "II", "V1"]))
    code = (
        "import sys; from ecg_core import read_recording; read_recording(sys.argv[1]);"
        "print(sorted({'wfdb', 'pydicom', 'pandas', 'pyarrow', 'neurokit2', 'torch'} & set(sys.modules)))"
    )
    run = subprocess.run([sys.executable, "-c", code, path], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"


# -- what a reader may return -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("result", "message"),
    [
        (ValueError("line one\nline two"), "ValueError: line one$"),
        (MemoryError(), "MemoryError"),
        (RecursionError("deep"), "RecursionError: deep"),
        (None, "returned NoneType, not a Recording"),
        (_recording(np.empty((1, 0))), "no samples"),
        (_recording([[1, np.inf]]), "infinite"),
    ],
)
def test_whatever_goes_wrong_in_a_reader_becomes_one_line(some_file, result, message):
    with pytest.raises(UnreadableError, match=message):
        read_with(_Stub(result), some_file, ReadOptions())


@pytest.mark.parametrize("signal", [[[0.5]], [[np.nan] * 5], [[0.0] * 100]])
def test_poor_signals_are_readable(some_file, signal):
    recording = read_recording(some_file, plugins=_Plugins(stub=_Stub(_recording(signal))))
    np.testing.assert_array_equal(recording.signal, signal)
    assert recording.notes == ()


def test_absurd_amplitudes_are_noted_and_kept(some_file):
    recording = read_recording(some_file, plugins=_Plugins(stub=_Stub(_recording([[0, -37.5]]))))
    assert recording.signal[0, 1] == -37.5
    assert recording.notes == ("amplitudes above 20 mV in II: artefact or wrong unit",)


# -- the patient --------------------------------------------------------------------------------------------------


def test_the_callers_age_and_sex_take_the_place_of_the_files(write_wfdb, digital):
    path = write_wfdb(digital, ["I", "II", "V1"], comments=("Age: 56", "Sex: Female"))
    assert read_recording(path).patient.age == 56
    patient = read_recording(path, age=0, sex="M").patient
    assert (patient.age, patient.sex) == (0, "male")
    assert read_recording(path, age=57).patient.sex == "female"


@pytest.mark.parametrize("wrong", [{"age": -1}, {"age": 300}, {"age": float("nan")}, {"sex": "x"}, {"sex": ""}])
def test_an_age_or_sex_that_cannot_be_is_refused(some_file, wrong):
    with pytest.raises(UsageError):
        read_recording(some_file, **wrong)


# -- bad input ----------------------------------------------------------------------------------------------------

BOMB = (
    '<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY lol "lol">'
    + "".join(f'<!ENTITY lol{n} "{f"&lol{n - 1};" * 10}">' for n in range(2, 10))
    + "]><RestingECG>&lol9;</RestingECG>"
)


@pytest.mark.parametrize(
    ("name", "content", "message", "hint"),
    [
        ("a.dcm", b"", "is empty", "copy"),
        ("a.hea", b"", "is empty", "copy"),
        ("a.csv", b"", "is empty", "copy"),
        ("a.dcm", bytes(range(256)) * 16, "binary data of an unknown kind", "plugins list"),
        ("a.hea", b"not a header\nat all\n", "text of an unknown kind", "plugins list"),
        ("a.xml", BOMB.encode(), "XML of an unknown kind", "plugins list"),
        ("a.xml", BOMB.encode("utf-16"), "XML of an unknown kind", "plugins list"),
        ("a.xml", b"<html/>", "XML of an unknown kind", "plugins list"),
        ("a.png", b"\x89PNG\r\n\x1a\n", "a PNG picture", "digitised"),
        ("a.dcm", b"%PDF-1.4", "a PDF document", "digitised"),
        ("a.bdf", b"\xffBIOSEMI", "BDF", "EDF"),
        ("a.mat", b"MATLAB 5.0 MAT-file", "a MATLAB file", "header"),
        ("a.zip", b"PK\x03\x04" + bytes(40), "a ZIP archive", "unpack"),
        ("a.pkl", b"\x80\x04\x95", "a Python pickle", "never read"),
        ("a.json", b'{"I": [1, 2]}', "JSON", "NPZ"),
    ],
)
def test_a_file_that_no_reader_knows(tmp_path, name, content, message, hint):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(UnreadableError, match=message) as caught:
        read_recording(path, **STATED)
    assert hint in caught.value.hint
    assert "\n" not in str(caught.value)


def test_a_directory(tmp_path, write_wfdb, digital):
    path = write_wfdb(digital, ["I", "II", "V1"])
    with pytest.raises(UnreadableError, match="is a directory") as caught:
        read_recording(tmp_path)
    assert str(path) in caught.value.hint


def test_the_folder_one_is_in(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UnreadableError) as caught:
        read_recording(".")
    assert str(caught.value) == ". is a directory"


@pytest.mark.parametrize(
    ("leads", "hint"),
    [
        (("I", "I", "III"), "each lead once"),
        (("I", "foo", "III"), "known are: I, II"),
        (("I", "II"), "exactly the leads"),
    ],
)
def test_wrong_leads_come_with_a_hint(tmp_path, leads, hint):
    path = tmp_path / "table.csv"
    path.write_text("0.1,0.2,0.3\n" * 600)
    with pytest.raises(EcgCoreError) as caught:
        read_recording(path, sampling_rate=500, units="mV", leads=leads)
    assert hint in caught.value.hint


def test_a_missing_file(tmp_path, write_wfdb, digital):
    write_wfdb(digital, ["I", "II", "V1"], name="record12")
    with pytest.raises(UnreadableError, match="there is no file") as caught:
        read_recording(tmp_path / "recrod12.hea")
    assert "record12.hea" in caught.value.hint
    with pytest.raises(UnreadableError, match="there is no file"):
        read_recording(tmp_path / "recrod12.hea", reader="wfdb")
    with pytest.raises(UnreadableError, match="there is no file") as caught:
        read_recording(tmp_path / "nowhere" / "a.hea")
    assert "no folder" in caught.value.hint


def test_a_name_that_cannot_be(tmp_path):
    with pytest.raises(UnreadableError, match="cannot open"):
        read_recording(tmp_path / ("x" * 300))


def test_a_file_that_is_none(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(UnreadableError, match="not a regular file"):
        read_recording(tmp_path / "pipe")


def test_a_file_above_the_size_limit(some_file, monkeypatch):
    monkeypatch.setattr(limits, "MAX_FILE_BYTES", 5)
    with pytest.raises(UnreadableError, match="9 bytes; the limit is 5"):
        read_recording(some_file)


def test_an_annotation_file_points_to_its_record(write_wfdb, digital):
    annotations = write_wfdb(digital, ["I", "II", "V1"]).with_suffix(".atr")
    annotations.write_bytes(b"\x01\x00\x02\x00")
    with pytest.raises(UnreadableError) as caught:
        read_recording(annotations)
    assert "rec.hea" in caught.value.hint


@pytest.mark.parametrize("keep", [10, 132, 200, 1500, 20_000, 200_000])
def test_a_truncated_dicom_object(tmp_path, keep):
    path = tmp_path / "a.dcm"
    path.write_bytes(Path(get_testdata_file("waveform_ecg.dcm")).read_bytes()[:keep])
    with pytest.raises(UnreadableError):
        read_recording(path)


@pytest.mark.parametrize("form", ["npy", "npz", "parquet"])
@pytest.mark.parametrize("share", [0.05, 0.5, 0.95])
def test_a_truncated_array(tmp_path, limb_signal, form, share):
    import pyarrow as pa
    import pyarrow.parquet as pq

    path = tmp_path / f"a.{form}"
    if form == "npy":
        np.save(path, limb_signal)
    elif form == "npz":
        np.savez(path, signal=limb_signal)
    else:
        pq.write_table(pa.table({"I": limb_signal[:, 0], "II": limb_signal[:, 1]}), path)
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * share)])
    with pytest.raises(UnreadableError):
        read_recording(path, **(STATED if form != "parquet" else {"sampling_rate": 500, "units": "mV"}))
