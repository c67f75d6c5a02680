"""Rates, intervals, P waves and axes on either side of their limits."""

from __future__ import annotations

from ecg_core.recording import Patient, Sex
from ecg_core.testing.synthetic.amplitudes import project
from ecg_core.testing.synthetic.conduction import delayed
from ecg_core.testing.synthetic.gallery.entry import example
from ecg_core.testing.synthetic.make import PATIENT, Sketch
from ecg_core.testing.synthetic.rhythms import sinus
from ecg_core.testing.synthetic.shapes import normal_qrs, p_wave, phases, t_wave
from ecg_core.testing.synthetic.waves import Ventricular


def normal(*, age: float | None = 50.0, sex: Sex | None = "male") -> Sketch:
    """Draw a normal recording at 72/min."""
    return Sketch(sinus(normal_qrs(qt=380.0), p_wave()), patient=Patient(age=age, sex=sex))


def rate(*, rate: float, pr: float = 160.0, duration: float = 12.0) -> Sketch:
    """Draw sinus rhythm at `rate` per minute, its QT as Hodges has it for 400 ms at 60/min."""
    qt = 400.0 - 1.75 * (rate - 60.0) * 0.8
    shape = normal_qrs(qt=qt, t_length=min(190.0, qt - 130.0))
    return Sketch(
        sinus(shape, p_wave(duration=90.0), rate=rate, pr=min(pr, 140.0) if rate > 120 else pr, duration=duration)
    )


def breathing(*, breathing: float) -> Sketch:
    """Draw sinus rhythm that breathing changes by this share of the cycle."""
    return Sketch(sinus(normal_qrs(qt=380.0), p_wave(), rate=66.0, breathing=breathing))


def pr(*, pr: float) -> Sketch:
    """Draw sinus rhythm with a PR interval in ms."""
    return Sketch(sinus(normal_qrs(qt=380.0), p_wave(duration=min(100.0, 0.8 * pr)), rate=66.0, pr=pr))


def qrs(*, qrs: float) -> Sketch:
    """Draw a QRS complex of this duration in ms, with the form of neither bundle-branch block."""
    return Sketch(sinus(delayed(qrs=qrs, qt=390.0), p_wave(), rate=66.0))


def qt(*, qt: float, rate: float = 60.0, sex: Sex = "male") -> Sketch:
    """Draw a QT interval in ms; at 60/min every correction leaves it as it is."""
    patient = Patient(age=50.0, sex=sex)
    shape = normal_qrs(qt=qt, t_length=min(190.0, qt - 130.0))
    return Sketch(sinus(shape, p_wave(), rate=rate), patient=patient)


def atria(
    *,
    size: float = 0.14,
    axis: float = 55.0,
    duration: float = 100.0,
    v1: float = 0.06,
    v1_terminal: float = 0.04,
    notch: float = 0.0,
    pr: float = 170.0,
) -> Sketch:
    """Draw a P wave; see `p_wave`."""
    wave = p_wave(size=size, axis=axis, duration=duration, v1=v1, v1_terminal=v1_terminal, notch=notch)
    return Sketch(sinus(normal_qrs(qt=380.0), wave, rate=66.0, pr=pr))


def axis(*, axis: float) -> Sketch:
    """Draw a frontal QRS axis in degrees."""
    return Sketch(
        sinus(normal_qrs(axis=axis, qt=380.0, t=project(0.3, 45.0, V2=0.3, V3=0.4, V4=0.4, V5=0.3, V6=0.2)), p_wave())
    )


def equiphasic() -> Sketch:
    """Draw a QRS complex whose two halves cancel in every limb lead."""
    half = {"V1": 0.3, "V2": 0.5, "V3": 0.7, "V4": 1.0, "V5": 1.0, "V6": 0.8}
    other = {"V1": -0.9, "V2": -1.0, "V3": -0.9, "V4": -0.6, "V5": -0.3, "V6": -0.2}
    waves = phases(90.0, ((0.5, project(0.7, 60.0, **half)), (1.0, project(-0.7, 60.0, **other))))
    t = t_wave(380.0, project(0.3, 45.0, V2=0.3, V3=0.4, V4=0.4, V5=0.3, V6=0.2))
    return Sketch(sinus(Ventricular(qrs=90.0, waves=waves, t=t), p_wave()), patient=PATIENT)


