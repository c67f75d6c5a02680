"""P waves and beats of normal conduction, and how to alter their repolarisation.

All sizes are engineering defaults: plausible ones, chosen so that nothing but what is asked for is abnormal.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from ecg_core.testing.synthetic.amplitudes import NOTHING, Amplitudes, amplitudes, project
from ecg_core.testing.synthetic.waves import Arch, Atrial, StSegment, Ventricular

NORMAL_T = project(0.30, 45.0, V1=-0.05, V2=0.30, V3=0.40, V4=0.40, V5=0.35, V6=0.25)
T_LENGTH = 190.0
"""Duration of a T wave in ms."""


def p_wave(
    *,
    duration: float = 100.0,
    size: float = 0.14,
    axis: float = 55.0,
    v1: float = 0.06,
    v1_terminal: float = 0.04,
    v1_split: float = 0.5,
    notch: float = 0.0,
    pr_sag: float = 0.0,
    pr: float = 160.0,
) -> Atrial:
    """Return a P wave.

    Args:
        duration: in ms.
        size: of the frontal vector, in mV.
        axis: its direction, in degrees.
        v1: height of the first part in V1, in mV.
        v1_terminal: depth of the last part in V1, in mV.
        v1_split: where the last part begins, as a share of the duration.
        notch: distance of the two peaks of a notched P wave in the limb leads and V4 to V6, in ms; 0 for a single peak.
        pr_sag: depth of the PR segment, in mV, opposite to the P wave.
        pr: PR interval that the sag fills, in ms.
    """
    body = project(size, axis, V1=0.0, V2=0.06, V3=0.06, V4=0.06, V5=0.06, V6=0.06)
    waves: list[Arch] = []
    if notch:
        # Two peaks `notch` apart, the wave between them falling to about two thirds.
        half = duration - notch
        waves += [Arch(0.0, half, body), Arch(duration - half, duration, body)]
    else:
        waves.append(Arch(0.0, duration, body))
    split = duration * v1_split
    waves += [
        Arch(0.0, split, amplitudes(V1=v1)),
        Arch(split, duration, amplitudes(V1=-v1_terminal)),
    ]
    after = (Arch(duration, pr, project(-pr_sag, axis, V4=-pr_sag, V5=-pr_sag, V6=-pr_sag)),) if pr_sag else ()
    return Atrial(waves=tuple(wave for wave in waves if any(wave.size.values)), after=after)


def retrograde_p() -> Atrial:
    """Return a P wave that runs upwards: negative in the inferior leads, positive in aVR."""
    return p_wave(duration=80.0, size=0.14, axis=-80.0, v1=0.05, v1_terminal=0.0, v1_split=0.6)


def phases(qrs: float, parts: Sequence[tuple[float, Amplitudes]]) -> tuple[Arch, ...]:
    """Return a QRS complex as successive waves.

    Args:
        qrs: duration, in ms.
        parts: where each wave ends, as a share of the duration, and its sizes; the last ends at 1.
    """
    ends = [0.0, *(qrs * share for share, _ in parts[:-1]), qrs]
    sized = zip(pairwise(ends), parts, strict=True)
    return tuple(Arch(first, last, size) for (first, last), (_, size) in sized if any(size.values))


def t_wave(qt: float, size: Amplitudes, *, length: float = T_LENGTH, crest: float = 0.6) -> tuple[Arch, ...]:
    """Return a T wave that ends at `qt` ms: slow up, fast down."""
    return (Arch(qt - length, qt, size, crest=crest),)


def biphasic_t(qt: float, early: Amplitudes, late: Amplitudes, *, length: float = T_LENGTH) -> tuple[Arch, ...]:
    """Return a T wave of two phases, the second one ending at `qt` ms."""
    middle = qt - length / 2
    return Arch(qt - length, middle, early), Arch(middle, qt, late)


def st(level: Amplitudes, *, slope: Amplitudes = NOTHING, bow: Amplitudes = NOTHING) -> StSegment:
    """Return an ST segment; see `StSegment`."""
    return StSegment(level=level, slope=slope, bow=bow)


def normal_qrs(
    *,
    qrs: float = 90.0,
    axis: float = 50.0,
    size: float = 1.2,
    qt: float = 400.0,
    t: Amplitudes = NORMAL_T,
    t_length: float = T_LENGTH,
    t_crest: float = 0.6,
    **chest: float,
) -> Ventricular:
    """Return a beat of normal conduction.

    Args:
        qrs: QRS duration, in ms.
        axis: frontal QRS axis, in degrees; exact.
        size: of the main frontal QRS vector, in mV.
        qt: QT interval, in ms.
        t: sizes of the T wave.
        t_length: its duration, in ms.
        t_crest: place of its peak, as a share of its duration.
        chest: sizes of the main QRS wave in chest leads that are to differ.
    """
    main = {"V1": -0.9, "V2": -1.2, "V3": -0.8, "V4": 1.3, "V5": 1.4, "V6": 1.1} | chest
    return Ventricular(
        qrs=qrs,
        waves=phases(
            qrs,
            (
                (0.19, project(-0.06 * size, axis, V1=0.2, V2=0.4, V3=0.55, V4=-0.04, V5=-0.06, V6=-0.06)),
                (0.74, project(size, axis, **main)),
                (1.0, project(-0.1 * size, axis, V1=0.0, V2=0.0, V3=0.0, V4=-0.45, V5=-0.2, V6=-0.08)),
            ),
        ),
        t=t_wave(qt, t, length=t_length, crest=t_crest),
    )


def small_qrs(limb: float, chest: float, *, qrs: float = 90.0, qt: float = 400.0) -> Ventricular:
    """Return a normal beat whose largest peak-to-peak size is `limb` in the limb and `chest` in the chest leads, mV."""
    full = normal_qrs(qrs=qrs, qt=qt)
    limb_size, chest_size = (_span_of(full, leads) for leads in (slice(0, 6), slice(6, 12)))

    def shrink(wave: Arch, limb_factor: float, chest_factor: float) -> Arch:
        values = wave.size.values
        sizes = (*(limb_factor * x for x in values[:6]), *(chest_factor * x for x in values[6:]))
        return replace(wave, size=Amplitudes(sizes))

    return replace(
        full,
        waves=tuple(shrink(wave, limb / limb_size, chest / chest_size) for wave in full.waves),
        t=tuple(shrink(wave, 0.4, 0.4) for wave in full.t),
    )


def _span_of(shape: Ventricular, leads: slice) -> float:
    """Return the largest peak-to-peak size of the QRS complex in some leads, whose waves follow one another."""
    columns = list(zip(*(wave.size.values[leads] for wave in shape.waves), strict=True))
    spans: list[float] = [max(0.0, *column) - min(0.0, *column) for column in columns]
    return max(spans)


def delta_qrs(*, qrs: float = 140.0, delta: float = 40.0, qt: float = 400.0, share: float = 0.3) -> Ventricular:
    """Return a pre-excited beat: a slow straight start that the main wave grows out of.

    Args:
        qrs: QRS duration with the delta wave, in ms.
        delta: how long the delta wave stands alone, in ms.
        qt: QT interval, in ms.
        share: height of the delta wave relative to the main wave.
    """
    main = project(1.1, 40.0, V1=0.5, V2=0.9, V3=1.1, V4=1.4, V5=1.3, V6=1.0)
    # The delta wave peaks where the main wave is well under way and ends before it does: there is no dip between.
    return Ventricular(
        qrs=qrs,
        waves=(
            Arch(0.0, 0.85 * qrs, main * share, crest=0.5),
            Arch(delta, qrs, main, crest=0.45),
        ),
        t=t_wave(qt, project(0.25, 200.0, V1=-0.1, V2=-0.2, V3=-0.1, V4=-0.2, V5=-0.25, V6=-0.2)),
    )


def with_j_waves(shape: Ventricular, leads: Amplitudes, *, width: float = 36.0) -> Ventricular:
    """Return a beat with a notch on the end of its QRS complex, which grows longer by it.

    Args:
        shape: the beat; it should end with an R wave where there is to be a J wave.
        leads: height of the J wave.
        width: its duration, in ms, of which a sixth lies on the end of the QRS complex.
    """
    wave = Arch(shape.qrs - width / 6, shape.qrs + 5 * width / 6, leads)
    return replace(shape, qrs=wave.last, j=(wave,))
