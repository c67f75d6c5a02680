"""Fit the uncertainty of the engines' intervals, by quality of the recording, and show how well it is calibrated.

Run: ``python benchmarks/fit_uncertainty.py [DATA] --folds FOLDER [--engine learned] [--residuals FILE] [--write]``

Every LUDB record is measured as it is and with noise of graded strength (`CONDITIONS`), by `classical` and by `learned`
with weights that have not seen it (``fold0.npz`` ... and ``folds.json`` in FOLDER). The error is against the median
over twelve leads of cardiologists' marks. For each quality that the engine itself gives to the recording, s_method is
chosen so that u^2 = s_method^2 + s_rest^2, where s_rest is what the recording adds (scatter of its beats, disagreement
of two delineators), covers 68 % of the errors once and 95.5 % of them twice: whichever asks for more. A poorer
recording never gets the smaller figure.

The coverage shown is not that of the fit: half of the records give the figures, the other half is judged, and back.
Written are the figures of all records. ``--residuals`` keeps the errors in a file, or takes them from there.

The reference rate leaves out the first and last beats of many leads; the uncertainty of a rate is the standard error of
its mean RR interval, which is wider than that difference, so that its coverage is too high.
"""

from __future__ import annotations

import argparse
import csv
import datetime
import json
import os
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np

from ecg_core.extract.classical import ClassicalExtractor
from ecg_core.extract.classical_fiducials import ClassicalFiducials
from ecg_core.extract.disagreement import LARGE
from ecg_core.extract.engine import Engine, measure_with
from ecg_core.extract.fiducials import FindFiducials
from ecg_core.extract.learned import LearnedExtractor
from ecg_core.extract.learned_fiducials import LearnedFiducials
from ecg_core.extract.network import read_network
from ecg_core.readers import read_recording
from ecg_core.recording import Recording
from ecg_core.vocabulary import PRECORDIAL_LEADS, STANDARD_LEADS

TABLE = Path(__file__).resolve().parent.parent / "ecg_core" / "extract" / "method_uncertainty.json"
VERSIONS = {"classical": ClassicalExtractor.version, "learned": LearnedExtractor.version}
QUALITIES = ("good", "fair", "poor")
NAMES = (
    "p_duration",
    "pr_interval",
    "pr_segment",
    "qrs_duration",
    "qt_interval",
    "jt_interval",
    "st_duration",
    "t_peak_end",
)
ONCE, TWICE = 0.68, 0.955
"""Shares that 1 u and 2 u must cover, as of a normal distribution; on unseen records the tails are a little longer."""
CONDITIONS: Mapping[str, Mapping[str, float]] = {
    "as recorded": {},
    "muscle 0.02 mV": {"muscle": 0.02},
    "muscle 0.05 mV": {"muscle": 0.05},
    "muscle 0.1 mV": {"muscle": 0.1},
    "mains 0.1 mV": {"mains": 0.1},
    "wander 0.5 mV": {"wander": 0.5},
    "wander 2 mV": {"wander": 2.0},
    "bursts 0.3 mV": {"bursts": 0.3},
    "little of all": {"muscle": 0.02, "mains": 0.03, "wander": 0.5},
    "much of all": {"muscle": 0.08, "mains": 0.1, "wander": 1.5, "bursts": 0.5},
}
"""RMS of muscle noise (20-150 Hz) and of bursts of it, amplitudes of mains (50 Hz) and of wander, in a lead."""
ZERO = {quality: dict.fromkeys((*NAMES, "j_point"), 0.0) for quality in QUALITIES}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    root = Path(__file__).resolve().parent.parent
    default = os.environ.get("ECG_CORE_DATA", root.parent / "shared" / "data")
    parser.add_argument("data", nargs="?", type=Path, default=Path(default))
    parser.add_argument(
        "--folds", type=Path, default=root / "runs" / "delineator", help="weights of the learned engine"
    )
    parser.add_argument("--engine", action="append", choices=list(VERSIONS), help="may be repeated; both by default")
    parser.add_argument("--residuals", type=Path, help="keep the errors there, or take them from there")
    parser.add_argument("--write", action="store_true", help=f"write {TABLE.name}")
    options = parser.parse_args()
    if options.residuals and options.residuals.exists():
        rows = json.loads(options.residuals.read_text(encoding="utf-8"))
    else:
        rows = list(measure_all(options.data / "ludb", options.folds, options.engine or list(VERSIONS)))
        if options.residuals:
            options.residuals.write_text(json.dumps(rows), encoding="utf-8")
    stored = json.loads(TABLE.read_text(encoding="utf-8"))
    for engine in dict.fromkeys(row["engine"] for row in rows):
        mine = [row for row in rows if row["engine"] == engine]
        show_calibration(engine, mine)
        show_disagreement(engine, mine)
        stored["engines"][engine] = {
            "version": VERSIONS[engine],
            "date": datetime.date.today().isoformat(),
            "records": len({row["record"] for row in mine}),
            "recordings": {quality: sum(row["quality"] == quality for row in mine) for quality in QUALITIES},
            "ms": fit(mine),
        }
    if options.write:
        TABLE.write_text(json.dumps(stored, indent=1) + "\n", encoding="utf-8")


