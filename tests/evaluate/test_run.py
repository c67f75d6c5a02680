"""Judging label sets, with results kept for a run that was stopped."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest
from label_folders import make_headers, make_ludb
from pack_writer import write_pack

from ecg_core.errors import UsageError
from ecg_core.evaluate.judged import Found, Judged, Verdicts, decode, encode
from ecg_core.evaluate.labelled import Labelled, load_label_sets
from ecg_core.evaluate.run import Means, judge_all
from ecg_core.measurements import Measurement, Measurements


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    return write_pack(tmp_path / "pack")


@pytest.fixture
def recordings(tmp_path: Path) -> tuple[Labelled, ...]:
    make_ludb(tmp_path / "ludb")
    return load_label_sets(make_headers(tmp_path, {"A0001": "Normal"})).recordings


def test_judged_by_the_signal_and_by_the_marks(recordings: tuple[Labelled, ...], pack: Path) -> None:
    ludb, cpsc = judge_all(recordings, Means((pack,)))
    assert ludb.packs == {"tiny": Verdicts()}
    assert [one.statement for one in ludb.manual["tiny"].found] == ["AVC_LONGPR"]
    assert cpsc.manual == {}
    assert cpsc.measurements is not None
    assert cpsc.measurements.value("heart_rate") == pytest.approx(72.0, abs=1.0)


def test_kept_results_are_taken_unless_the_pack_changed(
    recordings: tuple[Labelled, ...], pack: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    done: list[tuple[str, int]] = []
    first = judge_all(recordings, Means((pack,)), keep=out, progress=lambda record, count: done.append((record, count)))
    assert done == [("1", 1), ("A0001", 2)]
    kept = sorted(out.iterdir())
    assert [path.name for path in kept] == ["cpsc2018_A0001.json", "ludb_1.json"]
    kept[0].write_text(kept[0].read_text(encoding="utf-8").replace('"not_assessed": []', '"not_assessed": ["RHY_VT"]'))
    again = judge_all(recordings, Means((pack,)), keep=out)
    assert again[0] == first[0]
    assert again[1].packs["tiny"].not_assessed == {"RHY_VT"}
    write_pack(pack, {"thresholds/av.yaml": (pack / "thresholds/av.yaml").read_text().replace("200 ms", "120 ms")})
    assert [one.statement for one in judge_all(recordings, Means((pack,)), keep=out)[1].packs["tiny"].found] == [
        "AVC_LONGPR"
    ]


def test_a_recording_that_cannot_be_read_is_kept_with_its_reason(
    recordings: tuple[Labelled, ...], pack: Path, tmp_path: Path
) -> None:
    (tmp_path / "A0001.dat").unlink()
    judged = judge_all(recordings, Means((pack,)))[1]
    assert judged.measurements is None
    assert judged.error is not None
    assert decode(encode(judged, "key"), "key") == judged


def test_held_out_weights_are_for_the_learned_engine_and_for_ludb(
    recordings: tuple[Labelled, ...], pack: Path, tmp_path: Path
) -> None:
    with pytest.raises(UsageError, match="learned"):
        judge_all(recordings, Means((pack,), "classical", tmp_path))
    with pytest.raises(UsageError, match="folds"):
        judge_all(recordings, Means((pack,), "learned", tmp_path))
    (tmp_path / "folds.json").write_text('{"fold0": [1, "A0001"]}')
    weights = files("ecg_core.extract").joinpath("weights/delineator.npz").read_bytes()
    (tmp_path / "fold0.npz").write_bytes(weights)
    shipped = judge_all(recordings, Means((pack,), "learned"))
    assert judge_all(recordings, Means((pack,), "learned", tmp_path)) == shipped
    changed = dict(np.load(tmp_path / "fold0.npz"))
    first = next(name for name in changed if changed[name].dtype.kind == "f" and changed[name].ndim > 1)
    np.savez(tmp_path / "fold0.npz", **changed | {first: 0 * changed[first]})
    held_out = judge_all(recordings, Means((pack,), "learned", tmp_path))
    assert held_out[0] != shipped[0]
    assert held_out[1] == shipped[1]


def test_two_processes_judge_as_one(recordings: tuple[Labelled, ...], pack: Path) -> None:
    assert judge_all(recordings, Means((pack,)), jobs=2) == judge_all(recordings, Means((pack,)))


def test_packs_of_one_id_are_refused(recordings: tuple[Labelled, ...], pack: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="one id"):
        judge_all(recordings, Means((pack, write_pack(tmp_path / "again"))))


def test_what_is_written_is_read_back() -> None:
    measurements = Measurements(
        [
            Measurement("pr_interval", 214.0, "ms", u=5.0, span=(3, 9)),
            Measurement("rr_intervals", (800.0, 810.0), "ms"),
            Measurement("p_axis", None, "deg", reason="no P wave found"),
        ],
        extractor="classical 1",
    )
    verdicts = Verdicts((Found("AVC_LONGPR", True, "definite"),), frozenset({"AXS_PAXIS"}))
    judged = Judged(measurements, {"tiny": verdicts}, {"tiny": Verdicts()})
    text = encode(judged, "key")
    assert decode(text, "key") == judged
    assert decode(text, "another") is None
    assert decode(text[:40], "key") is None
