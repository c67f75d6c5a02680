"""The learned engine: its arithmetic, its decoding, and what it measures."""

from __future__ import annotations

import csv
import subprocess
import sys
from collections import defaultdict
from dataclasses import replace
from functools import cache
from importlib import resources
from pathlib import Path

import numpy as np
import pytest
from drawn_rhythm import Drawn
from made_up import drawn
from numpy.typing import NDArray

from ecg_core.extract import measure
from ecg_core.extract.classical_fiducials import ClassicalFiducials
from ecg_core.extract.engine import Engine, measure_with
from ecg_core.extract.fiducials import Averaged, GlobalWaves, Opinions
from ecg_core.extract.learned import LearnedExtractor
from ecg_core.extract.learned_fiducials import LearnedFiducials
from ecg_core.extract.network import Network, shipped
from ecg_core.extract.segments import find_edges, fuse
from ecg_core.extract.uncertainty import method_table
from ecg_core.measurements import Measurements
from ecg_core.plugin_manager import PluginManager
from ecg_core.readers import read_recording
from ecg_core.recording import Recording
from ecg_core.testing.check_extractor import check_extractor
from ecg_core.testing.synthetic import sinus_rhythm

Arrays = dict[str, NDArray[np.float64]]


def small_network(rng: np.random.Generator, channels: tuple[int, ...] = (2, 3, 3, 4, 5), mix: float = 0.2) -> Arrays:
    """Random weights for a network of the right form with few channels."""
    sizes = [(f"down{level}", (1, *channels)[level], channels[level]) for level in range(5)]
    sizes += [(f"up{step}", channels[3 - step], channels[3 - step]) for step in range(4)]
    arrays: Arrays = {}
    for name, inputs, outputs in sizes:
        for layer, width in enumerate((inputs, outputs)):
            arrays[f"{name}.{layer}.weight"] = rng.normal(0, 0.4, (outputs, width, 7))
            arrays[f"{name}.{layer}.bias"] = rng.normal(0, 0.2, outputs)
        arrays[f"{name}.mix.weight"] = mix * rng.normal(0, 1, (outputs, outputs))
    pointwise = [(f"narrow{step}", channels[4 - step], channels[3 - step]) for step in range(4)]
    for name, inputs, outputs in [*pointwise, ("head", channels[0], 4)]:
        arrays[f"{name}.weight"] = rng.normal(0, 1, (outputs, inputs))
        arrays[f"{name}.bias"] = rng.normal(0, 0.2, outputs)
    return arrays


def probabilities_by_definition(arrays: Arrays, signal: NDArray[np.float64]) -> NDArray[np.float64]:
    """What the network is defined to give: lead by lead and channel by channel, without any layout trick."""
    arrays = {name: array.astype(float) for name, array in arrays.items()}

    def convolved(leads: list[NDArray[np.float64]], name: str) -> list[NDArray[np.float64]]:
        weight, bias = arrays[f"{name}.weight"], arrays[f"{name}.bias"]
        return [
            np.array(
                [
                    np.maximum(
                        sum(np.convolve(row, taps[::-1], mode="same") for row, taps in zip(rows, kernel, strict=True))
                        + level,
                        0.0,
                    )
                    for kernel, level in zip(weight, bias, strict=True)
                ]
            )
            for rows in leads
        ]

    def block(leads: list[NDArray[np.float64]], name: str) -> list[NDArray[np.float64]]:
        first = convolved(leads, f"{name}.0")
        shared = arrays[f"{name}.mix.weight"] @ np.mean(first, axis=0)
        return convolved([rows + shared for rows in first], f"{name}.1")

    def pointwise(rows: NDArray[np.float64], name: str) -> NDArray[np.float64]:
        return arrays[f"{name}.weight"] @ rows + arrays[f"{name}.bias"][:, None]

    def twice(rows: NDArray[np.float64]) -> NDArray[np.float64]:
        places = (np.arange(2 * rows.shape[1]) + 0.5) / 2 - 0.5
        return np.array([np.interp(places, np.arange(row.size), row) for row in rows])

    count = signal.shape[1]
    leads = [np.pad(lead / lead.std(ddof=1), (0, -count % 16))[None, :] for lead in signal]
    skips = []
    for level in range(5):
        if level:
            leads = [rows.reshape(len(rows), -1, 2).max(axis=2) for rows in leads]
        leads = block(leads, f"down{level}")
        skips.append(leads)
    for step in range(4):
        deeper = [twice(pointwise(rows, f"narrow{step}")) for rows in leads]
        leads = block([one + other for one, other in zip(deeper, skips[3 - step], strict=True)], f"up{step}")
    logits = np.array([pointwise(rows, "head")[:, :count] for rows in leads])
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


