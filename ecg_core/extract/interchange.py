"""Exchanged electrodes, and a heart that points to the right: said, never corrected.

Limb and precordial exchanges are found by undoing each of them and asking whether the leads then fit together much
better (`lead_model`); an electrode exchanged with that of the right leg by one limb lead that is almost flat, since
both legs have nearly the same potential (Krasteva 2019, Sensors 19:2920). In dextrocardia P, QRS and T are inverted in
I as with exchanged arms, but V6 is dominantly negative as well.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ecg_core.extract.arrangements import INDEPENDENT_LEADS, is_pair, limb_arrangements, precordial_arrangements
from ecg_core.extract.delineation import Delineation, Waves
from ecg_core.extract.entries import absent, measured
from ecg_core.extract.lead_model import LeadModel, cut_parts, gains, second_moments, shipped_model
from ecg_core.measurements import Measurement

NAMES = ("limb_interchange", "limb_interchange_score", "precordial_interchange", "precordial_interchange_score")

RARER = 1.0
"""Taken from the score of an exchange of more than two electrodes, which is rarer (engineering default)."""

FLAT_RATIO = 0.15
"""RMS of a limb lead, as a share of the smaller of the other two, below which an electrode is on the right leg. The
smallest share in 444 recordings of LUDB, PTB-XL and CPSC 2018 is 0.19."""

INTACT = 0.03
"""RMS in mV over the beat that those other two limb leads have at least (engineering default)."""

LEVEL = 0.014
"""The level at QRS onset is the mean over this long before it, in s."""

_FLAT = {0: "both_arms_legs", 1: "right_arm_right_leg", 2: "left_arm_right_leg"}
"""What makes leads I, II and III flat."""

_RIGHT_LEG = "a limb electrode seems to be exchanged with that of the right leg"


@dataclass(frozen=True, slots=True)
class Exchanges:
    """What the arrangement of the leads of one beat looks like.

    Attributes:
        limb: name of the exchange of limb electrodes, "dextrocardia", or "none".
        limb_score: how much better the leads fit with the best such exchange undone.
        precordial: name of the exchange of precordial electrodes, or "none".
        precordial_score: likewise.
    """

    limb: str
    limb_score: float
    precordial: str
    precordial_score: float


def measure_interchange(
    delineation: Delineation, unusable: Mapping[str, str], flat: Collection[str]
) -> list[Measurement]:
    """Return what the leads of the representative beat say of exchanged electrodes.

    Args:
        delineation: the delineated recording.
        unusable: lead name -> why it cannot be compared with the others.
        flat: those among them that are recorded, but flat: an exchange with the right leg makes a limb lead so.
    """
    waves = delineation.waves
    if waves.qrs_onset is None or waves.qrs_offset is None:
        return [absent(name, "no QRS complex found") for name in NAMES]
    if all(lead in flat or lead not in unusable for lead in ("I", "II")):
        limbs = delineation.representative[[delineation.leads.index("I"), delineation.leads.index("II")]]
        exchange = find_flat_limb_lead(limbs, waves)
        if exchange is not None:
            said = measured("limb_interchange", exchange)
            return [said, *(absent(name, _RIGHT_LEG) for name in NAMES[1:])]
    for lead in INDEPENDENT_LEADS:
        if lead in unusable:
            return [absent(name, unusable[lead]) for name in NAMES]
    rows = [delineation.leads.index(lead) for lead in INDEPENDENT_LEADS]
    found = find_exchanges(delineation.representative[rows], waves, delineation.sampling_rate, shipped_model())
    return [
        measured("limb_interchange", found.limb),
        measured("limb_interchange_score", found.limb_score),
        measured("precordial_interchange", found.precordial),
        measured("precordial_interchange_score", found.precordial_score),
    ]


def find_exchanges(beat: NDArray[np.float64], waves: Waves, rate: float, model: LeadModel) -> Exchanges:
    """Find the exchange of limb or of precordial electrodes that a beat speaks for, if it speaks clearly for one.

    One exchange is sought: with two at the same time the clearer one is said.

    Args:
        beat: the independent leads, shape ``[8, length]``, mV.
        waves: fiducial points in it; there must be a QRS complex.
        rate: in Hz.
        model: what leads look like that belong together.
    """
    assert waves.qrs_onset is not None
    first = max(0, waves.qrs_onset - round(LEVEL * rate))
    parts = cut_parts(beat - beat[:, first : waves.qrs_onset + 1].mean(axis=1, keepdims=True), waves, rate)
    best = {}
    for family, arrangements in (("limb", limb_arrangements()), ("precordial", precordial_arrangements())):
        scores = score(second_moments(parts), arrangements, model, family)
        name = max(scores, key=lambda key: scores[key])
        best[family] = name, scores[name], scores[name] - model.thresholds[family]
    clearer = max(best, key=lambda family: best[family][2])
    stated = {family: best[family][0] if family == clearer and best[family][2] >= 0 else "none" for family in best}
    if points_right(parts):
        stated = {"limb": "dextrocardia", "precordial": "none"}
    return Exchanges(stated["limb"], best["limb"][1], stated["precordial"], best["precordial"][1])


def score(
    moments: NDArray[np.float64], arrangements: Mapping[str, NDArray[np.float64]], model: LeadModel, family: str
) -> dict[str, float]:
    """Return by arrangement how much better the leads fit together once it is undone: weighted gains of P, QRS, T."""
    total = gains(moments, np.stack(list(arrangements.values())), model) @ model.weights[family]
    return {
        name: float(value) - (0.0 if is_pair(name) else RARER) for name, value in zip(arrangements, total, strict=True)
    }


def points_right(parts: list[NDArray[np.float64] | None]) -> bool:
    """Whether P, QRS and T are inverted in I, and S is larger than R in V6: signs of dextrocardia."""
    inverted = all(part is not None and part[0].mean() < 0 for part in parts)
    v6 = parts[1]
    return inverted and v6 is not None and bool(v6[-1].max() < -v6[-1].min())


def find_flat_limb_lead(limbs: NDArray[np.float64], waves: Waves) -> str | None:
    """Name the exchange with the right leg that makes one of I, II and III almost flat, or return None.

    Args:
        limbs: leads I and II of a beat, shape ``[2, length]``, mV.
        waves: fiducial points in it; there must be a QRS complex.
    """
    starts, stops = (waves.p_onset, waves.qrs_onset), (waves.t_offset, waves.qrs_offset)
    first = min(point for point in starts if point is not None)
    last = max(point for point in stops if point is not None)
    leads = np.stack([limbs[0], limbs[1], limbs[1] - limbs[0]])[:, first : last + 1]
    size = leads.std(axis=1)
    flattest = int(np.argmin(size))
    others = float(np.delete(size, flattest).min())
    return _FLAT[flattest] if others >= INTACT and size[flattest] < FLAT_RATIO * others else None
