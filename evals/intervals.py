"""Chance: the resampling of questions, exact binomial bounds and tests. Pure; every draw comes from a seed."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

DRAWS = 2000  # the third digit of a 95 % bound no longer moves
LEVEL = 0.95


def cluster_weights(groups: NDArray[np.int64], *, draws: int = DRAWS, seed: int = 0) -> NDArray[np.float64]:
    """How often each row counts in each bootstrap draw: (draws, len(groups)); whole groups are drawn together.

    Answers to one question resemble each other, so rows drawn singly would give intervals that are too narrow.
    """
    names, member = np.unique(groups, return_inverse=True)
    rng = np.random.default_rng(seed)
    counts = rng.multinomial(len(names), np.full(len(names), 1 / len(names)), size=draws)
    return counts[:, member].astype(np.float64)


def percentile_interval(values: NDArray[np.float64], level: float = LEVEL) -> tuple[float, float]:
    """The middle `level` of the draws, ignoring draws without data; (NaN, NaN) when none has any."""
    known = values[~np.isnan(values)]
    if not len(known):
        return math.nan, math.nan
    low, high = np.quantile(known, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)


def binomial_interval(hits: int, n: int, level: float = LEVEL) -> tuple[float, float]:
    """The exact interval of a share (Clopper & Pearson, Biometrika 1934); (NaN, NaN) for n = 0.

    0 of n gives an upper bound near 3.7 / n: never having seen a fault does not make it impossible.
    """
    if n == 0:
        return math.nan, math.nan
    tail = (1 - level) / 2
    low = 0.0 if hits == 0 else _solve(lambda p: 1 - binomial_cdf(hits - 1, n, p) - tail)
    high = 1.0 if hits == n else _solve(lambda p: tail - binomial_cdf(hits, n, p))
    return low, high


def binomial_cdf(k: int, n: int, p: float) -> float:
    """P(X <= k) for X ~ Binomial(n, p), summed in logarithms."""
    if k >= n or p <= 0:
        return 1.0
    if p >= 1:
        return 0.0
    logs = [
        math.lgamma(n + 1) - math.lgamma(i + 1) - math.lgamma(n - i + 1) + i * math.log(p) + (n - i) * math.log1p(-p)
        for i in range(k + 1)
    ]
    return min(1.0, math.fsum(map(math.exp, logs)))


def mcnemar(only_first: int, only_second: int) -> float:
    """Two-sided exact p-value of two raters' discordant pairs (McNemar 1947, by the binomial); 1 without any."""
    n = only_first + only_second
    return min(1.0, 2 * binomial_cdf(min(only_first, only_second), n, 0.5)) if n else 1.0


def holm(p_values: Sequence[float]) -> list[float]:
    """p-values adjusted for looking at all of them, in their order (Holm, Scand. J. Statist. 1979)."""
    order = sorted(range(len(p_values)), key=lambda i: p_values[i])
    adjusted, highest = [0.0] * len(p_values), 0.0
    for place, i in enumerate(order):
        highest = max(highest, min(1.0, (len(p_values) - place) * p_values[i]))
        adjusted[i] = highest
    return adjusted


def _solve(rising: Callable[[float], float]) -> float:
    """Where a rising function of p in [0, 1] crosses zero, by bisection to 1e-12."""
    low, high = 0.0, 1.0
    for _ in range(40):
        middle = (low + high) / 2
        low, high = (low, middle) if rising(middle) > 0 else (middle, high)
    return (low + high) / 2
