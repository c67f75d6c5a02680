from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from bench_folders import annotate, sequence, steady

from ecg_core.bench.waves import from_spans, of_channel, read_lead_marks, wave_marks
from ecg_core.errors import UnreadableError
from ecg_core.readers.wfdb_annotations import Annotations, read_annotations


def annotations(text: str, *, numbers: dict[int, int] | None = None) -> Annotations:
    """One annotation every 10 samples, written as a string of symbols."""
    return Annotations(
        samples=np.arange(len(text)) * 10,
        symbols=tuple(text),
        channels=np.zeros(len(text), dtype=np.int64),
        numbers=np.array([(numbers or {}).get(place, 0) for place in range(len(text))]),
        sampling_rate=1000.0,
    )


def read(text: str, **more: dict[int, int]) -> dict[str, list[list[float]]]:
    found = wave_marks(annotations(text, **more), Path("record"))
    return {wave: (getattr(found, wave) * 100).round(6).tolist() for wave in ("p", "qrs", "t")}


def test_brackets_belong_to_the_peak_between_them() -> None:
    assert read("(p)(N)(t)") == {"p": [[0, 1, 2]], "qrs": [[3, 4, 5]], "t": [[6, 7, 8]]}


def test_a_missing_bracket_leaves_an_edge_unknown() -> None:
    found = read("p)(Nt)")
    assert np.isnan(found["p"][0][0])
    assert found["p"][0][1:] == [0, 1]
    assert found["qrs"][0][:2] == [2, 3]
    assert np.isnan(found["qrs"][0][2])
    assert found["t"][0][1:] == [4, 5]


def test_two_peaks_between_one_pair_of_brackets_are_one_t_wave() -> None:
    assert read("(N)(tt)")["t"] == [[3, 4, 6]]


def test_two_complexes_without_brackets_are_two() -> None:
    assert len(read("NN")["qrs"]) == 2


def test_u_waves_and_rhythm_marks_are_passed_over() -> None:
    assert read("(N)(u)+(t)") == {"p": [], "qrs": [[0, 1, 2]], "t": [[7, 8, 9]]}


def test_numbered_brackets_keep_overlapping_waves_apart() -> None:
    # A P wave begins before the T wave has ended: ( t (p ) p... in time order.
    text, numbers = "(N)(t(p))", {0: 1, 2: 1, 3: 2, 5: 0, 7: 2, 8: 0}
    assert read(text, numbers=numbers) == {"p": [[5, 6, 8]], "qrs": [[0, 1, 2]], "t": [[3, 4, 7]]}


def test_classes_of_beats() -> None:
    assert wave_marks(annotations("(V)(N)(/)S"), Path("record")).kinds == (
        "ventricular",
        "dominant",
        "paced",
        "supraventricular",
    )


def test_files_by_lead(tmp_path: Path) -> None:
    annotate(tmp_path, "r", "v1", sequence(steady()))
    found = read_lead_marks(tmp_path / "r", ("I", "V1"), None, "who")
    assert list(found.leads) == ["V1"]
    assert found.leads["V1"].p == pytest.approx(steady().p, abs=0.001)
    assert found.shifted(1.0).leads["V1"].t == pytest.approx(steady().t + 1.0, abs=0.001)


def test_one_signal_of_several(tmp_path: Path) -> None:
    annotate(tmp_path, "r", "atr", [(1.0, "N"), (1.1, "N"), (2.0, "N")], channels=[0, 1, 0])
    whole = read_annotations(tmp_path / "r", "atr")
    assert wave_marks(of_channel(whole, 1), tmp_path / "r").qrs[:, 1] == pytest.approx([1.1])


def test_spans_without_peaks() -> None:
    marks = from_spans({"p": [(300.0, 400.0)], "qrs": [], "t": [(900.0, 1000.0), (600.0, 800.0)]}, 1000.0)
    assert marks.p.tolist() == [[0.3, 0.35, 0.4]]
    assert marks.t[:, 0].tolist() == [0.6, 0.9]


def test_a_missing_or_damaged_file_is_unreadable(tmp_path: Path) -> None:
    with pytest.raises(UnreadableError):
        read_annotations(tmp_path / "r", "atr")


def test_annotations_without_a_sampling_rate_are_unreadable() -> None:
    bare = annotations("(N)")
    without = Annotations(bare.samples, bare.symbols, bare.channels, bare.numbers, None)
    with pytest.raises(UnreadableError, match="sampling rate"):
        wave_marks(without, Path("record"))
    assert wave_marks(without, Path("record"), 500.0).qrs[0, 1] == pytest.approx(0.02)
