"""The generated parts of the documentation: each function prints Markdown, cog writes it in place and checks it."""

from __future__ import annotations

import os
import subprocess
import sys
from itertools import groupby

from ecg_core.findings import URGENCIES
from ecg_core.rules.load import load_protocol
from ecg_core.vocabulary import measurements, statements

SCOPES = {
    "global": "Global",
    "lead": "Per lead",
    "series": "Per beat (not for rules)",
    "meta": "Patient and recording",
}
URGENCY_WORDS = {"U0": "none", "U1": "routine", "U2": "same day", "U3": "immediate"}


def measurement_tables() -> str:
    """Every measurement, one table for each scope."""
    parts = []
    for scope, title in SCOPES.items():
        rows = [definition for definition in measurements().values() if definition.scope == scope]
        parts.append(f"## {title}\n\n| name | alias | unit | range | u if not stated | definition |")
        parts.append("|---|---|---|---|---|---|")
        for row in rows:
            span = "" if row.low is None else f"{row.low:g} to {row.high:g}"
            kind = row.unit or {"category": ", ".join(row.categories)}.get(row.kind, row.kind)
            tolerance = "" if row.tolerance is None else f"{row.tolerance:g}"
            parts.append(f"| `{row.name}` | `{row.alias}` | {kind} | {span} | {tolerance} | {_cell(row.definition)} |")
        parts.append("")
    return "\n".join(parts)


def statement_tables() -> str:
    """Every statement, one table for each group, with whether adult12 decides it."""
    decided = {rule.statement for rule in load_protocol("adult12").rules.values()}
    parts = [f"{len(statements())} statements; `adult12` decides {len(decided)} of them.\n"]
    for group, members in groupby(statements().values(), key=lambda definition: definition.group):
        parts.append(f"## {group}\n")
        parts.append("| code | statement | severity | urgency | adult12 | SCP | AHA | SNOMED CT | Minnesota |")
        parts.append("|---|---|---|---|---|---|---|---|---|")
        for row in members:
            codes = [", ".join(row.codes.get(system, ())) for system in ("scp", "aha", "snomed", "minnesota")]
            mark = "yes" if row.id in decided else ""
            parts.append(
                f"| `{row.id}` | {_cell(row.name)} | {row.severity} | {URGENCY_WORDS[row.urgency]} | {mark} | "
                + " | ".join(codes)
                + " |"
            )
        parts.append("")
    return "\n".join(parts)


def urgency_table() -> str:
    """What the four urgencies mean and how many statements have each."""
    counts = {urgency: sum(row.urgency == urgency for row in statements().values()) for urgency in URGENCIES}
    rows = [f"| {urgency} | {URGENCY_WORDS[urgency]} | {counts[urgency]} |" for urgency in URGENCIES]
    return "\n".join(["| urgency | review | statements |", "|---|---|---|", *rows])


def command_help(*command: str) -> str:
    """The help text of a command, as a fenced block."""
    environment = {**os.environ, "COLUMNS": "100", "NO_COLOR": "1", "TERM": "dumb"}
    done = subprocess.run(  # noqa: S603 - our own command
        [sys.executable, "-m", "ecg_core", *command, "--help"],
        capture_output=True,
        text=True,
        check=True,
        env=environment,
    )
    text = "\n".join(line.rstrip() for line in done.stdout.strip().splitlines())
    return f"```text\n{text}\n```"


def command_output(*command: str, lines: int | None = None) -> str:
    """What a command prints, as a fenced block of at most `lines` lines."""
    done = subprocess.run(  # noqa: S603 - our own command
        [sys.executable, "-m", "ecg_core", *command], capture_output=True, text=True, check=True
    )
    shown = [line.rstrip() for line in done.stdout.strip().splitlines()]
    cut = shown if lines is None or len(shown) <= lines else [*shown[:lines], "..."]
    return "```text\n" + "\n".join(cut) + "\n```"


def sample_recording() -> str:
    """Path of the recording that pydicom ships."""
    from pydicom.data import get_testdata_file

    return str(get_testdata_file("waveform_ecg.dcm"))


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;").replace("*", "\\*")
