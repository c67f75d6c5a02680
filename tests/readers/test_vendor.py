import random
import sys

import numpy as np
import pytest

from ecg_core.cli import main
from ecg_core.errors import EcgCoreError, PluginError, UnreadableError, UsageError
from ecg_core.plugin_manager import PluginManager
from ecg_core.readers import read_recording
from ecg_core.testing.check_reader import check_reader
from tests.readers import vendor_files
from tests.readers.vendor_files import FORMATS, SURNAME, write


@pytest.mark.parametrize("reader", FORMATS)
def test_samples_leads_patient_and_values(tmp_path, digital, limb_signal, reader):
    recording = read_recording(write(tmp_path, reader, digital))
    assert (recording.source, recording.sampling_rate) == (reader, 500)
    assert recording.leads == ("I", "II", "III", "aVR", "aVL", "aVF", "V1")
    assert recording.provenance == ("recorded", "recorded", *["derived"] * 4, "recorded")
    for column, lead in enumerate(vendor_files.LEADS):
        np.testing.assert_allclose(recording.lead(lead), limb_signal[:, column], atol=1e-9)
    np.testing.assert_allclose(recording.lead("III"), limb_signal[:, 1] - limb_signal[:, 0], atol=1e-9)
    assert (recording.patient.age, recording.patient.sex) == (60, "female")
    assert SURNAME not in repr(recording)
    if reader != "edf":  # EDF has no place for measurements
        assert recording.reported["pr_interval"] == 148
        assert not {"qtc_bazett", "qtc_fridericia"} & set(recording.reported)
    assert recording.notes == ()


@pytest.mark.parametrize("reader", FORMATS)
def test_the_contract_is_kept(tmp_path, digital, reader):
    check_reader(PluginManager.shared().make("ecg_readers", reader), [write(tmp_path, reader, digital)])


@pytest.mark.parametrize("reader", FORMATS)
def test_damaged_files_give_an_error_of_ours_or_a_recording(tmp_path, digital, reader):
    path = write(tmp_path, reader, digital[:200])
    whole = path.read_bytes()
    chance = random.Random(reader)
    outcomes = set()
    for number in range(45):
        content = bytearray(whole)
        if number % 3 == 0:
            del content[chance.randrange(len(content)) :]
        for _ in range(chance.choice((1, 4, 40))):
            if content and number % 3:
                content[chance.randrange(len(content))] = chance.randrange(256)
        path.write_bytes(content)
        outcomes.add(_outcome(path, reader))
    assert outcomes <= {"UnreadableError", "read"}
    assert "UnreadableError" in outcomes


def _outcome(path, reader):
    """Return what became of a file: the name of an error of ours, of one line, or "read"."""
    try:
        recording = read_recording(path, reader=reader)
    except EcgCoreError as error:
        return type(error).__name__ if "\n" not in str(error) else str(error)
    return "read" if recording.signal.shape[1] > 0 else "empty"


@pytest.mark.parametrize("reader", FORMATS)
def test_options_that_speak_against_the_file(tmp_path, digital, reader):
    path = write(tmp_path, reader, digital)
    with pytest.raises(UsageError, match="500 Hz"):
        read_recording(path, sampling_rate=250)
    with pytest.raises(UsageError, match="units"):
        read_recording(path, units="mV")


@pytest.mark.parametrize(
    ("reader", "module"),
    [(reader, "defusedxml.ElementTree" if reader in ("cardiosoft", "schiller") else "ecgdatakit.parsing.parser")
     for reader in FORMATS],
)  # fmt: skip
def test_a_missing_package_is_named_with_the_line_that_installs_it(
    tmp_path, digital, reader, module, monkeypatch, capsys
):
    path = write(tmp_path, reader, digital)
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(PluginError, match=module.partition(".")[0]) as caught:
        read_recording(path)
    assert caught.value.hint == "pip install 'ecg-core[formats]'"
    assert main(["info", str(path)]) == 6
    assert "pip install 'ecg-core[formats]'" in capsys.readouterr().err


