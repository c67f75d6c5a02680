"""Bundle branches, fascicles, voltages and hypertrophy on either side of their limits."""

from __future__ import annotations

from ecg_core.testing.synthetic.amplitudes import Amplitudes, amplitudes, project
from ecg_core.testing.synthetic.conduction import incomplete_lbbb, incomplete_rbbb, lafb, lbbb, lpfb, rbbb
from ecg_core.testing.synthetic.gallery.entry import example
from ecg_core.testing.synthetic.make import Sketch
from ecg_core.testing.synthetic.rhythms import sinus
from ecg_core.testing.synthetic.shapes import NORMAL_T, normal_qrs, p_wave, phases, small_qrs, st, t_wave
from ecg_core.testing.synthetic.waves import Ventricular

STRAIN_T = project(0.25, 215.0, V1=0.1, V2=0.3, V3=0.3, V4=0.0, V5=-0.3, V6=-0.3)
STRAIN_ST = project(0.09, 215.0, V1=0.05, V2=0.05, V3=0.0, V4=-0.02, V5=-0.12, V6=-0.12)
STRAIN_SLOPE = project(0.7, 215.0, V5=-0.8, V6=-0.8)


def left_bundle(*, qrs: float = 150.0, septal_q: bool = False) -> Sketch:
    """Draw left bundle-branch block."""
    return Sketch(sinus(lbbb(qrs=qrs, septal_q=septal_q), p_wave(), rate=68.0))


def right_bundle(*, qrs: float = 140.0, axis: float = 50.0, lafb: bool = False) -> Sketch:
    """Draw right bundle-branch block, alone or with left anterior fascicular block."""
    return Sketch(sinus(rbbb(qrs=qrs, axis=axis, lafb=lafb), p_wave(), rate=68.0))


def incomplete(*, side: str, qrs: float = 114.0) -> Sketch:
    """Draw incomplete bundle-branch block of the left or the right side."""
    shape = incomplete_lbbb(qrs=qrs) if side == "left" else incomplete_rbbb(qrs=qrs)
    return Sketch(sinus(shape, p_wave(), rate=68.0))


def fascicle(*, which: str, axis: float) -> Sketch:
    """Draw left anterior or left posterior fascicular block with the given axis."""
    shape = lafb(axis=axis) if which == "anterior" else lpfb(axis=axis)
    return Sketch(sinus(shape, p_wave(), rate=68.0))


def low_voltage(*, limb: float, chest: float) -> Sketch:
    """Draw a normal beat whose largest peak-to-peak QRS size is `limb` and `chest` mV."""
    return Sketch(sinus(small_qrs(limb, chest), p_wave(size=0.08), rate=68.0))


def left_hypertrophy(
    *, v1: float = -0.9, v5: float = 1.4, v3: float = -0.8, size: float = 1.2, axis: float = 30.0, strain: bool = False
) -> Sketch:
    """Draw QRS sizes of left ventricular hypertrophy.

    Args:
        v1: main wave in V1, in mV (negative: S).
        v5: main wave in V5, in mV; V6 has nine tenths of it.
        v3: main wave in V3, in mV.
        size: of the frontal vector, in mV.
        axis: its direction, in degrees.
        strain: whether ST and T turn against the QRS in the lateral leads.
    """
    plain = normal_qrs(axis=axis, size=size, V1=v1, V3=v3, V5=v5, V6=0.9 * v5, t=STRAIN_T if strain else NORMAL_T)
    if not strain:
        return Sketch(sinus(plain, p_wave(), rate=66.0))
    shape = Ventricular(
        qrs=plain.qrs, waves=plain.waves, t=t_wave(400.0, STRAIN_T, crest=0.65), st=st(STRAIN_ST, slope=STRAIN_SLOPE)
    )
    return Sketch(sinus(shape, p_wave(), rate=66.0))


def right_hypertrophy(*, r_v1: float = 1.0, axis: float = 120.0, strain: bool = True) -> Sketch:
    """Draw right ventricular hypertrophy: R in V1, S in V5 and V6, right axis, strain in V1 to V3."""
    waves = phases(
        92.0,
        (
            (0.5, project(0.9, axis, V1=r_v1, V2=0.8, V3=0.7, V4=0.7, V5=0.6, V6=0.5)),
            (1.0, project(0.05, axis + 180.0, V1=-0.15, V2=-0.5, V3=-0.7, V4=-0.8, V5=-0.8, V6=-0.7)),
        ),
    )
    t = {"V1": -0.25, "V2": -0.25, "V3": -0.2} if strain else {"V1": -0.05, "V2": 0.2, "V3": 0.3}
    level = amplitudes(V1=-0.09, V2=-0.09, V3=-0.07) if strain else amplitudes()
    shape = Ventricular(
        qrs=92.0, waves=waves, t=t_wave(390.0, project(0.2, 60.0, **t, V4=0.2, V5=0.2, V6=0.2)), st=st(level)
    )
    return Sketch(sinus(shape, p_wave(), rate=72.0))


def progression(**r_waves: float) -> Sketch:
    """Draw R waves of given heights in V1 to V5 (keywords), each followed by an S wave."""
    r = {"V1": 0.15, "V2": 0.3, "V3": 0.5, "V4": 1.0, "V5": 1.2} | r_waves
    s = {"V1": -1.0, "V2": -1.2, "V3": -1.0, "V4": -0.7}
    return Sketch(
        sinus(_two_waves(project(1.0, 50.0, **r, V6=1.0), amplitudes(**s, V5=-0.3, V6=-0.1)), p_wave(), rate=70.0)
    )


