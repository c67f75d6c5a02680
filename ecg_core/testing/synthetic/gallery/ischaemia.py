"""ST, T and Q by territory, and what mimics them."""

from __future__ import annotations

from dataclasses import replace

from ecg_core.testing.synthetic.amplitudes import amplitudes, project
from ecg_core.testing.synthetic.conduction import lbbb
from ecg_core.testing.synthetic.gallery.entry import example
from ecg_core.testing.synthetic.make import Sketch
from ecg_core.testing.synthetic.rhythms import escape, sinus
from ecg_core.testing.synthetic.shapes import NORMAL_T, biphasic_t, normal_qrs, p_wave, st, t_wave, with_j_waves
from ecg_core.testing.synthetic.waves import Arch, StSegment, Ventricular

TERRITORIES = {
    "inferior": amplitudes(II=1.0, III=1.2),
    "anterior": amplitudes(V1=0.5, V2=1.5, V3=1.6, V4=1.2, V5=0.3),
    "lateral": amplitudes(I=1.0, aVL=1.0, V5=1.1, V6=1.1),
    "septal": amplitudes(V1=1.0, V2=1.0),
    "left precordial": amplitudes(V3=0.7, V4=1.0, V5=1.1, V6=1.0),
    "right precordial": amplitudes(V1=0.9, V2=1.2, V3=1.1, V4=0.4),
    "anterolateral": amplitudes(I=1.0, aVL=0.7, V3=1.0, V4=1.1, V5=1.1, V6=1.0),
    "diffuse": amplitudes(I=1.1, II=1.2, V2=0.9, V3=1.1, V4=1.3, V5=1.3, V6=1.2),
    "high lateral": amplitudes(I=1.0, aVL=1.0),
    "inferolateral": amplitudes(I=0.0, II=1.1, V4=0.4, V5=1.1, V6=1.1),
}
"""Relative size by lead of a change in a territory; times the level it gives mV."""


def injury(*, territory: str, level: float, slope: float = 0.0, bow: float = 0.0, rate: float = 72.0) -> Sketch:
    """Draw a shift of the ST segment.

    Args:
        territory: where; a key of `TERRITORIES`.
        level: at J in mV, positive or negative; leads have the territory's share of it.
        slope: in mV/s, in the same leads.
        bow: height of the middle of the first 80 ms above the chord, in mV (positive: convex).
        rate: in 1/min.
    """
    where = TERRITORIES[territory]
    segment = st(where * level, slope=where * slope, bow=where * bow)
    return Sketch(sinus(replace(normal_qrs(), st=segment), p_wave(), rate=rate))


def posterior_injury(*, level: float = -0.12) -> Sketch:
    """Draw horizontal ST depression that is deepest in V1 to V3, with upright T waves."""
    segment = st(TERRITORIES["right precordial"] * level)
    shape = replace(normal_qrs(t=project(0.3, 45.0, V1=0.25, V2=0.45, V3=0.5, V4=0.4, V5=0.35, V6=0.25)), st=segment)
    return Sketch(sinus(shape, p_wave()))


def left_main(*, level: float = -0.15) -> Sketch:
    """Draw ST depression in most leads and elevation in aVR."""
    return injury(territory="diffuse", level=level)


def de_winter(*, level: float = -0.2, t: float = 1.0) -> Sketch:
    """Draw upsloping ST depression with tall T waves in V2 to V5."""
    chest = amplitudes(I=0.3, II=0.4, V2=1.0, V3=1.0, V4=1.0, V5=0.6)
    segment = st(chest * level, slope=chest * 2.0)
    peaked = project(0.3, 45.0, V1=0.1, V2=t, V3=t, V4=t, V5=0.6, V6=0.4)
    return Sketch(sinus(replace(normal_qrs(t=peaked), st=segment), p_wave(), rate=76.0))


