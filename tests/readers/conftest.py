"""Small recordings, made on the spot."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

WriteWfdb = Callable[..., Path]


@pytest.fixture
def limb_signal() -> NDArray[np.float64]:
    """Leads I, II and V1, ``[samples, leads]``, in mV, exact to 1 uV."""
    time = np.arange(1000) / 500
    rows = [0.5 * np.sin(7 * time), 1.25 * np.sin(7 * time + 0.4), -0.8 * np.cos(5 * time)]
    return np.round(np.stack(rows, axis=1), 3)


@pytest.fixture
def write_wfdb(tmp_path: Path) -> WriteWfdb:
    """Write a format-16 record by hand, so that the header can say (or leave out) anything."""

    def write(
        digital: NDArray[np.integer],
        labels: Sequence[str],
        *,
        name: str = "rec",
        record_line: str | None = None,
        gains: Sequence[str] | None = None,
        comments: Sequence[str] = (),
        fmt: str = "16",
        encoding: str = "utf-8",
    ) -> Path:
        gains = gains or ["1000(0)/mV"] * len(labels)
        lines = [record_line if record_line is not None else f"{name} {len(labels)} 500 {len(digital)}"]
        lines += [
            f"{name}.dat {fmt} {gain}{' 16 0 0 0 0 ' + label if label else ''}"
            for label, gain in zip(labels, gains, strict=True)
        ]
        lines += [f"#{comment}" for comment in comments]
        (tmp_path / f"{name}.hea").write_text("\n".join(lines) + "\n", encoding=encoding)
        (tmp_path / f"{name}.dat").write_bytes(np.ascontiguousarray(digital, dtype="<i2").tobytes())
        return tmp_path / f"{name}.hea"

    return write


@pytest.fixture
def digital(limb_signal: NDArray[np.float64]) -> NDArray[np.int16]:
    """The same signal in uV, ``[samples, leads]``."""
    return np.round(limb_signal * 1000).astype(np.int16)