def measure_all(folder: Path, folds: Path, engines: list[str]) -> Iterator[dict]:
    """Yield quality, and by interval the error and its u without the method, for every record, condition and engine."""
    references = read_references(folder)
    finders = choose_finders(folds, engines)
    for record, reference in references.items():
        clean = read_recording(folder / "data" / f"{record}.hea")
        for number, (condition, strengths) in enumerate(CONDITIONS.items()):
            recording = with_noise(clean, np.random.default_rng([record, number]), **strengths)
            for engine in engines:
                find = finders[engine](record)
                found = measure_with(Engine(engine, VERSIONS[engine], find, ZERO), recording)
                errors = {}
                for name, truth in reference.items():
                    item = found.get(name)
                    if item is not None and item.value is not None:
                        errors[name] = float(item.value) - truth, item.u
                yield {
                    "record": record,
                    "condition": condition,
                    "engine": engine,
                    "quality": found.value("recording_quality"),
                    "disagreement": found.value("delineator_disagreement"),
                    "errors": errors,
                }


def choose_finders(folds: Path, engines: list[str]) -> dict[str, Callable[[int], FindFiducials]]:
    """Return for each engine which delineator may judge a record."""
    finders: dict[str, Callable[[int], FindFiducials]] = {"classical": lambda record: ClassicalFiducials}
    if "learned" in engines:
        held = json.loads((folds / "folds.json").read_text(encoding="utf-8"))
        unseen: dict[int, FindFiducials] = {}
        for fold, records in held.items():
            if records:
                find = partial(LearnedFiducials, read_network(folds / f"{fold}.npz"))
                unseen |= dict.fromkeys(records, find)
        finders["learned"] = unseen.__getitem__
    return finders


