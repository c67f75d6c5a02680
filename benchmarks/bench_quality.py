"""Exchanged electrodes: how often they are found, and how often they are said of recordings without any.

Run: ``python benchmarks/bench_quality.py [DATA] [--fit] [--alarms]``

Every usable recording of LUDB, PTB-XL (500 Hz) and CPSC 2018 is measured once; exchanges are made on its representative
beat. That is exact: precordial ones only rename leads, and exchanges of limb electrodes among themselves change signs
and names of limb leads. The right leg is given the potential of the left leg plus a twentieth of lead II, since none is
recorded (Krasteva 2019, Sensors 19:2920, takes them as equal). No recording shows real dextrocardia: it is
constructed by turning round the x axis of the vectorcardiogram (Kors 1990 regression, Dower's matrix back), so that its
figures say little about patients.

Patients are split by a hash. Moments, weights and thresholds (``--fit`` writes them) come from one half; figures are of
the other. A recording may truly have been recorded with exchanged electrodes: what is called a false alarm is an upper
bound. "Normal" recordings are those labelled so by PTB-XL and CPSC 2018; LUDB does not label them.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import json
import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ecg_core.extract import analysis_window
from ecg_core.extract.arrangements import INDEPENDENT_LEADS, is_pair, limb_arrangements, precordial_arrangements
from ecg_core.extract.classical_fiducials import ClassicalFiducials
from ecg_core.extract.delineation import Waves
from ecg_core.extract.engine import delineate_recording
from ecg_core.extract.interchange import RARER, find_exchanges, find_flat_limb_lead
from ecg_core.extract.lead_model import (
    PARTS,
    LeadModel,
    cut_parts,
    gains,
    make_model,
    second_moments,
    shipped_model,
)
from ecg_core.readers import read_recording

SETS = ("ludb", "ptbxl", "cpsc2018")
TARGET = 0.01
"""Share of the tuning recordings that may alarm, in each family of exchanges."""
FAMILIES = {"limb": limb_arrangements(), "precordial": precordial_arrangements()}
MODEL = Path(__file__).resolve().parent.parent / "ecg_core" / "extract" / "lead_model.json"

DOWER = np.array(
    [
        [0.632, -0.235, 0.059],
        [0.235, 1.066, -0.132],
        [-0.515, 0.157, -0.917],
        [0.044, 0.164, -1.387],
        [0.882, 0.098, -1.277],
        [1.213, 0.127, -0.601],
        [1.125, 0.127, -0.086],
        [0.831, 0.076, 0.230],
    ]
)
"""I, II, V1-V6 from X, Y, Z (Dower 1980)."""
KORS = np.array(
    [
        [0.38, -0.07, -0.13, 0.05, -0.01, 0.14, 0.06, 0.54],
        [-0.07, 0.93, 0.06, -0.02, -0.05, 0.06, -0.17, 0.13],
        [0.11, -0.23, -0.43, -0.06, -0.14, -0.20, -0.11, 0.31],
    ]
)
"""X, Y, Z from I, II, V1-V6 (Kors 1990, regression)."""


@dataclass(frozen=True)
class Case:
    """The representative beat of one recording, with the half its patient is in."""

    name: str
    dataset: str
    tuning: bool
    normal: bool
    beat: np.ndarray
    waves: Waves
    rate: float


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    default = os.environ.get("ECG_CORE_DATA", Path(__file__).resolve().parent.parent.parent / "shared" / "data")
    parser.add_argument("data", nargs="?", type=Path, default=Path(default))
    parser.add_argument("--fit", action="store_true", help=f"fit anew, and write {MODEL.name}")
    parser.add_argument("--alarms", action="store_true", help="name the recordings of both halves that alarm")
    options = parser.parse_args()
    cases = read_cases(options.data)
    if options.fit:
        fit([case for case in cases if case.tuning])
    model = shipped_model()
    show([case for case in cases if not case.tuning], model)
    if options.alarms:
        for case in cases:
            said = judge(case, case.beat, model)
            if said != ("none", "none"):
                print(f"{'tuning' if case.tuning else 'scored':8}{case.name:24}{said[0]:24}{said[1]}")


def read_cases(data: Path) -> list[Case]:
    """Measure every recording whose eight independent leads are usable."""
    with (data / "manifest.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["dataset"] in SETS and row["fs"] != "100"]
    cases = []
    for row in rows:
        recording = analysis_window(read_recording(data / f"{row['path']}.hea"))
        found = delineate_recording(recording, ClassicalFiducials)
        delineation = found.delineation
        if delineation.waves.qrs_onset is None or not all(found.qualities[lead].usable for lead in INDEPENDENT_LEADS):
            continue
        cases.append(
            Case(
                name=f"{row['dataset']} {row['record']}",
                dataset=row["dataset"],
                tuning=hashlib.sha256(row["group"].encode()).digest()[0] % 2 == 0,
                normal="NORM" in row["concepts"].split(";"),
                beat=delineation.representative[[delineation.leads.index(lead) for lead in INDEPENDENT_LEADS]],
                waves=delineation.waves,
                rate=delineation.sampling_rate,
            )
        )
    print(f"{len(cases)} of {len(rows)} recordings have eight usable leads and a QRS complex\n")
    return cases


def moments_of(case: Case) -> np.ndarray:
    level = case.beat[:, case.waves.qrs_onset - 7 : case.waves.qrs_onset + 1].mean(axis=1, keepdims=True)
    return second_moments(cut_parts(case.beat - level, case.waves, case.rate))


def rearranged(moments: np.ndarray, arrangement: np.ndarray) -> np.ndarray:
    """Return the moments of the leads as an exchange would have recorded them."""
    moved = arrangement @ moments @ arrangement.T
    return moved / np.trace(moved, axis1=1, axis2=2)[:, None, None]


def fit(cases: list[Case]) -> None:
    """Write moments, the weights of P, QRS and T by logistic regression, and thresholds."""
    from scipy.optimize import minimize

    moments = [moments_of(case) for case in cases]
    mean = np.nanmean(moments, axis=0)
    bare = make_model(mean, {}, {})
    weights, thresholds = {}, {}
    for family, arrangements in FAMILIES.items():
        stacked = np.stack(list(arrangements.values()))
        penalty = np.array([0.0 if is_pair(name) else RARER for name in arrangements])
        right = np.array([gains(moment, stacked, bare) for moment in moments])
        wrong = np.array(
            [
                [gains(rearranged(moment, one), one[None], bare)[0] for moment in moments]
                for one in arrangements.values()
            ]
        )
        samples = np.concatenate([right.reshape(-1, 3), wrong.reshape(-1, 3)])
        sign = np.repeat([-1.0, 1.0], [right.size // 3, wrong.size // 3])
        fitted = minimize(
            lambda weight, samples=samples, sign=sign: (
                np.mean(np.logaddexp(0, -sign * (samples @ weight))) + 1e-3 * np.sum(weight**2)
            ),
            np.zeros(3),
        ).x.round(2)
        best = np.sort((right @ fitted - penalty).max(axis=1))[::-1]
        thresholds[family] = float(np.ceil(best[int(TARGET * best.size)] * 10) / 10)
        weights[family] = dict(zip(PARTS, fitted.tolist(), strict=True))
    stored = {
        "made_by": "benchmarks/bench_quality.py --fit",
        "recordings": f"{len(cases)} of LUDB, PTB-XL and CPSC 2018: the tuning half by patient",
        "thresholds": thresholds,
        "weights": weights,
        "moments": {part: mean[index].round(5).tolist() for index, part in enumerate(PARTS)},
    }
    MODEL.write_text(json.dumps(stored, indent=1) + "\n", encoding="utf-8")


def judge(case: Case, beat: np.ndarray, model: LeadModel) -> tuple[str, str]:
    """Return what is said of limb and of precordial electrodes."""
    flat = find_flat_limb_lead(beat[:2], case.waves)
    if flat is not None:
        return flat, "none"
    found = find_exchanges(beat, case.waves, case.rate, model)
    return found.limb, found.precordial


def show(cases: list[Case], model: LeadModel) -> None:
    """Print false alarms, then for every exchange the share found, and called by its name."""
    said = [judge(case, case.beat, model) for case in cases]
    print(f"thresholds {dict(model.thresholds)}\n")
    print(f"{'without exchange':34}{'n':>5}{'limb %':>8}{'prec. %':>9}   (false alarms)")
    groups = {"all": lambda case: True, "labelled normal": lambda case: case.normal}
    groups |= {name: lambda case, name=name: case.dataset == name for name in SETS}
    for group, inside in groups.items():
        chosen = [pair for pair, case in zip(said, cases, strict=True) if inside(case)]
        limb, precordial = (100 * np.mean([pair[index] != "none" for pair in chosen]) for index in (0, 1))
        print(f"{group:34}{len(chosen):5d}{limb:8.1f}{precordial:9.1f}")
    print(f"\n{'exchange':34}{'n':>5}{'found %':>8}{'named %':>9}{'as the other kind %':>21}")
    made = {name: (0, matrix) for name, matrix in FAMILIES["limb"].items()}
    made |= {name: (0, right_leg(name)) for name in ("right_arm_right_leg", "left_arm_right_leg", "both_arms_legs")}
    made["dextrocardia"] = 0, turned_round()
    made |= {name: (1, matrix) for name, matrix in FAMILIES["precordial"].items()}
    for name, (kind, matrix) in made.items():
        pairs_said = [judge(case, matrix @ case.beat, model) for case in cases]
        found = 100 * np.mean([pair[kind] != "none" for pair in pairs_said])
        named = 100 * np.mean([pair[kind] == name for pair in pairs_said])
        other = 100 * np.mean([pair[1 - kind] != "none" for pair in pairs_said])
        print(f"{name:34}{len(cases):5d}{found:8.1f}{named:9.1f}{other:21.1f}")


def right_leg(name: str) -> np.ndarray:
    """Return the matrix from true to recorded leads with one or both arms on the right (and left) leg."""
    # Potentials of right arm, left arm, left leg against Wilson's terminal, from I and II.
    limbs = np.array([[-1.0, -1.0], [2.0, -1.0], [-1.0, 2.0]]) / 3
    leg = limbs[2] + 0.05 * np.array([0.0, 1.0])
    right, left, foot = {
        "right_arm_right_leg": (leg, limbs[1], limbs[2]),
        "left_arm_right_leg": (limbs[0], leg, limbs[2]),
        "both_arms_legs": (leg, limbs[2], limbs[1]),
    }[name]
    matrix = np.eye(8)
    matrix[0, :2], matrix[1, :2] = left - right, foot - right
    matrix[2:, :2] -= (right + left + foot) / 3
    return matrix


def turned_round() -> np.ndarray:
    """Return the matrix that makes constructed dextrocardia: arms exchanged, chest leads of a mirrored vector."""
    matrix = DOWER @ np.diag([-1.0, 1.0, 1.0]) @ KORS
    matrix[:2] = limb_arrangements()["right_arm_left_arm"][:2]
    return matrix


if __name__ == "__main__":
    main()
