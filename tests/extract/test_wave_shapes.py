"""Measurements of single lines whose shape is drawn by hand."""

from __future__ import annotations

import numpy as np
import pytest
from lines import ONSET, frame_of, line

from ecg_core.extract.areas import measure_areas
from ecg_core.extract.intervals import measure_intervals
from ecg_core.extract.j_wave import measure_j_waves
from ecg_core.extract.p_shape import measure_p_shape
from ecg_core.extract.qrs_amplitudes import find_all_waves, measure_qrs_amplitudes
from ecg_core.extract.qrs_contour import measure_qrs_contour
from ecg_core.extract.qrs_waves import find_waves
from ecg_core.extract.st_segment import measure_st
from ecg_core.extract.t_shape import measure_t_shape
from ecg_core.extract.turning import count_turns
from ecg_core.extract.voltage_sums import measure_voltage_sums
from ecg_core.measurements import Measurements

PATTERNS = {
    "qRs": line((0, 0), (10, -0.1), (20, 0), (45, 1.2), (70, -0.2), (90, 0)),
    "rS": line((0, 0), (15, 0.2), (30, 0), (50, -1.0), (90, 0)),
    "QS": line((0, 0), (45, -0.9), (90, 0)),
    "qs": line((0, 0), (45, -0.4), (90, 0)),
    "R": line((0, 0), (45, 1.0), (90, 0)),
    "rSr'": line((0, 0), (12, 0.2), (24, 0), (45, -0.8), (62, 0), (75, 0.25), (90, 0)),
    "rsR'": line((0, 0), (12, 0.2), (24, 0), (40, -0.3), (55, 0), (72, 0.8), (90, 0)),
}


@pytest.mark.parametrize("pattern", PATTERNS)
def test_a_complex_is_named_by_its_waves(pattern: str) -> None:
    assert find_waves(PATTERNS[pattern], ONSET, ONSET + 45, 500.0).morphology == pattern


def test_amplitudes_and_durations_of_waves() -> None:
    frame = frame_of({"V1": PATTERNS["rSr'"], "V6": PATTERNS["qRs"], "V2": PATTERNS["QS"]})
    waves = find_all_waves(frame)
    found = Measurements([*measure_qrs_amplitudes(frame, waves), *measure_voltage_sums(frame, waves, None)])
    assert found.value("r_amplitude", lead="V1") == pytest.approx(0.2, abs=0.01)
    assert found.value("s_amplitude", lead="V1") == pytest.approx(0.8, abs=0.05)
    assert found.value("r_prime_amplitude", lead="V1") == pytest.approx(0.25, abs=0.03)
    assert found.value("r_peak_time", lead="V1") == pytest.approx(75, abs=2)
    assert found.value("rs_interval", lead="V1") == pytest.approx(45, abs=4)
    assert found.value("q_amplitude", lead="V6") == pytest.approx(0.1, abs=0.01)
    assert found.value("q_duration", lead="V6") == pytest.approx(18, abs=4)
    assert found.value("r_s_ratio", lead="V6") == pytest.approx(6, abs=0.4)
    assert found.value("q_r_ratio", lead="V6") == pytest.approx(0.1 / 1.2, abs=0.01)
    assert found.value("qs_complex", lead="V2") is True
    assert found.value("q_amplitude", lead="V2") == pytest.approx(0.9, abs=0.03)
    assert (found.value("r_s_ratio", lead="V2"), found.value("q_r_ratio", lead="V2")) == (0, 100)
    assert found.reason("r_peak_time", lead="V2") == "no R wave"
    assert found.value("deepest_s") == pytest.approx(0.9, abs=0.03)
    assert found.reason("cornell_voltage") == "lead aVL is missing"


def test_st_elevation_at_the_end_of_a_qs_complex_is_no_r_wave() -> None:
    rising = line((0, 0), (45, -0.9), (80, 0), (90, 0.2), (300, 0.3), (400, 0))
    assert find_waves(rising, ONSET, ONSET + 45, 500.0).morphology == "QS"


def test_deflections_below_the_least_size_or_length_are_no_waves() -> None:
    low = line((0, 0), (10, -0.025), (20, 0), (45, 0.8), (90, 0))
    brief = line((0, 0), (3, -0.2), (6, 0), (45, 0.8), (90, 0))
    assert find_waves(low, ONSET, ONSET + 45, 500.0).morphology == "R"
    assert find_waves(brief, ONSET, ONSET + 45, 500.0).morphology == "R"