def read_references(folder: Path) -> dict[int, dict[str, float]]:
    """Return by record the median over leads of each manual interval that any lead has, in ms (rate: 1/min)."""
    columns = {
        "heart_rate": "hr_bpm",
        "p_duration": "p_dur_ms",
        "pr_interval": "pr_ms",
        "qrs_duration": "qrs_ms",
        "qt_interval": "qt_ms",
    }
    values: dict[int, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    with (folder / "reference_intervals_per_lead.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            known = {name: float(row[column]) for name, column in columns.items() if row[column]}
            if {"qt_interval", "qrs_duration"} <= set(known):
                known["jt_interval"] = known["qt_interval"] - known["qrs_duration"]
            if {"pr_interval", "p_duration"} <= set(known):
                known["pr_segment"] = known["pr_interval"] - known["p_duration"]
            for name, value in known.items():
                values[int(row["record"])][name].append(value)
    for record, leads in values.items():
        for lead in STANDARD_LEADS:
            for name, value in read_t_marks(folder / "data" / str(record), lead).items():
                leads[name].append(value)
    return {
        record: {name: float(np.median(listed)) for name, listed in leads.items()}
        for record, leads in sorted(values.items())
    }


def read_t_marks(path: Path, lead: str) -> dict[str, float]:
    """Return the median time from J to T onset, and from T peak to T offset, in ms (LUDB marks at 500 Hz)."""
    import wfdb

    marks = wfdb.rdann(str(path), lead.casefold())
    samples, symbols = np.asarray(marks.sample), np.array(marks.symbol)
    peaks = np.flatnonzero(symbols == "t")
    peaks = peaks[(peaks >= 2) & (peaks < symbols.size - 1)]
    whole = (symbols[peaks - 1] == "(") & (symbols[peaks + 1] == ")") & (symbols[peaks - 2] == ")")
    after_qrs = whole & (symbols[np.maximum(peaks - 3, 0)] == "N")
    found = {
        "st_duration": samples[peaks[after_qrs] - 1] - samples[peaks[after_qrs] - 2],
        "t_peak_end": samples[peaks[whole] + 1] - samples[peaks[whole]],
    }
    return {name: 2.0 * float(np.median(times)) for name, times in found.items() if times.size}


def with_noise(
    recording: Recording,
    rng: np.random.Generator,
    muscle: float = 0.0,
    mains: float = 0.0,
    wander: float = 0.0,
    bursts: float = 0.0,
) -> Recording:
    """Add noise to the electrodes, so that the leads keep their relations."""
    count, rate = recording.signal.shape[1], recording.sampling_rate
    time = np.arange(count) / rate
    frequency = np.fft.rfftfreq(count, 1 / rate)
    spectrum = np.fft.rfft(rng.normal(size=(9, count))) * ((frequency > 20) & (frequency < 150))
    hiss = np.fft.irfft(spectrum, count)
    hiss /= hiss.std(axis=1, keepdims=True)
    electrodes = muscle * hiss
    electrodes += mains * rng.uniform(0.5, 1.5, (9, 1)) * np.sin(2 * np.pi * 50 * time + rng.uniform(0, 2 * np.pi))
    phase = rng.uniform(0, 2 * np.pi, (9, 1))
    electrodes += wander * np.sin(2 * np.pi * rng.uniform(0.15, 0.4, (9, 1)) * time + phase)
    for start in rng.uniform(0, 0.9, 3) * count:
        struck = rng.choice(9, 3, replace=False)
        piece = slice(int(start), int(start + 0.8 * rate))
        electrodes[struck, piece] += bursts * hiss[struck, piece]
    # A limb lead is the difference of two electrodes: it shall have the strength asked for.
    return replace(recording, signal=recording.signal + lead_matrix(recording.leads) @ electrodes / np.sqrt(2))


def lead_matrix(leads: tuple[str, ...]) -> np.ndarray:
    """Return the matrix from potentials of RA, LA, LL, C1-C6 to leads, shape ``[leads, 9]``."""
    limb = {
        "I": (-1, 1, 0),
        "II": (-1, 0, 1),
        "III": (0, -1, 1),
        "aVR": (1, -0.5, -0.5),
        "aVL": (-0.5, 1, -0.5),
        "aVF": (-0.5, -0.5, 1),
    }
    matrix = np.zeros((len(leads), 9))
    for row, lead in enumerate(leads):
        matrix[row, :3] = limb.get(lead, (-1 / 3, -1 / 3, -1 / 3))
        if lead in PRECORDIAL_LEADS:
            matrix[row, 3 + PRECORDIAL_LEADS.index(lead)] = 1
    return matrix


def fit(rows: list[dict]) -> dict[str, dict[str, float]]:
    """Return s_method in ms by quality and interval."""
    table: dict[str, dict[str, float]] = {}
    least = dict.fromkeys(NAMES, 0.0)
    for quality in QUALITIES:
        chosen = [row for row in rows if row["quality"] == quality]
        for name in NAMES:
            error, rest = errors_of(chosen, name)
            if error.size:
                least[name] = max(least[name], covering(error, rest, 1.0, ONCE), covering(error, rest, 2.0, TWICE))
        # Onset and offset are taken to share the error of QRS duration evenly.
        table[quality] = {name: round(size, 1) for name, size in least.items()}
        table[quality]["j_point"] = round(least["qrs_duration"] / np.sqrt(2), 1)
    return table


def errors_of(rows: list[dict], name: str) -> tuple[np.ndarray, np.ndarray]:
    """Return the sizes of the errors of an interval, and what its uncertainty has without the method."""
    pairs = [row["errors"][name] for row in rows if name in row["errors"]]
    error = np.array([abs(size) for size, _ in pairs])
    return error, np.array([rest or 0.0 for _, rest in pairs])


def covering(error: np.ndarray, rest: np.ndarray, factor: float, share: float) -> float:
    """Return the least s_method with which `factor` u covers this share of the errors."""
    needed = np.sqrt(np.maximum((error / factor) ** 2 - rest**2, 0.0))
    return float(np.quantile(needed, share, method="higher"))


def show_calibration(engine: str, rows: list[dict]) -> None:
    """Print which share of the errors lies within 1 u and 2 u, of records that the fit has not seen."""
    records = sorted({row["record"] for row in rows})
    half = set(np.random.default_rng(0).permutation(records)[: len(records) // 2].tolist())
    parts = [[row for row in rows if (row["record"] in half) == inside] for inside in (True, False)]
    tables = [fit(part) for part in parts]
    whole = fit(rows)
    print(f"\n{engine}: {len(records)} LUDB records, {len(rows)} recordings")
    print("quality  interval        recordings     bias  68th pct  95th pct   s_method   <=1u   <=2u")
    for quality in QUALITIES:
        for name in ("heart_rate", *NAMES):
            within: list[np.ndarray] = []
            for part, table in zip(parts, reversed(tables), strict=True):
                error, rest = errors_of([row for row in part if row["quality"] == quality], name)
                u = np.hypot(table[quality].get(name, 0.0), rest)
                within.append(np.stack([error <= u, error <= 2 * u]))
            covered = np.concatenate(within, axis=1)
            if not covered.size:
                continue
            chosen = [row["errors"][name] for row in rows if row["quality"] == quality and name in row["errors"]]
            signed = np.array([size for size, _ in chosen])
            once, twice = 100 * covered.mean(axis=1)
            low, high = np.percentile(np.abs(signed), [68, 95])
            size = whole[quality].get(name)
            print(
                f"{quality:8} {name:14} {signed.size:10d} {np.median(signed):+9.1f} {low:9.1f} {high:9.1f}"
                + (f"{size:11.1f}" if size is not None else f"{'-':>11}")
                + f"  {once:4.0f}%  {twice:4.0f}%"
            )


def show_disagreement(engine: str, rows: list[dict]) -> None:
    """Print how large errors are where the two delineators of an engine agree, and where they do not."""
    known = [row for row in rows if row["disagreement"] is not None and row["quality"] != "poor"]
    if not known:
        return
    print(
        f"\n{engine}, recordings of good and fair quality: errors where two delineators differ by at most {LARGE:g} ms"
    )
    print("interval        recordings  68th pct  95th pct  > 20 ms  |  and where by more")
    for name in ("p_duration", "pr_interval", "qrs_duration", "qt_interval"):
        line = f"{name:14}"
        for apart in (False, True):
            error, _ = errors_of([row for row in known if (row["disagreement"] > LARGE) == apart], name)
            if error.size:
                low, high = np.percentile(error, [68, 95])
                line += f"{error.size:12d}{low:10.1f}{high:10.1f}{100 * np.mean(error > 20):8.1f}%  |"
        print(line.rstrip(" |"))


if __name__ == "__main__":
    main()
