"""Further measurements of lines drawn by hand: waves beyond R', phases, vectors, QT by lead, single beats."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from lines import frame_of, line
from numpy.typing import NDArray

from ecg_core.extract.areas import measure_areas
from ecg_core.extract.beat_intervals import measure_beat_intervals
from ecg_core.extract.delineation import Beat, Waves
from ecg_core.extract.frame import Frame
from ecg_core.extract.intervals import measure_intervals
from ecg_core.extract.lead_qt import measure_lead_qt
from ecg_core.extract.p_shape import measure_p_shape
from ecg_core.extract.qrs_amplitudes import find_all_waves, measure_qrs_amplitudes
from ecg_core.extract.qrs_contour import measure_qrs_contour
from ecg_core.extract.st_segment import measure_st
from ecg_core.extract.t_shape import measure_t_shape
from ecg_core.extract.uncertainty import WAVE_EDGE_MS
from ecg_core.extract.vectors import KORS
from ecg_core.extract.voltage_sums import measure_voltage_sums
from ecg_core.measurements import Measurement, Measurements
from ecg_core.vocabulary import STANDARD_LEADS

R = line((0, 0), (45, 1.0), (90, 0))
EIGHT = ("I", "II", "V1", "V2", "V3", "V4", "V5", "V6")


def got(found: Measurements, name: str, lead: str | None = None) -> Measurement:
    item = found.get(name, lead=lead)
    assert item is not None
    assert item.value is not None, item.reason
    return item


def amplitudes(frame: Frame) -> Measurements:
    return Measurements(measure_qrs_amplitudes(frame, find_all_waves(frame)))


def test_waves_up_to_the_third_positive_one_are_measured() -> None:
    many = line(
        (0, 0), (10, 0.2), (20, 0), (30, -0.6), (40, 0), (50, 0.3), (60, 0), (70, -0.2), (80, 0), (90, 0.1), (100, 0)
    )
    found = amplitudes(frame_of({"V1": many, "V6": R}, offset=100))
    assert found.value("qrs_morphology", lead="V1") == "rSr's'r''"
    for name, size in (("s_prime", 0.2), ("r_double_prime", 0.1)):
        assert found.value(f"{name}_amplitude", lead="V1") == pytest.approx(size, abs=0.01)
        assert found.value(f"{name}_duration", lead="V1") == pytest.approx(19, abs=3)
        assert found.value(f"{name}_wave_area", lead="V1") == pytest.approx(size * 20 / 2, abs=0.2)
        assert found.value(f"{name}_amplitude", lead="V6") == 0
        assert found.value(f"{name}_wave_area", lead="V6") == 0
    assert found.value("s_wave_area", lead="V1") == pytest.approx(0.6 * 20 / 2, abs=0.3)
    assert found.value("r_peak_time", lead="V1") == pytest.approx(90, abs=2), "the last R counts"


def test_isoelectric_parts_stand_between_the_lead_and_the_global_edges() -> None:
    late = line((20, 0), (45, 1.0), (74, 0))
    found = amplitudes(frame_of({"II": late, "V5": line((0, 0), (5, 0))}))
    assert found.value("initial_isoelectric", lead="II") == pytest.approx(20, abs=3)
    assert found.value("terminal_isoelectric", lead="II") == pytest.approx(16, abs=3)
    assert found.value("lead_qrs_duration", lead="II") == pytest.approx(54, abs=4)
    assert found.reason("initial_isoelectric", lead="V5") == "no QRS wave found"


def test_a_flat_crossing_is_less_certain_than_a_steep_one() -> None:
    found = amplitudes(frame_of({"I": R, "II": 0.1 * R}))
    steep, flat = got(found, "r_duration", "I").u, got(found, "r_duration", "II").u
    assert steep is not None
    assert flat is not None
    assert flat > 2 * steep
    assert flat <= 2 * WAVE_EDGE_MS + 2


def test_voltages_know_where_they_come_from_and_how_sure_they_are() -> None:
    leads = {"V1": line((0, 0), (40, -1.0), (90, 0)), "V5": R, "V6": 0.5 * R, "V4": line((0, 0), (50, -0.4), (90, 0))}
    frame = frame_of(leads)
    found = Measurements(measure_voltage_sums(frame, find_all_waves(frame), None))
    sokolow = got(found, "sokolow_lyon_voltage")
    assert sokolow.value == pytest.approx(2.0, abs=0.03)
    assert sokolow.u == pytest.approx(np.hypot(np.hypot(0.01, 0.02), np.hypot(0.01, 0.02)), abs=0.002)
    assert sokolow.span is not None
    assert sokolow.span[1] - sokolow.span[0] == 2, "from the S of V1 to the R of V5"
    assert found.value("peguero_voltage") == pytest.approx(1.4, abs=0.02)
    assert found.reason("cornell_voltage") == "lead aVL is missing"


def test_second_phases_of_p_and_t() -> None:
    p_v1 = line((-160, 0), (-130, 0.1), (-108, 0), (-80, -0.08), (-60, 0))
    leads = {
        "V1": p_v1 + line((0, 0), (45, 0.5), (90, 0), (200, 0), (260, 0.3), (310, 0), (350, -0.2), (400, 0)),
        "II": line((-140, 0), (-110, 0.12), (-80, 0), (0, 0), (45, 1), (90, 0), (200, 0), (300, 0.3), (400, 0)),
        "I": line((0, 0), (45, 1), (90, 0), (200, 0), (300, 0.03), (400, 0)),
    }
    frame = frame_of(leads, p=(-160, -60), t=(200, 300, 400))
    p, t = Measurements(measure_p_shape(frame)), Measurements(measure_t_shape(frame))
    assert p.value("p_prime_amplitude", lead="V1") == pytest.approx(-0.08, abs=0.02)
    assert p.value("p_prime_duration", lead="V1") == pytest.approx(48, abs=8)
    assert p.value("p_prime_amplitude", lead="II") == 0
    assert p.value("p_lead_duration", lead="II") == pytest.approx(60, abs=10)
    assert p.reason("p_lead_duration", lead="I") == "P wave too flat in this lead"
    assert t.value("t_polarity", lead="V1") == "positive_negative"
    assert t.value("t_prime_amplitude", lead="V1") == pytest.approx(-0.2, abs=0.03)
    assert t.value("t_prime_duration", lead="V1") == pytest.approx(90, abs=8)
    assert [t.value("t_polarity", lead=lead) for lead in ("II", "I")] == ["positive", "flat"]
    assert t.value("t_prime_amplitude", lead="II") == 0


def test_mid_and_late_st_lie_at_shares_of_the_rr_interval() -> None:
    rising = line((0, 0), (45, 1), (90, 0), (290, 0.4), (400, 0))
    found = Measurements(measure_st(frame_of({"V2": rising}, mean_rr=960.0)))
    assert found.value("st_mid", lead="V2") == pytest.approx(0.4 * 60 / 200, abs=0.005)
    assert found.value("st_end", lead="V2") == pytest.approx(0.4 * 120 / 200, abs=0.005)
    single = Measurements(measure_st(frame_of({"V2": rising}, mean_rr=None)))
    assert single.reason("st_mid", lead="V2") == "fewer than 2 beats"
    assert single.value("st_80", lead="V2") is not None


@pytest.mark.parametrize(("size", "polarity"), [(0.3, "positive"), (-0.3, "negative")])
def test_the_polarity_of_a_delta_wave_is_read_at_40_ms(size: float, polarity: str) -> None:
    steep = 1.4 if size > 0 else -1.4
    leads = {"V6": line((0, 0), (45, size), (70, steep), (120, 0)), "V5": line((0, 0), (60, 1.4), (120, 0))}
    frame = frame_of(leads, offset=120)
    found = Measurements(measure_qrs_contour(frame, find_all_waves(frame), sampling_rate_enough=True))
    assert found.value("delta_polarity", lead="V6") == polarity
    assert found.reason("delta_polarity", lead="V5") == "no delta wave"


@pytest.mark.parametrize(
    ("rr", "offset", "caution"),
    [
        (1000.0, 90, "none"),
        (1300.0, 90, "rate"),
        (500.0, 90, "rate"),
        (900.0, 140, "wide_qrs"),
        (500.0, 140, "rate_and_wide_qrs"),
    ],
)
def test_what_makes_a_corrected_qt_doubtful(rr: float, offset: float, caution: str) -> None:
    frame = frame_of({"II": R}, offset=offset, t=(240, 340, 440), mean_rr=rr)
    assert Measurements(measure_intervals(frame)).value("qtc_caution") == caution


def with_vectors(qrs: tuple[float, float, float], t: tuple[float, float, float]) -> dict[str, NDArray[np.float64]]:
    """Draw the independent leads so that QRS and T of the Kors leads point where they are told to."""
    inverse = np.linalg.pinv(KORS)
    wave = line((200, 0), (300, 1), (400, 0))
    rows = (inverse @ np.array(qrs))[:, None] * R + (inverse @ np.array(t))[:, None] * wave
    leads = dict(zip(EIGHT, rows, strict=True))
    return {**leads, "aVF": leads["II"] - leads["I"] / 2}


def test_horizontal_axes_and_spatial_angles_follow_the_kors_leads() -> None:
    # x to the left, y down, z to the back: this QRS points to the left and the back, the T wave to the front.
    frame = frame_of(with_vectors((1, 0, 1), (0, 0, -0.5)), t=(200, 300, 400))
    found = Measurements(measure_areas(frame))
    assert found.value("qrs_axis_horizontal") == pytest.approx(-45, abs=1)
    assert found.value("t_axis_horizontal") == pytest.approx(90, abs=1)
    assert found.value("qrs_initial_axis_horizontal") == pytest.approx(-45, abs=1)
    assert found.value("spatial_qrs_t_angle") == pytest.approx(135, abs=1)
    # The total cosine is taken between the leads themselves, whose angles are not those of the Kors leads.
    one, other = (np.linalg.pinv(KORS) @ vector for vector in ([1, 0, 1], [0, 0, -1]))
    cosine = one @ other / (np.linalg.norm(one) * np.linalg.norm(other))
    assert found.value("total_cosine_r_to_t") == pytest.approx(cosine, abs=0.01)
    assert found.reason("p_axis_horizontal") == "no P wave found"
    assert found.reason("st_axis_horizontal") == "wave too small in the horizontal plane to have an axis"
    same = Measurements(measure_areas(frame_of(with_vectors((1, 1, 0), (0.3, 0.3, 0)), t=(200, 300, 400))))
    assert same.value("total_cosine_r_to_t") == pytest.approx(1, abs=0.01)
    assert same.value("spatial_qrs_t_angle") == pytest.approx(0, abs=2)


def test_initial_and_terminal_vectors_point_apart() -> None:
    turning = line((0, 0), (20, -0.5), (45, 0), (70, 0.8), (90, 0))
    frame = frame_of({"I": turning, "aVF": -turning}, t=(200, 300, 400))
    found = Measurements(measure_areas(frame))
    first, last = found.value("qrs_initial_axis"), found.value("qrs_terminal_axis")
    assert isinstance(first, float)
    assert isinstance(last, float)
    assert first == pytest.approx(180 - 49.1, abs=3)
    assert last == pytest.approx(-49.1, abs=3)
    assert found.reason("spatial_qrs_t_angle") == "lead II is missing"


def test_qt_of_a_lead_ends_with_its_own_t_wave() -> None:
    def with_t(end: float, height: float = 0.5) -> NDArray[np.float64]:
        return line((0, 0), (45, 1), (90, 0), (200, 0), (300, height), (end, 0))

    leads = {lead: with_t(400) for lead in STANDARD_LEADS}
    leads |= {"V2": with_t(440), "V6": with_t(380), "III": with_t(400, 0.02)}
    found = Measurements(measure_lead_qt(frame_of(leads, t=(200, 300, 410))))
    assert found.value("lead_qt_interval", lead="I") == pytest.approx(410, abs=10)
    assert found.value("t_duration", lead="I") == pytest.approx(210, abs=10)
    assert found.reason("lead_qt_interval", lead="III") == "T wave too flat"
    assert found.value("qt_dispersion") == pytest.approx(60, abs=10)
    few = Measurements(measure_lead_qt(frame_of({"I": with_t(400), "V2": with_t(440)}, t=(200, 300, 410))))
    assert few.reason("qt_dispersion") == "fewer than 8 leads with a T end"


def test_single_beats_keep_their_own_intervals() -> None:
    frame = frame_of({"II": R})
    beats = (
        Beat(100, "dominant", 0, 1.0, Waves(qrs_onset=80, qrs_offset=125, t_offset=280)),
        Beat(600, "ventricular", 1, 1.0, Waves(qrs_onset=570, qrs_offset=640, t_offset=None)),
        Beat(1100, "dominant", 0, 1.0, Waves(qrs_onset=None, qrs_offset=1125, t_offset=1285)),
    )
    found = Measurements(
        measure_beat_intervals(replace(frame, delineation=replace(frame.delineation, beats=beats, averaged=2)))
    )
    assert found.value("qrs_durations") == (90.0, 140.0)
    assert found.value("qt_intervals") == (400.0,)
    assert (found.value("qrs_shape_count"), found.value("averaged_beat_count")) == (2, 2)
    none = Measurements(measure_beat_intervals(replace(frame, delineation=replace(frame.delineation, beats=()))))
    assert none.reason("qrs_durations") == "no QRS complex found"
