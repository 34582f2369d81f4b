"""evals.intervals against scipy and hand-worked cases."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from evals.intervals import binomial_interval, cluster_weights, holm, mcnemar, percentile_interval


@pytest.mark.parametrize(("hits", "n"), [(0, 10), (1, 10), (5, 10), (10, 10), (3, 636), (0, 636)])
def test_binomial_interval_equals_scipy(hits: int, n: int) -> None:
    expected = stats.binomtest(hits, n).proportion_ci(0.95, method="exact")
    assert binomial_interval(hits, n) == pytest.approx((expected.low, expected.high), abs=1e-9)


def test_binomial_interval_of_nothing_is_unknown() -> None:
    assert all(map(math.isnan, binomial_interval(0, 0)))


@pytest.mark.parametrize(("b", "c"), [(0, 0), (0, 6), (3, 12), (10, 10), (40, 61)])
def test_mcnemar_equals_the_binomial_test(b: int, c: int) -> None:
    expected = stats.binomtest(b, b + c).pvalue if b + c else 1.0
    assert mcnemar(b, c) == pytest.approx(expected, abs=1e-9)


def test_holm_by_hand() -> None:
    # sorted .01 .03 .04: times 3, 2, 1 = .03 .06 .04, made non-decreasing
    assert holm([0.04, 0.01, 0.03]) == pytest.approx([0.06, 0.03, 0.06])


def test_rows_of_one_group_are_drawn_together() -> None:
    weights = cluster_weights(np.array([0, 0, 1, 2, 2]), draws=50)
    assert (weights[:, 0] == weights[:, 1]).all()
    assert (weights[:, 3] == weights[:, 4]).all()
    assert (weights[:, 0] + weights[:, 2] + weights[:, 3] == 3).all()


def test_interval_ignores_draws_without_data() -> None:
    assert percentile_interval(np.array([math.nan, 1.0, 1.0])) == (1.0, 1.0)
    assert all(map(math.isnan, percentile_interval(np.array([math.nan]))))


def test_bootstrap_interval_holds_the_truth_about_95_times_in_100() -> None:
    rng = np.random.default_rng(0)
    held = 0
    for trial in range(200):
        groups = np.repeat(np.arange(40), 3)
        values = rng.normal(rng.normal(0, 1, 40)[groups], 0.3)
        weights = cluster_weights(groups, draws=400, seed=trial)
        low, high = percentile_interval(weights @ values / weights.sum(axis=1))
        held += low <= 0 <= high
    assert 0.88 <= held / 200 <= 0.99  # the percentile method is a little narrow with 40 clusters
