"""The first look at a file: its head, and what to say of a file that no reader knows."""

from __future__ import annotations

import difflib
import itertools
from pathlib import Path

from ecg_core.errors import UnreadableError
from ecg_core.readers.limits import check_file_size
from ecg_core.readers.options import HEAD_BYTES

_PICTURE = "pictures and printouts must be digitised first; that is not supported yet"
_OTHER = "see the known formats: ecg-core plugins list"

_KINDS: tuple[tuple[bytes, int, str, str], ...] = (
    (b"\x89PNG", 0, "a PNG picture", _PICTURE),
    (b"\xff\xd8\xff", 0, "a JPEG picture", _PICTURE),
    (b"II*\x00", 0, "a TIFF picture", _PICTURE),
    (b"MM\x00*", 0, "a TIFF picture", _PICTURE),
    (b"%PDF", 0, "a PDF document", _PICTURE),
    (b"\xffBIOSEMI", 0, "BDF", "not supported; convert it to EDF"),
    (b"\x89HDF", 0, "HDF5", "convert it to NPZ or Parquet"),
    (b"\x1f\x8b", 0, "a gzip archive", "unpack it first"),
    (b"PK\x03\x04", 0, "a ZIP archive", "unpack it first"),
    (b"MATLAB 5.0", 0, "a MATLAB file", "it is read together with its WFDB header (.hea); convert others to NPZ"),
    (b"\x80\x04", 0, "a Python pickle", "pickles can run code and are never read; save as NPZ"),
)
"""Magic bytes, their offset, what the file is, what to do."""

_ENCODINGS = ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))


MAX_NAMES = 5000
"""Names of a folder looked at for a hint. Engineering default: comparing more takes longer than a moment."""


def read_head(path: Path) -> bytes:
    """Return the first bytes of a file, or none if it is no file.

    Raises:
        UnreadableError: if it cannot be opened, or is larger than the limit.
    """
    try:
        if not path.is_file():
            return b""
        check_file_size(path)
        with path.open("rb") as stream:
            return stream.read(HEAD_BYTES)
    except OSError as error:
        raise UnreadableError(f"cannot open {path}: {error.strerror}") from error


def explain_unrecognised(path: Path, head: bytes, asked: list[str]) -> UnreadableError:
    """Return the error for a path that no reader takes.

    Args:
        path: as the caller gave it.
        head: what `read_head` returned.
        asked: names of the readers that were asked.
    """
    if path.is_dir():
        return UnreadableError(f"{path} is a directory", hint=_hint_for_directory(path))
    if not path.exists():
        return UnreadableError(f"there is no file {path}", hint=_hint_for_missing(path))
    if not path.is_file():
        return UnreadableError(f"{path} is not a regular file", hint="save the recording to a file first")
    if not head:
        return UnreadableError(f"{path} is empty", hint="copy the file again")
    kind, hint = _kind(head)
    header = path.with_suffix(".hea")
    if header.is_file() and header != path:
        hint = f"a WFDB header stands beside it: did you mean {header.name}?"
    return UnreadableError(f"{path} is {kind}: none of the readers {', '.join(asked)} takes it", hint=hint)


def _kind(head: bytes) -> tuple[str, str]:
    for magic, offset, kind, hint in _KINDS:
        if head[offset : offset + len(magic)] == magic:
            return kind, hint
    encoding = next((name for mark, name in _ENCODINGS if head.startswith(mark)), "utf-8")
    text = head.decode(encoding, errors="replace").lstrip("\ufeff \t\r\n").casefold()
    if text.startswith("<"):
        return "XML of an unknown kind", _OTHER
    if text.startswith(("{", "[")):
        return "JSON", "recordings are not read from JSON; save as NPZ or CSV"
    if "\x00" in text or "\ufffd" in text:
        return "binary data of an unknown kind", _OTHER
    return "text of an unknown kind", _OTHER


def _hint_for_directory(path: Path) -> str:
    names = sorted(name for name in _names_in(path) if name.endswith((".hea", ".dcm")))
    return f"name one recording, e.g. {path / names[0]}" if names else "name one recording in it"


def _hint_for_missing(path: Path) -> str:
    folder = path.parent
    if not folder.is_dir():
        return f"there is no folder {folder} either"
    near = difflib.get_close_matches(path.name, _names_in(folder), n=1)
    return f"did you mean {folder / near[0]}?" if near else f"check the name; nothing in {folder} looks like it"


def _names_in(folder: Path) -> list[str]:
    """Return the first names in a folder; none if it may not be listed, for a hint must not fail."""
    try:
        return [entry.name for entry in itertools.islice(folder.iterdir(), MAX_NAMES)]
    except PermissionError:
        return []
