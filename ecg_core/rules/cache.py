"""Packs that were read and checked before, kept in the user's cache folder.

An entry is found by a hash of everything that decided what it holds: every file of the pack and of those it extends,
this program's rule code and its vocabulary. A changed file or program therefore never finds an old entry. Entries are
JSON that can only become a pack (see `codec`), carry a hash of their own text, and count only if they belong to the
user; one that is damaged is as good as none. A folder that cannot be written to costs time, nothing else.
"""

from __future__ import annotations

import hashlib
import os
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path

from ecg_core import __version__
from ecg_core.rules.codec import decode_protocol, encode_protocol
from ecg_core.rules.extends import read_chain
from ecg_core.rules.protocol import PACK_SCHEMA, Protocol
from ecg_core.rules.strict_yaml import MAX_BYTES

VARIABLE = "ECG_CORE_CACHE"
"""Environment variable that names the cache folder."""

LAYOUT = 1
"""Version of what an entry looks like."""

MOST_ENTRIES = 32
"""Entries kept; the oldest go first (engineering default: about 10 MB)."""


def recall(folder: Path) -> tuple[Protocol | None, str]:
    """Look for a pack in the cache.

    Args:
        folder: the pack's folder.

    Returns:
        The pack, or None if there is no sound entry; and the key to `keep` it under.
    """
    folders = _folders(folder)
    key = _key(folders)
    text = _read(_path(key))
    if text is None:
        return None, key
    try:
        return _placed(decode_protocol(text), folders), key
    except (ValueError, LookupError, TypeError):
        return None, key


def keep(protocol: Protocol, key: str) -> Protocol:
    """Put a pack without faults into the cache, if there is a folder for it.

    Args:
        protocol: the pack.
        key: what `recall` returned before the pack was read.

    Returns:
        The pack as `recall` will return it: equal parts are one object, which the rules are judged faster for.
    """
    text = encode_protocol(protocol)
    folders = [protocol.folder, *(base.folder for base in protocol.bases)]
    path = _path(key)
    if path is not None and _key(_folders(protocol.folder)) == key:  # no file was changed while they were read
        _write(path, text)
    return _placed(decode_protocol(text), folders)


def _placed(protocol: Protocol, folders: list[Path]) -> Protocol:
    """Return a pack as read from these folders: the same pack may lie in several places."""
    bases = tuple(replace(base, folder=place) for base, place in zip(protocol.bases, folders[1:], strict=True))
    return replace(protocol, folder=folders[0], bases=bases)


def cache_folder() -> Path | None:
    """Return the folder of the cache, or None if the user has no home."""
    if named := os.environ.get(VARIABLE):
        return Path(named)
    if base := os.environ.get("LOCALAPPDATA" if sys.platform == "win32" else "XDG_CACHE_HOME"):
        return Path(base) / "ecg-core"
    try:
        return Path.home() / ".cache" / "ecg-core"
    except RuntimeError:
        return None


def _path(key: str) -> Path | None:
    folder = cache_folder()
    return None if folder is None else folder / f"pack-{key}.json"


def _read(path: Path | None) -> str | None:
    """Return what an entry holds, or None if there is none that is whole and the user's own."""
    try:
        if path is None or (sys.platform != "win32" and path.stat().st_uid != os.getuid()):
            return None
        stated, _, text = path.read_text(encoding="utf-8").partition("\n")
    except (OSError, ValueError):
        return None
    return text if stated == _hash(text) else None


def _write(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        # Under another name first: a second process must not read half an entry.
        with tempfile.TemporaryDirectory(dir=path.parent, prefix=".") as folder:
            unfinished = Path(folder, path.name)
            unfinished.write_text(f"{_hash(text)}\n{text}", encoding="utf-8")
            unfinished.replace(path)
        _drop_oldest(path.parent)
    except OSError:
        # A read-only or full disk: the pack is read again next time.
        return


def _drop_oldest(folder: Path) -> None:
    entries = sorted(folder.glob("pack-*.json"), key=lambda path: path.stat().st_mtime, reverse=True)
    for path in entries[MOST_ENTRIES:]:
        path.unlink(missing_ok=True)


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


# ---- the key


def _folders(folder: Path) -> list[Path]:
    """Return the folders of a pack and of those that it extends, the nearest first."""
    header = folder / "protocol.yaml"
    if b"extends" not in _content(header):
        return [folder]
    return [layer.folder for layer in read_chain(folder)]


def _key(folders: list[Path]) -> str:
    total = hashlib.sha256(f"{LAYOUT} {PACK_SCHEMA} {__version__} {_program()}".encode())
    for folder in folders:
        for path in _files(folder):
            content = _content(path)
            total.update(f"{path.relative_to(folder).as_posix()}\0{len(content)}\0".encode())
            total.update(content)
        total.update(b"\0\0")
    return total.hexdigest()


def _files(folder: Path) -> Iterator[Path]:
    """Yield everything that reading a pack looks at, misplaced files too: they are faults."""
    yield folder / "protocol.yaml"
    for name in ("rules", "thresholds"):
        for root, inner, files in os.walk(folder / name):
            inner.sort()
            yield from (Path(root, file) for file in sorted(files))


def _content(path: Path) -> bytes:
    """Return the bytes of a file; of one that the reader refuses anyway, no more than show that."""
    try:
        with path.open("rb") as stream:
            return stream.read(MAX_BYTES + 1)
    except OSError:
        return b""


@cache
def _program() -> str:
    """Return a hash of the code and the vocabulary that make a pack of its files.

    The version is not enough: in a development install they change under it.
    """
    package = Path(__file__).parent.parent
    total = hashlib.sha256()
    for path in sorted(
        [*(package / "rules").glob("*.py"), *(package / "vocabulary").iterdir(), package / "findings.py"]
    ):
        if path.is_file():
            total.update(path.name.encode() + b"\0" + path.read_bytes())
    return total.hexdigest()