@pytest.mark.parametrize("count", [112, 113, 250])
def test_the_network_computes_what_it_is_defined_to(count: int) -> None:
    rng = np.random.default_rng(count)
    arrays, signal = small_network(rng), rng.normal(0, 0.3, (3, count)).cumsum(axis=1)
    found = Network(arrays).probabilities(signal)
    assert found.shape == (3, 4, count)
    assert found == pytest.approx(probabilities_by_definition(arrays, signal), abs=2e-4)


def test_the_shipped_weights_compute_what_they_are_defined_to() -> None:
    path = resources.files("ecg_core.extract") / "weights" / "delineator.npz"
    with path.open("rb") as file, np.load(file, allow_pickle=False) as loaded:
        arrays = {name: loaded[name] for name in loaded.files}
    signal = sinus_rhythm(sampling_rate=250.0, duration=2.0).signal[:3]
    found = shipped().probabilities(signal)
    assert found == pytest.approx(probabilities_by_definition(arrays, signal), abs=1e-4)
    assert found[:, 2].max(axis=1).min() > 0.9


def test_the_shipped_weights_are_small() -> None:
    with resources.as_file(resources.files("ecg_core.extract") / "weights" / "delineator.npz") as path:
        assert path.stat().st_size <= 2_000_000


def test_leads_hear_of_each_other_through_their_mean_alone() -> None:
    rng = np.random.default_rng(3)
    arrays, signal = small_network(rng), rng.normal(size=(4, 500))
    together = Network(arrays).probabilities(signal)
    assert Network(arrays).probabilities(signal[[2, 0, 3, 1]]) == pytest.approx(together[[2, 0, 3, 1]], abs=1e-4)
    assert np.abs(Network(arrays).probabilities(signal[:1]) - together[:1]).max() > 0.01
    deaf = {name: 0.0 * array if ".mix." in name else array for name, array in arrays.items()}
    alone = np.concatenate([Network(deaf).probabilities(lead[None, :]) for lead in signal])
    assert Network(deaf).probabilities(signal) == pytest.approx(alone, abs=1e-4)


def test_a_flat_lead_gives_numbers() -> None:
    assert np.isfinite(shipped().probabilities(np.zeros((1, 500)))).all()


def test_edges_are_found_between_samples() -> None:
    row = np.zeros(100, dtype=np.float32)
    row[20:30] = 0.9
    row[[19, 30]] = 0.1, 0.3
    row[50:52] = 0.4
    onsets, offsets = find_edges(row[None, :], np.array([10, 40, 25]), np.array([40, 60, 26]))
    # Half is passed half way from 0.1 to 0.9, and two thirds of the way from 0.9 to 0.3.
    assert onsets[:, 0] == pytest.approx([19.5, np.nan, 19.5], nan_ok=True)
    assert offsets[:, 0] == pytest.approx([29 + 2 / 3, np.nan, 29 + 2 / 3], nan_ok=True)


def test_a_wave_cut_by_the_end_has_no_edge_there() -> None:
    row = np.full(50, 0.9, dtype=np.float32)
    row[:10] = 0.0
    onsets, offsets = find_edges(row[None, :], np.array([0]), np.array([50]))
    assert onsets[0, 0] == pytest.approx(9 + 0.5 / 0.9)
    assert np.isnan(offsets[0, 0])


def test_an_edge_needs_four_leads_or_all_there_are() -> None:
    three = np.array([[1.0, 2.0, 3.0, np.nan, np.nan], [1.0, 2.0, 3.0, 9.0, np.nan]])
    assert fuse(three) == pytest.approx([np.nan, 2.5], nan_ok=True)
    assert fuse(np.array([[1.0, 3.0], [1.0, np.nan]])) == pytest.approx([2.0, np.nan], nan_ok=True)


