"""Figures with their n and interval."""

from __future__ import annotations

import pytest

from coach.figures import mean, share


def test_share_has_the_wilson_interval() -> None:
    found = share(9, 10)
    # z = 1.96: middle (0.9 + 0.192) / 1.384 = 0.789, half 1.96 * sqrt(0.009 + 0.0096) / 1.384 = 0.193
    assert (found.value, found.n) == (0.9, 10)
    assert found.low == pytest.approx(0.596, abs=0.001)
    assert found.high == pytest.approx(0.982, abs=0.001)


def test_share_of_all_stays_within_one_and_is_not_certain() -> None:
    found = share(10, 10)
    assert found.high == 1.0
    assert found.low is not None
    assert found.low < 0.8


def test_mean_has_its_normal_interval() -> None:
    found = mean([0.0, 0.5, 1.0])  # standard deviation 0.5, so half = 1.96 * 0.5 / sqrt(3) = 0.566
    assert found.value == 0.5
    assert found.low == pytest.approx(-0.066, abs=0.001)
    assert found.high == pytest.approx(1.066, abs=0.001)


def test_nothing_and_one_value_have_no_interval() -> None:
    assert (share(0, 0).value, mean([]).value) == (None, None)
    one = mean([0.4])
    assert (one.value, one.low, one.n) == (0.4, None, 1)