def test_the_transition_is_interpolated_between_leads() -> None:
    leads = {
        f"V{number}": line((0, 0), (20, r), (40, 0), (60, -s), (90, 0))
        for number, (r, s) in enumerate([(0.2, 1.0), (0.3, 0.9), (0.4, 0.8), (0.8, 0.4), (1, 0.2), (1, 0.2)], 1)
    }
    frame = frame_of(leads)
    found = Measurements(measure_voltage_sums(frame, find_all_waves(frame), None))
    assert found.value("precordial_transition") == pytest.approx(3.5, abs=0.1)


def test_st_levels_slope_and_shape() -> None:
    down = line((0, 0), (45, 1), (90, -0.1), (170, -0.2), (250, -0.1), (330, 0.2), (400, 0))
    dome = line((0, 0), (45, 1), (90, 0.2), (200, 0.5), (330, 0.4), (400, 0))
    found = Measurements(measure_st(frame_of({"V5": down, "V2": dome}, t=(250, 330, 400))))
    assert found.value("st_80", lead="V5") == pytest.approx(-0.2, abs=0.02)
    assert found.value("st_40", lead="V5") == pytest.approx(-0.15, abs=0.01)
    assert found.value("st_slope", lead="V5") == pytest.approx(-1.25, abs=0.4)
    assert found.value("st_shape", lead="V5") == "concave"
    assert found.value("st_shape", lead="V2") == "convex"
    steep, gentle = found.get("st_j", lead="V5"), found.get("st_60", lead="V5")
    assert steep is not None
    assert gentle is not None
    assert steep.u is not None
    assert gentle.u is not None
    assert steep.u > 2 * gentle.u, "on a slope the uncertainty of the J point tells"


def test_above_120_per_minute_st_60_is_taken_at_40_ms() -> None:
    found = Measurements(measure_st(frame_of({"V5": line((90, -0.1), (170, -0.3), (300, 0))}, mean_rr=480.0)))
    assert found.value("st_60", lead="V5") == found.value("st_40", lead="V5")


def test_t_waves_upright_inverted_biphasic_and_notched() -> None:
    t = (200, 300, 400)
    leads = {
        "II": line((180, 0), (300, 0.4), (400, 0)),
        "V1": line((180, 0), (300, -0.3), (400, 0)),
        "V2": line((180, 0), (260, 0.2), (310, 0), (360, -0.15), (400, 0)),
        "V3": line((180, 0), (250, 0.3), (290, 0.15), (330, 0.32), (400, 0)),
        "V4": line((180, 0), (300, 0.02), (400, 0)),
    }
    found = Measurements(measure_t_shape(frame_of(leads, t=t)))
    assert found.value("t_amplitude", lead="II") == pytest.approx(0.4, abs=0.02)
    assert found.value("t_symmetry", lead="II") == pytest.approx(1.2, abs=0.1)
    assert found.value("t_width", lead="II") == pytest.approx(110, abs=8)
    assert found.value("t_ascending_slope", lead="II") == pytest.approx(0.4 / 0.12, abs=0.4)
    assert found.value("t_amplitude", lead="V1") == pytest.approx(-0.3, abs=0.02)
    assert found.value("t_negative_amplitude", lead="V1") == pytest.approx(0.3, abs=0.02)
    assert found.value("t_biphasic", lead="V1") == "none"
    assert found.value("t_biphasic", lead="V2") == "positive_negative"
    assert (found.value("t_notch", lead="V3"), found.value("t_notch", lead="II")) == (True, False)
    assert found.reason("t_width", lead="V4") == "T wave too flat"


def test_a_u_wave_is_what_stands_out_after_t() -> None:
    leads = {
        "V2": line((180, 0), (300, 0.4), (400, 0.02), (430, 0.02), (490, 0.12), (560, 0)),
        "V3": line((180, 0), (300, 0.3), (390, 0.15), (480, 0.25), (560, 0)),
        "V5": line((180, 0), (300, 0.4), (400, 0)),
    }
    found = Measurements(measure_t_shape(frame_of(leads, t=(200, 300, 396), p=(-160, -60))))
    assert found.value("u_amplitude", lead="V2") == pytest.approx(0.1, abs=0.02)
    assert found.value("tu_fusion", lead="V2") is False
    assert found.value("tu_fusion", lead="V3") is True
    assert found.value("u_amplitude", lead="V5") == 0
    fast = Measurements(measure_t_shape(frame_of(leads, t=(200, 300, 396), mean_rr=600.0)))
    assert fast.reason("u_amplitude", lead="V2") == "heart rate above 95/min: U cannot be told from P"


