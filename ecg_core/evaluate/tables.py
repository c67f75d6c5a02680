"""The figures of an evaluation as tables, whatever they are then drawn with."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from ecg_core.evaluate.agreement import FIGURES
from ecg_core.evaluate.answers import CERTAINTIES
from ecg_core.evaluate.summary import LEAST_LABELLED, MAJORITY, NORMAL
from ecg_core.vocabulary import statement

Figures = dict[str, Any]

TITLES = {"sensitivity": "sensitivity", "specificity": "specificity", "ppv": "PPV", "f1": "F1", "kappa": "kappa"}

NONE = "-"


@dataclass(frozen=True, slots=True)
class Table:
    """A table with its heading.

    Attributes:
        title: heading.
        note: how to read it.
        headers: of the columns.
        rows: cells in words.
    """

    title: str
    note: str
    headers: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def tables_of(figures: Figures) -> list[Table]:
    """Return the tables of what `summarize` returned; those without a row are left out."""
    tables = [
        _recordings(figures),
        _aims(figures),
        _normal(figures),
        _agreement("Labels, strictly", figures["classes"], _ABOUT_CLASSES),
        _agreement("Groups of labels", figures["groups"], "One member may stand for another."),
        _by_set(figures),
        _certainty(figures),
        _manual(figures),
        _missed_critical(figures),
        _causes(figures),
        _examples(figures),
    ]
    return [table for table in tables if table.rows]


_ABOUT_CLASSES = (
    "Final findings, with 95 % intervals from resampling patients. n: recordings with the label, rest: those without "
    "it whose source uses it. raw F1: before findings silence each other. not assessed: recordings with the label of "
    "which the pack could not judge a statement. no rule: the pack decides none of the statements. majority: always "
    "the commoner answer."
)


def _recordings(figures: Figures) -> Table:
    rows = [(name, str(count)) for name, count in figures["sets"].items()]
    rows += [("all", f"{figures['recordings']} of {figures['patients']} patients")]
    rows += [(f"not measured: {record}", reason) for record, reason in figures["failed"].items()]
    rows += [("left out", reason) for reason in figures["left_out"]]
    rows += [("label without a class", label) for label in figures["unmapped"]]
    packs = ", ".join(f"{pack['id']} {pack['version']} ({pack['sha256'][:12]})" for pack in figures["packs"])
    return Table("Recordings", f"Packs: {packs}. Engine: {figures['extractor']}.", ("set", "recordings"), tuple(rows))


def _aims(figures: Figures) -> Table:
    rows = []
    for one in _aimed(figures):
        for pack, own in one["packs"].items():
            f1 = own["final"]["f1"]
            met = "no rule" if not own["decided"] else "reached" if (f1[0] or 0.0) >= one["aim_f1"] else "not reached"
            few = f", n < {LEAST_LABELLED}" if one["present"] < LEAST_LABELLED else ""
            rows.append((one["name"], str(one["present"]), pack, _figure(f1, 3), f"{one['aim_f1']:.2f}", met + few))
    return Table("Aims", "F1 of final findings.", ("label", "n", "pack", "F1", "aim", ""), tuple(_once(rows, 2)))


def _aimed(figures: Figures) -> list[Figures]:
    return [one for one in figures["classes"] if one["aim_f1"] is not None]


def _normal(figures: Figures) -> Table:
    normal = figures["normal_in_major"]
    rows = tuple(
        (
            pack,
            str(normal["recordings"]),
            _figure(own["specificity"]) if own["decided"] else "no rule",
            ", ".join(f"{one['recording']} ({'; '.join(one['labels'])})" for one in own["called_normal"]),
        )
        for pack, own in normal["packs"].items()
    )
    return Table(
        "Normal against major abnormalities",
        "Share of the recordings with a major abnormality among their labels that is not called normal or otherwise "
        "normal, and those that are.",
        ("pack", "n", "specificity", "called normal"),
        rows,
    )


def _agreement(title: str, classes: Sequence[Figures], note: str) -> Table:
    rows: list[tuple[str, ...]] = []
    for one in classes:
        head = (one["name"], str(one["present"]), str(one["absent"]))
        for pack, own in one["packs"].items():
            if not own["decided"]:
                rows.append((*head, pack, "no rule", *[""] * (len(FIGURES) + 1)))
                continue
            cells = [_figure(own["final"][name]) for name in FIGURES]
            rows.append((*head, pack, *cells, _short(own["raw"]["f1"][0]), str(own["not_assessed"])))
        rows.append((*head, MAJORITY, *(_short(one[MAJORITY][name][0]) for name in FIGURES), "", ""))
    headers = ("label", "n", "rest", "pack", *TITLES.values(), "raw F1", "not assessed")
    return Table(title, note, headers, tuple(_once(rows, 3)))


def _by_set(figures: Figures) -> Table:
    rows = [
        (one["name"], pack, name, *(str(of[key]) for key in ("hits", "false", "missed", "rejected")), _short(of["f1"]))
        for one in figures["classes"]
        if one["aim_f1"] is not None or one["id"] == NORMAL
        for pack, own in one["packs"].items()
        if own["decided"]
        for name, of in own["by_set"].items()
    ]
    headers = ("label", "pack", "set", "hits", "false", "missed", "rejected", "F1")
    return Table("Labels with an aim, set by set", "", headers, tuple(_once(rows, 2)))


def _certainty(figures: Figures) -> Table:
    rows = [
        (
            one["name"],
            pack,
            *(f"{own['certainty'][level]['hits']} / {own['certainty'][level]['false']}" for level in CERTAINTIES),
        )
        for one in figures["classes"]
        if one["present"] >= LEAST_LABELLED
        for pack, own in one["packs"].items()
        if own["decided"]
    ]
    note = f"Final findings with the label / without it, by the certainty stated; labels of {LEAST_LABELLED} or more."
    return Table("Certainty", note, ("label", "pack", *CERTAINTIES), tuple(_once(rows, 1)))


def _manual(figures: Figures) -> Table:
    names = {one["id"]: one["name"] for one in figures["classes"]}
    rows = [
        (
            names[row["class"]],
            pack,
            str(row["errors"]),
            str(row["errors_with_manual"]),
            ", ".join(row["vanished"]) or NONE,
            ", ".join(row["new"]) or NONE,
        )
        for pack, own in figures["manual"]["packs"].items()
        for row in own
    ]
    note = (
        f"{figures['manual']['recordings']} recordings judged again with the cardiologists' rate, P duration, PR, QRS "
        "and QT. An error that vanishes is one of measurement; one that stays, or comes, is one of the rule, of "
        "another measurement, or of the label. Labels without a change are left out."
    )
    headers = ("label", "pack", "errors", "with manual intervals", "vanished", "new")
    return Table("Measurement error and rule error", note, headers, tuple(rows))


def _missed_critical(figures: Figures) -> Table:
    names = {one["id"]: f"{one['name']} ({statement(one['statements'][0]).id})" for one in figures["classes"]}
    rows = [
        (names[one["class"]], one["pack"], one["recording"], "; ".join(one["labels"]), one["cause"], _why(one))
        for one in figures["missed_critical"]
    ]
    headers = ("label", "pack", "recording", "labels", "cause", "what decided")
    return Table("Missed critical statements", "", headers, tuple(rows))


def _causes(figures: Figures) -> Table:
    names = {one["id"]: one["name"] for one in figures["classes"]}
    rows = [
        (names[one["class"]], one["pack"], ", ".join(f"{cause}: {count}" for cause, count in one["causes"].items()))
        for one in figures["shortfalls"]
    ]
    return Table("Aims not reached: why labels were missed", "", ("label", "pack", "cause: recordings"), tuple(rows))


def _examples(figures: Figures) -> Table:
    names = {one["id"]: one["name"] for one in figures["classes"]}
    rows = [
        (names[one["class"]], one["pack"], kind, example["recording"], "; ".join(example["labels"]), _why(example))
        for one in figures["shortfalls"]
        for kind in ("missed", "false")
        for example in one[kind]
    ]
    headers = ("label", "pack", "error", "recording", "labels", "what decided")
    return Table("Aims not reached: examples", "", headers, tuple(_once(rows, 3)))


def _why(example: Figures) -> str:
    return "; ".join(example["why"]) or NONE


def _once(rows: Sequence[tuple[str, ...]], columns: int) -> Iterator[tuple[str, ...]]:
    """Yield rows without what the first columns repeat from the row above."""
    above: tuple[str, ...] = ()
    for row in rows:
        yield (*[""] * columns, *row[columns:]) if row[:columns] == above else row
        above = row[:columns]


def _figure(values: Sequence[float | None], places: int = 2) -> str:
    value, low, high = values
    if value is None:
        return NONE
    interval = "" if low is None or high is None else f" ({low:.2f}-{high:.2f})"
    return f"{value:.{places}f}{interval}"


def _short(value: float | None) -> str:
    return NONE if value is None else f"{value:.2f}"