class _Told(Network):
    """A network that sees complexes where it is told to."""

    def __init__(self, seconds: tuple[float, ...]) -> None:
        self.seconds = seconds

    def probabilities(self, signal: NDArray[np.float64]) -> NDArray[np.float32]:
        found = np.zeros((len(signal), 4, signal.shape[1]), dtype=np.float32)
        for time in self.seconds:
            found[:, 2, round(250 * time) - 10 : round(250 * time) + 11] = 0.9
        found[:, 0] = 1 - found[:, 2]
        return found


def beats_seen(seen: tuple[float, ...], true: tuple[float, ...]) -> list[float]:
    signal = drawn([Drawn(time) for time in true]).signal
    found = LearnedFiducials(_Told(seen), signal, 500.0, np.empty(0)).find_beats()
    return [float(time) for time in np.round(found / 500, 1)]


def test_beats_of_two_detectors() -> None:
    true = (1.0, 2.0, 3.0, 4.0, 5.0, 6.0)
    assert beats_seen(true, true) == list(true)
    assert beats_seen(true[:-1], true) == list(true[:-1]), "what the network rules out is no complex"
    assert beats_seen((1.0, 2.0, 4.0, 5.0, 6.0), true) == list(true), "a beat would be missing without it"
    assert beats_seen((1.0, 2.0, 3.0, 4.0, 5.0), (1.0, 2.0, 2.5, 3.0, 4.0, 5.0)) == [1.0, 2.0, 3.0, 4.0, 5.0]
    assert beats_seen((*true, 7.5), true) == list(true), "where there is no trace of a complex there is none"
    assert beats_seen((*true, 4.22), true) == list(true), "close to another it is a part of that"
    assert beats_seen(true[:2], true) == list(true), "a network that sees hardly any complex is not asked"
    assert beats_seen((0.5, 9.0), ()) == [0.5, 9.0]


@cache
def engine() -> LearnedExtractor:
    made = PluginManager.shared().make("ecg_extractors", "learned")
    assert isinstance(made, LearnedExtractor)
    return made


def test_the_engine_keeps_the_contract() -> None:
    check_extractor(engine())


@pytest.mark.parametrize(("name", "version"), [("learned", "2"), ("classical", "2")])
def test_an_engine_signs_what_it_measures(name: str, version: str) -> None:
    found = measure(sinus_rhythm(), extractor=name)
    assert found.extractor == f"{name} {version}"
    assert {item.extractor for item in found} == {f"{name} {version}"}


def test_the_second_opinion_on_a_clean_recording_is_much_the_same() -> None:
    assert float(engine().extract(sinus_rhythm()).value("delineator_disagreement")) < 20  # type: ignore[arg-type]