def test_p_waves_and_the_terminal_force() -> None:
    leads = {
        "V1": line((-160, 0), (-130, 0.08), (-105, 0), (-80, -0.1), (-55, 0), (0, 0), (45, 0.3), (90, 0)),
        "II": line((-160, 0), (-130, 0.2), (-108, 0.12), (-85, 0.2), (-55, 0)),
        "III": line((-160, 0), (-108, 0.15), (-55, 0)),
        "aVF": line((-160, 0), (-108, -0.15), (-55, 0)),
    }
    found = Measurements(measure_p_shape(frame_of(leads, p=(-160, -55), t=(200, 300, 400))))
    assert found.value("p_terminal_duration") == pytest.approx(50, abs=6)
    assert found.value("p_terminal_force") == pytest.approx(0.1 * 50, abs=1.5)
    assert found.value("p_polarity", lead="V1") == "positive_negative"
    assert found.value("p_polarity", lead="aVF") == "negative"
    assert found.value("p_notch_distance", lead="II") == pytest.approx(45, abs=6)
    assert found.value("p_notch_distance", lead="III") == 0
    assert found.value("p_amplitude", lead="III") == pytest.approx(0.15, abs=0.02)
    assert found.value("biphasic_p_inferior_count") == 0


def test_pr_depression_is_measured_against_tp() -> None:
    leads = {"II": line((-300, 0.0), (-160, 0), (-108, 0.15), (-56, -0.08), (0, -0.08), (45, 1), (90, -0.08), (200, 0))}
    found = Measurements(measure_p_shape(frame_of(leads, p=(-160, -56), t=(150, 300, 400))))
    assert found.value("pr_segment_level", lead="II") == pytest.approx(-0.08, abs=0.01)
    assert found.value("p_polarity", lead="II") == "positive"


def test_notches_slurs_and_fragments() -> None:
    leads = {
        "I": line((0, 0), (40, 1.0), (60, 0.85), (80, 1.0), (120, 0)),
        "V6": line((0, 0), (45, 0.4), (70, 1.4), (120, 0)),
        "V5": line((0, 0), (60, 1.4), (120, 0)),
        "V1": line((0, 0), (20, 0.2), (40, 0), (60, -0.8), (70, -0.6), (80, -0.8), (120, 0), (135, 0.1), (150, 0)),
    }
    frame = frame_of(leads, offset=120, t=(200, 300, 400))
    found = Measurements(measure_qrs_contour(frame, find_all_waves(frame), sampling_rate_enough=True))
    assert [found.value("mid_qrs_notch", lead=lead) for lead in ("I", "V5")] == [True, False]
    assert [found.value("delta_wave", lead=lead) for lead in ("V6", "V5")] == [True, False]
    assert [found.value("qrs_fragment_count", lead=lead) for lead in ("V1", "V5")] == [2, 0]
    assert found.value("epsilon_wave", lead="V1") is True
    assert found.reason("epsilon_wave", lead="V5") == "defined in V1 to V3 only"
    assert found.value("initial_terminal_ratio", lead="V5") == pytest.approx(1, abs=0.1)
    assert found.reason("mid_qrs_notch_count") == "lead aVL is missing"
    coarse = Measurements(measure_qrs_contour(frame, find_all_waves(frame), sampling_rate_enough=False))
    assert coarse.reason("mid_qrs_notch", lead="I") == "sampling rate below 250 Hz does not show it"


@pytest.mark.parametrize(("values", "turns"), [((0, 1, 0), 1), ((0, 1, 0.97, 2), 0), ((0, -1, 1, -1), 2), ((1, 0), 0)])
def test_turns_are_counted_from_the_least_size_on(values: tuple[float, ...], turns: int) -> None:
    assert count_turns(np.interp(np.linspace(0, len(values) - 1, 91), range(len(values)), values), 0.05) == turns


