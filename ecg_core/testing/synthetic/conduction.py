"""Beats of disturbed conduction: bundle branches, fascicles, ventricular and paced beats.

The forms follow the definitions of AHA/ACCF/HRS 2009 part III; sizes are engineering defaults.
"""

from __future__ import annotations

from ecg_core.testing.synthetic.amplitudes import amplitudes, project
from ecg_core.testing.synthetic.shapes import T_LENGTH, phases, st, t_wave
from ecg_core.testing.synthetic.waves import Arch, Ventricular


def lbbb(*, qrs: float = 150.0, qt: float = 430.0, st_v2: float = 0.15, septal_q: bool = False) -> Ventricular:
    """Return left bundle-branch block: QS in V1, broad notched R without q in I, aVL, V5 and V6.

    Args:
        qrs: QRS duration, in ms.
        qt: QT interval, in ms.
        st_v2: ST level in V1 to V3, in mV, against the QRS.
        septal_q: whether V5, V6 and I begin with a q wave after all (which speaks against it).
    """
    main = project(0.9, 5.0, V1=-1.1, V2=-1.5, V3=-1.2, V4=0.5, V5=0.9, V6=0.9)
    notch = project(-0.3, 5.0, V1=0.0, V2=0.0, V3=0.0, V4=-0.1, V5=-0.3, V6=-0.3)
    waves = [Arch(0.0, qrs, main), Arch(0.35 * qrs, 0.62 * qrs, notch)]
    if septal_q:
        waves[0] = Arch(24.0, qrs, main)
        waves.append(Arch(0.0, 24.0, project(-0.12, 5.0, V1=0.2, V2=0.2, V3=0.2, V4=-0.1, V5=-0.12, V6=-0.12)))
    return Ventricular(
        qrs=qrs,
        waves=tuple(waves),
        t=t_wave(qt, project(0.25, -175.0, V1=0.35, V2=0.5, V3=0.4, V4=-0.1, V5=-0.25, V6=-0.25)),
        st=st(project(0.06, -175.0, V1=st_v2 * 0.8, V2=st_v2, V3=st_v2 * 0.9, V4=0.0, V5=-0.08, V6=-0.08)),
    )


def rbbb(
    *, qrs: float = 140.0, qt: float = 420.0, axis: float = 50.0, r_prime: float = 0.8, lafb: bool = False
) -> Ventricular:
    """Return right bundle-branch block: rSR' in V1, broad S in I and V6.

    Args:
        qrs: QRS duration, in ms.
        qt: QT interval, in ms.
        axis: of the left ventricular part of the complex, in degrees.
        r_prime: height of R' in V1, in mV.
        lafb: whether the first wave turns down and to the right, as in left anterior fascicular block.
    """
    first = 25.0 / qrs
    middle = max(0.5, first + 40.0 / qrs)
    septal = project(0.18, 115.0 if lafb else axis + 180.0, V1=0.25, V2=0.3, V3=0.3, V4=0.1, V5=-0.06, V6=-0.06)
    left = project(1.0, axis, V1=-0.4, V2=-0.5, V3=-0.5, V4=1.0, V5=1.2, V6=0.9)
    right = project(0.3, 180.0, V1=r_prime, V2=0.7 * r_prime, V3=0.1, V4=-0.3, V5=-0.35, V6=-0.35)
    return Ventricular(
        qrs=qrs,
        waves=phases(qrs, ((first, septal), (middle, left), (1.0, right))),
        t=t_wave(qt, project(0.25, 45.0, V1=-0.25, V2=-0.15, V3=0.1, V4=0.3, V5=0.3, V6=0.25)),
    )


def lafb(*, axis: float = -55.0, qrs: float = 100.0, qt: float = 400.0) -> Ventricular:
    """Return left anterior fascicular block: qR in aVL, rS in the inferior leads, axis near `axis` degrees."""
    return Ventricular(
        qrs=qrs,
        waves=phases(
            qrs,
            (
                (0.22, project(0.2, 110.0, V1=0.15, V2=0.25, V3=0.3, V4=0.3, V5=-0.03, V6=-0.03)),
                (0.85, project(1.1, axis, V1=-0.8, V2=-1.1, V3=-0.9, V4=0.8, V5=0.9, V6=0.8)),
                (1.0, project(0.05, axis, V1=0.0, V2=0.0, V3=0.0, V4=-0.4, V5=-0.4, V6=-0.35)),
            ),
        ),
        t=t_wave(qt, project(0.25, 30.0, V1=-0.05, V2=0.3, V3=0.35, V4=0.35, V5=0.3, V6=0.25)),
    )


def lpfb(*, axis: float = 118.0, qrs: float = 100.0, qt: float = 400.0) -> Ventricular:
    """Return left posterior fascicular block: rS in I and aVL, qR in III and aVF, axis near `axis` degrees."""
    return Ventricular(
        qrs=qrs,
        waves=phases(
            qrs,
            (
                (0.22, project(0.2, -50.0, V1=0.15, V2=0.25, V3=0.3, V4=0.3, V5=-0.03, V6=-0.03)),
                (1.0, project(1.1, axis, V1=-0.7, V2=-1.0, V3=-0.8, V4=0.9, V5=1.0, V6=0.8)),
            ),
        ),
        t=t_wave(qt, project(0.25, 60.0, V1=-0.05, V2=0.3, V3=0.35, V4=0.35, V5=0.3, V6=0.25)),
    )


