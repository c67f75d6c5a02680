"""The template pack, and how a new pack is made of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from ecg_core.errors import UsageError

_TEMPLATE_ID = "example"
_ID = re.compile(r"[a-z][a-z0-9_]*")
_SKIPPED = {"__pycache__", "dist", "build"}


def template_folder() -> Path:
    """Return the template: inside the installed package, or in the source tree of a development install."""
    here = Path(__file__).resolve()
    shipped = here.parent / "template_pack"
    return shipped if shipped.is_dir() else here.parents[2] / "protocols" / "template"


def write_pack(folder: Path, pack_id: str) -> Path:
    """Write a distribution that holds one working pack, and return the pack's own folder.

    Args:
        folder: where to write it; made if needed.
        pack_id: id of the pack.

    Raises:
        UsageError: if the id is not usable, or the folder holds something.
    """
    if not _ID.fullmatch(pack_id):
        raise UsageError(
            f"{pack_id!r} cannot be the id of a pack", hint="use lower-case letters, digits and _, e.g. --id my_clinic"
        )
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError(f"{folder} exists and is not empty", hint="name a new folder")
    source = template_folder()
    for file in _files(source):
        target = folder / _renamed(file.relative_to(source).as_posix(), pack_id)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(_renamed(file.read_text(encoding="utf-8"), pack_id), encoding="utf-8")
    return folder / f"ecg_protocol_{pack_id}"


def _files(source: Path) -> Iterator[Path]:
    for path in sorted(source.rglob("*")):
        if path.is_file() and not _SKIPPED.intersection(path.relative_to(source).parts):
            yield path


def _renamed(text: str, pack_id: str) -> str:
    """Replace the template's names: package, distribution, and the id where it stands alone as one."""
    text = text.replace(f"ecg_protocol_{_TEMPLATE_ID}", f"ecg_protocol_{pack_id}")
    text = text.replace(f"ecg-protocol-{_TEMPLATE_ID}", f"ecg-protocol-{pack_id.replace('_', '-')}")
    text = re.sub(rf"^(id: ){_TEMPLATE_ID}$", rf"\g<1>{pack_id}", text, flags=re.MULTILINE)
    text = re.sub(rf"^{_TEMPLATE_ID}( = \"ecg_protocol_)", rf"{pack_id}\1", text, flags=re.MULTILINE)
    return re.sub(rf"(-p ){_TEMPLATE_ID}\b", rf"\g<1>{pack_id}", text)