def test_j_waves_and_the_take_off() -> None:
    leads = {
        "V5": line((0, 0), (40, 1.2), (75, 0.12), (88, 0.2), (110, 0.02), (200, 0)),
        "V6": line((0, 0), (40, 1.2), (72, 0.3), (95, 0.25), (110, 0), (200, 0)),
        "V4": line((0, 0), (40, 1.2), (80, 0), (200, 0)),
        "V1": line((0, 0), (15, 0.2), (45, -0.8), (85, 0.4), (165, 0.2), (300, -0.2), (400, 0)),
    }
    frame = frame_of(leads, offset=90, t=(200, 300, 400))
    found = Measurements(measure_j_waves(frame, find_all_waves(frame), sampling_rate_enough=True))
    assert [found.value("j_wave_type", lead=lead) for lead in ("V5", "V6", "V4")] == ["notch", "slur", "none"]
    assert found.value("j_notch_amplitude", lead="V5") == pytest.approx(0.19, abs=0.02)
    assert found.value("j_notch_amplitude", lead="V4") == 0
    assert found.value("st_take_off", lead="V1") == pytest.approx(0.38, abs=0.04)
    assert found.value("st_take_off_descent", lead="V1") == pytest.approx(0.1, abs=0.03)
    # Rise of 30 mV/s and fall of 2.5 mV/s: half a millivolt lower the triangle is 17 + 200 ms wide.
    assert found.value("r_prime_triangle_base", lead="V1") == pytest.approx(217, abs=15)
    assert found.value("beta_angle", lead="V1") == pytest.approx(180 - 85 - 45, abs=4)
    assert found.reason("beta_angle", lead="V5") == "defined in V1 to V3 only"


def test_intervals_and_corrected_qt() -> None:
    frame = frame_of({"II": PATTERNS["R"]}, p=(-160, -60), t=(200, 300, 400), mean_rr=810.0)
    found = Measurements(measure_intervals(frame))
    assert found.value("pr_interval") == 160
    assert found.value("pr_segment") == 60
    assert found.value("p_duration") == 100
    assert found.value("qrs_duration") == 90
    assert found.value("qt_interval") == 400
    assert found.value("jt_interval") == 310
    assert found.value("st_duration") == 110
    assert found.value("t_peak_end") == 100
    assert found.value("qtc_bazett") == pytest.approx(400 / 0.9, abs=0.1)
    assert found.value("qtc_fridericia") == pytest.approx(400 / 0.81 ** (1 / 3), abs=0.1)
    assert found.value("qtc_framingham") == pytest.approx(400 + 154 * 0.19, abs=0.1)
    assert found.value("qtc_hodges") == pytest.approx(400 + 1.75 * (60 / 0.81 - 60), abs=0.1)
    assert found.value("qtc_decision") == found.value("qtc_bazett")


def test_a_wide_qrs_shortens_the_qt_that_decides_and_a_fast_rate_changes_the_formula() -> None:
    wide = frame_of({"II": PATTERNS["R"]}, offset=140, t=(240, 340, 440), mean_rr=600.0)
    found = Measurements(measure_intervals(wide))
    assert found.value("qtc_decision") == pytest.approx((440 - 0.485 * 140) / 0.6 ** (1 / 3), abs=0.2)
    assert found.reason("pr_interval") == "no P wave found"
    assert found.value("p_wave_present") is False


def test_the_axis_follows_the_areas_in_i_and_avf() -> None:
    upright, inverted = PATTERNS["R"], -PATTERNS["R"]
    found = Measurements(measure_areas(frame_of({"I": upright, "aVF": 3**0.5 / 2 * upright}, t=(200, 300, 400))))
    assert found.value("qrs_axis") == pytest.approx(45, abs=0.5)
    assert found.value("qrs_area", lead="I") == pytest.approx(45, abs=1)
    assert found.reason("t_axis") == "wave too small in the limb leads to have an axis"
    left = Measurements(measure_areas(frame_of({"I": upright, "aVF": 3**0.5 / 2 * inverted})))
    assert left.value("qrs_axis") == pytest.approx(-45, abs=0.5)
    balanced = line((0, 0), (22, 1), (45, 0), (67, -1), (90, 0))
    none = Measurements(measure_areas(frame_of({"I": balanced, "aVF": balanced})))
    assert none.value("qrs_axis_determinate") is False
    assert none.value("qrs_axis") is None
