"""The whole path: read a recording, measure it, judge the measurements."""

from __future__ import annotations

import os
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import ecg_core
from ecg_core.errors import UsageError
from ecg_core.extract import analysis_window, measure
from ecg_core.extract.cautions import find_cautions
from ecg_core.findings import Interpretation, Provenance
from ecg_core.hookspecs import DEFAULT_EXTRACTOR
from ecg_core.readers import read_recording
from ecg_core.recording import Recording
from ecg_core.rules.backends.durable import available
from ecg_core.rules.engine import evaluate
from ecg_core.rules.lazy import Lazy
from ecg_core.rules.load import load_protocol
from ecg_core.rules.protocol import BasePack, Protocol

if TYPE_CHECKING:
    from ecg_core.measurements import Measurements
    from ecg_core.plugin_manager import PluginManager
    from ecg_core.rules.judgement import Engine, Judgement

SAFETY = (
    "Research use only; not a medical device.",
    "Unconfirmed; requires review by a qualified physician.",
)
"""The lines that every output carries."""

INCOMPLETE = "critical screen not completed"
"""Note on every error that stops the rules: no critical finding may be taken as absent."""


def interpret(
    recording: str | os.PathLike[str] | Recording,
    packs: Sequence[str | Path | Protocol] | str = ("adult12",),
    *,
    extractor: str = DEFAULT_EXTRACTOR,
    engine: Engine | None = None,
    start: float | None = None,
    duration: float | None = None,
    reader: str | None = None,
    sampling_rate: float | None = None,
    units: str | None = None,
    leads: Sequence[str] | None = None,
    age: float | None = None,
    sex: str | None = None,
    plugins: PluginManager | None = None,
) -> Interpretation:
    """Interpret a recording: read, measure, judge.

    Args:
        recording: file (see `read_recording`), or a recording already read.
        packs: protocol packs to apply, in this order: names, folders or loaded protocols; or one name.
        extractor: measuring engine.
        engine: "durable" or "python"; by default durable-rules where it can be imported.
        start: start of the analysed window in s; see `ecg_core.extract.analysis_window`.
        duration: length of the analysed window in s.
        reader: see `read_recording`; this and the following only for a file.
        sampling_rate: see `read_recording`.
        units: see `read_recording`.
        leads: see `read_recording`.
        age: see `read_recording`.
        sex: see `read_recording`.
        plugins: where to find readers, extractors and packs; the installed ones by default.

    Raises:
        UnreadableError: if the file cannot be read.
        NotAssessableError: if nothing can be measured in the recording.
        PackError: if a pack has faults.
        PluginError: if a plugin asked for cannot be loaded.
        UsageError: if an option cannot be honoured.
    """
    reading: dict[str, Any] = {
        "reader": reader,
        "sampling_rate": sampling_rate,
        "units": units,
        "leads": leads,
        "age": age,
        "sex": sex,
    }
    if not isinstance(recording, Recording):
        recording = read_recording(recording, **reading, plugins=plugins)
    elif given := [name for name, value in reading.items() if value is not None]:
        raise UsageError(f"{', '.join(given)} given for a recording that is already read")
    wanted = (packs,) if isinstance(packs, str) else packs
    protocols = [pack if isinstance(pack, Protocol) else load_protocol(pack, plugins=plugins) for pack in wanted]
    measurements = measure(recording, extractor=extractor, start=start, duration=duration, plugins=plugins)
    chosen: Engine = engine or ("durable" if available() else "python")
    try:
        judgements = [evaluate(protocol, measurements, engine=chosen) for protocol in protocols]
    except Exception as error:
        error.add_note(INCOMPLETE)
        raise
    window = analysis_window(recording, start, duration)
    return _assembled(window, measurements, protocols, judgements, chosen)


def _assembled(
    window: Recording,
    measurements: Measurements,
    protocols: Sequence[Protocol],
    judgements: Sequence[Judgement],
    engine: Engine,
) -> Interpretation:
    several = len(protocols) > 1
    # Rule ids are unique within a pack only.
    rules = {
        f"{protocol.id}:{rule}" if several else rule: (judgement.traces, rule)
        for protocol, judgement in zip(protocols, judgements, strict=True)
        for rule in judgement.traces
    }
    return Interpretation(
        findings=tuple(item for judgement in judgements for item in judgement.findings),
        excluded=tuple(item for judgement in judgements for item in judgement.excluded),
        not_assessed=tuple(item for judgement in judgements for item in judgement.not_assessed),
        critical=tuple(dict.fromkeys(code for judgement in judgements for code in judgement.critical)),
        measurements=tuple(measurements),
        traces=Lazy(rules, lambda key: rules[key][0][rules[key][1]]),
        provenance=Provenance(
            recording=window.name,
            source=window.source,
            ecg_core=ecg_core.__version__,
            extractor=measurements.extractor,
            engine=engine,
            packs=tuple(pack for item in protocols for pack in _identity(item)),
            sampling_rate=window.sampling_rate,
            start=window.start,
            duration=window.duration,
            leads=dict(zip(window.leads, window.provenance, strict=True)),
            age=window.patient.age,
            sex=window.patient.sex,
            reported=dict(window.reported),
            notes=(
                *window.notes,
                *find_cautions(measurements),
                *_unknown_patient(window),
                *(note for item in judgements for note in item.notes),
            ),
            safety=SAFETY,
        ),
    )


def _identity(protocol: Protocol) -> list[dict[str, str]]:
    """Name a pack and, after it, those that it extends."""
    chain: tuple[Protocol | BasePack, ...] = (protocol, *protocol.bases)
    packs = [{"id": pack.id, "version": pack.version, "sha256": pack.sha256} for pack in chain]
    for above, pack in pairwise(packs):
        pack["extended_by"] = above["id"]
    return packs


def _unknown_patient(recording: Recording) -> list[str]:
    stated = {"age": recording.patient.age, "sex": recording.patient.sex}
    unknown = [name for name, value in stated.items() if value is None]
    on = "it" if len(unknown) == 1 else "them"
    said = f"{' and '.join(unknown)} unknown: findings whose limits depend on {on} are at most probable"
    return [said] if unknown else []
