"""Simple readings of the rhythm measurements against the labels of four public sets.

Run: ``python benchmarks/bench_rhythm.py [DATA] [--extractor NAME ...] [--json FILE] [--wrong]``

Each reading is one line of Python, not a clinical rule: it shows what the measurements can tell apart by themselves.
Labels are the sets' own (``manifest.csv``), with their faults: PTB-XL and LUDB do not label every premature beat, CPSC
2018 gives one label per recording. The manifest's PACE holds LUDB 127 and 140, whose label is "wandering atrial
pacemaker", and lacks LUDB 72, labelled "P-synchrony", with a spike before each QRS complex: paced rhythm is judged
against the manifest and against the LUDB labels themselves. Sensitivity, specificity and F1 are per recording; one from
which nothing could be measured counts as negative. Sinus rhythm is judged among the recordings that carry any rhythm
label. The last two rows of a reading are halves of all sets by a hash of the recording's name: limits were chosen with
an eye on the tuning half first, but the recordings of the other half were seen as well, so that only the sealed
recordings are truly independent.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import time
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ecg_core.extract import measure
from ecg_core.measurements import Measurements
from ecg_core.readers import read_recording

DATASETS = ("ludb", "ptbxl", "cpsc2018", "cinc2021")
HALVES = ("tuning", "other")
SINUS = {"SR", "SBRAD", "STACH", "SARRH"}
PACEMAKER = "pacemaker"
"""Not a concept of the manifest: paced by the native label."""
RHYTHMS = SINUS | {"AFIB", "AFLT", "SVT", "ATACH", "AVRT", "PACE", "3AVB", "AVB"}


@dataclass(frozen=True)
class Reading:
    """A yes/no reading of the measurements, the labels that make it true, and the labels of one of which it needs."""

    name: str
    says: Callable[[Measurements], bool]
    labels: set[str]
    among: set[str] | None = None


@dataclass(frozen=True)
class Row:
    """One recording: its set and name, what its labels say, and what was measured."""

    dataset: str
    record: str
    concepts: set[str]
    found: Measurements


def value(found: Measurements, name: str, without: float) -> float:
    measured = found.value(name)
    return without if measured is None else float(measured)  # type: ignore[arg-type]


def no_p_and_irregular(found: Measurements) -> bool:
    return value(found, "p_wave_fraction", 1) < 0.2 and value(found, "rr_irregularity", 0) >= 0.10


def fibrillation(found: Measurements) -> bool:
    return (
        no_p_and_irregular(found)
        and value(found, "fibrillatory_index", 0) >= 0.3
        and found.value("flutter_waves") is False
    )


def paced(found: Measurements) -> bool:
    return value(found, "paced_ventricular_fraction", 0) > 0.5


READINGS = (
    Reading("AF: no P, irregular RR", no_p_and_irregular, {"AFIB"}),
    Reading("AF: f index >= 0.4", lambda found: value(found, "fibrillatory_index", 0) >= 0.4, {"AFIB"}),
    Reading("AF: all evidence", fibrillation, {"AFIB"}),
    Reading("flutter waves", lambda found: found.value("flutter_waves") is True, {"AFLT"}),
    Reading("sinus: P before >= 90 %", lambda found: value(found, "p_wave_fraction", 0) >= 0.9, SINUS, RHYTHMS),
    Reading("PVC", lambda found: value(found, "ventricular_premature_count", 0) > 0, {"PVC"}),
    Reading(
        "PAC (P in >= 20 %)",
        lambda found: (
            value(found, "supraventricular_premature_count", 0) > 0 and value(found, "p_wave_fraction", 0) >= 0.2
        ),
        {"PAC"},
    ),
    Reading("paced > 50 %", paced, {"PACE"}),
    Reading("paced, LUDB's own labels", paced, {PACEMAKER}),
    Reading("AV dissociation", lambda found: found.value("av_dissociation") is True, {"3AVB"}),
    Reading("blocked P > 0", lambda found: value(found, "nonconducted_p_count", 0) > 0, {"3AVB", "2AVB", "AVB"}),
    Reading(
        "PR in AF or flutter (0 = best)",
        lambda found: found.value("pr_interval") is not None,
        {"AFIB", "AFLT"},
        {"AFIB", "AFLT"},
    ),
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    default = os.environ.get("ECG_CORE_DATA", Path(__file__).resolve().parent.parent.parent / "shared" / "data")
    parser.add_argument("data", nargs="?", type=Path, default=Path(default))
    parser.add_argument(
        "--extractor", nargs="+", default=["learned", "classical"], help="the measuring engines to judge"
    )
    parser.add_argument("--json", type=Path, help="write the figures there too")
    parser.add_argument("--wrong", action="store_true", help="name the recordings that are read wrongly")
    options = parser.parse_args()
    figures = []
    for extractor in options.extractor:
        measured = measure_all(options.data, extractor)
        figures += judge(extractor, measured, wrong=options.wrong)
    if options.json:
        options.json.write_text(json.dumps(figures, indent=1), encoding="utf-8")


def judge(extractor: str, measured: list[Row], *, wrong: bool) -> list[dict[str, object]]:
    """Print a table of every reading in every set and half, and return its figures."""
    print(f"{'reading':32s}{'set':10s}{'n':>5s}{'pos':>5s}{'Se %':>7s}{'Sp %':>7s}{'F1':>6s}")
    figures = []
    for reading in READINGS:
        for part in (*DATASETS, "all", *HALVES):
            figure = score(reading, [row for row in measured if part in (row.dataset, half(row.record), "all")])
            figures.append({"extractor": extractor, "reading": reading.name, "set": part} | figure)
            print_row(reading.name, part, figure)
            if wrong and part in DATASETS:
                print(f"    missed: {' '.join(figure['missed'])}\n    false: {' '.join(figure['false'])}")
    return figures


def half(record: str) -> str:
    return HALVES[zlib.crc32(record.encode()) % 2]


def measure_all(data: Path, extractor: str) -> list[Row]:
    """Measure every recording, and print what a recording costs."""
    measured = []
    with (data / "manifest.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["dataset"] in DATASETS]
    spent = 0.0
    for row in rows:
        recording = read_recording(data / f"{row['path']}.hea")
        begin = time.process_time()
        found = measure(recording, extractor=extractor)
        spent += time.process_time() - begin
        measured.append(Row(row["dataset"], row["record"], concepts(row), found))
    print(f"\n{extractor}: {len(measured)} recordings, {spent / len(measured):.3f} s of CPU each\n")
    return measured


def concepts(row: dict[str, str]) -> set[str]:
    """Return the concepts of a recording, and whether it is paced by its native label."""
    stated = set(row["concepts"].split(";"))
    native = row["labels"].lower()
    paced = "pacemaker presence" in native or "p-synchrony" in native if row["dataset"] == "ludb" else "PACE" in stated
    return stated | {PACEMAKER} if paced else stated


def score(reading: Reading, rows: list[Row]) -> dict[str, object]:
    if reading.among is not None:
        rows = [row for row in rows if row.concepts & reading.among]
    truth = np.array([bool(row.concepts & reading.labels) for row in rows], dtype=bool)
    said = np.array([reading.says(row.found) for row in rows], dtype=bool)
    hits, positives = int(np.sum(truth & said)), int(truth.sum())
    negatives = len(rows) - positives
    return {
        "n": len(rows),
        "positives": positives,
        "sensitivity": hits / positives if positives else None,
        "specificity": int(np.sum(~truth & ~said)) / negatives if negatives else None,
        "f1": 2 * hits / int(positives + said.sum()) if positives else None,
        "missed": [row.record for row, missed in zip(rows, truth & ~said, strict=True) if missed],
        "false": [row.record for row, false in zip(rows, ~truth & said, strict=True) if false],
    }


def print_row(name: str, dataset: str, figure: dict[str, object]) -> None:
    shares = [figure["sensitivity"], figure["specificity"]]
    percent = "".join(f"{'-':>7s}" if share is None else f"{100 * share:7.1f}" for share in shares)  # type: ignore[operator]
    f1 = "     -" if figure["f1"] is None else f"{figure['f1']:6.2f}"
    print(f"{name:32s}{dataset:10s}{figure['n']:>5}{figure['positives']:>5}{percent}{f1}")


if __name__ == "__main__":
    main()
