import numpy as np
import pytest

from ecg_core.errors import UnreadableError, UsageError
from ecg_core.recording import Recording


def recording(leads: tuple[str, ...] = ("I", "II"), samples: int = 1000, rate: float = 500.0) -> Recording:
    signal = np.arange(len(leads) * samples, dtype=float).reshape(len(leads), samples)
    return Recording(signal, rate, leads, ("recorded",) * len(leads))


def test_leads_and_duration() -> None:
    made = recording()
    assert made.duration == 2.0
    assert made.lead("II")[0] == 1000
    with pytest.raises(UsageError, match="V1"):
        made.lead("V1")


def test_window_shares_samples_and_keeps_the_time() -> None:
    made = recording().window(0.5, 1.0)
    assert made.signal.shape == (2, 500)
    assert made.start == 0.5
    assert made.window(0.25).start == 0.75
    assert np.shares_memory(made.signal, made.window(0.25).signal)
    for start, duration in ((-0.1, None), (2.0, None), (0.0, 0.0)):
        with pytest.raises(UsageError, match="no samples"):
            recording().window(start, duration)


@pytest.mark.parametrize(
    ("leads", "rate"), [(("I", "I"), 500.0), (("I", "X"), 500.0), (("I", "II"), 0.0), (("I", "II"), float("nan"))]
)
def test_impossible_recordings_are_refused(leads: tuple[str, ...], rate: float) -> None:
    with pytest.raises(UnreadableError):
        recording(leads, rate=rate)
    with pytest.raises(UnreadableError, match="does not fit"):
        Recording(np.zeros((3, 10)), 500.0, ("I", "II"), ("recorded", "recorded"))
