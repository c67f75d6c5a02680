import zipfile
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ecg_core.errors import UnreadableError, UsageError
from ecg_core.readers import HEAD_BYTES, ReadOptions, read_with
from ecg_core.readers.array import ArrayReader

LEADS = ("I", "II", "V1")
STATED = {"sampling_rate": 500, "units": "mV"}
ALL = {**STATED, "leads": LEADS}


def _read(path, **options):
    return read_with(ArrayReader(), Path(path), ReadOptions(**options))


def _sniff(path):
    return ArrayReader().sniff(path, path.read_bytes()[:HEAD_BYTES])


def _csv(path, signal, delimiter=",", header=None):
    np.savetxt(path, signal, delimiter=delimiter, fmt="%.3f", header=header or "", comments="")
    if header is None:
        path.write_text(path.read_text().lstrip("\n"))
    return path


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_csv_with_a_header_row_names_its_leads(tmp_path, limb_signal, delimiter):
    path = _csv(tmp_path / "a.csv", limb_signal[:, [2, 0, 1]], delimiter, delimiter.join(["v1", '"I"', "Lead II"]))
    assert _sniff(path)
    recording = _read(path, **STATED)
    assert recording.leads == ("I", "II", "III", "aVR", "aVL", "aVF", "V1")
    np.testing.assert_allclose(recording.lead("V1"), limb_signal[:, 2], atol=1e-12)


def test_csv_header_as_numpy_writes_it(tmp_path, limb_signal):
    path = _csv(tmp_path / "a.csv", limb_signal, header="# I,II,V1")
    np.testing.assert_allclose(_read(path, **STATED).lead("II"), limb_signal[:, 1])


def test_csv_without_a_header_takes_the_callers_leads(tmp_path, limb_signal):
    path = _csv(tmp_path / "a.csv", limb_signal)
    np.testing.assert_allclose(_read(path, **ALL).lead("V1"), limb_signal[:, 2])


def test_csv_with_a_row_per_lead(tmp_path, limb_signal):
    path = _csv(tmp_path / "a.csv", limb_signal.T)
    assert path.read_text().index("\n") > HEAD_BYTES
    assert _sniff(path)
    np.testing.assert_allclose(_read(path, **ALL).lead("V1"), limb_signal[:, 2])


def test_columns_that_are_no_leads_are_left_out(tmp_path, limb_signal):
    time = np.arange(len(limb_signal))[:, None] / 500
    path = _csv(tmp_path / "a.csv", np.hstack([time, limb_signal]), header="time,I,II,V1")
    recording = _read(path, **STATED)
    assert "time" in recording.notes[0]
    np.testing.assert_allclose(recording.lead("I"), limb_signal[:, 0])


def test_empty_cells_and_nan_are_missing(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("V1,V2,V3\n1,2,3\n,nan,\n4,,6\r\n7,8,\r\n")
    signal = _read(path, **STATED).signal
    np.testing.assert_array_equal(signal, [[1, np.nan, 4, 7], [2, np.nan, np.nan, 8], [3, np.nan, 6, np.nan]])


def test_one_column_is_one_lead(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("0.1\n0.2\n0.3\n")
    assert _sniff(path)
    np.testing.assert_array_equal(_read(path, **STATED, leads=("II",)).signal, [[0.1, 0.2, 0.3]])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("I;II\n0,1;0,2\n", "not like the others"),
        ("I,II\n1,2\n3\n", "not like the others"),
        ("I,II\n1,2,3\n", "names 2 columns, the rows have 3"),
        ("I,II\n1,two\n", "not like the others"),
        ("I,II\n", "no rows of numbers"),
    ],
)
def test_a_damaged_table_is_refused(tmp_path, text, message):
    path = tmp_path / "a.csv"
    path.write_text(text)
    with pytest.raises(UnreadableError, match=message) as caught:
        _read(path, **STATED)
    assert "\n" not in str(caught.value)


