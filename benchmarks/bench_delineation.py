"""Intervals against cardiologists' marks: LUDB, manual 12-lead median.

Run: ``python benchmarks/bench_delineation.py [DATA] [--extractor classical] [--extractor learned --folds FOLDER]``

The reference is the median over the twelve leads of the per-lead manual intervals
(``ludb/reference_intervals_per_lead.csv``). Constants of the classical engine were chosen on even record numbers; the
odd ones are what to believe. The learned engine was trained on LUDB itself: its figures mean something only with
``--folds``, which scores every record with weights that have not seen it. A record has a P wave if most of its leads
have P marks.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from ecg_core.extract import Extractor
from ecg_core.measurements import Measurements
from ecg_core.plugin_manager import PluginManager
from ecg_core.readers import read_recording

COLUMNS = {
    "heart_rate": "hr_bpm",
    "p_duration": "p_dur_ms",
    "pr_interval": "pr_ms",
    "qrs_duration": "qrs_ms",
    "qt_interval": "qt_ms",
}
LIMITS = {
    "QRS >= 120": ("qrs_duration", lambda value: value >= 120.0),
    "PR > 200": ("pr_interval", lambda value: value > 200.0),
}
FOLDS, SEED = 5, 7
"""Fold f of the training holds out every fifth record, from f on, of a permutation with this seed."""

ChooseExtractor = Callable[[int], Extractor | None]


@dataclass
class Scores:
    """Errors of one group of records."""

    errors: dict[str, list[tuple[float, float, int]]] = field(default_factory=lambda: defaultdict(list))
    failed: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    presence: list[list[int]] = field(default_factory=lambda: [[0, 0], [0, 0]])
    flips: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    default = os.environ.get("ECG_CORE_DATA", Path(__file__).resolve().parent.parent.parent / "shared" / "data")
    parser.add_argument("data", nargs="?", type=Path, default=Path(default))
    parser.add_argument("--extractor", action="append", help="classical (default), learned, neurokit; may be repeated")
    parser.add_argument("--folds", type=Path, help="folder with fold0.npz ... of the learned engine")
    parser.add_argument("--json", type=Path, help="write the figures there too")
    parser.add_argument("--worst", type=int, default=0, help="list this many of the worst records per interval")
    options = parser.parse_args()
    reference = read_reference(options.data / "ludb" / "reference_intervals_per_lead.csv")
    figures = {}
    for name in options.extractor or ["classical"]:
        unseen = name == "learned" and options.folds
        choose = held_out(options.folds, sorted(reference)) if unseen else always(name)
        figures[name] = score(options.data / "ludb" / "data", reference, name, choose, options.worst)
    if options.json:
        options.json.write_text(json.dumps(figures, indent=1), encoding="utf-8")


def always(name: str) -> ChooseExtractor:
    """Return a choice of the same extractor for every record."""
    extractor: Extractor = PluginManager.shared().make("ecg_extractors", name)
    return lambda record: extractor


def held_out(folder: Path, records: list[int]) -> ChooseExtractor:
    """Return a choice of the learned engine with weights that have not seen the record; None where there are none."""
    from ecg_core.extract.learned import LearnedExtractor
    from ecg_core.extract.network import read_network

    order = np.random.default_rng(SEED).permutation(records)
    chosen: dict[int, Extractor] = {}
    for fold in range(FOLDS):
        path = folder / f"fold{fold}.npz"
        if path.exists():
            extractor = LearnedExtractor(read_network(path))
            chosen |= {int(record): extractor for record in order[fold::FOLDS]}
    return chosen.get


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


def score(
    folder: Path, reference: dict[int, dict[str, float]], name: str, choose: ChooseExtractor, worst: int
) -> dict[str, object]:
    """Measure all records, and print the figures of each half and of all."""
    groups = {"even": Scores(), "odd": Scores(), "all": Scores()}
    seconds, count = 0.0, 0
    for record, truth in sorted(reference.items()):
        extractor = choose(record)
        if extractor is None:
            continue
        recording = read_recording(folder / f"{record}.hea")
        started = time.process_time()
        measurements = extractor.extract(recording)
        seconds += time.process_time() - started
        count += 1
        for group in ("odd" if record % 2 else "even", "all"):
            add(groups[group], record, truth, measurements)
    print(f"\n{name}: {count} LUDB records, {1000 * seconds / count:.0f} ms CPU per record")
    print("half  measurement      n    bias     SD    mid  med|e|  <=10  <=20   <=u  <=2u  none")
    figures: dict[str, object] = {}
    for group, scores in groups.items():
        figures |= show(group, scores, worst)
    return figures


def add(scores: Scores, record: int, truth: dict[str, float], measurements: Measurements) -> None:
    """Add one record."""
    found = measurements.value("p_wave_present")
    if found is None:
        found = measurements.value("pr_interval") is not None
    scores.presence[int(truth["p_wave_present"])][int(bool(found))] += 1
    for name in COLUMNS:
        item = measurements.get(name)
        if np.isnan(truth[name]):
            continue
        if item is None or item.value is None:
            scores.failed[name] += 1
        else:
            scores.errors[name].append((float(item.value) - truth[name], item.u or np.nan, record))
    for limit, (name, beyond) in LIMITS.items():
        value = measurements.value(name)
        if value is not None and not np.isnan(truth[name]) and beyond(value) != beyond(truth[name]):
            scores.flips[limit].append(f"{record}: {value:.0f} for {truth[name]:.0f}")


def show(group: str, scores: Scores, worst: int) -> dict[str, object]:
    """Print and return the figures of one group."""
    figures: dict[str, object] = {}
    for name in COLUMNS:
        if not scores.errors[name]:
            print(f"{group:5} {name:14}   0")
            continue
        error, u = np.array([item[:2] for item in scores.errors[name]]).T
        shares = [100 * float(np.mean(np.abs(error) <= limit)) for limit in (10, 20, u, 2 * u)]
        print(
            f"{group:5} {name:14} {error.size:3d} {error.mean():+7.1f} {error.std(ddof=1):6.1f} {middle(error):6.1f} "
            f"{np.median(np.abs(error)):7.1f} " + " ".join(f"{share:4.0f}%" for share in shares),
            f"{scores.failed[name]:5d}",
        )
        figures[f"{group}.{name}"] = {
            "n": error.size,
            "bias": error.mean(),
            "sd": error.std(ddof=1),
            "mid": middle(error),
            "within_u": shares[2],
            "within_2u": shares[3],
            "none": scores.failed[name],
        }
        if worst:
            listed = sorted(scores.errors[name], key=lambda item: -abs(item[0]))[:worst]
            print("      worst: " + ", ".join(f"{record}: {size:+.0f}" for size, _, record in listed))
    (absent, invented), (missed, seen) = scores.presence
    sensitivity, specificity = seen / max(seen + missed, 1), absent / max(absent + invented, 1)
    print(
        f"{group:5} P wave present: Se {100 * sensitivity:.1f} % of {seen + missed}, "
        f"Sp {100 * specificity:.1f} % of {absent + invented}"
    )
    figures[f"{group}.p_wave_present"] = {"sensitivity": sensitivity, "specificity": specificity}
    for limit in LIMITS:
        flips = scores.flips[limit]
        print(f"{group:5} {limit} wrongly judged: {len(flips)}" + (f" ({'; '.join(flips)})" if flips else ""))
        figures[f"{group}.{limit}"] = flips
    return figures


if __name__ == "__main__":
    main()