def wellens(*, kind: str = "A", depth: float = 0.35) -> Sketch:
    """Draw the T waves of critical proximal left anterior descending stenosis: biphasic (A) or deeply inverted (B)."""
    rest = project(0.2, 45.0, V5=0.15, V6=0.2)
    chest = amplitudes(V2=1.0, V3=1.0, V4=0.7)
    qt = 410.0
    t = (
        biphasic_t(qt, chest * 0.25 + rest, chest * -depth + rest, length=210.0)
        if kind == "A"
        else t_wave(qt, chest * (-2 * depth) + rest, length=210.0, crest=0.5)
    )
    return Sketch(sinus(replace(normal_qrs(qt=qt), t=t), p_wave(), rate=66.0))


def old_infarct(*, territory: str, q: float = 40.0, depth: float = 1.0) -> Sketch:
    """Draw Q waves.

    Args:
        territory: "inferior", "lateral", "anterior" or "septal".
        q: their duration, in ms.
        depth: factor on their usual depth.
    """
    sizes = {
        "inferior": amplitudes(II=-0.3, III=-0.35, V1=0.2, V2=0.4, V3=0.55),
        "lateral": amplitudes(I=-0.28, aVL=-0.25, V1=0.2, V2=0.4, V3=0.55, V5=-0.25, V6=-0.25),
        "anterior": amplitudes(V1=0.1, V2=-0.5, V3=-0.5, V4=-0.4),
        "septal": amplitudes(V1=-0.5, V2=-0.6, V3=0.35),
    }
    main = {
        "inferior": project(1.0, 25.0, V1=-0.9, V2=-1.1, V3=-0.8, V4=1.0, V5=1.2, V6=1.0),
        "lateral": project(1.0, 80.0, V1=-0.9, V2=-1.1, V3=-0.8, V4=1.0, V5=0.9, V6=0.7),
        "anterior": project(1.0, 50.0, V1=-0.9, V2=-0.7, V3=-0.6, V4=0.5, V5=1.2, V6=1.0),
        "septal": project(1.0, 50.0, V1=-0.6, V2=-0.7, V3=0.5, V4=1.1, V5=1.2, V6=1.0),
    }
    qrs = 60.0 + q
    waves = (Arch(0.0, q, sizes[territory] * depth), Arch(q, qrs, main[territory]))
    return Sketch(sinus(Ventricular(qrs=qrs, waves=waves, t=t_wave(400.0, NORMAL_T)), p_wave()))


def posterior_infarct(*, r: float = 50.0) -> Sketch:
    """Draw broad R waves (in ms) that exceed S, with upright T waves, in V1 and V2."""
    first = project(1.0, 45.0, V1=0.6, V2=0.9, V3=1.0, V4=1.2, V5=1.1, V6=0.9)
    second = amplitudes(V1=-0.3, V2=-0.4, V3=-0.5, V4=-0.4, V5=-0.2, V6=-0.08)
    t = project(0.3, 45.0, V1=0.3, V2=0.5, V3=0.5, V4=0.4, V5=0.35, V6=0.25)
    qrs = r + 40.0
    shape = Ventricular(qrs=qrs, waves=(Arch(0.0, r, first), Arch(r, qrs, second)), t=t_wave(400.0, t))
    return Sketch(sinus(shape, p_wave()))


def acute_infarct(*, territory: str = "inferior") -> Sketch:
    """Draw Q waves and ST elevation in one territory."""
    sketch = old_infarct(territory=territory)
    return _with_st(sketch, st(TERRITORIES[territory] * 0.25, bow=TERRITORIES[territory] * 0.05))


def inverted_t(*, territory: str, depth: float, symmetric: bool = True) -> Sketch:
    """Draw inverted T waves, `depth` mV deep in a territory."""
    where = TERRITORIES[territory]
    chest = {lead: 0.0 if where[lead] > 0.2 else NORMAL_T[lead] for lead in ("V1", "V2", "V3", "V4", "V5", "V6")}
    limb = (0.0, 0.0) if abs(where["I"]) + abs(where["II"]) > 0.2 else (NORMAL_T["I"], NORMAL_T["II"])
    t = amplitudes(I=limb[0], II=limb[1], **chest) + where * -depth
    return Sketch(sinus(normal_qrs(t=t, t_crest=0.5 if symmetric else 0.65), p_wave()))