EXAMPLES = (
    example(
        normal,
        "RHY_SINUS AXS_NORMAL OVR_NORMAL",
        spares="OVR_ABNORMAL OVR_BORDERLINE OVR_CRITICAL TEC_DEMOG AXS_INDET CON_LBBB CON_RBBB HYP_LVHV VLT_LOW STE_NS "
        "STD_NS TWA_INV",
    ),
    example(normal, "TEC_DEMOG", age=None),
    example(rate, "RAT_BRADY RHY_SBRAD", spares="RHY_SINUS RAT_EXTBRADY", rate=52.0),
    example(rate, "RHY_SINUS", spares="RAT_BRADY RHY_SBRAD", rate=64.0),
    example(rate, "RAT_EXTBRADY RAT_BRADY", rate=37.0),
    example(rate, "RAT_BRADY", spares="RAT_EXTBRADY", rate=43.0),
    example(rate, "RAT_TACHY RHY_STACH", spares="RHY_SINUS RAT_EXTTACHY", rate=106.0),
    example(rate, "RHY_SINUS", spares="RAT_TACHY RHY_STACH", rate=95.0),
    example(rate, "RAT_EXTTACHY RAT_TACHY", rate=156.0),
    example(rate, "RAT_TACHY", spares="RAT_EXTTACHY", rate=140.0),
    example(breathing, "RHY_SARRH", breathing=0.16),
    example(breathing, spares="RHY_SARRH", breathing=0.03),
    example(pr, "AVC_LONGPR", pr=210.0),
    example(pr, spares="AVC_LONGPR AVC_SHORTPR", pr=190.0),
    example(pr, "AVC_SHORTPR", spares="AVC_WPW", pr=106.0),
    example(pr, spares="AVC_SHORTPR", pr=134.0),
    example(qrs, "CON_IVCD", spares="CON_LBBB CON_RBBB", qrs=128.0),
    example(qrs, spares="CON_IVCD", qrs=94.0),
    example(qt, "QT_LONG", spares="QT_CRIT", qt=475.0),
    example(qt, spares="QT_LONG QT_SHORT", qt=420.0),
    example(qt, "QT_LONG", qt=480.0, sex="female"),
    example(qt, "QT_CRIT QT_LONG", qt=525.0),
    example(qt, "QT_LONG", spares="QT_CRIT", qt=480.0),
    example(qt, "QT_SHORT", qt=310.0),
    example(qt, spares="QT_SHORT", qt=385.0),
    example(atria, "ATR_RAE", spares="ATR_LAE ATR_BAE", size=0.33, axis=70.0),
    example(atria, spares="ATR_RAE", size=0.18, axis=70.0),
    example(atria, "ATR_LAE", spares="ATR_RAE ATR_BAE", v1_terminal=0.16, duration=116.0),
    example(atria, spares="ATR_LAE", v1_terminal=0.05),
    example(atria, "ATR_LAE ATR_IAB", duration=136.0, notch=56.0, pr=190.0),
    example(atria, spares="ATR_IAB", duration=104.0),
    example(atria, "ATR_BAE ATR_LAE ATR_RAE", size=0.33, axis=70.0, v1_terminal=0.16, duration=116.0),
    example(atria, "RHY_EAR", spares="RHY_SINUS RHY_JUNC", axis=-70.0, pr=150.0),
    example(axis, "AXS_LAD", spares="AXS_NORMAL AXS_EXT", axis=-40.0),
    example(axis, "AXS_NORMAL", spares="AXS_LAD", axis=-18.0),
    example(axis, "AXS_RAD", spares="AXS_NORMAL", axis=102.0),
    example(axis, "AXS_NORMAL", spares="AXS_RAD", axis=78.0),
    example(axis, "AXS_EXT", spares="AXS_LAD AXS_RAD", axis=-120.0),
    example(axis, "AXS_LAD", spares="AXS_EXT", axis=-76.0),
    example(equiphasic, "AXS_INDET", spares="AXS_NORMAL AXS_LAD"),
)
