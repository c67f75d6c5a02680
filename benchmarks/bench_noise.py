"""How far noise moves what is measured: IEC-style noise on real recordings.

Run: ``python benchmarks/bench_noise.py [DATA] [--extractor classical] [--extractor learned] [--json FILE]``

Thirty LUDB records (every third one) are measured as they are and with three disturbances of IEC 60601-2-51 added:
noise of 25 microvolts rms between 20 and 150 Hz, 50 microvolts peak to peak of 50 and of 60 Hz, and 1 mV peak to peak
of 0.3 Hz. Printed are mean and SD of noisy minus clean over the records, in ms, with the number of records in which an
interval appeared or disappeared. The target is 2 ms for each mean and SD.
"""

from __future__ import annotations

import argparse
import json
import os
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ecg_core.extract import measure
from ecg_core.measurements import Measurements
from ecg_core.readers import read_recording
from ecg_core.recording import Recording
from ecg_core.testing.synthetic import Noise
from ecg_core.vocabulary import STANDARD_LEADS

INTERVALS = ("p_duration", "pr_interval", "qrs_duration", "qt_interval")
NOISES = {
    "HF 25 uV rms": Noise(white=0.0, muscle=0.025),
    "50 Hz 50 uV": Noise(white=0.0, mains=0.05),
    "60 Hz 50 uV": Noise(white=0.0, mains=0.05, mains_frequency=60.0),
    "0.3 Hz 1 mV": Noise(white=0.0, wander=1.0),
}
RECORDS = 30


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    default = os.environ.get("ECG_CORE_DATA", Path(__file__).resolve().parent.parent.parent / "shared" / "data")
    parser.add_argument("data", nargs="?", type=Path, default=Path(default))
    parser.add_argument("--extractor", action="append", help="classical and learned by default; may be repeated")
    parser.add_argument("--json", type=Path, help="write the figures there too")
    options = parser.parse_args()
    files = sorted((options.data / "ludb" / "data").glob("*.hea"), key=lambda file: int(file.stem))[::3][:RECORDS]
    recordings = [read_recording(file) for file in files]
    figures = {name: score(recordings, name) for name in options.extractor or ["classical", "learned"]}
    if options.json:
        options.json.write_text(json.dumps(figures, indent=1), encoding="utf-8")


def disturbed(recording: Recording, noise: Noise) -> Recording:
    """Return a twelve-lead recording with noise added."""
    time = np.arange(recording.signal.shape[1]) / recording.sampling_rate
    rows = [STANDARD_LEADS.index(lead) for lead in recording.leads]
    return replace(recording, signal=recording.signal + noise.draw(time)[rows])


def score(recordings: list[Recording], extractor: str) -> dict[str, dict[str, dict[str, float]]]:
    """Measure all recordings with and without each noise, print a table and return its figures."""
    clean = [measure(recording, extractor=extractor) for recording in recordings]
    print(f"\n{extractor}, {len(recordings)} recordings, noisy - clean, ms: mean +- SD (appeared or gone)")
    print("noise".ljust(14) + "".join(name.rjust(24) for name in INTERVALS))
    figures: dict[str, dict[str, dict[str, float]]] = {}
    for label, noise in NOISES.items():
        noisy = [measure(disturbed(recording, noise), extractor=extractor) for recording in recordings]
        figures[label] = {name: shift(clean, noisy, name) for name in INTERVALS}
        cells = (f"{cell['mean']:+.1f} +- {cell['sd']:.1f} ({cell['changed']})" for cell in figures[label].values())
        print(label.ljust(14) + "".join(cell.rjust(24) for cell in cells))
    return figures


def shift(clean: list[Measurements], noisy: list[Measurements], name: str) -> dict[str, float]:
    """Return mean and SD of the change of one interval, and in how many recordings it came or went."""
    pairs = [(one.value(name), other.value(name)) for one, other in zip(clean, noisy, strict=True)]
    both: NDArray[np.float64] = np.array([(a, b) for a, b in pairs if a is not None and b is not None], dtype=float)
    changes = both[:, 1] - both[:, 0]
    changed = sum((a is None) != (b is None) for a, b in pairs)
    return {"mean": float(changes.mean()), "sd": float(changes.std(ddof=1)), "n": len(changes), "changed": changed}


if __name__ == "__main__":
    main()
