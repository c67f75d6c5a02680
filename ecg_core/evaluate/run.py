"""Read, measure and judge every recording of the label sets, on several processes, so that a stopped run goes on."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import cast

from ecg_core.bench.candidates import held_out_candidate
from ecg_core.errors import NotAssessableError, UnreadableError, UsageError
from ecg_core.evaluate.judged import Judged, decode, encode, verdicts_of
from ecg_core.evaluate.labelled import Labelled
from ecg_core.evaluate.ludb import NAME as LUDB
from ecg_core.evaluate.manual import manual_intervals, with_intervals
from ecg_core.extract import Extractor, analysis_window, check_assessable
from ecg_core.hookspecs import DEFAULT_EXTRACTOR
from ecg_core.plugin_manager import PluginManager
from ecg_core.readers import read_recording
from ecg_core.rules.engine import evaluate
from ecg_core.rules.load import load_protocol
from ecg_core.rules.protocol import Protocol

LEARNED = "learned"

PROGRAM_PARTS = ("bench", "extract", "readers", "rules", "vocabulary")
PROGRAM_FILES = {".py", ".yaml", ".json", ".npz", ".lark"}
"""Parts of the package that decide what is measured and judged, beside its top level, and their kinds of file."""


@dataclass(frozen=True, slots=True)
class Means:
    """What recordings are judged with, in a form that travels to other processes.

    Attributes:
        packs: names or folders.
        extractor: name of the measuring engine.
        folds: output of the training, for the learned engine: LUDB, which it was trained on, is measured with the
            weights that have not seen the record; None for the weights that ship.
    """

    packs: tuple[str | Path, ...]
    extractor: str = DEFAULT_EXTRACTOR
    folds: Path | None = None


def judge_all(
    recordings: Sequence[Labelled],
    means: Means,
    *,
    jobs: int = 1,
    keep: Path | None = None,
    progress: Callable[[str, int], None] = lambda record, done: None,
) -> list[Judged]:
    """Return what each pack says of each recording, in their order.

    Args:
        recordings: with the patient's age and sex where the files do not say them.
        means: engine and packs.
        jobs: processes.
        keep: folder in which each recording's result is kept; one that was made from the same program, packs and engine
            is taken from there.
        progress: told each record and how many are done.

    Raises:
        PackError: if a pack has faults.
        PluginError: if the engine or a pack cannot be loaded.
        UsageError: if two packs have one id, the training's output is not there, or the folder cannot be written to.
    """
    from joblib import Parallel, delayed

    if means.folds is not None and means.extractor != LEARNED:
        raise UsageError("--folds is for the learned engine", hint=f"add: --extractor {LEARNED}")
    if keep is not None:
        _make_folder(keep)
    state = _state(means)
    _tools(means, state)  # what cannot be loaded is said here, not by a worker
    work = Parallel(n_jobs=jobs, return_as="generator")(
        delayed(_judge_kept)(one, means, state, keep) for one in recordings
    )
    judged = []
    for one, result in zip(recordings, work, strict=True):
        judged.append(result)
        progress(one.record, len(judged))
    return judged


def load_packs(packs: Sequence[str | Path]) -> tuple[Protocol, ...]:
    """Return the packs, which must have ids of their own.

    Raises:
        PackError: if a pack has faults.
        UsageError: if two have one id.
    """
    protocols = tuple(load_protocol(pack) for pack in packs)
    ids = [protocol.id for protocol in protocols]
    if len(set(ids)) < len(ids):
        raise UsageError(f"two packs have one id: {', '.join(ids)}", hint="name each pack once")
    return protocols


@dataclass(frozen=True, slots=True, eq=False)
class _Tools:
    """Means, loaded."""

    protocols: tuple[Protocol, ...]
    engine: Extractor
    held_out: Callable[[str], Extractor | None]

    def engine_for(self, recording: Labelled) -> Extractor:
        held_out = self.held_out(recording.record) if recording.set == LUDB else None
        return held_out or self.engine


@lru_cache(maxsize=2)
def _tools(means: Means, state: str) -> _Tools:
    # Once per process and per state of the files; packs and engines do not travel between processes.
    engine = cast(Extractor, PluginManager.shared().make("ecg_extractors", means.extractor))
    held_out = (lambda record: None) if means.folds is None else held_out_candidate(means.folds).choose
    return _Tools(load_packs(means.packs), engine, held_out)


def _judge_kept(recording: Labelled, means: Means, state: str, keep: Path | None) -> Judged:
    """Judge a recording, or take it from the folder of a run before."""
    if keep is None:
        return _judge(recording, _tools(means, state))
    path = keep / f"{recording.set}_{recording.record}.json"
    key = _hash(json.dumps([state, str(recording.path), recording.age, recording.sex]).encode())
    if path.is_file() and (known := decode(path.read_text(encoding="utf-8"), key)) is not None:
        return known
    judged = _judge(recording, _tools(means, state))
    # Under another name first: a run that is stopped leaves no half result.
    unfinished = path.with_suffix(f".{os.getpid()}")
    unfinished.write_text(encode(judged, key), encoding="utf-8")
    unfinished.replace(path)
    return judged


def _judge(recording: Labelled, tools: _Tools) -> Judged:
    header = recording.path.with_name(f"{recording.path.name}.hea")
    try:
        window = analysis_window(read_recording(header, age=recording.age, sex=recording.sex))
        check_assessable(window)
        measurements = tools.engine_for(recording).extract(window)
    except (UnreadableError, NotAssessableError) as error:
        return Judged(None, error=str(error))
    # The Python chainer: durable-rules gives the same truths, thirty times slower.
    verdicts = {pack.id: verdicts_of(evaluate(pack, measurements, engine="python")) for pack in tools.protocols}
    if not recording.marks:
        return Judged(measurements, verdicts)
    corrected = with_intervals(measurements, manual_intervals(recording))
    manual = {pack.id: verdicts_of(evaluate(pack, corrected, engine="python")) for pack in tools.protocols}
    return Judged(measurements, verdicts, manual)


def _state(means: Means) -> str:
    """Return a hash of all that decides a result: the program's files, the packs, and the weights of the training."""
    # In a development install the files change under their version.
    package = Path(__file__).parent.parent
    own = Path(__file__).parent
    places = [path for part in PROGRAM_PARTS for path in (package / part).rglob("*")]
    places += [*package.glob("*.py"), own / "judged.py", own / "manual.py", own / "run.py"]
    files = sorted(path for path in places if path.suffix in PROGRAM_FILES and path.is_file())
    if means.folds is not None:
        files += sorted(means.folds.glob("*.npz")) + sorted(means.folds.glob("*.json"))
    parts = [means.extractor.encode(), *(path.name.encode() + b"\0" + path.read_bytes() for path in files)]
    parts += [_identity(protocol) for protocol in load_packs(means.packs)]
    return _hash(b"\0".join(parts))


def _identity(protocol: Protocol) -> bytes:
    return " ".join([protocol.id, protocol.sha256, *(base.sha256 for base in protocol.bases)]).encode()


def _hash(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(
            f"cannot write to {folder}: {error.strerror}", hint="choose another folder with --out"
        ) from error