def small_t(*, share: float) -> Sketch:
    """Draw T waves of this share of their normal size."""
    return Sketch(sinus(normal_qrs(t=NORMAL_T * share), p_wave()))


def hyperkalaemia(*, t: float = 1.2, width: float = 130.0, severe: bool = False) -> Sketch:
    """Draw tall narrow symmetric T waves; with a wide QRS and no P waves if severe."""
    qrs = 140.0 if severe else 90.0
    size = project(0.8, 50.0, V1=0.3, V2=t, V3=t, V4=t, V5=0.8, V6=0.5)
    shape = normal_qrs(qrs=qrs, qt=400.0, t=size, t_length=width, t_crest=0.5)
    return Sketch(escape(shape, rate=70.0) if severe else sinus(shape, p_wave(), rate=70.0))


def hypokalaemia(*, u: float = 0.2, t: float = 0.3, level: float = -0.08) -> Sketch:
    """Draw U waves of `u` mV in V3 behind T waves of `t` of their normal size, with ST depression."""
    waves = (
        Arch(410.0, 560.0, amplitudes(I=0.3 * u, II=0.6 * u, V2=0.8 * u, V3=u, V4=0.9 * u, V5=0.6 * u, V6=0.4 * u)),
    )
    segment = st(amplitudes(I=0.6, II=1.0, V2=0.8, V3=1.0, V4=1.0, V5=1.0, V6=0.8) * level)
    shape = replace(normal_qrs(t=NORMAL_T * t), u=waves, st=segment)
    return Sketch(sinus(shape, p_wave(), rate=62.0))


def brugada(*, kind: int = 1, level: float = 0.3) -> Sketch:
    """Draw a coved (1) or saddle-back (2) ST segment in V1 and V2."""
    where = amplitudes(V1=0.8, V2=1.0)
    plain = normal_qrs(V1=-0.5, V2=-0.6)
    if kind == 1:
        segment = st(where * level, slope=where * -1.4, bow=where * 0.02)
        t = t_wave(400.0, project(0.3, 45.0, V1=-0.3, V2=-0.3, V3=0.2, V4=0.35, V5=0.35, V6=0.25))
    else:
        segment = st(where * level, slope=where * -0.9, bow=where * -0.04)
        t = t_wave(400.0, project(0.3, 45.0, V1=0.15, V2=0.35, V3=0.4, V4=0.35, V5=0.35, V6=0.25))
    return Sketch(sinus(replace(plain, t=t, st=segment), p_wave(), rate=70.0))


def early_repolarisation(*, notch: float = 0.2) -> Sketch:
    """Draw notches at the end of the QRS complex in the inferior and lateral leads."""
    where = amplitudes(I=0.6, II=1.0, V4=0.6, V5=1.0, V6=1.0) * notch
    septal = project(-0.06, 50.0, V1=0.2, V2=0.4, V3=0.55, V4=-0.04, V5=-0.06, V6=-0.06)
    main = project(1.2, 50.0, V1=-0.9, V2=-1.2, V3=-0.8, V4=1.3, V5=1.4, V6=1.1)
    plain = Ventricular(qrs=80.0, waves=(Arch(0.0, 16.0, septal), Arch(16.0, 80.0, main)), t=t_wave(400.0, NORMAL_T))
    return Sketch(sinus(with_j_waves(plain, where), p_wave(), rate=62.0))


def pericarditis(*, level: float = 0.15) -> Sketch:
    """Draw concave ST elevation in most leads, depression in aVR, and a depressed PR segment."""
    where = amplitudes(I=0.7, II=1.0, V2=0.9, V3=1.0, V4=1.1, V5=1.1, V6=1.0)
    segment = st(where * level, slope=where * 0.3, bow=where * -0.04)
    shape = replace(normal_qrs(t=NORMAL_T), st=segment)
    return Sketch(sinus(shape, p_wave(duration=90.0, pr_sag=0.09, pr=170.0), rate=84.0, pr=170.0))


