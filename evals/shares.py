"""Means over cases of a question, with the interval that the resampling of questions gives. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from evals.intervals import binomial_interval, cluster_weights, percentile_interval
from evals.table import Metric, divide


@dataclass(frozen=True, slots=True)
class Outcome:
    """What happened in one case."""

    question: str
    value: float
    """1 and 0 for happened and not; any number for a mean."""


def mean_metric(name: str, outcomes: Sequence[Outcome], *, draws: int, seed: int) -> Metric:
    """The mean; when every case came out 0, or every one 1, the exact binomial bound."""
    if not outcomes:
        return Metric(name, math.nan, math.nan, math.nan, 0)
    values = np.array([outcome.value for outcome in outcomes])
    mean, n = float(values.mean()), len(outcomes)
    if set(values.tolist()) in ({0.0}, {1.0}):
        return Metric(name, mean, *binomial_interval(round(mean * n), n), n)
    groups = np.unique([outcome.question for outcome in outcomes], return_inverse=True)[1]
    weights = cluster_weights(groups, draws=draws, seed=seed)
    return Metric(name, mean, *percentile_interval(divide(weights @ values, weights.sum(axis=1))), n)
