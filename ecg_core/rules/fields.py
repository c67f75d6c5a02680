"""Take typed values out of a strict YAML document; what does not fit becomes a fault with its place."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

from ecg_core.errors import Fault, nearest
from ecg_core.rules.strict_yaml import Mapping, Node, Scalar, Sequence
from ecg_core.rules.syntax import TextError
from ecg_core.rules.units import UNITS

_QUANTITY = re.compile(r"(-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?)(?:\s*(\S+))?\s*\Z")

WORD = re.compile(r"[a-z][a-z0-9_]*\Z")
"""How ids of packs, rules, criteria and thresholds are written."""


class Fields:
    """Reads the values of one file; every method gives None where it has recorded a fault.

    Args:
        file: name of the file in faults.
        faults: where faults go.
    """

    def __init__(self, file: str, faults: list[Fault]) -> None:
        self.file = file
        self.faults = faults

    def fault(self, node: Node, message: str) -> None:
        """Record a fault at `node`."""
        self.faults.append(Fault(self.file, node.line, node.column, message))

    def text_faults(self, node: Scalar, errors: Iterable[TextError]) -> None:
        """Record faults of an expression or a formula at their places inside `node`."""
        for error in errors:
            line, column = node.place(error.offset)
            self.faults.append(Fault(self.file, line, column, error.message))

    def mapping(self, node: Node, required: Collection[str], optional: Collection[str] = ()) -> dict[str, Node] | None:
        """Read a mapping with a closed list of keys; one that lacks a required key is given as far as it goes."""
        if not isinstance(node, Mapping):
            self.fault(node, f"expected a mapping with {', '.join(required or optional)}")
            return None
        found = {key.raw: value for key, value in node.pairs}
        for key, _ in node.pairs:
            if key.raw not in required and key.raw not in optional:
                near = nearest(key.raw, [*required, *optional])
                hint = f"did you mean {near!r}?" if near else f"known are {', '.join([*required, *optional])}"
                self.fault(key, f"unknown key {key.raw!r}: {hint}")
        for name in required:
            if name not in found:
                self.fault(node, f"{name!r} is missing")
        return found

    def named(self, node: Node, what: str) -> tuple[tuple[Scalar, Node], ...]:
        """Read a mapping whose keys are chosen by the author."""
        if not isinstance(node, Mapping):
            self.fault(node, f"expected a mapping of {what}")
            return ()
        return node.pairs

    def items(self, node: Node, what: str) -> tuple[Node, ...]:
        """Read a list."""
        if not isinstance(node, Sequence):
            self.fault(node, f"expected a list of {what}")
            return ()
        return node.items

    def text(self, node: Node | None) -> str | None:
        """Read a text; a bare number or truth value is refused, because quotes were forgotten."""
        if node is None:
            return None
        if not isinstance(node, Scalar):
            self.fault(node, "expected text")
        elif not isinstance(node.value, str):
            self.fault(node, f'expected text: put it in quotes, "{node.raw}"')
        elif not node.raw.strip():
            self.fault(node, "the text is empty")
        else:
            return node.raw.strip()
        return None

    def word(self, node: Node | None, what: str) -> str | None:
        """Read an id: small letters, digits and underscores."""
        text = self.text(node)
        if node is not None and text is not None and not WORD.match(text):
            self.fault(node, f"{what} {text!r} must be small letters, digits and underscores")
            return None
        return text

    def choice(self, node: Node | None, what: str, known: Collection[str]) -> str | None:
        """Read one of a closed list."""
        text = self.text(node)
        if node is not None and text is not None and text not in known:
            near = nearest(text, known)
            few = f"known are {', '.join(known)}" if 0 < len(known) < 10 else ""
            hint = f"did you mean {near!r}?" if near else few
            self.fault(node, f"unknown {what} {text!r}" + (f": {hint}" if hint else ""))
            return None
        return text

    def flag(self, node: Node | None) -> bool:
        """Read a truth value; false if there is none."""
        if node is None:
            return False
        if isinstance(node, Scalar) and isinstance(node.value, bool):
            return node.value
        written = f": {node.raw!r} is not" if isinstance(node, Scalar) else ""
        self.fault(node, f"expected true or false{written}")
        return False

    def number(self, node: Node | None) -> float | None:
        """Read a plain number."""
        if node is None:
            return None
        if not isinstance(node, Scalar) or isinstance(node.value, bool | str):
            self.fault(node, "expected a plain number")
            return None
        return float(node.value)

    def quantity(self, node: Node | None) -> tuple[float, str] | None:
        """Read ``<number> <unit>``, or a bare number without unit."""
        if node is None:
            return None
        if not isinstance(node, Scalar) or isinstance(node.value, bool):
            self.fault(node, 'expected "<number> <unit>"')
            return None
        match = _QUANTITY.match(node.raw.strip())
        if match is None:
            self.fault(node, f'{node.raw!r} is not "<number> <unit>"')
            return None
        unit = match[2] or ""
        if unit not in UNITS:
            near = nearest(unit, [known for known in UNITS if known])
            self.fault(node, f"unknown unit {unit!r}" + (f": did you mean {near!r}?" if near else ""))
            return None
        return float(match[1]), unit