def test_nothing_heavy_is_imported() -> None:
    program = (
        "import sys\n"
        "from ecg_core.extract.learned import LearnedExtractor\n"
        "from ecg_core.testing.synthetic import sinus_rhythm\n"
        "LearnedExtractor().extract(sinus_rhythm())\n"
        "print(sorted({'torch', 'onnxruntime', 'sklearn', 'neurokit2', 'pandas'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def only(recording: Recording, lead: str) -> Recording:
    return replace(recording, signal=recording.lead(lead)[None, :], leads=(lead,), provenance=("recorded",))


def with_gap(recording: Recording) -> Recording:
    signal = recording.signal.copy()
    signal[:, 2000:2300] = np.nan
    signal[5] = np.nan
    return replace(recording, signal=signal)


@pytest.mark.parametrize(
    ("case", "tolerance"),
    [(only(sinus_rhythm(), "II"), 25), (sinus_rhythm(sampling_rate=100.0), 8), (with_gap(sinus_rhythm()), 8)],
    ids=["one lead", "100 Hz", "gaps"],
)
def test_less_signal_gives_much_the_same(case: Recording, tolerance: float) -> None:
    whole, found = engine().extract(sinus_rhythm()), engine().extract(case)
    for name in ("pr_interval", "qrs_duration", "qt_interval"):
        assert found.value(name) == pytest.approx(whole.value(name), abs=tolerance), name


@pytest.mark.parametrize("rate", [250.0, 400.0, 1000.0])
def test_the_sampling_rate_does_not_move_the_intervals(rate: float) -> None:
    whole, found = engine().extract(sinus_rhythm()), engine().extract(sinus_rhythm(sampling_rate=rate))
    for name in ("pr_interval", "qrs_duration", "qt_interval"):
        assert found.value(name) == pytest.approx(whole.value(name), abs=4), name


def test_gain_and_polarity_of_a_lead_hardly_tell() -> None:
    recording = sinus_rhythm()
    signal = 1.7 * recording.signal
    signal[7] *= -1
    whole, found = engine().extract(recording), engine().extract(replace(recording, signal=signal))
    for name in ("pr_interval", "qrs_duration", "qt_interval"):
        assert found.value(name) == pytest.approx(whole.value(name), abs=4), name


class _Doubted(ClassicalFiducials):
    """A delineator whose second opinion has the complex end 40 ms later."""

    def find_waves(self, averaged: Averaged) -> tuple[GlobalWaves, Opinions | None]:
        waves, _ = super().find_waves(averaged)
        return waves, (waves, GlobalWaves(onset=waves.onset + 4, offset=waves.offset + 20, p=None, t=waves.t))


def test_what_two_delineators_place_far_apart_is_doubtful() -> None:
    sure = measure_with(Engine("sure", "1", ClassicalFiducials, method_table("classical", "2")), sinus_rhythm())
    found = measure_with(Engine("doubted", "1", _Doubted, method_table("classical", "2")), sinus_rhythm())
    assert found.value("delineator_disagreement") == 40
    for name in ("qrs_duration", "jt_interval"):
        before, after = sure.get(name), found.get(name)
        assert before is not None
        assert after is not None
        assert after.value == before.value
        assert after.u == pytest.approx(float(np.hypot(before.u or 0.0, 20.0)), abs=0.01)
        assert (before.quality, after.quality) == ("good", "fair")
    # The onset is 8 ms apart, which is no more than two good readers are.
    assert replace(found.get("qt_interval"), extractor="") == replace(sure.get("qt_interval"), extractor="")  # type: ignore[type-var]
    assert (sure.get("p_wave_present").quality, found.get("p_wave_present").quality) == ("good", "fair")  # type: ignore[union-attr]
    level = found.get("st_j", lead="V2")
    assert level is not None
    assert level.quality == "fair"


RECORDS = ("3", "7", "15", "25", "33", "57", "65", "85", "113", "145", "163", "187")
COLUMNS = {"pr_interval": "pr_ms", "qrs_duration": "qrs_ms", "qt_interval": "qt_ms"}


@pytest.fixture(scope="module")
def measured(data: Path) -> dict[str, Measurements]:
    folder = data / "ludb" / "data"
    return {record: engine().extract(read_recording(folder / f"{record}.hea")) for record in RECORDS}


def test_real_recordings_agree_with_cardiologists(data: Path, measured: dict[str, Measurements]) -> None:
    """The weights have seen some of these records: this shows that they are read rightly, not how good they are."""
    marked: dict[tuple[str, str], list[float]] = defaultdict(list)
    with (data / "ludb" / "reference_intervals_per_lead.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            for name, column in COLUMNS.items():
                if row[column]:
                    marked[row["record"], name].append(float(row[column]))
    for name in COLUMNS:
        errors = [
            float(found.value(name)) - float(np.median(marked[record, name]))  # type: ignore[arg-type]
            for record, found in measured.items()
            if marked[record, name] and found.value(name) is not None
        ]
        assert len(errors) >= 8, name
        assert abs(float(np.mean(errors))) <= 6, name
        assert float(np.median(np.abs(errors))) <= 8, name


@pytest.mark.parametrize("record", ["38", "44", "96", "112"])
def test_in_real_fibrillation_pr_is_withheld(data: Path, record: str) -> None:
    found = engine().extract(read_recording(data / "ludb" / "data" / f"{record}.hea"))
    assert found.value("p_wave_present") is False
    assert found.reason("pr_interval") == "no P wave found"


def test_a_premature_ventricular_beat_is_told_apart() -> None:
    beats = [Drawn(0.6 + 0.8 * number) for number in range(11)]
    beats[5] = replace(beats[5], time=beats[5].time - 0.3, kind="ventricular", pr=None)
    found = engine().extract(drawn(beats))
    assert found.value("beat_classes")[5] == "V"  # type: ignore[index]


def test_no_beat_gives_reasons() -> None:
    noise = np.random.default_rng(0).normal(0, 0.02, (12, 5000))
    found = engine().extract(replace(sinus_rhythm(), signal=noise))
    assert found.value("beat_count") == 0
    assert found.reason("qrs_duration") == "no QRS complex found"
