"""``ecg-core eval``: findings against the labels of cardiologists."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from ecg_core.cli.bench import progress
from ecg_core.cli.console import emit, table
from ecg_core.cli.options import EvalFormatOption, ExtractorOption, OutputOption, PackOption, pack_place
from ecg_core.hookspecs import DEFAULT_EXTRACTOR

if TYPE_CHECKING:
    from ecg_core.evaluate.tables import Table


def labels(
    data: Annotated[
        Path, typer.Argument(metavar="PATH", help="PTB-XL, LUDB, CPSC 2018, CinC, or a folder that holds such sets.")
    ],
    packs: PackOption = ["adult12"],  # noqa: B006 - typer copies it
    extractor: ExtractorOption = DEFAULT_EXTRACTOR,
    folds: Annotated[
        Path | None,
        typer.Option("--folds", metavar="FOLDER", help="Output of the training: measure LUDB with weights held out."),
    ] = None,
    jobs: Annotated[int, typer.Option("--jobs", "-j", metavar="N", help="Processes.", min=1)] = 1,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", metavar="FOLDER", help="Keep each recording's result there; a stopped run goes on from it."
        ),
    ] = None,
    resamples: Annotated[
        int, typer.Option("--resamples", metavar="N", help="Draws of patients for the 95 % intervals.", min=0)
    ] = 1000,
    output_format: EvalFormatOption = "text",
    output: OutputOption = None,
) -> None:
    """Compare the findings of packs with labels.

    For each label sensitivity, specificity, PPV, F1 and kappa, strictly and by groups, raw and final; missed critical
    statements; and which errors vanish with people's own intervals (LUDB).
    """
    # Processes share the cores, not each its threads; numpy reads this when it is imported.
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    from ecg_core.evaluate.classes import class_table
    from ecg_core.evaluate.labelled import load_label_sets
    from ecg_core.evaluate.run import Means, judge_all, load_packs
    from ecg_core.evaluate.summary import Evaluation, summarize
    from ecg_core.evaluate.tables import tables_of

    places = tuple(pack_place(pack) for pack in packs)
    protocols = load_packs(places)
    sets = load_label_sets(data)
    means = Means(places, extractor, folds)
    judged = judge_all(sets.recordings, means, jobs=jobs, keep=out, progress=progress(len(sets.recordings)))
    figures = summarize(Evaluation(class_table(), sets.recordings, judged, protocols, resamples))
    figures |= {
        "data": data.name,
        "left_out": list(sets.left_out),
        "extractor": f"{extractor}, LUDB held out" if folds else extractor,
    }
    if output_format == "json":
        emit(json.dumps(figures, indent=1) + "\n", output)
    else:
        emit(_drawn(tables_of(figures), output_format), output)


def _drawn(tables: list[Table], output_format: Literal["text", "md"]) -> str:
    draw = _as_text if output_format == "text" else _as_markdown
    return "\n".join(draw(one) for one in tables)


def _as_text(one: Table) -> str:
    note = f"{one.note}\n" if one.note else ""
    return f"{one.title.upper()}\n{note}{table(one.headers, one.rows)}"


def _as_markdown(one: Table) -> str:
    def line(cells: tuple[str, ...]) -> str:
        return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |\n"

    note = f"{one.note}\n\n" if one.note else ""
    head = line(one.headers) + line(("---",) * len(one.headers))
    return f"## {one.title}\n\n{note}{head}{''.join(map(line, one.rows))}"
