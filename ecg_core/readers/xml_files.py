"""XML recordings: which kind a file is, and a tree of it that no hostile document can blow up."""

from __future__ import annotations

import math
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree.ElementTree import ParseError  # the exception only: documents are parsed by defusedxml

import numpy as np
from numpy.typing import NDArray

from ecg_core.errors import UnreadableError
from ecg_core.readers.formats_extra import load
from ecg_core.readers.limits import check_sample_count

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_PROLOG = re.compile(r"\s*(?:<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^>\[]*>)", re.DOTALL)
_ROOT = re.compile(r"\s*<(?:[\w.-]+:)?([\w.-]+)")
_BYTE_ORDER_MARKS = ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))


def find_root_name(head: bytes) -> str | None:
    """Return the name of the root element without its prefix, or None if the head is not that of an XML document.

    A document type with definitions of its own (``[...]``) is taken for none: no recording has one, entity bombs do.

    Args:
        head: the first bytes of the file.
    """
    encoding = next((name for mark, name in _BYTE_ORDER_MARKS if head.startswith(mark)), "utf-8")
    text = head.decode(encoding, errors="replace").removeprefix("\ufeff")
    position = 0
    while prolog := _PROLOG.match(text, position):
        position = prolog.end()
    root = _ROOT.match(text, position)
    return root[1] if root else None


def parse(path: Path, kind: str, root: str) -> Element:
    """Return the root element of a document.

    Args:
        path: the file.
        kind: its format, for messages.
        root: name that the root element must have.

    Raises:
        UnreadableError: if it is not well formed, declares entities, or has another root element.
        PluginError: if defusedxml is not installed.
    """
    defused: Any = load("defusedxml.ElementTree", kind)
    errors: Any = load("defusedxml.common", kind)
    try:
        top: Element = defused.parse(path).getroot()
    except errors.DefusedXmlException as error:
        raise UnreadableError("the XML declares entities, which no recording needs") from error
    except (ParseError, LookupError, ValueError) as error:  # the latter two: an encoding that expat does not know
        raise UnreadableError(
            f"the XML is not well formed: {error}", hint="the file is cut off or damaged; copy it again"
        ) from error
    if top.tag != root:
        raise UnreadableError(f"the document is no {kind}: its root element is {top.tag[:60]!r}")
    return top


def get_text(element: Element, path: str) -> str:
    """Return the text of the first element at a path below `element`, stripped; empty if there is none."""
    return (element.findtext(path) or "").strip()


def get_number(element: Element, path: str) -> float | None:
    """Return the number at a path below `element`, or None if there is none, as carts write for "not measured"."""
    try:
        value = float(get_text(element, path))
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def parse_integers(text: str, lead: str, count: float | None) -> NDArray[np.float64]:
    """Return a list of integers separated by commas or white space, shape ``[samples]``.

    Args:
        text: the list.
        lead: whose samples they are, for messages.
        count: how many the document says there are.

    Raises:
        UnreadableError: if there are more, or fewer, or anything else than integers.
    """
    items = text.replace(",", " ").split()
    check_sample_count(len(items))
    if len(items) != count:
        stated = "no count" if count is None else f"{count:g}"
        raise UnreadableError(
            f"lead {lead} holds {len(items)} samples, and the document states {stated}",
            hint="export the recording again",
        )
    try:
        return np.array(items, dtype=np.int64).astype(np.float64)
    except (ValueError, OverflowError) as error:
        raise UnreadableError(f"the samples of lead {lead} are no list of integers") from error
