"""Our measurements beside those of the carts that made the files.

Run: ``python benchmarks/bench_carts.py [DATA] [--extractor classical] [--extractor learned] [--json FILE]``

The files are those of ``vendor_formats``; the carts' values are what the readers find in them (``Recording.reported``).
An ECG that stands in several files is counted once. Recordings whose cart states atrial fibrillation
(``reference_measurements.csv``) are left out of the comparison. Carts are no truth: each maker defines QRS offset and T
end in its own way, and differences of 10 ms between makers' programs are usual (Kligfield et al., Am Heart J 2014). No
constant was chosen on these files.

Below stands how often a PR interval is claimed in recordings labelled as atrial fibrillation (LUDB, PTB-XL, CPSC 2018,
CinC 2021), which must not be.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ecg_core.errors import EcgCoreError
from ecg_core.extract import measure
from ecg_core.measurements import Measurements
from ecg_core.readers import read_recording
from ecg_core.recording import Recording

NAMES = {
    "heart_rate": "rate",
    "pr_interval": "PR",
    "qrs_duration": "QRS",
    "qt_interval": "QT",
    "p_axis": "P axis",
    "qrs_axis": "QRS axis",
    "t_axis": "T axis",
}
SUFFIXES = {".xml", ".dcm", ".scp"}
RHYTHM_SETS = ("ludb", "ptbxl", "cpsc2018", "cinc2021")


@dataclass(frozen=True)
class Row:
    """One ECG: the file it was first met in, and what was measured in it."""

    file: str
    recording: Recording
    measured: dict[str, Measurements]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    default = os.environ.get("ECG_CORE_DATA", Path(__file__).resolve().parent.parent.parent / "shared" / "data")
    parser.add_argument("data", nargs="?", type=Path, default=Path(default))
    parser.add_argument("--extractor", action="append", help="may be repeated; by default classical and learned")
    parser.add_argument("--json", type=Path, help="write the figures there too")
    options = parser.parse_args()
    extractors = options.extractor or ["classical", "learned"]
    rows = measure_files(options.data / "vendor_formats", extractors)
    figures = {name: compare(rows, name) for name in extractors}
    for name in extractors:
        figures[name]["pr_in_af"] = pr_in_af(options.data, name)
    if options.json:
        options.json.write_text(json.dumps(figures, indent=1), encoding="utf-8")


def measure_files(folder: Path, extractors: list[str]) -> list[Row]:
    """Return every ECG of the folder once, and print what became of each file."""
    fibrillating = stating_fibrillation(folder / "reference_measurements.csv")
    first: dict[bytes, str] = {}
    rows = []
    for path in sorted(path for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES):
        file = path.relative_to(folder).as_posix()
        try:
            recording = read_recording(path)
            measured = {name: measure(recording, extractor=name) for name in extractors}
        except EcgCoreError as error:
            print(f"{file}: {type(error).__name__}: {str(error).replace(str(path), path.name)}")
            continue
        same = first.setdefault(microvolts(recording), file)
        if same != file:
            print(f"{file}: the same ECG as {same}")
        elif file in fibrillating:
            print(f"{file}: atrial fibrillation, left out")
        else:
            rows.append(Row(file, recording, measured))
    return rows


def stating_fibrillation(table: Path) -> set[str]:
    with table.open(encoding="utf-8", newline="") as stream:
        return {row["file"] for row in csv.DictReader(stream) if "fibrillation" in (row["statements"] or "").casefold()}


def microvolts(recording: Recording) -> bytes:
    """Return the limb leads in whole uV: equal for the same ECG, whatever format carries it."""
    return bytes(np.nan_to_num(np.round(recording.signal[:2] * 1000)).astype(np.int64).tobytes())


def compare(rows: list[Row], extractor: str) -> dict[str, dict[str, float]]:
    print(f"\n{extractor}: ours - cart's, angles in degrees, intervals in ms\n")
    print(f"{'':44s}" + "".join(f"{label:>16s}" for label in NAMES.values()))
    differences: dict[str, list[float]] = {name: [] for name in NAMES}
    for row in rows:
        cells = []
        for name in NAMES:
            ours, cart = row.measured[extractor].value(name), row.recording.reported.get(name)
            cell = f"{'-' if ours is None else format(ours, '.0f')}/{'-' if cart is None else format(cart, '.0f')}"
            if isinstance(ours, float) and cart is not None:
                difference = ours - cart if not name.endswith("axis") else (ours - cart + 180) % 360 - 180
                differences[name].append(difference)
                cell += f" {difference:+4.0f}"
            cells.append(f"{cell:>16s}")
        print(f"{row.file:44.44s}" + "".join(cells))
    figures = {
        name: {"n": len(values), "bias": float(np.mean(values)), "sd": float(np.std(values, ddof=1))}
        for name, values in differences.items()
        if len(values) > 1
    }
    texts = (f"{figure['bias']:+.1f} ± {figure['sd']:.1f}" for figure in figures.values())
    print(f"{'bias ± SD':44s}" + "".join(f"{text:>16s}" for text in texts))
    return figures


def pr_in_af(data: Path, extractor: str) -> dict[str, float]:
    with (data / "manifest.csv").open(encoding="utf-8", newline="") as stream:
        rows = [
            row
            for row in csv.DictReader(stream)
            if row["dataset"] in RHYTHM_SETS and "AFIB" in row["concepts"].split(";")
        ]
    claimed = []
    for row in rows:
        found = measure(read_recording(data / f"{row['path']}.hea"), extractor=extractor)
        if found.value("pr_interval") is not None:
            claimed.append(f"{row['dataset']} {row['record']}")
    print(f"\nPR claimed in {len(claimed)} of {len(rows)} recordings labelled as atrial fibrillation {claimed or ''}")
    return {"n": len(rows), "claimed": len(claimed)}


if __name__ == "__main__":
    main()
