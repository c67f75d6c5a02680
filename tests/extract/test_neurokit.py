from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
from drawn_rhythm import RATE, draw, steady

from ecg_core.errors import NotAssessableError
from ecg_core.extract.neurokit import NeurokitExtractor
from ecg_core.recording import Recording
from ecg_core.testing.check_extractor import check_extractor
from ecg_core.vocabulary import STANDARD_LEADS


def recording(signal: np.ndarray, leads: tuple[str, ...] = STANDARD_LEADS) -> Recording:
    return Recording(signal=signal, sampling_rate=RATE, leads=leads, provenance=("recorded",) * len(leads))


def test_it_conforms() -> None:
    check_extractor(NeurokitExtractor())


def test_rate_and_intervals_of_a_drawing() -> None:
    found = NeurokitExtractor().extract(recording(draw(steady(70)).signal))
    assert found.value("beat_count") == len(steady(70))
    assert found.value("heart_rate") == pytest.approx(70, abs=0.5)
    # Drawn: PR 160 ms, QT 410 ms. Its early QRS onsets shorten the one and lengthen the other, as on LUDB.
    assert 40 <= found.value("pr_interval") <= 170
    assert 350 <= found.value("qt_interval") <= 560
    qt, rate = found.value("qt_interval"), found.value("heart_rate")
    assert found.value("qtc_bazett") == pytest.approx(qt * (rate / 60) ** 0.5, abs=0.2)
    assert found.value("qtc_fridericia") == pytest.approx(qt * (rate / 60) ** (1 / 3), abs=0.2)


def test_everything_else_is_absent_with_one_reason() -> None:
    found = NeurokitExtractor().extract(recording(draw(steady(70)).signal))
    assert found.reason("st_j", lead="V2") == "not measured by the neurokit extractor"
    assert found.reason("flutter_waves") == "not measured by the neurokit extractor"
    assert all((item.value is None) != (item.reason is None) for item in found)


def test_one_lead_serves() -> None:
    found = NeurokitExtractor().extract(recording(draw(steady(70)).signal[1:2], ("II",)))
    assert found.value("heart_rate") == pytest.approx(70, abs=0.5)


def test_gaps_are_bridged() -> None:
    signal = draw(steady(70)).signal
    signal[:, 2000:2100] = np.nan
    assert NeurokitExtractor().extract(recording(signal)).value("heart_rate") == pytest.approx(70, abs=8)


def test_few_beats_give_a_rate_only() -> None:
    found = NeurokitExtractor().extract(recording(draw(steady(60, duration=3.0), duration=3.0).signal))
    assert found.value("heart_rate") == pytest.approx(60, abs=1)
    assert found.reason("qt_interval") == "fewer than 4 beats"


@pytest.mark.parametrize("samples", [100, 5000])
def test_nothing_to_measure_is_an_error_with_a_hint(samples: int) -> None:
    with pytest.raises(NotAssessableError) as caught:
        NeurokitExtractor().extract(recording(np.zeros((12, samples))))
    assert caught.value.hint


def test_importing_it_does_not_import_neurokit2() -> None:
    import subprocess

    code = "import sys, ecg_core.extract.neurokit; sys.exit('neurokit2' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_real_recording(data: Path) -> None:
    import wfdb

    record = wfdb.rdrecord(str(data / "ludb" / "data" / "2"))
    found = NeurokitExtractor().extract(recording(record.p_signal.T))
    assert found.value("heart_rate") == pytest.approx(61, abs=8)
