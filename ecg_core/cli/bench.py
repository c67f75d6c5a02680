"""``ecg-core bench``: accuracy against people's marks, by a command that anyone can repeat."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ecg_core.cli.console import emit, table, tell
from ecg_core.cli.options import OutputOption, TextOrJsonOption, component_names
from ecg_core.errors import UsageError
from ecg_core.hookspecs import DEFAULT_EXTRACTOR

if TYPE_CHECKING:
    from ecg_core.bench.candidates import Candidate

LEARNED = "learned"

PROGRESS_SECONDS = 30.0
"""How often a line says how far a run has come."""

INTERVAL_TITLES = {
    "heart_rate": "rate",
    "p_duration": "P",
    "pr_interval": "PR",
    "qrs_duration": "QRS",
    "qt_interval": "QT",
    "qtc_bazett": "QTcB",
}

Figures = dict[str, Any]


def delineation(
    data: Annotated[Path, typer.Argument(metavar="PATH", help="Root of LUDB, QTDB, ISP, ECGRDVQ or any WFDB set.")],
    extractor: Annotated[
        list[str] | None,
        typer.Option(
            "--extractor",
            help="Measuring engine to score; learned if nothing is named. Repeatable.",
            autocompletion=lambda: component_names("ecg_extractors"),
        ),
    ] = None,
    folds: Annotated[
        Path | None,
        typer.Option(
            "--folds", metavar="FOLDER", help="Output of the training: score learned with weights held out per record."
        ),
    ] = None,
    annotations: Annotated[
        list[str] | None,
        typer.Option(
            "--annotations",
            metavar="NAME=FOLDER",
            help="A program's WFDB annotations, one file per lead (RECORD.ii). Repeatable.",
        ),
    ] = None,
    data_set: Annotated[
        str | None,
        typer.Option("--data-set", help="ludb, qtdb, isp, ecgrdvq or wfdb, where the layout does not tell."),
    ] = None,
    annotator: Annotated[
        list[str] | None,
        typer.Option("--annotator", metavar="EXT", help="Annotation files to take as the reference. Repeatable."),
    ] = None,
    worst: Annotated[
        int, typer.Option("--worst", metavar="N", help="Name the N records with the largest errors.", min=0)
    ] = 0,
    output_format: TextOrJsonOption = "text",
    output: OutputOption = None,
) -> None:
    """Compare delineations with the marks of people.

    Detection, error of every point per lead, error of the global intervals, wrong sides of clinical limits, P waves,
    and CPU time. Times in ms, the rate in 1/min; measured minus manual.
    """
    # The CPU times are those of one thread; numpy reads this when it is imported.
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    from ecg_core.bench.reference import load_references
    from ecg_core.bench.score import score
    from ecg_core.bench.summary import summarize

    references = load_references(data, data_set, annotator or ())
    candidates = _candidates(extractor or [], folds, annotations or [])
    scored = score(references, candidates, progress(len(references)))
    figures = [summarize(one, worst=worst) for one in scored]
    if output_format == "json":
        emit(
            json.dumps({"data": data.name, "records": len(references), "candidates": figures}, indent=1) + "\n", output
        )
    else:
        emit(_as_text(figures, worst), output)


def _candidates(extractors: list[str], folds: Path | None, annotations: list[str]) -> list[Candidate]:
    from ecg_core.bench.candidates import annotation_candidate, extractor_candidate, held_out_candidate

    if folds is not None and LEARNED not in extractors:
        raise UsageError("--folds is for the learned engine", hint="add: --extractor learned")
    candidates: list[Candidate] = [
        held_out_candidate(folds) if folds is not None and name == LEARNED else extractor_candidate(name)
        for name in extractors or ([] if annotations else [DEFAULT_EXTRACTOR])
    ]
    for given in annotations:
        name, separator, folder = given.partition("=")
        if not separator or not name or not folder:
            raise UsageError(f"{given!r} is not NAME=FOLDER", hint="--annotations mine=path/to/annotations")
        candidates.append(annotation_candidate(name, Path(folder)))
    return candidates


def progress(total: int) -> Callable[[str, int], None]:
    """Return what says on stderr now and then how far the run has come."""
    last = time.monotonic()

    def say(record: str, done: int) -> None:
        nonlocal last
        if time.monotonic() - last >= PROGRESS_SECONDS:
            last = time.monotonic()
            tell(f"ecg-core: {done} of {total} records, now {record}")

    return say


def _as_text(candidates: list[Figures], worst: int) -> str:
    parts = [
        _records(candidates),
        "\ndetection: sensitivity and positive predictivity, %\n" + _detection(candidates),
        "\nper lead, ms: bias \N{PLUS-MINUS SIGN} SD (share inside the CSE tolerance)\n" + _points(candidates),
        "\nglobal against the manual median over leads, ms and 1/min\n" + _intervals(candidates),
        "\nbias \N{PLUS-MINUS SIGN} SD by subgroup\n" + _groups(candidates),
        "\nwrong side of a limit: falsely beyond + missed (of those beyond), further than 10 ms from it\n"
        + _limits(candidates),
        "\nP waves in the recording, %\n" + _p_waves(candidates),
    ]
    if worst:
        parts.append("\nlargest errors\n" + _worst(candidates))
    return "".join(parts)


def _records(candidates: list[Figures]) -> str:
    rows = [
        (
            one["name"],
            str(one["records"]),
            str(len(one["failed"])),
            str(one["left_out"]),
            _number(one["cpu_ms"], "{:.0f}"),
        )
        for one in candidates
    ]
    text = table(("", "records", "failed", "left out", "CPU ms"), rows)
    return text + "".join(
        f"{one['name']} failed on {record}: {reason}\n"
        for one in candidates
        for record, reason in one["failed"].items()
    )


def _all(candidate: Figures) -> Figures:
    everything: Figures = candidate["groups"]["all"]
    return everything


def _detection(candidates: list[Figures]) -> str:
    rows = []
    for one in candidates:
        waves = [_all(one)["detection"][wave] for wave in ("p", "qrs", "t")]
        pairs = [f"{_percent(w['sensitivity'], 1)} / {_percent(w['positive_predictivity'], 1)}" for w in waves]
        rows.append((one["name"], *pairs))
    return table(("", "P", "QRS", "T"), rows)


def _points(candidates: list[Figures]) -> str:
    names = list(_all(candidates[0])["points"])
    rows = []
    for one in candidates:
        cells = []
        for figures in _all(one)["points"].values():
            share = "" if figures["within_tolerance"] is None else f" ({_percent(figures['within_tolerance'])} %)"
            cells.append(_spread(figures) + share)
        rows.append((one["name"], *cells))
    return table(("", *(name.replace("_", " ") for name in names)), rows)


def _intervals(candidates: list[Figures]) -> str:
    headers = ("", "", "n", "bias", "SD", "middle 90 %", "median", "<= 10", "<= 20", "<= u", "<= 2u", "none")
    rows = []
    for name, title in INTERVAL_TITLES.items():
        for one in candidates:
            figures = _all(one)["intervals"][name]
            numbers = [_number(figures[key], "{:.1f}") for key in ("sd", "middle_sd", "median_abs")]
            shares = [_percent(figures[key]) for key in ("within_near", "within_far", "within_u", "within_2u")]
            rows.append(
                (
                    title,
                    one["name"],
                    str(figures["n"]),
                    _number(figures["bias"], "{:+.1f}"),
                    *numbers,
                    *shares,
                    str(figures["none"]),
                )
            )
            title = ""
    return table(headers, rows) + "shares in %; for the rate within 1 and 2 /min\n"


def _groups(candidates: list[Figures]) -> str:
    rows = []
    for one in candidates:
        for group, figures in one["groups"].items():
            spreads = [_spread(figures["intervals"][name]) for name in INTERVAL_TITLES]
            rows.append((one["name"], group, str(figures["records"]), *spreads))
    return table(("", "subgroup", "records", *INTERVAL_TITLES.values()), rows)


def _limits(candidates: list[Figures]) -> str:
    names = list(_all(candidates[0])["limits"])
    rows = []
    for one in candidates:
        limits = _all(one)["limits"].values()
        cells = [f"{each['falsely']} + {each['missed']} (of {each['beyond']}), {each['gross']}" for each in limits]
        rows.append((one["name"], *cells))
    return table(("", *names), rows)


def _p_waves(candidates: list[Figures]) -> str:
    rows = []
    for one in candidates:
        figures = _all(one)["p_wave"]
        rows.append(
            (
                one["name"],
                f"{_percent(figures['sensitivity'], 1)} of {figures['with']}",
                f"{_percent(figures['specificity'], 1)} of {figures['without']}",
            )
        )
    return table(("", "sensitivity", "specificity"), rows)


def _worst(candidates: list[Figures]) -> str:
    rows = []
    for one in candidates:
        for name, title in INTERVAL_TITLES.items():
            named = [f"{record}: {error:+.0f}" for record, error in _all(one)["intervals"][name]["worst"].items()]
            rows.append((one["name"], title, ", ".join(named)))
    return table(("", "", "record: error"), rows)


def _spread(figures: Figures) -> str:
    if figures["bias"] is None:
        return "-"
    return f"{figures['bias']:+.1f} \N{PLUS-MINUS SIGN} {_number(figures['sd'], '{:.1f}')}"


def _number(value: float | None, layout: str) -> str:
    return "-" if value is None else layout.format(value)


def _percent(value: float | None, places: int = 0) -> str:
    return "-" if value is None else f"{100.0 * value:.{places}f}"
