"""How P waves are conducted: PR intervals, blocked P waves, Wenckebach groups, dissociation."""

from __future__ import annotations

import numpy as np

from ecg_core.extract.atrial import NO_P
from ecg_core.extract.conduction_groups import NAMES as GROUP_NAMES
from ecg_core.extract.conduction_groups import count_groups
from ecg_core.extract.delineation import Delineation
from ecg_core.extract.ectopy import rr_milliseconds
from ecg_core.extract.entries import absent, measured
from ecg_core.extract.p_search import AtrialActivity
from ecg_core.measurements import Measurement

CONDUCTED = 0.4
"""s from P to QRS beyond which a P wave was not conducted (vocabulary, nonconducted_p_count)."""
PR_GROWTH = 20.0
"""ms from first to last PR of a Wenckebach group (vocabulary, wenckebach_count)."""
REGULAR, VARYING_PR, DISSOCIATION_SECONDS = 0.10, 50.0, 4.0
"""av_dissociation: CV of PP and of RR, SD of PR in ms, shortest stretch in s (vocabulary)."""
PR_JITTER = 4.0
"""ms; spread of PR from beat to beat in manual marks (LUDB)."""


def measure_conduction(delineation: Delineation, activity: AtrialActivity) -> list[Measurement]:
    """Return PR and RP series, blocked and dropped counts, ratio and dissociation."""
    beats = delineation.beats
    reason = NO_P
    if activity.free_running:
        reason = "P waves do not lead to the QRS complexes"
    if not beats:
        reason = "no QRS complex found"
    items = [absent("rp_intervals", "a P wave after the QRS is not looked for")]
    owned = activity.beats >= 0
    pr = activity.pr[owned]
    if pr.size == 0:
        items += [absent(name, reason) for name in ("pr_intervals", "pr_variation")]
    else:
        span = (int(activity.peaks[owned][0]), beats[int(activity.beats[owned][-1])].sample)
        items.append(measured("pr_intervals", tuple(round(float(value), 1) for value in pr), span=span))
        if pr.size < 2:
            items.append(absent("pr_variation", "fewer than 2 PR intervals"))
        else:
            spread = float(pr.std(ddof=1))
            u = max(PR_JITTER, spread / float(np.sqrt(2 * (pr.size - 1))))
            items.append(measured("pr_variation", spread, u=u, span=span))
    if not beats or activity.peaks.size == 0:
        counts = (
            "nonconducted_p_count",
            "dropped_beat_count",
            "wenckebach_count",
            "av_ratio",
            "p_per_qrs",
            "av_dissociation",
            *GROUP_NAMES,
        )
        return items + [absent(name, reason) for name in counts]
    whole = (int(activity.peaks[0]), int(activity.peaks[-1]))
    groups = count_groups(activity.beats)
    return [
        *items,
        measured("nonconducted_p_count", _blocked(delineation, activity), span=whole),
        measured("dropped_beat_count", _dropped(activity), span=whole),
        measured("wenckebach_count", _wenckebach(activity), span=whole),
        measured("av_ratio", _ratio(delineation, activity), span=whole),
        # One P wave too many or too few at either end of the window.
        measured("p_per_qrs", activity.peaks.size / len(beats), u=0.5 / len(beats), span=whole),
        _dissociation(delineation, activity),
        *(measured(name, count, span=whole) for name, count in zip(GROUP_NAMES, groups, strict=True)),
    ]


def _blocked(delineation: Delineation, activity: AtrialActivity) -> int:
    """P waves without a QRS within 400 ms; those too near the end of the window to tell are left out."""
    reach = round(CONDUCTED * delineation.sampling_rate)
    candidates = activity.peaks[(activity.beats < 0) & (activity.peaks + reach < delineation.signal.shape[1])]
    places = np.array([beat.sample for beat in delineation.beats])
    following = np.searchsorted(places, candidates)
    gap = np.where(following < places.size, places[np.minimum(following, places.size - 1)] - candidates, np.inf)
    return int(np.sum(gap > reach))


def _dropped(activity: AtrialActivity) -> int:
    """P waves without QRS that stand between conducted ones; 0 where no P wave is conducted."""
    conducted = np.flatnonzero(activity.beats >= 0)
    if conducted.size == 0:
        return 0
    return int(np.sum(activity.beats[conducted[0] : conducted[-1]] < 0))


def _wenckebach(activity: AtrialActivity) -> int:
    """Dropped beats whose group's PR grew by 20 ms and was shorter again after the drop."""
    group: list[float] = []
    grown: float | None = None
    count = 0
    for owner, pr in zip(activity.beats.tolist(), activity.pr.tolist(), strict=True):
        if owner < 0:
            grown = group[-1] if len(group) >= 2 and group[-1] - group[0] >= PR_GROWTH else None
            group = []
            continue
        if grown is not None:
            count += pr < grown
            grown = None
        group.append(pr)
    return count


def _ratio(delineation: Delineation, activity: AtrialActivity) -> str:
    """P : QRS over repeating groups if every group is alike, else over the recording."""
    if activity.free_running:
        return f"{activity.peaks.size}:{len(delineation.beats)}"
    conducted = np.flatnonzero(activity.beats >= 0)
    waves = np.diff(conducted)
    if waves.size and (waves == waves[0]).all():
        return f"{int(waves[0])}:1"
    return f"{activity.peaks.size}:{conducted.size}"


def _dissociation(delineation: Delineation, activity: AtrialActivity) -> Measurement:
    name, rate = "av_dissociation", delineation.sampling_rate
    if len(delineation.beats) < 4 or activity.peaks.size < 4:
        return absent(name, "fewer than 4 beats or P waves")
    if not activity.free_running:
        return measured(name, False)
    pp = np.diff(activity.peaks) / rate
    base = float(np.min(pp))
    # A P wave hidden in a QRS leaves a double interval: fold it back before judging regularity.
    folded = pp / np.maximum(np.round(pp / base), 1)
    rr = rr_milliseconds(delineation)
    places = np.array([beat.sample for beat in delineation.beats])
    following = np.searchsorted(places, activity.peaks)
    within = following < places.size
    pr = (places[following[within]] - activity.peaks[within]) * 1000.0 / rate
    long_enough = (activity.peaks[-1] - activity.peaks[0]) / rate >= DISSOCIATION_SECONDS
    regular = folded.std() / folded.mean() < REGULAR and rr.std() / rr.mean() < REGULAR
    dissociated = bool(regular and long_enough and pr.size >= 4 and pr.std() > VARYING_PR)
    return measured(name, dissociated, span=(int(activity.peaks[0]), int(activity.peaks[-1])))
