"""Figures of agreement."""

from __future__ import annotations

import numpy as np
import pytest

from ecg_core.evaluate.agreement import agree, figures_of

PRESENT = [True] * 4 + [False] * 6
FOUND = [True, True, True, False, True, False, False, False, False, False]
PATIENTS = [str(number) for number in range(10)]


def test_counts_and_figures() -> None:
    found = agree(PRESENT, FOUND, PATIENTS)
    assert (found.hits, found.false, found.missed, found.rejected) == (3, 1, 1, 5)
    values = {name: values[0] for name, values in found.figures.items()}
    # Chance agreement: (4 * 4 + 6 * 6) / 100 = 0.52, observed 0.8.
    expected = {"sensitivity": 0.75, "specificity": 5 / 6, "ppv": 0.75, "f1": 0.75, "kappa": 0.28 / 0.48}
    assert values == pytest.approx(expected)


def test_intervals_enclose_and_repeat() -> None:
    first, second = agree(PRESENT, FOUND, PATIENTS), agree(PRESENT, FOUND, PATIENTS)
    assert first == second
    for value, low, high in first.figures.values():
        assert None not in (value, low, high)
        assert low < value < high  # type: ignore[operator]


def test_patients_are_drawn_not_recordings() -> None:
    value, low, high = agree(PRESENT, FOUND, ["one"] * 10).figures["f1"]
    assert value == low == high


def test_interval_as_from_many_draws_of_the_binomial() -> None:
    present, found = [True] * 100, [True] * 80 + [False] * 20
    _, low, high = agree(present, found, [str(n) for n in range(100)], resamples=4000).figures["sensitivity"]
    assert low == pytest.approx(0.72, abs=0.015)
    assert high == pytest.approx(0.875, abs=0.015)


def test_what_is_not_defined() -> None:
    figures = agree([False, False], [False, False], ["a", "b"]).figures
    assert figures["sensitivity"] == figures["ppv"] == (None, None, None)
    assert figures["specificity"] == (1.0, 1.0, 1.0)
    assert agree([True], [True], ["a"], resamples=0).figures["f1"] == (1.0, None, None)


def test_figures_keep_the_shape() -> None:
    assert figures_of(np.ones((3, 2, 4))).shape == (3, 2, 5)