def incomplete_rbbb(*, qrs: float = 114.0, qt: float = 400.0) -> Ventricular:
    """Return incomplete right bundle-branch block: rsR' in V1, S in I and V6 longer than 40 ms."""
    return rbbb(qrs=qrs, qt=qt, r_prime=0.5)


def incomplete_lbbb(*, qrs: float = 114.0, qt: float = 400.0) -> Ventricular:
    """Return incomplete left bundle-branch block: no q in I, V5 and V6, the R of V4 to V6 peaking after 60 ms."""
    main = project(0.9, 20.0, V1=-0.9, V2=-1.3, V3=-0.9, V4=0.9, V5=1.1, V6=1.0)
    return Ventricular(
        qrs=qrs,
        waves=(Arch(0.0, 0.88 * qrs, main, crest=0.68), Arch(0.5 * qrs, qrs, main * 0.25)),
        t=t_wave(qt, project(0.2, 40.0, V1=0.1, V2=0.3, V3=0.35, V4=0.3, V5=0.2, V6=0.2)),
    )


def delayed(*, qrs: float = 118.0, qt: float = 410.0) -> Ventricular:
    """Return a wide QRS complex of neither bundle: small q in the lateral leads, no R' in V1, no broad S."""
    main = project(1.1, 50.0, V1=-0.8, V2=-1.1, V3=-0.7, V4=1.1, V5=1.2, V6=1.0)
    return Ventricular(
        qrs=qrs,
        waves=(
            Arch(0.0, 18.0, project(-0.1, 50.0, V1=0.2, V2=0.4, V3=0.5, V4=-0.04, V5=-0.1, V6=-0.1)),
            Arch(18.0, 0.78 * qrs, main),
            Arch(0.45 * qrs, qrs, main * 0.25),
        ),
        t=t_wave(qt, project(0.3, 45.0, V1=0.05, V2=0.3, V3=0.4, V4=0.4, V5=0.35, V6=0.25)),
    )


def ventricular(*, qrs: float = 160.0, qt: float = 420.0, focus: str = "left") -> Ventricular:
    """Return a ventricular beat.

    Args:
        qrs: QRS duration, in ms.
        qt: QT interval, in ms.
        focus: ventricle it starts in: "left" (positive in V1) or "right" (negative in V1).
    """
    if focus == "left":
        main = project(1.3, 120.0, V1=1.4, V2=1.2, V3=0.8, V4=-0.6, V5=-1.1, V6=-1.0)
    else:
        main = project(1.3, 75.0, V1=-1.3, V2=-1.6, V3=-1.0, V4=0.8, V5=1.2, V6=1.0)
    t = t_wave(qt, main * -0.35, length=min(T_LENGTH, qt - qrs - 20.0))
    # Slow at first, then quick: the second half of the complex swings through to the other side.
    waves = (Arch(0.0, 0.68 * qrs, main, crest=0.6), Arch(0.55 * qrs, qrs, main * -0.35))
    return Ventricular(qrs=qrs, waves=waves, t=t)


def fused(*, share: float = 0.5) -> Ventricular:
    """Return a fusion beat: both ventricles at once, from the node and from a focus in the right ventricle."""
    own = project(1.2, 50.0, V1=-0.9, V2=-1.2, V3=-0.8, V4=1.3, V5=1.4, V6=1.1)
    focus = project(1.3, -70.0, V1=-1.2, V2=-1.5, V3=-1.2, V4=-0.5, V5=-0.3, V6=0.3)
    main = own * (1 - share) + focus * share
    return Ventricular(qrs=120.0, waves=(Arch(0.0, 120.0, main),), t=t_wave(400.0, main * -0.1))


def paced_beat(*, qrs: float = 160.0, qt: float = 440.0) -> Ventricular:
    """Return a beat paced from the apex of the right ventricle: negative in V1 to V5 and in the inferior leads."""
    main = project(1.2, -75.0, V1=-0.9, V2=-1.3, V3=-1.3, V4=-1.0, V5=-0.6, V6=-0.3)
    return Ventricular(qrs=qrs, waves=(Arch(0.0, qrs, main),), t=t_wave(qt, main * -0.35))


SPIKE = amplitudes(I=0.3, II=-0.9, V1=-0.6, V2=-0.8, V3=-0.9, V4=-0.8, V5=-0.6, V6=-0.5)
"""Height of a ventricular pacing spike, in mV."""

ATRIAL_SPIKE = amplitudes(I=0.4, II=0.7, V1=0.3, V2=0.4, V3=0.4, V4=0.4, V5=0.4, V6=0.4)
"""Height of an atrial pacing spike, in mV."""