def normal_elevation(*, level: float) -> Sketch:
    """Draw the concave ST elevation of the young in V2 and V3, under tall T waves."""
    where = amplitudes(V1=0.4, V2=1.0, V3=1.0, V4=0.6)
    t = project(0.3, 45.0, V1=0.1, V2=0.9, V3=0.9, V4=0.7, V5=0.4, V6=0.3)
    shape = replace(normal_qrs(t=t), st=st(where * level, slope=where * 0.8, bow=where * -0.04))
    return Sketch(sinus(shape, p_wave()))


def aneurysm() -> Sketch:
    """Draw QS complexes in V1 to V3 with ST elevation and low T waves."""
    first = project(-0.06, 50.0, V1=-0.5, V2=-0.8, V3=-0.8, V4=0.1, V5=-0.06, V6=-0.06)
    main = project(1.0, 50.0, V1=-1.0, V2=-1.5, V3=-1.4, V4=0.6, V5=1.1, V6=1.0)
    t = project(0.25, 45.0, V1=0.05, V2=0.1, V3=0.1, V4=0.1, V5=0.2, V6=0.2)
    shape = Ventricular(
        qrs=96.0,
        waves=(Arch(0.0, 24.0, first), Arch(24.0, 96.0, main)),
        t=t_wave(400.0, t),
        st=st(amplitudes(V1=0.15, V2=0.25, V3=0.25, V4=0.12)),
    )
    return Sketch(sinus(shape, p_wave()))


def pulmonary_embolism() -> Sketch:
    """Draw S in I, Q and inverted T in III, and inverted T waves in V1 to V4, at 110/min."""
    plain = normal_qrs(qrs=96.0, axis=80.0, qt=320.0)
    waves = (
        Arch(0.0, 26.0, amplitudes(I=0.15, III=-0.25, V1=0.25, V2=0.4, V3=0.5)),
        Arch(26.0, 62.0, project(0.8, 60.0, V1=-0.7, V2=-0.9, V3=-0.5, V4=0.9, V5=1.0, V6=0.8)),
        Arch(62.0, 96.0, project(0.35, 175.0, V1=0.2, V2=0.0, V3=-0.2, V4=-0.4, V5=-0.4, V6=-0.35)),
    )
    t = amplitudes(I=0.2, III=-0.15, V1=-0.2, V2=-0.3, V3=-0.3, V4=-0.2, V5=0.15, V6=0.2)
    return Sketch(
        sinus(
            replace(plain, waves=waves, t=t_wave(320.0, t, length=160.0)), p_wave(duration=90.0), rate=110.0, pr=140.0
        )
    )


def concordant_lbbb(*, level: float = 0.2) -> Sketch:
    """Draw left bundle-branch block whose lateral ST segment follows the QRS."""
    shape = replace(lbbb(), st=st(amplitudes(I=0.8, aVL=0.6, V5=1.0, V6=1.0) * level))
    return Sketch(sinus(shape, p_wave(), rate=70.0))


def _with_st(sketch: Sketch, segment: StSegment) -> Sketch:
    old = sketch.script.beats[0].shape
    new = replace(old, st=segment)
    return replace(
        sketch, script=replace(sketch.script, beats=tuple(replace(beat, shape=new) for beat in sketch.script.beats))
    )


