"""Running the command line in this process, and a recording to run it on."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ecg_core.recording import Recording

ARRAY = ("--fs", "500", "--units", "mV")
PERSON = ("--age", "50", "--sex", "male")


@dataclass(frozen=True)
class Done:
    """What a command left behind."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Command = Callable[..., Done]


def write_table(recording: Recording, path: Path) -> Path:
    """Write a recording as CSV with a header of lead names, in mV."""
    np.savetxt(path, recording.signal.T, delimiter=",", header=",".join(recording.leads), comments="", fmt="%.5f")
    return path
