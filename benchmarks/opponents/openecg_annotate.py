"""openecg 0.11.0 (Apache-2): its codec v6 (int8, onnxruntime), one lead at a time, 10 s at 500 Hz.

Its network was trained on LUDB, all but a fifth of the 200 records. Which fifth follows from the rhythms of all 200;
with half of LUDB at hand nobody can tell, so that its figures on LUDB are mostly in-sample and flatter it.

Run in an environment of its own: ``python benchmarks/opponents/openecg_annotate.py RECORDS OUT``.
"""

from functools import cache

import numpy as np
import openecg
from common import Waves, run
from openecg.eval import ALL_SUPER_QRS_CLASSES, SUPER_P, SUPER_T

RATE, SAMPLES = 500, 5000
CLASSES = {"p": (SUPER_P,), "N": tuple(ALL_SUPER_QRS_CLASSES), "t": (SUPER_T,)}


@cache
def codec() -> object:
    return openecg.load_codec_onnx()


def delineate(signal: np.ndarray, rate: float) -> list[Waves | None]:
    if (rate, signal.shape[1]) != (RATE, SAMPLES):
        raise ValueError(f"the codec takes 10 s at 500 Hz, not {signal.shape[1]} samples at {rate} Hz")
    return [waves(lead, openecg.encode(lead, fs=RATE, model=codec()).frame) for lead in signal]


def waves(lead: np.ndarray, labels: np.ndarray) -> Waves:
    return {symbol: np.array([points(lead, *run) for run in runs(labels, classes)]).reshape(-1, 3)
            for symbol, classes in CLASSES.items()}  # fmt: skip


def runs(labels: np.ndarray, classes: tuple[int, ...]) -> list[tuple[int, int]]:
    steps = np.diff(np.concatenate(([0], np.isin(labels, classes), [0])).astype(int))
    return list(zip(np.flatnonzero(steps == 1), np.flatnonzero(steps == -1), strict=True))


def points(lead: np.ndarray, first: int, behind: int) -> tuple[float, float, float]:
    """The codec gives no peaks: the largest deviation from the line between the ends stands for one."""
    piece = lead[first:behind]
    line = np.linspace(piece[0], piece[-1], piece.size)
    return first, first + int(np.argmax(np.abs(piece - line))), behind


run(__doc__, delineate)