@pytest.mark.parametrize("reader", ["aecg", "sierra", "muse", "cardiosoft", "schiller"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_entity_bombs_are_refused(tmp_path, digital, reader, encoding):
    text = write(tmp_path, reader, digital).read_bytes().decode("latin-1").partition("?>")[2]
    entities = "".join(f'<!ENTITY e{n + 1} "{f"&e{n};" * 10}">' for n in range(9))
    bomb = f'<!DOCTYPE bomb [<!ENTITY e0 "1">{entities}]>' + text.replace("500", "&e9;").replace("60", "&e9;")
    path = tmp_path / "bomb.xml"
    path.write_bytes(bomb.encode(encoding))
    with pytest.raises(UnreadableError, match="XML of an unknown kind"):
        read_recording(path)
    with pytest.raises(UnreadableError, match=r"entit|No parser found"):
        PluginManager.shared().make("ecg_readers", reader).read(path, None)


def test_sierra_loses_its_calibration_pulse(tmp_path, digital):
    rows = np.vstack([digital, np.zeros((85, 3)), np.full((100, 3), 1000), np.zeros((50, 3))]).astype(np.int16)
    recording = read_recording(write(tmp_path, "sierra", rows))
    assert recording.signal.shape[1] == len(digital)
    assert recording.notes == ("the last 0.47 s hold a calibration pulse and are left out",)


def test_sierra_keeps_a_flat_end(tmp_path, digital):
    rows = np.vstack([digital, np.zeros((200, 3))]).astype(np.int16)
    recording = read_recording(write(tmp_path, "sierra", rows))
    assert recording.signal.shape[1] == len(rows)
    assert recording.notes == ()


def test_sierra_of_another_version_is_refused_by_name(tmp_path, digital):
    with pytest.raises(UnreadableError, match=r"SierraECG 9.99 are unsupported"):
        read_recording(write(tmp_path, "sierra", digital, version="9.99"))


def test_scp_leads_that_start_one_after_another_stay_apart(tmp_path, digital, limb_signal):
    recording = read_recording(write(tmp_path, "scp", digital, starts=(1, 1, 1001)))
    assert recording.signal.shape[1] == 2000
    assert np.isnan(recording.lead("V1")[:1000]).all()
    np.testing.assert_allclose(recording.lead("V1")[1000:], limb_signal[:, 2], atol=1e-9)
    assert np.isnan(recording.lead("II")[1000:]).all()


def test_scp_that_states_more_than_it_can_hold_is_read_as_far_as_it_goes(tmp_path):
    rows = np.arange(3 * 32767, dtype=np.int64).reshape(-1, 3) % 1000
    recording = read_recording(write(tmp_path, "scp", rows.astype(np.int16), stated=40000))
    np.testing.assert_allclose(recording.lead("V1"), rows[:, 2] / 1000, atol=1e-9)
    assert recording.notes == (
        "the file states 40000 samples in each lead and holds 32767, the most that the format can",
    )


def test_scp_that_holds_less_than_it_could_is_refused(tmp_path, digital):
    with pytest.raises(UnreadableError, match="holds 1000 samples, expected 1001"):
        read_recording(write(tmp_path, "scp", digital, stated=1001))


def test_scp_intervals_come_from_the_boundaries(tmp_path, digital):
    reported = read_recording(write(tmp_path, "scp", digital)).reported
    assert reported == {
        "rr_mean": 984,
        "heart_rate": pytest.approx(60000 / 984),
        "p_duration": 102,
        "pr_interval": 148,
        "qrs_duration": 120,
        "qt_interval": 400,
        "p_axis": 44,
        "qrs_axis": -61,
    }


@pytest.mark.parametrize(
    ("reader", "options", "rate"),
    [
        ("aecg", {"increment": "0.003"}, 1 / 0.003),
        ("scp", {"interval": 3900}, 1e6 / 3900),
        ("edf", {"duration": "2.1"}, 1000 / 2.1),
    ],
)
def test_rates_that_are_no_whole_number_are_not_rounded(tmp_path, digital, reader, options, rate):
    assert read_recording(write(tmp_path, reader, digital, **options)).sampling_rate == pytest.approx(rate, rel=1e-9)


@pytest.mark.parametrize(
    ("reader", "options"),
    [("aecg", {"unit": "mmHg"}), ("muse", {"units": "BITS"}), ("edf", {"unit": ""})],
)
def test_uncalibrated_leads_are_refused(tmp_path, digital, reader, options):
    with pytest.raises(UnreadableError, match="lead I is not calibrated"):
        read_recording(write(tmp_path, reader, digital, **options))


def test_remarks_of_the_decoder_become_one_note(tmp_path, digital):
    path = write(tmp_path, "scp", digital)
    content = bytearray(path.read_bytes())
    content[0] ^= 0xFF  # the checksum of the record
    path.write_bytes(content)
    recording = read_recording(path)
    assert len(recording.notes) == 1
    assert recording.notes[0].startswith("SCP-ECG: ")
    assert "CRC" in recording.notes[0]


def test_a_reader_refuses_another_format(tmp_path, digital):
    path = write(tmp_path, "muse", digital)
    with pytest.raises(UnreadableError, match="GE MUSE XML, not Philips Sierra XML"):
        PluginManager.shared().make("ecg_readers", "sierra").read(path, None)
    with pytest.raises(UnreadableError, match="'RestingECG'"):
        PluginManager.shared().make("ecg_readers", "schiller").read(path, None)
