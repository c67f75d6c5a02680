"""What could not be judged, put together by its causes: a lost lead makes dozens of statements unknown."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence

from ecg_core.findings import NotAssessed
from ecg_core.report.wrap import wrapped
from ecg_core.vocabulary import LEADS
from ecg_core.wording import lost_leads

_LEADS = re.compile(r"leads? (?P<leads>[\w, -]+?) (?:is|are) (?P<what>.+)")
_RESTS = "statements that they rest on are not assessed"


def not_assessed_lines(items: Sequence[NotAssessed]) -> list[str]:
    """Print the statements that could not be judged, those with the same causes together, the urgent ones first.

    The leads of a group are those of all its statements; the JSON report has the reasons of each statement.
    """
    shared = _shared_causes(items)
    grouped: dict[frozenset[str], list[NotAssessed]] = defaultdict(list)
    for item in items:
        grouped[frozenset(_kind(reason, shared) for reason in item.reasons)].append(item)
    lines = []
    for group in grouped.values():
        names = "; ".join(item.name for item in group)
        causes = _causes([reason for item in group for reason in item.reasons], shared)
        lines += wrapped(f"{names}, because: {'; '.join(causes)}", "  ")
    return ["NOT ASSESSED", *lines] if lines else []


def _shared_causes(items: Iterable[NotAssessed]) -> frozenset[str]:
    """Return the causes that several measurements have in common, so that naming these adds nothing."""
    whole: dict[str, set[str]] = defaultdict(set)
    for reason in (reason for item in items for reason in item.reasons):
        whole[_cause(reason)].add(reason)
    return frozenset(cause for cause, reasons in whole.items() if len(reasons) > 1)


def _cause(reason: str) -> str:
    return reason.rpartition(": ")[2]


def _kind(reason: str, shared: frozenset[str]) -> str:
    """Return a reason without its leads, and without its measurement where others share the cause."""
    if match := _LEADS.fullmatch(reason):
        return match["what"]
    cause = _cause(reason)
    return cause if cause in shared else reason


def _causes(reasons: Iterable[str], shared: frozenset[str]) -> list[str]:
    """Return each cause once, with all the leads that it holds for."""
    leads: dict[str, set[str]] = {}
    for reason in reasons:
        match = _LEADS.fullmatch(reason)
        leads.setdefault(_kind(reason, shared), set()).update(_listed(match["leads"]) if match else ())
    return [_told(kind, lost) for kind, lost in leads.items()]


def _told(kind: str, lost: set[str]) -> str:
    if lost:
        return lost_leads(tuple(lost), kind)
    return _RESTS if kind == "not assessed" else kind


def _listed(text: str) -> set[str]:
    """Return the leads of a list such as ``II, aVF, V2-V4``."""
    found: set[str] = set()
    for part in text.split(", "):
        first, _, last = part.partition("-")
        found.update(LEADS[LEADS.index(first) : LEADS.index(last or first) + 1])
    return found
