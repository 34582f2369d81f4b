"""Whole answers with a gold score: Pearson's r and RMSE, as the papers on short-answer grading report. Pure."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from coach.types import CREDIT, Verdict
from evals.cases import AnswerCase
from evals.intervals import cluster_weights, percentile_interval
from evals.records import Cell
from evals.table import Metric, divide

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]


def score_metrics(
    cases: Sequence[AnswerCase], said: Mapping[tuple[str, int], Cell], *, draws: int, seed: int
) -> dict[str, Metric]:
    """`pearson` and `rmse` (on the collection's scale) over answers with a gold score; empty when no case has one.

    An answer without any graded bullet is left out, and n says so.
    """
    scored = [case for case in cases if case.score is not None]
    if not scored:
        return {}
    pairs = [(case, own) for case in scored if (own := _own_score(case, said)) is not None]
    if not pairs:
        return {name: Metric(name, math.nan, math.nan, math.nan, 0) for name in ("pearson", "rmse")}
    gold, own, scale = np.array([(case.score, own, case.scale) for case, own in pairs], dtype=np.float64).T
    groups = np.unique([case.ref for case, _ in pairs], return_inverse=True)[1]
    weights = np.vstack([np.ones(len(pairs)), cluster_weights(groups, draws=draws, seed=seed)])
    figures = {"pearson": pearson(gold, own, weights), "rmse": _rmse((gold - own) * scale, weights)}
    return {
        name: Metric(name, float(drawn[0]), *percentile_interval(drawn[1:]), len(pairs))
        for name, drawn in figures.items()
    }


def _own_score(case: AnswerCase, said: Mapping[tuple[str, int], Cell]) -> float | None:
    cells = [said[case.id, place] for place in range(len(case.bullets)) if (case.id, place) in said]
    credits = [CREDIT[cell.verdict] for cell in cells if cell.verdict is not Verdict.UNGRADED]
    return sum(credits) / len(credits) if credits else None


def pearson(x: Floats, y: Floats, weights: Floats) -> Floats:
    """Weighted correlation, one for each row of weights; NaN where either side does not vary."""
    total = weights.sum(axis=1)
    x_mean, y_mean = weights @ x / total, weights @ y / total
    covariance = weights @ (x * y) / total - x_mean * y_mean
    spread = (weights @ x**2 / total - x_mean**2) * (weights @ y**2 / total - y_mean**2)
    return divide(covariance, np.sqrt(np.where(spread > 1e-15, spread, 0.0)))


def _rmse(gap: Floats, weights: Floats) -> Floats:
    mean: Floats = weights @ gap**2 / weights.sum(axis=1)
    root: Floats = np.sqrt(mean)
    return root
