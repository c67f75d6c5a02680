"""What a WFDB header states, and what it leaves unsaid.

The wfdb package fills gaps with defaults (250 Hz, gain 200, mV, and "µV" read as "V", because it drops what is not
ASCII), which a reader of amplitudes must know of. So the header is parsed here; the package decodes the samples.
Format: WFDB Applications Guide, header(5).
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from pathlib import Path

from ecg_core.errors import UnreadableError
from ecg_core.readers.limits import check_file_size, check_sample_count

MAX_HEADER_BYTES = 2**20
"""Engineering default; headers of a few hundred segments stay below 100 kB."""

_NUMBER = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?"
_RECORD = re.compile(
    rf"(?P<name>[-\w]+)(?:/(?P<segments>\d+))?\s+(?P<channels>\d+)"
    rf"(?:\s+(?P<rate>{_NUMBER})(?:/\S*)?(?:\s+(?P<length>\d+))?)?(?:\s.*)?",
    re.IGNORECASE,
)
_FORMAT = re.compile(r"(?P<format>\d+)(?:x(?P<per_frame>\d+))?(?::\d+)?(?:\+(?P<offset>\d+))?")
_GAIN = re.compile(rf"(?P<gain>{_NUMBER})(?:\([-+]?\d+\))?(?:/(?P<unit>\S+))?", re.IGNORECASE)
_FILE = re.compile(r"~|[-\w]+(?:\.\w+)?")
_SEGMENT = re.compile(r"(?P<name>[-\w]+|~)\s+(?P<length>\d+)")

_BYTES_PER_SAMPLE = {
    **dict.fromkeys(("8", "80"), 1.0),
    **dict.fromkeys(("16", "61", "160"), 2.0),
    "24": 3.0,
    "32": 4.0,
    "212": 1.5,
    **dict.fromkeys(("310", "311"), 4 / 3),
}
# Formats 508, 516 and 524 are compressed: their size says nothing.


@dataclass(frozen=True, slots=True)
class Channel:
    """One signal line.

    Attributes:
        file: name of the signal file, "~" in the layout of a multi-segment record.
        format: storage format, e.g. "16".
        per_frame: samples per frame.
        offset: bytes before the first sample.
        gain: ADC units per physical unit; None if missing or 0, which means not calibrated.
        unit: physical unit, or "" if missing.
        label: description, usually the lead.
    """

    file: str
    format: str
    per_frame: int
    offset: int
    gain: float | None
    unit: str
    label: str


@dataclass(frozen=True, slots=True)
class Header:
    """One ``.hea`` file.

    Attributes:
        path: where it stands.
        sampling_rate: frames per second in Hz, or None if missing.
        length: frames, or None if missing.
        channel_count: channels that the record line announces.
        channels: the signal lines; none in a multi-segment header.
        segments: names of the segments of a multi-segment record, without gaps ("~").
        comments: the text after each "#".
    """

    path: Path
    sampling_rate: float | None
    length: int | None
    channel_count: int
    channels: tuple[Channel, ...]
    segments: tuple[str, ...]
    comments: tuple[str, ...]


def looks_like_header(head: bytes) -> bool:
    """Say whether text starts as a WFDB header does: a record line and, if there is more, a signal or segment line."""
    if b"\x00" in head:
        return False
    lines = _content_lines(head.decode("latin-1"))
    if not lines or _RECORD.fullmatch(lines[0]) is None:
        return False
    # The last line of the head may be cut, so only a second line that is followed by a third is judged.
    return len(lines) < 3 or _SEGMENT.fullmatch(lines[1]) is not None or _signal_fields(lines[1]) is not None


def read_header(path: Path) -> Header:
    """Read and parse one header.

    Raises:
        UnreadableError: if it is not a WFDB header, naming the line that is wrong.
    """
    if path.stat().st_size > MAX_HEADER_BYTES:
        raise UnreadableError(f"header {path.name} is larger than {MAX_HEADER_BYTES} bytes")
    raw = path.read_bytes()
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        text = raw.decode("latin-1")
    lines = _content_lines(text)
    record = _RECORD.fullmatch(lines[0]) if lines else None
    if record is None:
        raise UnreadableError(
            f"{path.name} has no record line", hint="a WFDB header starts with: NAME LEADS SAMPLING_RATE SAMPLES"
        )
    count = int(record["segments"] or record["channels"])
    body = lines[1 : count + 1]
    if len(body) < count:
        raise UnreadableError(
            f"{path.name} announces {count} lines and holds {len(body)}", hint="the header is cut off; copy it again"
        )
    return Header(
        path=path,
        sampling_rate=float(record["rate"]) if record["rate"] else None,
        length=int(record["length"]) if record["length"] else None,
        channel_count=int(record["channels"]),
        channels=() if record["segments"] else tuple(_channel(path, line) for line in body),
        segments=tuple(_segments(path, body)) if record["segments"] else (),
        comments=tuple(line.strip().lstrip("#").strip() for line in text.splitlines() if line.strip().startswith("#")),
    )


def check_signal_files(header: Header) -> None:
    """Check that the signal files are there and as long as the header says, before memory is taken for them.

    Raises:
        UnreadableError: if a file is missing, cut off or too large.
    """
    frames = header.length or 0
    check_sample_count(frames * sum(channel.per_frame for channel in header.channels))
    for file in sorted({channel.file for channel in header.channels if channel.file != "~"}):
        stored = [channel for channel in header.channels if channel.file == file]
        path = header.path.with_name(file)
        if not path.is_file():
            raise UnreadableError(
                f"signal file {file} is missing", hint=f"it belongs beside {header.path.name}; copy both together"
            )
        size = check_file_size(path)
        if stored[0].format in _BYTES_PER_SAMPLE:
            samples = frames * sum(channel.per_frame for channel in stored)
            expected = stored[0].offset + math.floor(samples * _BYTES_PER_SAMPLE[stored[0].format])
            if size < expected:
                raise UnreadableError(
                    f"signal file {file} is cut off: {size} of {expected} bytes", hint="copy the file again"
                )


def _content_lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip() and not line.strip().startswith("#")]


def _signal_fields(line: str) -> tuple[list[str], re.Match[str], re.Match[str] | None] | None:
    fields = line.split(None, 8)
    storage = _FORMAT.fullmatch(fields[1]) if len(fields) > 1 else None
    gain = _GAIN.fullmatch(fields[2]) if len(fields) > 2 else None
    if storage is None or (len(fields) > 2 and gain is None):
        return None
    return fields, storage, gain


def _channel(path: Path, line: str) -> Channel:
    parsed = _signal_fields(line)
    if parsed is None:
        raise UnreadableError(f"{path.name} holds a signal line that cannot be understood: {line[:60]!r}")
    fields, storage, gain = parsed
    if _FILE.fullmatch(fields[0]) is None:
        raise UnreadableError(f"{path.name} names {fields[0][:60]!r}, which is no signal file beside it")
    return Channel(
        file=fields[0],
        format=storage["format"],
        per_frame=int(storage["per_frame"] or 1),
        offset=int(storage["offset"] or 0),
        gain=(float(gain["gain"]) or None) if gain else None,
        unit=(gain["unit"] or "") if gain else "",
        label=fields[8] if len(fields) > 8 else "",
    )


def _segments(path: Path, lines: list[str]) -> list[str]:
    matches = [_SEGMENT.fullmatch(line) for line in lines]
    broken = [line for line, match in zip(lines, matches, strict=True) if match is None]
    if broken:
        raise UnreadableError(f"{path.name} holds a segment line that cannot be understood: {broken[0][:60]!r}")
    names = [match["name"] for match in matches if match is not None]
    if "~" in names and int(lines[0].split()[1]) > 0:
        raise UnreadableError(
            f"{path.name} has a gap between segments of one fixed layout", hint="gaps need a layout segment of length 0"
        )
    return [name for name in names if name != "~"]
