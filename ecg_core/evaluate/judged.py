"""What is kept of one recording: its measurements and what each pack found; as JSON that can be read back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from ecg_core.findings import Certainty
from ecg_core.measurements import Measurement, Measurements, Value
from ecg_core.rules.judgement import Judgement


@dataclass(frozen=True, slots=True)
class Found:
    """A statement that a pack made.

    Attributes:
        statement: its code.
        final: whether it stands after suppression.
        certainty: as the pack grades it.
    """

    statement: str
    final: bool
    certainty: Certainty


@dataclass(frozen=True, slots=True)
class Verdicts:
    """What a pack says of a recording.

    Attributes:
        found: statements whose criteria are met; near misses are not among them.
        not_assessed: statements that could not be judged.
    """

    found: tuple[Found, ...] = ()
    not_assessed: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Judged:
    """One recording, measured and judged.

    Attributes:
        measurements: None if it could not be measured.
        packs: pack id -> verdicts.
        manual: pack id -> verdicts with people's intervals; empty where nobody marked any.
        error: why it could not be measured, or None.
    """

    measurements: Measurements | None
    packs: Mapping[str, Verdicts] = field(default_factory=dict)
    manual: Mapping[str, Verdicts] = field(default_factory=dict)
    error: str | None = None


def verdicts_of(judgement: Judgement) -> Verdicts:
    """Return what is scored of a judgement."""
    return Verdicts(
        tuple(Found(item.statement, item.final, item.certainty) for item in judgement.findings if item.raw),
        frozenset(item.statement for item in judgement.not_assessed),
    )


def encode(judged: Judged, key: str) -> str:
    """Write as one line of JSON under a key that says what it was made from."""
    items = None if judged.measurements is None else [asdict(item) for item in judged.measurements]
    return json.dumps(
        {
            "key": key,
            "error": judged.error,
            "extractor": "" if judged.measurements is None else judged.measurements.extractor,
            "measurements": items,
            "packs": {pack: _plain(verdicts) for pack, verdicts in judged.packs.items()},
            "manual": {pack: _plain(verdicts) for pack, verdicts in judged.manual.items()},
        }
    )


def decode(text: str, key: str) -> Judged | None:
    """Read what `encode` wrote under this key; None if it was written under another, or is damaged."""
    try:
        kept: dict[str, Any] = json.loads(text)
        if kept["key"] != key:
            return None
        items = kept["measurements"]
        return Judged(
            measurements=None if items is None else Measurements(map(_measurement, items), extractor=kept["extractor"]),
            packs={pack: _verdicts(row) for pack, row in kept["packs"].items()},
            manual={pack: _verdicts(row) for pack, row in kept["manual"].items()},
            error=kept["error"],
        )
    except (ValueError, LookupError, TypeError):
        # A run that was stopped while it wrote: the recording is judged again.
        return None


def _plain(verdicts: Verdicts) -> dict[str, Any]:
    return {
        "found": [[one.statement, one.final, one.certainty] for one in verdicts.found],
        "not_assessed": sorted(verdicts.not_assessed),
    }


def _verdicts(row: dict[str, Any]) -> Verdicts:
    return Verdicts(tuple(Found(*one) for one in row["found"]), frozenset(row["not_assessed"]))


def _measurement(row: dict[str, Any]) -> Measurement:
    value: Value | list[Any] | None = row["value"]
    span = row["span"]
    return Measurement(
        **{
            **row,
            "value": tuple(value) if isinstance(value, list) else value,
            "span": None if span is None else tuple(span),
        }
    )
