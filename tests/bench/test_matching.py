from __future__ import annotations

import numpy as np
import pytest
from bench_folders import steady, waves

from ecg_core.bench.matching import match_lead, pair_nearest


def test_nearest_pairs_first_and_each_only_once() -> None:
    here, there = pair_nearest(np.array([1.00, 1.10]), np.array([1.09, 1.20]))
    assert sorted(zip(here.tolist(), there.tolist(), strict=True)) == [(1, 0)]


def test_beyond_150_ms_nothing_matches() -> None:
    assert pair_nearest(np.array([1.0]), np.array([1.151]))[0].size == 0
    assert pair_nearest(np.array([1.0]), np.array([1.149]))[0].size == 1


def test_errors_are_found_minus_marked_in_ms() -> None:
    marked, found = steady(), steady(pr=0.15)
    matched = match_lead(found, marked)
    assert (matched["p"].found, matched["p"].missed, matched["p"].invented) == (8, 0, 0)
    assert matched["p"].errors == pytest.approx(np.full((8, 3), 10.0))
    assert matched["qrs"].errors == pytest.approx(np.zeros((8, 3)))


def test_what_lies_outside_the_marked_span_is_not_counted() -> None:
    marked, found = steady(4, first=3.0), steady(10, first=1.0)
    assert match_lead(found, marked)["qrs"].invented == 0
    # Inside of it, it is.
    sparse = waves(marked.p, marked.qrs[[0, 3]], marked.t)
    assert match_lead(found, sparse)["qrs"].invented == 2


def test_a_lead_without_marks_counts_nothing() -> None:
    matched = match_lead(steady(), waves([], []))
    assert [(one.found, one.missed, one.invented) for one in matched.values()] == [(0, 0, 0)] * 3


def test_an_unknown_edge_has_no_error() -> None:
    marked = waves([], [(np.nan, 1.04, 1.09)])
    assert np.isnan(match_lead(steady(1), marked)["qrs"].errors[0, 0])
