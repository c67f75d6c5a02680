"""Bounds that keep a hostile or damaged file from exhausting the machine. All are engineering defaults."""

from __future__ import annotations

from pathlib import Path

from ecg_core.errors import UnreadableError

MAX_FILE_BYTES = 2 * 2**30
MAX_SAMPLES = 2**28
"""Samples over all leads: 2 GiB as float64, or 12 leads of 500 Hz for 12 hours."""

_HINT = "cut the recording into shorter ones first"


def check_file_size(path: Path) -> int:
    """Return the size of a file in bytes.

    Raises:
        UnreadableError: if it is above `MAX_FILE_BYTES`.
    """
    size = path.stat().st_size
    if size > MAX_FILE_BYTES:
        raise UnreadableError(f"{path.name} has {size} bytes; the limit is {MAX_FILE_BYTES}", hint=_HINT)
    return size


def check_sample_count(count: int) -> None:
    """Refuse a count of samples, over all leads, before memory for it is taken.

    Raises:
        UnreadableError: if it is above `MAX_SAMPLES`.
    """
    if count > MAX_SAMPLES:
        raise UnreadableError(f"the file states {count} samples; the limit is {MAX_SAMPLES}", hint=_HINT)
