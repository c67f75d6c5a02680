"""What the scripts of the opponents share: WFDB in, one WFDB annotation file per lead out."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import numpy as np
import wfdb

Waves = Mapping[str, np.ndarray]
"""``p``, ``N`` and ``t`` -> onset, peak and offset of each wave in samples, shape ``[waves, 3]``, NaN where unknown."""

NUMBERS = {"p": 0, "N": 1, "t": 2}
"""What a bracket carries in its num field, so that overlapping waves stay apart (as ecgpuwave writes)."""


def run(
    description: str,
    delineate: Callable[[np.ndarray, float], list[Waves | None]],
    in_sample: Callable[[Path], Iterable[str]] = lambda folder: (),
) -> None:
    """Delineate every record of a folder.

    Args:
        description: for ``--help``.
        delineate: from signal (``[leads, samples]``, mV) and sampling rate to the waves of each lead, None where the
            package gives up on one.
        in_sample: from the folder to the records that the package was made on.
    """
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("records", type=Path, help="folder with .hea and .dat")
    parser.add_argument("out", type=Path, help="folder for the annotations")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    headers = sorted(options.records.glob("*.hea"))
    seconds, failed = [], []
    for place, path in enumerate([headers[0], *headers]):  # the first one twice: its first time holds what loads once
        record = wfdb.rdrecord(str(path.with_suffix("")))
        signal = np.nan_to_num(record.p_signal.T)
        started = time.process_time()
        try:
            leads = delineate(signal, record.fs)
        except Exception as error:  # the package's failure is a result of the comparison
            failed.append(path.stem)
            print(f"{path.stem}: {type(error).__name__}: {error}", file=sys.stderr)
            continue
        if place:
            seconds.append(time.process_time() - started)
        for name, waves in zip(record.sig_name, leads, strict=True):
            if waves is not None:
                write(options.out, path.stem, name.lower(), waves, record.fs)
    about = {
        "cpu_seconds": float(np.mean(seconds)),
        "in_sample": sorted(in_sample(options.records)),
        "failed": sorted(set(failed)),
    }
    (options.out / "about.json").write_text(json.dumps(about), encoding="utf-8")
    print(f"{len(headers)} records, {about['cpu_seconds']:.2f} s CPU each, {len(set(failed))} failed")


def write(folder: Path, record: str, lead: str, waves: Waves, rate: float) -> None:
    """Write the waves of one lead as ``RECORD.LEAD``."""
    marks = []
    for symbol, points in waves.items():
        for onset, peak, offset in points[~np.isnan(points[:, 1])]:
            named = ((onset, "("), (peak, symbol), (offset, ")"))
            marks += [(round(sample), place, mark, NUMBERS[symbol]) for place, (sample, mark) in enumerate(named)
                      if not np.isnan(sample) and sample >= 0]  # fmt: skip
    target = folder / f"{record}.{lead}"
    target.unlink(missing_ok=True)
    if not marks:
        return
    samples, _, symbols, numbers = zip(*sorted(marks), strict=True)
    # wfdb takes no digit in the name of an annotator, so that V1 is written under another name.
    with tempfile.TemporaryDirectory() as place:
        wfdb.wrann("record", "lead", np.array(samples), list(symbols), num=np.array(numbers), fs=rate, write_dir=place)
        target.write_bytes((Path(place) / "record.lead").read_bytes())


def table(*columns: object) -> np.ndarray:
    """Return onset, peak and offset as an array of shape ``[waves, 3]``."""
    return np.stack([np.asarray(column, dtype=float) for column in columns], axis=1)
