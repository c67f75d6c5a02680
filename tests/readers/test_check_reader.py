from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pydicom.data import get_testdata_file

from ecg_core.readers import ReadOptions
from ecg_core.readers.array import ArrayReader
from ecg_core.readers.dicom import DicomReader
from ecg_core.readers.wfdb import WfdbReader
from ecg_core.testing.check_reader import check_reader


def test_wfdb_keeps_the_contract(write_wfdb, digital):
    path = write_wfdb(digital, ["I", "II", "V1"], comments=("Age: 60",))
    check_reader(WfdbReader(), [path, path.with_suffix(""), path.with_suffix(".dat")])


def test_wfdb_keeps_the_contract_on_real_records(data):
    check_reader(
        WfdbReader(),
        [data / "ludb/data/2.hea", data / "cinc2021/A0001.mat", data / "other_signals/ptbdb/s0010_re"],
    )


def test_dicom_keeps_the_contract():
    check_reader(DicomReader(), [Path(get_testdata_file("waveform_ecg.dcm"))])


def test_dicom_keeps_the_contract_on_real_objects(data):
    check_reader(DicomReader(), sorted((data / "vendor_formats/dicom").glob("*.dcm")))


def test_arrays_keep_the_contract(tmp_path, limb_signal):
    leads = ["I", "II", "V1"]
    (tmp_path / "a.csv").write_text("I,II,V1\n" + "\n".join(",".join(map(str, row)) for row in limb_signal))
    np.save(tmp_path / "b.npy", limb_signal)
    np.savez(tmp_path / "c.npz", signal=limb_signal, fs=500, units="mV", leads=np.array(leads))
    pq.write_table(pa.table(dict(zip(leads, limb_signal.T, strict=True))), tmp_path / "d.parquet")
    files = [tmp_path / name for name in ("a.csv", "b.npy", "c.npz", "d.parquet")]
    check_reader(ArrayReader(), files, options=ReadOptions(500, "mV", ("I", "II", "V1")))


class _Wrong(WfdbReader):
    """A reader with one fault."""

    def __init__(self, *, recording=None, sniff=None, fallback=None):
        self.change, self.said, self.fallback = recording, sniff, fallback

    def sniff(self, path, head):
        return super().sniff(path, head) if self.said is None else self.said

    def read(self, path, options):
        try:
            recording = super().read(path, options)
        except Exception:
            if self.fallback is None:
                raise
            return self.fallback
        return self.change(recording) if self.change else recording


def _noisy(recording):
    return replace(recording, signal=recording.signal + np.random.default_rng().normal(size=recording.signal.shape))


@pytest.mark.parametrize(
    ("fault", "clause"),
    [
        ({"sniff": False}, "sniff does not say True"),
        ({"sniff": True}, "for its own"),
        ({"recording": lambda r: replace(r, signal=r.signal * 1000)}, "not in mV"),
        ({"recording": lambda r: replace(r, signal=r.signal.astype("f4"))}, "float32, not float64"),
        ({"recording": lambda r: replace(r, signal=r.signal[::-1], leads=r.leads[::-1])}, "standard order"),
        ({"recording": _noisy}, "second reading differs"),
    ],
)
def test_a_reader_that_breaks_a_clause_fails(write_wfdb, digital, fault, clause):
    with pytest.raises(AssertionError, match=clause):
        check_reader(_Wrong(**fault), [write_wfdb(digital, ["I", "II", "V1"])])


def test_a_reader_that_makes_up_signal_fails(write_wfdb, digital):
    path = write_wfdb(digital, ["I", "II", "V1"])
    whole = WfdbReader().read(path, ReadOptions())
    longer = replace(whole, signal=np.hstack([whole.signal, whole.signal]))
    with pytest.raises(AssertionError, match="more signal than whole"):
        check_reader(_Wrong(fallback=longer), [path])
    with pytest.raises(AssertionError, match="is read as a recording"):
        check_reader(_Wrong(fallback=whole), [path])


def test_a_check_without_files_proves_nothing():
    with pytest.raises(AssertionError, match="no good file"):
        check_reader(WfdbReader(), [])