EXAMPLES = (
    example(injury, "ACS_STEMI_INF", spares="ACS_STEMI_ANT MIM_PERI", territory="inferior", level=0.2, bow=0.03),
    example(injury, spares="ACS_STEMI_INF", territory="inferior", level=0.05),
    example(injury, "ACS_STEMI_ANT", spares="ACS_STEMI_INF MIM_BRU1", territory="anterior", level=0.22, bow=0.03),
    example(injury, spares="ACS_STEMI_ANT", territory="anterior", level=0.05),
    example(injury, "ACS_STEMI_LAT", spares="ACS_STEMI_ANT", territory="lateral", level=0.18, bow=0.03),
    example(injury, spares="ACS_STEMI_LAT", territory="lateral", level=0.05),
    example(posterior_injury, "ACS_POST", spares="ACS_STEMI_ANT"),
    example(posterior_injury, spares="ACS_POST", level=-0.02),
    example(left_main, "ACS_LM"),
    example(left_main, spares="ACS_LM", level=-0.06),
    example(de_winter, "ACS_DEW", spares="ELY_HYPERK"),
    example(de_winter, spares="ACS_DEW", level=-0.05, t=0.4),
    example(wellens, "ACS_WELLENS", kind="A"),
    example(wellens, "ACS_WELLENS", kind="B"),
    example(concordant_lbbb, "CON_LBBB ACS_SGARB"),
    example(injury, "STD_INF", territory="inferior", level=-0.10),
    example(injury, spares="STD_INF STD_NS", territory="inferior", level=-0.02),
    example(injury, "STD_LAT", territory="lateral", level=-0.11),
    example(injury, spares="STD_LAT", territory="lateral", level=-0.02),
    example(injury, "STD_ANTLAT", territory="left precordial", level=-0.12),
    example(injury, "STD_ANTSEP", territory="right precordial", level=-0.14),
    example(injury, "JPD", spares="STD_LAT ACS_DEW", territory="anterolateral", level=-0.14, slope=1.6),
    example(injury, "STE_NS", territory="anterolateral", level=0.14),
    example(old_infarct, "INF_INF", spares="INF_LAT INF_ANT CON_LAFB", territory="inferior"),
    example(old_infarct, spares="INF_INF", territory="inferior", q=20.0, depth=0.25),
    example(old_infarct, "INF_LAT", spares="INF_INF", territory="lateral"),
    example(old_infarct, spares="INF_LAT", territory="lateral", q=20.0, depth=0.3),
    example(old_infarct, "INF_ANT INF_ANTSEP", spares="INF_INF INF_SEPT", territory="anterior"),
    example(old_infarct, "INF_SEPT", spares="INF_ANT INF_ANTSEP", territory="septal"),
    example(posterior_infarct, "INF_POST", spares="HYP_RVH"),
    example(posterior_infarct, spares="INF_POST", r=30.0),
    example(acute_infarct, "INF_AGE_ACUTE INF_INF ACS_STEMI_INF", territory="inferior"),
    example(inverted_t, "TWA_INV ISC_ANT", territory="anterior", depth=0.2),
    example(inverted_t, spares="TWA_INV ISC_ANT", territory="anterior", depth=0.02),
    example(inverted_t, "ISC_LAT", territory="lateral", depth=0.25),
    example(inverted_t, "ISC_INF", territory="inferior", depth=0.25),
    example(inverted_t, "TWA_DEEP", territory="left precordial", depth=0.8),
    example(inverted_t, "TWA_NDT", territory="left precordial", depth=0.2, symmetric=False),
    example(small_t, "TWA_LOW", share=0.2),
    example(small_t, spares="TWA_LOW TWA_INV", share=1.0),
    example(hyperkalaemia, "ELY_HYPERK", spares="ELY_HYPERK_SEV"),
    example(hyperkalaemia, spares="ELY_HYPERK", t=0.6, width=190.0),
    example(hyperkalaemia, "ELY_HYPERK ELY_HYPERK_SEV", severe=True),
    example(hypokalaemia, "ELY_HYPOK"),
    example(hypokalaemia, spares="ELY_HYPOK", u=0.03, t=1.0, level=0.0),
    example(brugada, "MIM_BRU1", spares="ACS_STEMI_ANT", kind=1),
    example(brugada, spares="MIM_BRU1", kind=1, level=0.06),
    example(brugada, "MIM_BRU2", spares="MIM_BRU1", kind=2),
    example(early_repolarisation, "MIM_ER"),
    example(early_repolarisation, spares="MIM_ER", notch=0.04),
    example(pericarditis, "MIM_PERI"),
    example(pericarditis, spares="MIM_PERI", level=0.03),
    example(normal_elevation, "MIM_STNORM", spares="ACS_STEMI_ANT", level=0.15),
    example(aneurysm, "MIM_ANEUR INF_ANTSEP"),
    example(pulmonary_embolism, "PE_PATTERN"),
)