def tall_r_v1(*, r: float, s: float) -> Sketch:
    """Draw R and S (both positive numbers, in mV) in V1."""
    first = project(1.0, 50.0, V1=r, V2=0.8, V3=0.9, V4=1.2, V5=1.2, V6=1.0)
    return Sketch(sinus(_two_waves(first, amplitudes(V1=-s, V2=-1.0, V3=-0.8, V4=-0.5, V5=-0.2, V6=-0.08)), p_wave()))


def three_s() -> Sketch:
    """Draw S waves in I, II and III that exceed their R waves."""
    first = project(0.5, 60.0, V1=0.2, V2=0.4, V3=0.7, V4=1.2, V5=1.2, V6=0.9)
    second = project(0.8, -120.0, V1=-0.7, V2=-1.0, V3=-0.8, V4=-0.7, V5=-0.6, V6=-0.5)
    return Sketch(sinus(_two_waves(first, second), p_wave()))


def dextrocardia() -> Sketch:
    """Draw a heart on the right: I upside down, R falling from V1 to V6."""
    first = project(1.0, 130.0, V1=0.8, V2=0.5, V3=0.35, V4=0.25, V5=0.18, V6=0.12)
    second = amplitudes(V1=-0.5, V2=-0.5, V3=-0.4, V4=-0.3, V5=-0.2, V6=-0.15)
    t = project(0.25, 130.0, V1=0.2, V2=0.15, V3=0.1, V4=0.08, V5=0.05, V6=0.05)
    return Sketch(sinus(_two_waves(first, second, t), p_wave(axis=125.0)))


def _two_waves(first: Amplitudes, second: Amplitudes, t: Amplitudes = NORMAL_T) -> Ventricular:
    return Ventricular(qrs=88.0, waves=phases(88.0, ((0.5, first), (1.0, second))), t=t_wave(390.0, t))


EXAMPLES = (
    example(left_bundle, "CON_LBBB", spares="CON_RBBB HYP_LVH INF_ANTSEP OVR_NORMAL"),
    example(left_bundle, spares="CON_LBBB", septal_q=True),
    example(left_bundle, "CON_LBBB CON_LBBB_STRICT", qrs=160.0),
    example(right_bundle, "CON_RBBB", spares="CON_LBBB CON_IRBBB"),
    example(right_bundle, spares="CON_RBBB", qrs=104.0),
    example(right_bundle, "CON_RBBB CON_LAFB CON_RBBB_LAFB", axis=-50.0, lafb=True),
    example(incomplete, "CON_IRBBB", spares="CON_RBBB", side="right"),
    example(incomplete, "CON_ILBBB", spares="CON_LBBB", side="left"),
    example(fascicle, "CON_LAFB AXS_LAD", spares="INF_INF", which="anterior", axis=-58.0),
    example(fascicle, spares="CON_LAFB", which="anterior", axis=-10.0),
    example(fascicle, "CON_LPFB AXS_RAD", spares="HYP_RVH", which="posterior", axis=122.0),
    example(fascicle, spares="CON_LPFB", which="posterior", axis=80.0),
    example(low_voltage, "VLT_LOW VLT_LOW_LIMB VLT_LOW_PREC", limb=0.42, chest=0.85),
    example(low_voltage, spares="VLT_LOW VLT_LOW_LIMB VLT_LOW_PREC", limb=0.62, chest=1.25),
    example(low_voltage, "VLT_LOW_LIMB", spares="VLT_LOW VLT_LOW_PREC", limb=0.42, chest=1.6),
    example(low_voltage, "VLT_LOW_PREC", spares="VLT_LOW VLT_LOW_LIMB", limb=1.0, chest=0.85),
    example(left_hypertrophy, "HYP_LVHV", v1=-1.8, v5=2.2),
    example(left_hypertrophy, spares="HYP_LVHV HYP_LVH", v1=-1.2, v5=1.9),
    example(left_hypertrophy, "HYP_LVH HYP_LVHV HYP_LVHST", v1=-2.0, v5=2.5, strain=True),
    example(left_hypertrophy, "HYP_LVHV", v3=-2.2, axis=0.0, size=1.4),
    example(right_hypertrophy, "HYP_RVH RPR_TALLR1 AXS_RAD", spares="INF_POST"),
    example(right_hypertrophy, spares="HYP_RVH RPR_TALLR1", r_v1=0.1, axis=70.0, strain=False),
    example(progression, "RPR_POOR", spares="RPR_REV INF_ANTSEP", V1=0.08, V2=0.12, V3=0.18, V4=0.22, V5=0.35),
    example(progression, spares="RPR_POOR RPR_REV", V1=0.15, V2=0.3, V3=0.5),
    example(progression, "RPR_REV", V1=0.3, V2=0.16, V3=0.12, V4=0.4),
    example(tall_r_v1, "RPR_TALLR1", r=0.9, s=0.4),
    example(tall_r_v1, spares="RPR_TALLR1", r=0.4, s=0.8),
    example(three_s, "AXS_S1S2S3"),
    example(dextrocardia, "TEC_DEXTRO", spares="TEC_REV_LARA"),
)
