"""Shared fixtures."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from ecg_core.findings import Citation, Evidence, Finding, Interpretation, NotAssessed, Provenance, RuleTrace, Verdict
from ecg_core.measurements import Measurement

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session", autouse=True)
def pack_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep the packs that the tests load out of the user's cache."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ECG_CORE_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(scope="session")
def data() -> Path:
    """Folder with real recordings; tests that need it are skipped without it."""
    folder = Path(os.environ.get("ECG_CORE_DATA", ROOT.parent / "shared" / "data"))
    if not (folder / "manifest.csv").exists():
        pytest.skip(f"no real recordings at {folder}; set ECG_CORE_DATA")
    return folder


@pytest.fixture
def interpretation() -> Interpretation:
    """A small interpretation with every kind of part."""
    evidence = Evidence(
        "pr_interval", ">", Verdict.TRUE, value=214.0, unit="ms", u=5.0, limit=200.0, threshold="pr_upper",
        source=Citation("AHA3", "statement 82", "Surawicz 2009, Part III"), margin=2.8, probability=0.997,
    )  # fmt: skip
    finding = Finding(
        "AVC_LONGPR", "First-degree AV block", "av", "conduction", "definite", "abnormal", "U1", (), (evidence,),
        "PR interval 214 ms exceeds 200 ms.", "long_pr", "adult12", "0.1.0", codes={"scp": ("1AVB",)},
    )  # fmt: skip
    trace = RuleTrace(
        "rule", "long_pr", Verdict.TRUE, (2.8, 2.8), children=(RuleTrace("compare", "x", Verdict.UNKNOWN),)
    )
    provenance = Provenance(
        "r", "wfdb", "0.1.0", "classical 1", "python", ({"id": "adult12", "version": "0.1.0", "sha256": "0" * 64},),
        500.0, 0.0, 10.0, {"I": "recorded"}, None, None, {"pr_interval": 210.0}, (), ("Research use only.",),
    )  # fmt: skip
    measurements = (
        Measurement("pr_interval", 214.0, "ms", u=5.0, span=(3, 9)),
        Measurement("beat_classes", ("dominant", "ventricular"), ""),
        Measurement("rr_intervals", (800.0, 810.0), "ms"),
        Measurement("qs_complex", True, "", lead="V1"),
        Measurement("p_axis", None, "deg", reason="no P wave found"),
    )
    not_assessed = (NotAssessed("AXS_PAXIS", "P axis", ("P axis: no P wave found",)),)
    return Interpretation((finding,), (), not_assessed, (), measurements, {"long_pr": trace}, provenance)
