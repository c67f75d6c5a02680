"""Rhythms: ectopic beats, blocks, fibrillation, flutter, tachycardias, pacing."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ecg_core.testing.synthetic.amplitudes import amplitudes
from ecg_core.testing.synthetic.blocks import dissociated, dropped, paced, paused
from ecg_core.testing.synthetic.conduction import fused, paced_beat, ventricular
from ecg_core.testing.synthetic.gallery.entry import example
from ecg_core.testing.synthetic.make import Sketch
from ecg_core.testing.synthetic.rhythms import FIRST, escape, fluttering, gather, irregular, led, run, sinus, with_early
from ecg_core.testing.synthetic.script import Activity
from ecg_core.testing.synthetic.shapes import delta_qrs, normal_qrs, p_wave, retrograde_p

F_WAVES = amplitudes(I=0.04, II=0.08, V1=0.10, V2=0.06, V3=0.04, V4=0.04, V5=0.04, V6=0.04)
FLUTTER = amplitudes(I=0.02, II=0.28, V1=0.16, V2=0.08, V3=0.05, V4=0.05, V5=0.08, V6=0.08)
CHAOS = amplitudes(I=0.4, II=0.7, V1=0.5, V2=0.7, V3=0.8, V4=0.8, V5=0.7, V6=0.5)
NORMAL = normal_qrs(qt=370.0)


def fibrillation(*, rate: float = 85.0, frequency: float = 6.3, size: float = 1.0, seed: int = 3) -> Sketch:
    """Draw atrial fibrillation."""
    shape = normal_qrs(qt=340.0, t_length=160.0) if rate > 100 else NORMAL
    activity = Activity("fibrillation", frequency, F_WAVES * size, seed)
    return Sketch(irregular(shape, activity, rate=rate, seed=seed))


def fibrillation_with_block(*, rate: float = 38.0) -> Sketch:
    """Draw atrial fibrillation over a regular slow escape rhythm."""
    script = escape(NORMAL, rate=rate, kind="E", duration=12.0)
    return Sketch(gather(12.0, script.beats, activity=[Activity("fibrillation", 6.3, F_WAVES, 4)]))


def flutter(*, ratios: Sequence[int] = (4,), frequency: float = 4.9, size: float = 1.0) -> Sketch:
    """Draw atrial flutter with the given numbers of waves to each QRS complex."""
    return Sketch(
        fluttering(normal_qrs(qt=350.0, t_length=160.0), Activity("flutter", frequency, FLUTTER * size), ratios=ratios)
    )


def ectopy(*, pattern: str, coupling: float = 0.6, rate: float = 70.0, multiform: bool = False) -> Sketch:
    """Draw premature ventricular beats; see `with_early` for the pattern."""
    others = [ventricular(focus="right")] if multiform else []
    script = with_early(NORMAL, p_wave(), pattern, early=ventricular(), others=others, rate=rate, coupling=coupling)
    return Sketch(script)


def atrial_ectopy(*, pattern: str, coupling: float = 0.65, rate: float = 70.0) -> Sketch:
    """Draw premature atrial beats, their P wave unlike that of the sinus node."""
    early_p = p_wave(axis=-20.0, v1=0.08, v1_terminal=0.0, v1_split=0.9)
    return Sketch(with_early(NORMAL, p_wave(), pattern, early=NORMAL, early_p=early_p, coupling=coupling, rate=rate))


def fusion() -> Sketch:
    """Draw ventricular beats, two of which fuse with conducted ones."""
    return Sketch(with_early(NORMAL, p_wave(), "NNNFNNNNFNNN", early=fused()))


def salvo(*, beats: int = 4, run_rate: float = 150.0) -> Sketch:
    """Draw a run of ventricular beats."""
    return Sketch(run(NORMAL, p_wave(), ventricular(qt=330.0), beats=beats, run_rate=run_rate))


def tachycardia(*, rate: float, wide: bool = False) -> Sketch:
    """Draw a regular tachycardia without visible P waves."""
    qt = min(380.0, 54000.0 / rate)
    narrow = normal_qrs(qrs=80.0, qt=qt, t_length=qt - 100.0)
    shape = ventricular(qrs=150.0, qt=max(qt, 290.0)) if wide else narrow
    return Sketch(escape(shape, rate=rate, kind="V" if wide else "N"))


def junctional(*, rate: float = 50.0, retrograde: bool = False) -> Sketch:
    """Draw a junctional rhythm; with retrograde P waves behind the QRS if wanted."""
    return Sketch(escape(NORMAL, rate=rate, kind="J", retrograde=retrograde_p() if retrograde else None, duration=12.0))


def idioventricular(*, rate: float = 40.0) -> Sketch:
    """Draw a ventricular escape (or accelerated) rhythm."""
    return Sketch(escape(ventricular(), rate=rate, kind="V", duration=12.0))


def ventricular_fibrillation(*, size: float = 1.0) -> Sketch:
    """Draw ventricular fibrillation."""
    return Sketch(gather(10.0, activity=[Activity("ventricular fibrillation", 5.2, CHAOS * size, 2)], beat_count=0))


def wenckebach() -> Sketch:
    """Draw second-degree AV block in which the PR interval grows until a beat is dropped."""
    return Sketch(dropped(NORMAL, p_wave(), (180.0, 250.0, 290.0, None), grouped=True))


def mobitz() -> Sketch:
    """Draw second-degree AV block with a constant PR interval."""
    return Sketch(dropped(NORMAL, p_wave(), (170.0, 170.0, 170.0, None)))


def two_to_one(*, rate: float = 84.0) -> Sketch:
    """Draw 2:1 AV block of atria at `rate` per minute."""
    return Sketch(dropped(NORMAL, p_wave(), (170.0, None), rate=rate))


def high_grade(*, rate: float = 90.0) -> Sketch:
    """Draw 3:1 AV block of atria at `rate` per minute."""
    return Sketch(dropped(NORMAL, p_wave(), (170.0, None, None), rate=rate))


def complete_block(*, rate: float = 38.0, atrial_rate: float = 82.0, wide: bool = False) -> Sketch:
    """Draw complete AV block."""
    shape = ventricular() if wide else NORMAL
    return Sketch(dissociated(shape, p_wave(), rate=rate, atrial_rate=atrial_rate, duration=15.0))


def pause(*, pause: float, rate: float = 70.0) -> Sketch:
    """Draw a sinus pause, in s."""
    return Sketch(paused(NORMAL, p_wave(), pause=pause, rate=rate))


def pacing(*, spikes: str = "V", rate: float = 65.0, lost: Sequence[int] = ()) -> Sketch:
    """Draw atrial (A), ventricular (V) or dual-chamber (AV) pacing, or ventricular pacing behind own P waves (P)."""
    atrium = None if spikes == "V" else p_wave()
    ventricle = NORMAL if spikes == "A" else paced_beat()
    return Sketch(
        paced(ventricle=ventricle, atrium=atrium, spikes="V" if spikes == "P" else spikes, rate=rate, lost=lost)
    )


def preexcitation(*, pr: float = 95.0, qrs: float = 135.0) -> Sketch:
    """Draw ventricular pre-excitation: short PR interval and delta wave."""
    return Sketch(sinus(delta_qrs(qrs=qrs), p_wave(duration=80.0), rate=70.0, pr=pr))


def wandering(*, rate: float = 72.0) -> Sketch:
    """Draw a pacemaker that wanders: four beats each of three forms of P wave, with PR intervals of their own."""
    sites = (
        (p_wave(), 170.0),
        (p_wave(axis=-40.0, v1=0.08, v1_terminal=0.0, v1_split=0.9), 110.0),
        (p_wave(axis=150.0, size=0.10), 150.0),
    )
    times = np.arange(FIRST, 10.0, 60 / rate).tolist()
    pairs = [led(time, NORMAL, *sites[number // 4 % len(sites)]) for number, time in enumerate(times)]
    beats, waves = zip(*pairs, strict=True)
    return Sketch(gather(10.0, beats, waves))


EXAMPLES = (
    example(fibrillation, "RHY_AFIB", spares="RHY_AF_RVR RHY_AF_SVR RHY_SINUS AVC_LONGPR", rate=85.0),
    example(fibrillation, "RHY_AFIB RHY_AF_RVR", rate=128.0),
    example(fibrillation, "RHY_AFIB RHY_AF_SVR", rate=50.0),
    example(fibrillation_with_block, "AVC_AFCHB", spares="RHY_SINUS"),
    example(flutter, "RHY_AFLT", spares="RHY_SINUS RHY_AFIB", ratios=(4,)),
    example(flutter, "RHY_AFLT", spares="RHY_SINUS", ratios=(2, 4, 3, 4)),
    example(flutter, "RHY_AFLT", ratios=(2,), size=1.2),
    example(ectopy, "RHY_PVC", spares="RHY_PVC_FREQ RHY_VBIG RHY_PVC_PAIR RHY_NSVT", pattern="NNNNNNVNNNNNNN"),
    example(ectopy, "RHY_PVC RHY_PVC_FREQ", pattern="NNNVNN"),
    example(ectopy, "RHY_PVC RHY_VBIG", spares="RHY_VTRIG", pattern="NV"),
    example(ectopy, "RHY_PVC RHY_VTRIG", spares="RHY_VBIG", pattern="NNV"),
    example(ectopy, "RHY_PVC_PAIR", spares="RHY_NSVT", pattern="NNNNNVV"),
    example(ectopy, "RHY_PVC_MULTI", pattern="NNNV", multiform=True),
    example(ectopy, spares="RHY_PVC_MULTI", pattern="NNNV"),
    example(atrial_ectopy, "RHY_PAC", spares="RHY_PVC RHY_AFIB", pattern="NNNNS"),
    example(atrial_ectopy, "RHY_PAC RHY_ABIG", spares="RHY_VBIG", pattern="NS"),
    example(fusion, "RHY_FUSION"),
    example(salvo, "RHY_NSVT", beats=4),
    example(salvo, spares="RHY_NSVT", beats=2),
    example(tachycardia, "RHY_SVT", spares="RHY_WCT RHY_STACH", rate=180.0),
    example(tachycardia, "RHY_WCT", spares="RHY_SVT", rate=170.0, wide=True),
    example(junctional, "RHY_JUNC", spares="RHY_SINUS RHY_SBRAD", rate=50.0),
    example(junctional, "RHY_AJR", spares="RHY_JUNC RHY_SINUS", rate=80.0),
    example(junctional, "RHY_RETRO", rate=52.0, retrograde=True),
    example(idioventricular, "RHY_IVR", spares="RHY_JUNC", rate=40.0),
    example(idioventricular, "RHY_AIVR", spares="RHY_IVR", rate=80.0),
    example(ventricular_fibrillation, "RHY_VF OVR_CRITICAL", spares="RHY_AFIB"),
    example(wenckebach, "AVC_2AVB1", spares="AVC_2AVB2 AVC_3AVB"),
    example(mobitz, "AVC_2AVB2", spares="AVC_2AVB1 AVC_3AVB"),
    example(two_to_one, "AVC_2TO1", spares="AVC_2AVB1 RHY_SBRAD"),
    example(high_grade, "AVC_HIGH", spares="RHY_SBRAD"),
    example(complete_block, "AVC_3AVB", spares="AVC_2AVB1 RHY_SBRAD"),
    example(complete_block, "AVC_3AVB", rate=35.0, wide=True),
    example(pause, "RHY_SPAUSE", spares="RHY_SAB2", pause=2.2),
    example(pause, "RHY_SAB2", pause=2 * 60 / 70),
    example(pause, spares="RHY_SPAUSE RHY_SAB2 RHY_PAC", pause=1.0),
    example(pacing, "PAC_V", spares="PAC_A PAC_AV CON_LBBB RHY_IVR", spikes="V"),
    example(pacing, "PAC_A", spares="PAC_V PAC_AV", spikes="A"),
    example(pacing, "PAC_AV", spares="PAC_A", spikes="AV"),
    example(pacing, "PAC_ASVP", spares="PAC_A PAC_AV", spikes="P"),
    example(pacing, "PAC_NOCAP", lost=(4, 7)),
    example(preexcitation, "AVC_WPW", spares="CON_LBBB INF_INF"),
    example(preexcitation, spares="AVC_WPW", pr=160.0),
    example(wandering, "RHY_WAP", spares="RHY_AFIB"),
)
