"""The conformance tests catch what breaks a contract."""

from __future__ import annotations

import sys
from collections.abc import Callable
from importlib.metadata import EntryPoint
from itertools import count
from pathlib import Path

import numpy as np
import pytest

from ecg_core.cli.template import template_folder, write_pack
from ecg_core.errors import PackError, PluginError, UnknownNameError, UsageError
from ecg_core.findings import Interpretation, Provenance
from ecg_core.plugin_manager import GROUP, PluginManager
from ecg_core.testing.conformance import check_component, check_pack, check_report
from ecg_core.testing.synthetic import HEART_RATE, sinus_rhythm

NUMBERS = count()
EMPTY = Interpretation(
    findings=(),
    excluded=(),
    not_assessed=(),
    critical=(),
    measurements=(),
    traces={},
    provenance=Provenance("r", "array", "0", "none", "python", (), 500, 0, 10, {}, None, None, {}, (), ()),
)


class Rendering:
    """A renderer made of a function."""

    def __init__(self, make: Callable[[], object]) -> None:
        self.make = make

    def render(self, _: Interpretation) -> bytes:
        return self.make()  # type: ignore[return-value]


def test_report_that_keeps_its_contract() -> None:
    check_report(Rendering(lambda: b"report"), EMPTY)


@pytest.mark.parametrize(
    ("make", "clause"),
    [
        (lambda: "text", "gave str, not bytes"),
        (lambda: b"", "empty report"),
        (lambda: str(next(NUMBERS)).encode(), "two different reports"),
    ],
)
def test_report_that_breaks_its_contract(make: Callable[[], object], clause: str) -> None:
    with pytest.raises(AssertionError, match=clause):
        check_report(Rendering(make), EMPTY)


def test_pack_with_faults_and_pack_with_a_failing_case(tmp_path: Path) -> None:
    pack = write_pack(tmp_path / "mine", "mine")
    assert check_pack(pack) == "2 rules, 11 cases"
    cases = pack / "cases" / "av" / "long_pr.yaml"
    text = cases.read_text()
    cases.write_text(text.replace("214 ms", "194 ms"))
    with pytest.raises(PackError, match="expected true, got false"):
        check_pack(pack)
    cases.write_text(text.replace("kind: at_threshold", "kind: fires"))
    with pytest.raises(PackError, match="at_threshold"):
        check_pack(pack)


PLUGIN = """
from ecg_core.hookspecs import BackboneSpec, ProtocolSpec, ReaderSpec, ReportSpec, hookimpl


@hookimpl
def ecg_reports():
    return [ReportSpec(name="empty", factory="conformance_plugin:Empty")]


@hookimpl
def ecg_readers():
    return [ReaderSpec(name="mute", factory="conformance_plugin:Empty")]


@hookimpl
def ecg_backbones():
    return [BackboneSpec(name="tiny", factory="conformance_plugin:Empty")]


@hookimpl
def ecg_protocols():
    return [ProtocolSpec(name="made", factory="conformance_plugin:Made")]


class Empty:
    def render(self, interpretation):
        return b""


class Made:
    folder = FOLDER
"""


@pytest.fixture
def plugins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> PluginManager:
    folder = template_folder() / "ecg_protocol_example"
    (tmp_path / "conformance_plugin.py").write_text(PLUGIN.replace("FOLDER", repr(str(folder))))
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "conformance_plugin", raising=False)
    return PluginManager([EntryPoint("stranger", "conformance_plugin", GROUP)], environ={})


def test_component_is_checked_by_its_kind(plugins: PluginManager) -> None:
    with pytest.raises(PluginError, match="breaks the contract of ecg_reports: render"):
        check_component("ecg_reports", "empty", plugins=plugins)
    with pytest.raises(UsageError, match="needs a recording"):
        check_component("ecg_readers", "mute", plugins=plugins)
    assert check_component("ecg_protocols", "made", plugins=plugins) == "2 rules, 11 cases"
    assert "no further test" in check_component("ecg_backbones", "tiny", plugins=plugins)
    with pytest.raises(UnknownNameError):
        check_component("ecg_extractors", "none", plugins=plugins)


def test_made_up_recording_obeys_einthoven_and_keeps_its_rate() -> None:
    recording = sinus_rhythm(sampling_rate=250, duration=20, noise=0)
    assert recording.signal.shape == (12, 5000)
    one, two, three = (recording.lead(name) for name in ("I", "II", "III"))
    np.testing.assert_allclose(one + three, two, atol=1e-12)
    np.testing.assert_allclose(sum(recording.lead(name) for name in ("aVR", "aVL", "aVF")), 0, atol=1e-12)
    peaks = np.flatnonzero((two[1:-1] > 0.9) & (two[1:-1] >= two[:-2]) & (two[1:-1] > two[2:])) + 1
    np.testing.assert_allclose(np.diff(peaks) / 250, 60 / HEART_RATE, atol=1 / 250)
    np.testing.assert_array_equal(sinus_rhythm().signal, sinus_rhythm().signal)
