"""The generator draws what its truth says, to the microvolt and the millisecond."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from ecg_core.errors import UsageError
from ecg_core.testing.synthetic import Amplitudes, Noise, Recorder, Sketch, amplitudes, make, project
from ecg_core.testing.synthetic.blocks import dissociated, dropped, paced
from ecg_core.testing.synthetic.conduction import lbbb, paced_beat, rbbb, ventricular
from ecg_core.testing.synthetic.electrodes import swap_electrodes
from ecg_core.testing.synthetic.rhythms import irregular, sinus, with_early
from ecg_core.testing.synthetic.script import Activity
from ecg_core.testing.synthetic.shapes import normal_qrs, p_wave, st, t_wave, with_j_waves
from ecg_core.testing.synthetic.waves import Arch, Atrial, Ventricular
from ecg_core.vocabulary import STANDARD_LEADS

SILENT = Noise(white=0.0)
FINE = Recorder(sampling_rate=2000.0, step=0.0)


def plain(**options: float) -> Sketch:
    return Sketch(sinus(normal_qrs(**options), p_wave()), noise=SILENT, recorder=FINE)


def test_two_limb_leads_determine_the_others() -> None:
    sizes = amplitudes(III=0.3, aVL=0.1, V2=0.5)
    assert sizes["I"] + sizes["III"] == pytest.approx(sizes["II"])
    assert sizes["aVR"] + sizes["aVL"] + sizes["aVF"] == pytest.approx(0)
    assert (sizes["III"], sizes["aVL"], sizes["V2"], sizes["V3"]) == pytest.approx((0.3, 0.1, 0.5, 0.0))


@pytest.mark.parametrize("axis", [-170.0, -90.0, 0.0, 45.0, 135.0])
def test_a_vector_has_its_axis(axis: float) -> None:
    sizes = project(1.5, axis)
    found = np.degrees(np.arctan2(2 / np.sqrt(3) * sizes["aVF"], sizes["I"]))
    assert found == pytest.approx(axis)


def test_limb_leads_that_contradict_each_other_are_refused() -> None:
    with pytest.raises(UsageError, match="3 limb leads"):
        amplitudes(I=1.0, II=1.0, III=1.0)
    with pytest.raises(UsageError, match="V7"):
        amplitudes(V7=1.0)
    with pytest.raises(UsageError, match="III = 5 mV does not follow"):
        Amplitudes((1.0, 2.0, 5.0, *(0.0,) * 9))


def test_a_wave_is_exactly_zero_outside_its_ends_and_reaches_its_size() -> None:
    size = amplitudes(I=0.5, II=1.0, V1=-0.3)
    time = np.arange(-50.0, 150.0, 0.25)
    drawn = Arch(10.0, 90.0, size, crest=0.6).draw(time)
    assert np.all(drawn[:, (time <= 10) | (time >= 90)] == 0)
    assert np.all(drawn[STANDARD_LEADS.index("II"), (time > 10) & (time < 90)] > 0)
    assert drawn[STANDARD_LEADS.index("II")].max() == pytest.approx(1.0)
    assert time[drawn[STANDARD_LEADS.index("V1")].argmin()] == pytest.approx(58.0)


@pytest.mark.parametrize(
    ("waves", "t", "message"),
    [
        ((Arch(5.0, 90.0, amplitudes(V1=1.0)),), (), "do not reach"),
        ((Arch(0.0, 80.0, amplitudes(V1=1.0)),), (), "do not reach"),
        ((Arch(0.0, 90.0, amplitudes(V1=1.0)),), (Arch(80.0, 200.0, amplitudes(V1=1.0)),), "T wave begins before"),
    ],
)
def test_a_beat_whose_parts_do_not_fit_is_refused(waves: tuple[Arch, ...], t: tuple[Arch, ...], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        Ventricular(qrs=90.0, waves=waves, t=t)


def test_onsets_and_offsets_lie_in_the_signal_where_the_truth_says() -> None:
    recording, truth = make(plain(qrs=94.0, qt=404.0))
    moves = np.abs(recording.signal).max(axis=0)
    for beat in truth.beats[1:-1]:
        assert beat.p_onset is not None
        assert beat.t_offset is not None
        within = [round(at * 2000) for at in (beat.p_onset, beat.qrs_onset, beat.qrs_offset, beat.t_offset)]
        p_end = round((beat.p_onset + 0.1) * 2000)
        # Silent before P, in the PR and ST segments and behind T; 4 ms are left for the recorder's filter.
        for first, last in (
            (within[0] - 60, within[0] - 8),
            (p_end + 8, within[1] - 8),
            (within[2] + 8, within[2] + 200),
            (within[3] + 8, within[3] + 60),
        ):
            assert moves[first:last].max() < 0.001
        # And not silent inside.
        assert moves[within[0] + 20] > 0.01
        assert moves[within[1] + 8] > 0.02
        assert moves[within[2] - 8] > 0.02
        assert moves[within[3] - 20] > 0.01
        assert 1000 * (beat.qrs_offset - beat.qrs_onset) == pytest.approx(94.0)
        assert 1000 * (beat.t_offset - beat.qrs_onset) == pytest.approx(404.0)


def test_amplitudes_lie_in_the_signal_as_the_truth_says() -> None:
    recording, truth = make(plain())
    beat = truth.beats[3]
    start, end = round(beat.qrs_onset * 2000), round(beat.qrs_offset * 2000)
    for lead in ("II", "aVR", "V1", "V4", "V6"):
        piece = recording.lead(lead)[start : end + 1]
        assert np.ptp(piece) == pytest.approx(truth.value("qrs_peak_to_peak", lead=lead), abs=0.01)
        assert piece.sum() / 2 == pytest.approx(truth.value("qrs_area", lead=lead), abs=0.3)
    assert truth.value("r_amplitude", lead="V4") == pytest.approx(1.3, abs=1e-3)
    assert truth.value("s_amplitude", lead="V4") == pytest.approx(0.45, abs=1e-3)
    assert truth.value("q_amplitude", lead="V5") == pytest.approx(0.06, abs=1e-3)
    assert truth.value("r_duration", lead="V4") == pytest.approx(0.55 * 90, abs=0.5)
    assert truth.value("r_s_ratio", lead="V4") == pytest.approx(1.3 / 0.45, rel=1e-3)
    assert truth.value("qrs_axis") == pytest.approx(50.0, abs=0.1)
    assert truth.value("t_amplitude", lead="V3") == pytest.approx(0.4, abs=1e-3)
    assert truth.value("t_amplitude", lead="V1") == pytest.approx(-0.05, abs=1e-3)


def test_einthoven_and_goldberger_hold_in_every_sample() -> None:
    recording, _ = make(replace(plain(), noise=Noise(white=0.01, muscle=0.02, mains=0.05, wander=0.5)))
    limb = {lead: recording.lead(lead) for lead in ("I", "II", "III", "aVR", "aVL", "aVF")}
    assert np.allclose(limb["I"] + limb["III"], limb["II"], atol=1e-9)
    assert np.allclose(limb["aVR"] + limb["aVL"] + limb["aVF"], 0, atol=1e-9)


def test_the_st_segment_has_its_level_slope_and_bow() -> None:
    level, slope, bow = amplitudes(V2=0.3), amplitudes(V2=-1.0), amplitudes(V2=0.04)
    shape = replace(normal_qrs(), st=st(level, slope=slope, bow=bow))
    _, truth = make(Sketch(sinus(shape, p_wave()), noise=SILENT))
    assert truth.value("st_j", lead="V2") == pytest.approx(0.3)
    assert truth.value("st_40", lead="V2") == pytest.approx(0.3 - 0.04 + 0.04)
    assert truth.value("st_80", lead="V2") == pytest.approx(0.22)
    assert truth.value("st_slope", lead="V2") == pytest.approx(-1.0)
    assert truth.value("st_j", lead="V5") == 0
    # Level at J whatever the QRS does: the last wave of V4 ends where the segment begins.
    tilted = replace(normal_qrs(), st=st(amplitudes(V4=0.2)))
    assert make(Sketch(sinus(tilted, p_wave())))[1].value("st_j", lead="V4") == pytest.approx(0.2)


def test_p_waves_have_their_terminal_force_and_polarity() -> None:
    wave = p_wave(duration=120.0, v1=0.08, v1_terminal=0.12, v1_split=0.4, axis=70.0, size=0.2)
    _, truth = make(Sketch(sinus(normal_qrs(), wave, pr=180.0)))
    assert truth.value("p_duration") == pytest.approx(120.0)
    assert truth.value("pr_segment") == pytest.approx(60.0)
    assert truth.value("p_terminal_duration") == pytest.approx(72.0, abs=0.6)
    assert truth.value("p_terminal_force") == pytest.approx(0.12 * 72.0, abs=0.1)
    assert truth.value("p_polarity", lead="V1") == "positive_negative"
    assert truth.value("p_polarity", lead="aVR") == "negative"
    assert truth.value("p_axis") == pytest.approx(70.0, abs=0.1)


def test_small_and_brief_deflections_are_no_waves() -> None:
    waves = (Arch(0.0, 10.0, amplitudes(V1=-0.5, V2=-0.02)), Arch(10.0, 80.0, amplitudes(V1=1.0, V2=1.0)))
    _, truth = make(Sketch(sinus(Ventricular(qrs=80.0, waves=waves, t=t_wave(400.0, amplitudes(V1=0.2))), p_wave())))
    assert truth.value("q_amplitude", lead="V1") == 0, "10 ms is too brief"
    assert truth.value("q_amplitude", lead="V2") == 0, "0.02 mV is too small"
    assert truth.value("r_amplitude", lead="V1") == pytest.approx(1.0, abs=1e-3)


def test_a_complex_without_r_is_qs() -> None:
    _, truth = make(Sketch(sinus(lbbb(), p_wave())))
    assert truth.value("qs_complex", lead="V1") is True
    assert truth.value("q_amplitude", lead="V1") == pytest.approx(1.1, abs=0.01)
    assert truth.value("qs_complex", lead="V6") is False
    _, right = make(Sketch(sinus(rbbb(), p_wave())))
    assert right.value("r_prime_amplitude", lead="V1") == pytest.approx(0.8, abs=1e-3)
    assert right.value("r_peak_time", lead="V1") == pytest.approx(70 + 35, abs=1)


def test_a_j_wave_makes_the_qrs_longer() -> None:
    plain_shape = normal_qrs(qrs=80.0)
    shape = with_j_waves(plain_shape, amplitudes(V5=0.2), width=36.0)
    assert make(Sketch(sinus(shape, p_wave())))[1].value("qrs_duration") == pytest.approx(110.0)


@pytest.mark.parametrize("rate", [100.0, 250.0, 360.0, 400.0, 1000.0])
def test_the_sampling_rate_changes_the_samples_only(rate: float) -> None:
    fine, truth = make(plain())
    coarse, same = make(replace(plain(), recorder=Recorder(sampling_rate=rate, step=0.0)))
    assert coarse.signal.shape[1] == 10 * rate
    assert same.value("qrs_duration") == truth.value("qrs_duration")
    rows = [STANDARD_LEADS.index(lead) for lead in ("II", "V2")]
    at = np.arange(coarse.signal.shape[1]) / rate
    for row in rows:
        expected = np.interp(at, np.arange(20000) / 2000, fine.signal[row])
        # What is faster than the recorder is lost: at 100 Hz that is most of a Q wave.
        assert np.abs(coarse.signal[row] - expected).max() < (0.35 if rate < 250 else 0.05)
        assert np.abs(coarse.signal[row] - expected).mean() < 0.01


def test_a_pacing_spike_is_sharp_at_a_high_rate_and_smeared_at_a_low_one() -> None:
    sketch = Sketch(paced(ventricle=paced_beat()), noise=SILENT)
    heights = {}
    for rate in (100.0, 500.0, 2000.0):
        recording, truth = make(replace(sketch, recorder=Recorder(sampling_rate=rate, step=0.0)))
        assert len(truth.spikes) == truth.value("pacing_spike_count") == truth.value("beat_count")
        around = slice(round((truth.spikes[2] - 0.01) * rate), round((truth.spikes[2] + 0.006) * rate))
        heights[rate] = np.abs(recording.lead("II")[around]).max()
    assert heights[2000.0] == pytest.approx(0.9, abs=0.1)
    assert heights[100.0] < 0.4 < heights[500.0]


def test_rhythms_say_what_they_are() -> None:
    normal, wave = normal_qrs(qt=370.0), p_wave()
    _, bigeminy = make(Sketch(with_early(normal, wave, "NV", early=ventricular())))
    assert bigeminy.value("beat_classes")[:4] == ("N", "V", "N", "V")  # type: ignore[index]
    assert bigeminy.value("ventricular_premature_count") == sum(beat.kind == "V" for beat in bigeminy.beats)
    _, block = make(Sketch(dropped(normal, wave, (170.0, 170.0, None), rate=75.0)))
    assert len(block.p_waves) - len(block.beats) == block.value("nonconducted_p_count")
    assert block.value("atrial_rate") == pytest.approx(75.0)
    assert block.value("pr_interval") == pytest.approx(170.0)
    assert block.value("pr_variation") == pytest.approx(0.0)
    _, free = make(Sketch(dissociated(normal, wave, rate=40.0, atrial_rate=82.0)))
    assert free.value("av_dissociation") is True
    assert free.value("pr_interval") is None
    assert free.value("heart_rate") == pytest.approx(40.0)
    chaos = Activity("fibrillation", 6.0, amplitudes(II=0.08, I=0.04, V1=0.1))
    _, fibrillation = make(Sketch(irregular(normal, chaos, rate=90.0)))
    assert fibrillation.value("p_wave_present") is False
    assert fibrillation.value("heart_rate") == pytest.approx(90.0, rel=0.02)
    rr = fibrillation.value("rr_intervals")
    assert np.std(rr) / np.mean(rr) > 0.1  # type: ignore[arg-type]


def test_fibrillation_has_its_size_and_frequency() -> None:
    sketch = Sketch(
        irregular(normal_qrs(), Activity("fibrillation", 6.0, amplitudes(I=0.0, II=0.1, V1=0.1)), rate=60.0),
        noise=SILENT,
    )
    bare = replace(sketch, script=replace(sketch.script, beats=()))
    lead = make(bare)[0].lead("V1")
    assert np.abs(lead).max() == pytest.approx(0.1, abs=0.01)
    spectrum = np.abs(np.fft.rfft(lead)) ** 2
    frequency = np.fft.rfftfreq(lead.size, 1 / 500)
    band = (frequency >= 4) & (frequency <= 9)
    assert spectrum[band].sum() > 0.8 * spectrum.sum()


def test_swapped_arms_turn_lead_i_over_and_change_the_truth_with_it() -> None:
    recording, truth = make(plain())
    swapped, other = make(
        replace(plain(), recorder=Recorder(sampling_rate=2000.0, step=0.0, wiring=swap_electrodes(("RA", "LA"))))
    )
    assert np.allclose(swapped.lead("I"), -recording.lead("I"), atol=1e-9)
    assert np.allclose(swapped.lead("II"), recording.lead("III"), atol=1e-9)
    assert np.allclose(swapped.lead("aVR"), recording.lead("aVL"), atol=1e-9)
    assert np.allclose(swapped.lead("V3"), recording.lead("V3"), atol=1e-9)
    assert other.value("t_amplitude", lead="I") == pytest.approx(-float(truth.value("t_amplitude", lead="I")))  # type: ignore[arg-type]
    assert other.value("p_polarity", lead="I") == "negative"
    flat, _ = make(replace(plain(), recorder=replace(FINE, wiring=swap_electrodes(("RA", "RL")))))
    assert np.abs(flat.lead("II")).max() < 1e-9
    with pytest.raises(UsageError, match="RF"):
        swap_electrodes(("RA", "RF"))


def test_disturbances_have_the_sizes_asked_for() -> None:
    still = replace(plain(), script=replace(plain().script, beats=(), p_waves=()), recorder=Recorder(step=0.0))

    def lead(noise: Noise, name: str = "V3") -> np.ndarray:
        return make(replace(still, noise=noise))[0].lead(name)

    assert lead(Noise(white=0.02)).std() == pytest.approx(0.02, rel=0.05)
    assert lead(Noise(white=0.0, muscle=0.025)).std() == pytest.approx(0.025, rel=0.01)
    # Ten samples to a cycle may miss its crest.
    assert np.ptp(lead(Noise(white=0.0, mains=0.05))) == pytest.approx(0.05, rel=0.06)
    assert np.ptp(lead(Noise(white=0.0, wander=1.0))) == pytest.approx(1.0, rel=0.01)
    assert lead(Noise(white=0.0, artefacts={"V3": 40.0})).max() == pytest.approx(40.0)
    assert lead(Noise(white=0.0, steps={"V3": 2.0}))[-1] == pytest.approx(2.0)
    burst = lead(Noise(white=0.0, bursts=(3.0,), burst_level=0.3))
    assert np.abs(burst[1450:1550]).max() > 0.2
    assert np.abs(burst[2000:]).max() == 0


def test_recorders_clip_quantise_and_lose_leads() -> None:
    recorder = Recorder(limit={"V2": 0.3}, flat=("V3",), missing=("V6",), step=0.005)
    recording, _ = make(replace(plain(), recorder=recorder))
    assert recording.leads == STANDARD_LEADS[:11]
    assert np.abs(recording.lead("V2")).max() == pytest.approx(0.3)
    assert not recording.lead("V3").any()
    assert np.allclose(recording.signal / 0.005, np.rint(recording.signal / 0.005), atol=1e-6)


def test_the_same_sketch_gives_the_same_recording() -> None:
    sketch = Sketch(sinus(normal_qrs(), p_wave()), noise=Noise(white=0.01, muscle=0.02, bursts=(3.0,)))
    assert np.array_equal(make(sketch)[0].signal, make(sketch)[0].signal)


def test_a_wave_of_the_atria_needs_no_ventricles() -> None:
    atrial = Atrial((Arch(0.0, 100.0, amplitudes(I=0.1, II=0.1)),))
    script = dropped(normal_qrs(), atrial, (None,))
    recording, truth = make(Sketch(script, noise=SILENT))
    assert truth.value("beat_count") == 0
    assert truth.value("qrs_duration") is None
    assert recording.lead("II").max() == pytest.approx(0.1, abs=0.005)
