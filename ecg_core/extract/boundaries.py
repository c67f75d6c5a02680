"""Where the QRS complex begins and ends in the representative beat.

Global definition: onset and offset are those of the complex as a whole, placed from the spatial velocity of all usable
leads and shifted so that, on average, they agree with the *median over the twelve leads* of manual marks (LUDB). The
shift depends on how bluntly the complex begins or ends: people see a slow beginning before it is fast enough to be told
from noise, but nothing before a sharp one, which the filters smear outwards. The extremes over leads (earliest onset,
latest offset) of the same marks lie about 9 ms further out on each side, because they collect every annotator's
scatter.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

SEARCH_BEFORE, SEARCH_AFTER = 0.20, 0.26
"""How far from the aligned position the complex may reach, in s (a paced QRS lasts up to 0.24 s)."""

ONSET_SHARE, OFFSET_SHARE = 0.05, 0.06
"""Share of the peak velocity, above the quiet level, below which the complex has not begun or has ended (LUDB, even
records)."""

ONSET_QUIET, OFFSET_QUIET = 0.020, 0.028
"""How long the velocity must stay below, in s: a pause within the complex is shorter (LUDB, even records)."""

SMEAR = 0.004
"""How far before a sharp beginning, and behind a sharp end, the filters make the velocity pass the share, in s
(complexes drawn with exact edges: 2 to 5 ms)."""

STEEP_SHARE, BLUNT = 0.20, 0.006
"""An edge is blunt where the velocity takes longer than this, in s, from the share of the edge to this one: 92 % are in
LUDB, none of complexes drawn with sharp corners."""

ONSET_REACH, OFFSET_REACH = 0.0099, 0.0059
"""Distance, in s, of the manual marks of blunt edges from where the velocity of a sharp one would pass (LUDB, even
records: on the odd ones the mean error is 0.5 and -0.4 ms, the scatter 3.4 and 4.6 ms)."""


def spatial_velocity(beat: NDArray[np.float64], sampling_rate: float) -> NDArray[np.float64]:
    """Return the root mean square over leads of the slope, shape ``[length]``, in mV/s.

    Args:
        beat: shape ``[leads, length]``, mV.
        sampling_rate: in Hz.
    """
    from scipy.ndimage import gaussian_filter1d

    smooth = gaussian_filter1d(beat, 0.0024 * sampling_rate, axis=1, mode="nearest")
    slope = np.gradient(smooth, axis=1) * sampling_rate
    velocity: NDArray[np.float64] = np.sqrt(np.mean(slope**2, axis=0))
    return velocity


def find_qrs(
    beat: NDArray[np.float64], origin: int, sampling_rate: float, *, not_before: float | None = None
) -> tuple[float, float]:
    """Find QRS onset and offset.

    Args:
        beat: usable leads of the representative beat, shape ``[leads, length]``, mV.
        origin: sample about which the beats were aligned.
        sampling_rate: in Hz.
        not_before: sample before which the complex cannot begin, because a pacing artefact ends there.

    Returns:
        Onset and offset in samples, with fractions.
    """
    from scipy.ndimage import uniform_filter1d

    velocity = spatial_velocity(beat, sampling_rate)
    first = max(0, origin - round(SEARCH_BEFORE * sampling_rate))
    last = min(velocity.size, origin + round(SEARCH_AFTER * sampling_rate))
    if not_before is not None:
        first = min(max(first, round(not_before)), origin)
    near = slice(max(first, origin - round(0.12 * sampling_rate)), origin + round(0.16 * sampling_rate))
    peak = near.start + int(np.argmax(velocity[near]))
    quiet = uniform_filter1d(velocity, round(0.02 * sampling_rate), mode="nearest")
    top = velocity[peak]
    floor_before, floor_after = quiet[first : peak + 1].min(), quiet[peak:last].min()
    low = floor_before + ONSET_SHARE * (top - floor_before), floor_before + STEEP_SHARE * (top - floor_before)
    high = floor_after + OFFSET_SHARE * (top - floor_after), floor_after + STEEP_SHARE * (top - floor_after)
    rising, falling = velocity[first : peak + 1][::-1] < low[0], velocity[peak:last] < high[0]
    before = peak - _first_run(rising, round(ONSET_QUIET * sampling_rate))
    behind = peak + _first_run(falling, round(OFFSET_QUIET * sampling_rate))
    onset, rise = _edge(velocity[before : peak + 1], *low)
    offset, fall = _edge(velocity[peak : behind + 1][::-1], *high)
    blunt = BLUNT * sampling_rate
    outwards = (ONSET_REACH * min(1.0, rise / blunt) - SMEAR) * sampling_rate
    shifted = before + onset - outwards
    if not_before is not None:
        shifted = min(max(shifted, not_before), float(peak - 1))
    return shifted, behind - offset + (OFFSET_REACH * min(1.0, fall / blunt) - SMEAR) * sampling_rate


def _edge(velocity: NDArray[np.float64], low: float, high: float) -> tuple[float, float]:
    """Return where a velocity that rises from its first sample passes a level, and how long it then takes to another.

    Args:
        velocity: from a sample below the level to the highest one.
        low: level of the edge.
        high: level that it passes later.
    """

    def passing(level: float) -> float:
        above = int(np.argmax(velocity >= level))
        if above == 0:
            return 0.0
        below = velocity[above - 1]
        return above - 1 + float((level - below) / (velocity[above] - below))

    start = passing(low)
    return start, passing(high) - start


def _first_run(quiet: NDArray[np.bool_], length: int) -> int:
    """Return where the first run of `length` true values starts, or the end if there is none."""
    if quiet.size < length:
        return quiet.size
    runs = np.convolve(quiet.astype(np.intp), np.ones(length, dtype=np.intp), mode="valid")
    starts = np.flatnonzero(runs == length)
    return int(starts[0]) if starts.size else quiet.size
