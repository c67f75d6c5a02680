"""ecg-core: read, measure and judge an electrocardiogram, with the evidence for every finding.

::

    from ecg_core import interpret
    for finding in interpret("recording.hea").findings:
        print(finding.statement, finding.certainty, finding.explanation)

Names are imported when they are first used, so that ``import ecg_core`` costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ecg_core.errors import EcgCoreError
    from ecg_core.extract import measure
    from ecg_core.findings import Evidence, Finding, Interpretation, RuleTrace, Verdict
    from ecg_core.measurements import Measurement, Measurements
    from ecg_core.pipeline import interpret
    from ecg_core.readers import read_recording
    from ecg_core.recording import Patient, Recording
    from ecg_core.rules.load import load_protocol
    from ecg_core.rules.protocol import Protocol

__version__ = "0.1.0"

__all__ = [
    "EcgCoreError",
    "Evidence",
    "Finding",
    "Interpretation",
    "Measurement",
    "Measurements",
    "Patient",
    "Protocol",
    "Recording",
    "RuleTrace",
    "Verdict",
    "__version__",
    "interpret",
    "load_protocol",
    "measure",
    "read_recording",
]

_HOME = {
    "EcgCoreError": "ecg_core.errors",
    "Evidence": "ecg_core.findings",
    "Finding": "ecg_core.findings",
    "Interpretation": "ecg_core.findings",
    "Measurement": "ecg_core.measurements",
    "Measurements": "ecg_core.measurements",
    "Patient": "ecg_core.recording",
    "Protocol": "ecg_core.rules.protocol",
    "Recording": "ecg_core.recording",
    "RuleTrace": "ecg_core.findings",
    "Verdict": "ecg_core.findings",
    "interpret": "ecg_core.pipeline",
    "load_protocol": "ecg_core.rules.load",
    "measure": "ecg_core.extract",
    "read_recording": "ecg_core.readers",
}


def __getattr__(name: str) -> object:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value: object = getattr(import_module(_HOME[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
