"""Intervals against cardiologists' marks: LUDB, manual 12-lead median.

Run: ``python benchmarks/bench_delineation.py [DATA] [--extractor classical] [--extractor neurokit]``

The reference is the median over the twelve leads of the per-lead manual intervals
(``ludb/reference_intervals_per_lead.csv``). Constants of the classical engine were chosen on even record numbers; the
odd ones are what to believe. A record has a P wave if most of its leads have P marks.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import time
from collections import defaultdict
from pathlib import Path

import numpy as np

from ecg_core.extract import measure
from ecg_core.readers import read_recording

COLUMNS = {
    "heart_rate": "hr_bpm",
    "p_duration": "p_dur_ms",
    "pr_interval": "pr_ms",
    "qrs_duration": "qrs_ms",
    "qt_interval": "qt_ms",
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    default = os.environ.get("ECG_CORE_DATA", Path(__file__).resolve().parent.parent.parent / "shared" / "data")
    parser.add_argument("data", nargs="?", type=Path, default=Path(default))
    parser.add_argument("--extractor", action="append", help="classical (default), neurokit; may be repeated")
    parser.add_argument("--json", type=Path, help="write the figures there too")
    parser.add_argument("--worst", type=int, default=0, help="list this many of the worst records per interval")
    options = parser.parse_args()
    reference = read_reference(options.data / "ludb" / "reference_intervals_per_lead.csv")
    figures = {}
    for extractor in options.extractor or ["classical"]:
        figures[extractor] = score(options.data / "ludb" / "data", reference, extractor, options.worst)
    if options.json:
        options.json.write_text(json.dumps(figures, indent=1), encoding="utf-8")


def read_reference(path: Path) -> dict[int, dict[str, float]]:
    """Return the median over leads of each manual interval by record; NaN where no lead has it."""
    rows: dict[int, list[dict[str, str]]] = defaultdict(list)
    with path.open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            rows[int(row["record"])].append(row)
    reference = {}
    for record, leads in rows.items():
        values = {name: _median([row[column] for row in leads]) for name, column in COLUMNS.items()}
        reference[record] = {**values, "p_wave_present": _median([row["n_p"] for row in leads]) > 0}
    return reference


def _median(cells: list[str]) -> float:
    known = [float(cell) for cell in cells if cell]
    return float(np.median(known)) if known else float("nan")


def middle(error: np.ndarray) -> float:
    """Return the standard deviation of the middle nine tenths: what a record without a gross error has."""
    low, high = np.percentile(error, [5, 95])
    return float(error[(error >= low) & (error <= high)].std(ddof=1))


def score(folder: Path, reference: dict[int, dict[str, float]], extractor: str, worst: int) -> dict[str, object]:
    errors: dict[tuple[str, str], list[tuple[float, int]]] = defaultdict(list)
    failed: dict[tuple[str, str], int] = defaultdict(int)
    presence = {half: [[0, 0], [0, 0]] for half in ("even", "odd")}
    seconds = 0.0
    for record, truth in sorted(reference.items()):
        half = "odd" if record % 2 else "even"
        recording = read_recording(folder / f"{record}.hea")
        started = time.process_time()
        measurements = measure(recording, extractor=extractor)
        seconds += time.process_time() - started
        found = measurements.value("p_wave_present")
        if found is None:
            found = measurements.value("pr_interval") is not None
        presence[half][int(truth["p_wave_present"])][int(bool(found))] += 1
        for name in COLUMNS:
            value = measurements.value(name)
            if np.isnan(truth[name]):
                continue
            if value is None:
                failed[half, name] += 1
            else:
                errors[half, name].append((float(value) - truth[name], record))
    print(f"\n{extractor}: {len(reference)} LUDB records, {1000 * seconds / len(reference):.0f} ms CPU per record")
    print("half  measurement      n    bias     SD    mid  med|e|  <=10  <=20  none")
    figures: dict[str, object] = {}
    for half in ("even", "odd"):
        for name in COLUMNS:
            found_errors = errors[half, name]
            if not found_errors:
                print(f"{half:5} {name:14}   0")
                continue
            error = np.array([item[0] for item in found_errors])
            within = [100 * float(np.mean(np.abs(error) <= limit)) for limit in (10, 20)]
            print(
                f"{half:5} {name:14} {error.size:3d} {error.mean():+7.1f} {error.std(ddof=1):6.1f} "
                f"{middle(error):6.1f} {np.median(np.abs(error)):7.1f} "
                f"{within[0]:4.0f}% {within[1]:4.0f}% {failed[half, name]:5d}"
            )
            figures[f"{half}.{name}"] = {
                "n": error.size,
                "bias": error.mean(),
                "sd": error.std(ddof=1),
                "mid": middle(error),
            }
            if worst:
                listed = sorted(found_errors, key=lambda item: -abs(item[0]))[:worst]
                print("      worst: " + ", ".join(f"{record}: {size:+.0f}" for size, record in listed))
        (absent, invented), (missed, seen) = presence[half]
        sensitivity, specificity = seen / max(seen + missed, 1), absent / max(absent + invented, 1)
        print(
            f"{half:5} P wave present: Se {100 * sensitivity:.1f} % of {seen + missed}, "
            f"Sp {100 * specificity:.1f} % of {absent + invented}"
        )
        figures[f"{half}.p_wave_present"] = {"sensitivity": sensitivity, "specificity": specificity}
    return figures


if __name__ == "__main__":
    main()
