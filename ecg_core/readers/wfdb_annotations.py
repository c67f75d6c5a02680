"""WFDB annotation files as plain arrays: what stands beside a record, not what it means."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ecg_core.errors import UnreadableError


@dataclass(frozen=True, slots=True, eq=False)
class Annotations:
    """One annotation file, in time order.

    Attributes:
        samples: shape ``[annotations]``.
        symbols: one for each.
        channels: the signal that each belongs to, shape ``[annotations]``; 0 where the file does not say.
        numbers: free for the annotator, shape ``[annotations]``; ecgpuwave says there which wave a bracket belongs to.
        sampling_rate: of the samples, in Hz, or None if neither the file nor the header says it.
    """

    samples: NDArray[np.int64]
    symbols: tuple[str, ...]
    channels: NDArray[np.int64]
    numbers: NDArray[np.int64]
    sampling_rate: float | None


def read_annotations(record: Path, extension: str) -> Annotations:
    """Read the annotation file ``record.extension``.

    Args:
        record: path of the record without an ending.
        extension: name of the annotator, e.g. ``atr`` or ``ii``.

    Raises:
        UnreadableError: if the file is missing or damaged.
    """
    import wfdb

    path = record.with_name(f"{record.name}.{extension}")
    if not path.is_file():
        raise UnreadableError(f"no annotation file {path}", hint="check the folder and the annotator's name")
    try:
        read: Any = wfdb.rdann(str(record), extension)
    except (ValueError, IndexError, KeyError) as error:
        raise UnreadableError(f"{path.name} is no WFDB annotation file: {error}") from error
    return Annotations(
        samples=np.asarray(read.sample, dtype=np.int64),
        symbols=tuple(read.symbol),
        channels=np.asarray(read.chan, dtype=np.int64),
        numbers=np.asarray(read.num, dtype=np.int64),
        sampling_rate=None if read.fs is None else float(read.fs),
    )
