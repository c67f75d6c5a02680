"""CPU seconds of a fresh process: --help, a cold interpret, and for scale the import of NeuroKit2 alone.

    python benchmarks/bench_startup.py [RECORDING] [--json FILE]

Without a recording the one that ships with pydicom is used. The figures are the least of several runs, children
included; what the operating system caches is warm, and so is the cache of packs (the first run fills it).
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
from pathlib import Path

RUNS = 3


def main() -> None:
    from pydicom.data import get_testdata_file

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("recording", nargs="?", default=get_testdata_file("waveform_ecg.dcm"))
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()

    commands = {
        "python -c pass": ["-c", "pass"],
        "ecg-core --help": ["-m", "ecg_core", "--help"],
        "ecg-core protocol list": ["-m", "ecg_core", "protocol", "list"],
        "ecg-core interpret": ["-m", "ecg_core", "interpret", str(arguments.recording)],
        "ecg-core interpret --engine python": [
            "-m",
            "ecg_core",
            "interpret",
            "--engine",
            "python",
            str(arguments.recording),
        ],
        "import neurokit2": ["-c", "import neurokit2"],
    }
    seconds = {name: min(cpu_seconds(command) for _ in range(RUNS)) for name, command in commands.items()}
    yardstick = seconds["import neurokit2"]
    print(f"{'fresh process':<36} {'CPU s':>7} {'/ import neurokit2':>19}")
    for name, spent in seconds.items():
        print(f"{name:<36} {spent:>7.2f} {spent / yardstick:>19.3f}")
    if arguments.json:
        arguments.json.write_text(json.dumps(seconds, indent=2) + "\n", encoding="utf-8")


def cpu_seconds(arguments: list[str]) -> float:
    """Run Python in a process of its own and return the CPU seconds it took."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, *arguments], check=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


if __name__ == "__main__":
    main()