def test_decimal_commas_are_named_in_the_hint(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("I;II\n0,1;0,2\n")
    assert _sniff(path)
    with pytest.raises(UnreadableError) as caught:
        _read(path, **STATED)
    assert "decimal points" in caught.value.hint


@pytest.mark.parametrize(
    "text", ["", "a,b\nc,d\n", "<a>1</a>\n", '{"a": 1}\n', "rec 3 500 1000\nrec.dat 16 1000/mV 16 0 0 0 0 I\n", ",,\n"]
)
def test_other_text_is_not_taken_for_a_table(tmp_path, text):
    path = tmp_path / "a.csv"
    path.write_text(text)
    assert not _sniff(path)


@pytest.mark.parametrize("dtype", ["f8", "f4", "i2", ">i4"])
@pytest.mark.parametrize("turned", [False, True])
def test_npy_lies_either_way(tmp_path, digital, limb_signal, dtype, turned):
    np.save(tmp_path / "a.npy", (digital.T if turned else digital).astype(dtype))
    assert _sniff(tmp_path / "a.npy")
    recording = _read(tmp_path / "a.npy", sampling_rate=500, units="uV", leads=LEADS)
    np.testing.assert_allclose(recording.lead("V1"), limb_signal[:, 2], atol=1e-12)


@pytest.mark.parametrize(
    ("shape", "message"),
    [((3, 3), "could lie either way"), ((2, 50), "3 leads do not fit"), ((1, 3, 50), "no single recording")],
)
def test_a_shape_that_does_not_fit_is_refused(tmp_path, shape, message):
    np.save(tmp_path / "a.npy", np.zeros(shape))
    with pytest.raises(UnreadableError, match=message):
        _read(tmp_path / "a.npy", **ALL)


@pytest.mark.parametrize("missing", ["sampling_rate", "units", "leads"])
def test_what_nobody_states_is_asked_for_never_assumed(tmp_path, missing):
    np.save(tmp_path / "a.npy", np.zeros((50, 3)))
    with pytest.raises(UsageError, match=f"does not state its {missing.replace('_', ' ')}") as caught:
        _read(tmp_path / "a.npy", **{name: value for name, value in ALL.items() if name != missing})
    assert f"({missing}=)" in caught.value.hint


def test_all_that_is_missing_is_asked_for_at_once(tmp_path):
    np.save(tmp_path / "a.npy", np.zeros((50, 3)))
    with pytest.raises(UsageError, match="sampling rate and units and leads"):
        _read(tmp_path / "a.npy")


def test_npz_states_everything_itself(tmp_path, digital, limb_signal):
    path = tmp_path / "a.npz"
    np.savez(path, signal=digital, fs=500, units="uV", leads=np.array(LEADS))
    assert _sniff(path)
    recording = _read(path)
    assert recording.sampling_rate == 500
    np.testing.assert_allclose(recording.lead("II"), limb_signal[:, 1], atol=1e-12)


def test_npz_with_one_array_and_flags(tmp_path, limb_signal):
    np.savez_compressed(tmp_path / "a.npz", x=limb_signal)
    np.testing.assert_allclose(_read(tmp_path / "a.npz", **ALL).lead("II"), limb_signal[:, 1])


def test_npz_with_several_arrays_is_refused(tmp_path):
    np.savez(tmp_path / "a.npz", train=np.zeros((9, 3)), test=np.zeros((9, 3)))
    with pytest.raises(UnreadableError, match=r"holds 2 arrays \(train, test\)"):
        _read(tmp_path / "a.npz", **ALL)


@pytest.mark.parametrize(
    "contradiction",
    [{"sampling_rate": 250}, {"units": "mV"}, {"leads": ("I", "II", "V2")}, {"leads": ("V1", "I", "II")}],
)
def test_options_may_not_contradict_the_file(tmp_path, digital, contradiction):
    np.savez(tmp_path / "a.npz", signal=digital, fs=500, units="uV", leads=np.array(LEADS))
    _read(tmp_path / "a.npz", sampling_rate=500, units="µV", leads=LEADS)
    with pytest.raises(UsageError):
        _read(tmp_path / "a.npz", **contradiction)


def test_a_header_without_lead_names_may_be_named_by_the_caller(tmp_path, limb_signal):
    path = _csv(tmp_path / "a.csv", limb_signal, header="ch0,ch1,ch2")
    np.testing.assert_allclose(_read(path, **ALL).lead("V1"), limb_signal[:, 2])


class _Runs:
    def __reduce__(self):
        return (Path("ran").touch, ())


@pytest.mark.parametrize("suffix", ["npy", "npz"])
def test_pickled_objects_are_never_loaded(tmp_path, monkeypatch, suffix):
    monkeypatch.chdir(tmp_path)
    objects = np.array([_Runs(), _Runs()], dtype=object)
    if suffix == "npy":
        np.save("a.npy", objects, allow_pickle=True)
    else:
        np.savez("a.npz", signal=objects)
    with pytest.raises(UnreadableError, match="not real numbers"):
        _read(f"a.{suffix}", **ALL)
    assert not Path("ran").exists()


def test_an_array_that_promises_more_than_it_holds_is_refused(tmp_path):
    path = tmp_path / "a.npy"
    np.save(path, np.zeros((1000, 3)))
    raw = path.read_bytes()
    path.write_bytes(raw[:-8])
    with pytest.raises(UnreadableError, match="cut off"):
        _read(path, **ALL)
    with path.open("wb") as stream:
        np.lib.format.write_array_header_1_0(stream, {"descr": "<f8", "fortran_order": False, "shape": (2**40, 3)})
    with pytest.raises(UnreadableError, match="the limit is"):
        _read(path, **ALL)


def test_a_zip_bomb_is_refused_before_it_is_unpacked(tmp_path):
    path = tmp_path / "a.npz"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("signal.npy", "w") as member:
        header = {"descr": "<f8", "fortran_order": False, "shape": (2**32, 3)}
        np.lib.format.write_array_header_1_0(member, header)
        member.write(bytes(2**20))
    with pytest.raises(UnreadableError, match="the limit is"):
        _read(path, **ALL)


def test_complex_numbers_are_refused(tmp_path):
    np.save(tmp_path / "a.npy", np.zeros((50, 3), dtype=complex))
    with pytest.raises(UnreadableError, match="not real numbers"):
        _read(tmp_path / "a.npy", **ALL)


def test_parquet_with_a_column_per_lead(tmp_path, limb_signal):
    path = tmp_path / "a.parquet"
    columns = {"V1": limb_signal[:, 2], "I": limb_signal[:, 0].astype("f4"), "stamp": ["x"] * len(limb_signal)}
    pq.write_table(pa.table(columns), path)
    assert _sniff(path)
    recording = _read(path, **STATED)
    assert recording.leads == ("I", "V1")
    np.testing.assert_allclose(recording.lead("V1"), limb_signal[:, 2])


def test_parquet_may_state_rate_and_units_in_its_metadata(tmp_path, digital, limb_signal):
    table = pa.table({lead: digital[:, index] for index, lead in enumerate(LEADS)})
    table = table.replace_schema_metadata({"sampling_rate": "500", "units": "uV"})
    pq.write_table(table, tmp_path / "a.parquet")
    np.testing.assert_allclose(_read(tmp_path / "a.parquet").lead("V1"), limb_signal[:, 2], atol=1e-12)


def test_parquet_nulls_are_missing(tmp_path):
    pq.write_table(pa.table({"V1": [1, None, 3], "V2": [1.0, 2.0, None]}), tmp_path / "a.parquet")
    signal = _read(tmp_path / "a.parquet", **STATED).signal
    np.testing.assert_array_equal(signal, [[1, np.nan, 3], [1, 2, np.nan]])


def test_parquet_with_a_list_per_lead_is_refused(tmp_path):
    pq.write_table(pa.table({"V1": [[1.0, 2.0]], "n": [1]}), tmp_path / "a.parquet")
    with pytest.raises(UnreadableError, match="column V1 holds list"):
        _read(tmp_path / "a.parquet", **STATED)
