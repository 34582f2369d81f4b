"""Figures from few observations: each with its n and a 95 % interval, or None where nothing was observed. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist, fmean, stdev

Z = NormalDist().inv_cdf(0.975)


@dataclass(frozen=True, slots=True)
class Figure:
    """A mean or a share, with its interval."""

    value: float | None
    low: float | None
    high: float | None
    n: int

    def json(self) -> dict[str, object]:
        """The form that eval reports have too."""
        return {"value": self.value, "low": self.low, "high": self.high, "n": self.n}


def share(hits: int, n: int) -> Figure:
    """A share with its Wilson interval (JASA 1927), which stays inside [0, 1] and holds for few observations.

    >>> share(9, 10).low > 0.59 and share(10, 10).high == 1.0
    True
    """
    if n == 0:
        return Figure(None, None, None, 0)
    p = hits / n
    middle, spread = p + Z**2 / (2 * n), Z * sqrt(p * (1 - p) / n + Z**2 / (4 * n**2))
    low, high = ((middle + sign * spread) / (1 + Z**2 / n) for sign in (-1, 1))
    return Figure(p, max(0.0, low), min(1.0, high), n)


def mean(values: Sequence[float]) -> Figure:
    """A mean with its normal interval; no interval below two values, for one value has no spread."""
    if len(values) < 2:
        return Figure(values[0] if values else None, None, None, len(values))
    middle, half = fmean(values), Z * stdev(values) / sqrt(len(values))
    return Figure(middle, middle - half, middle + half, len(values))
