"""The figures of graded cells: each one defined once, for the point estimate and for every bootstrap draw.

A figure takes a table of n cells and a matrix of weights (draws, n): how often each cell counts in each draw. A row
of ones gives the point estimate. No data is NaN, never 0. An ungraded cell counts as wrong wherever it is looked at.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from evals.cases import GOLD_VERDICTS
from evals.intervals import DRAWS, binomial_interval, cluster_weights, percentile_interval
from evals.table import (
    BINS,
    CONTRADICTED,
    COVERED,
    CREDITED,
    CREDITS,
    MISSING,
    PARTIAL,
    UNGRADED,
    Metric,
    Scored,
    Table,
    divide,
    tabulate,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

CHUNK = 250  # draws at once: keeps 4,000 cells below 10 MB


@dataclass(frozen=True, slots=True)
class Figure:
    """How one figure is computed."""

    compute: Callable[[Table, Floats], Floats]
    """(table, weights (draws, n)) -> (draws,)."""
    counted: Callable[[Table], NDArray[np.bool_]]
    """Which cells it speaks about; their number is the metric's n."""
    share: bool = False
    """A share of cells, so that 0 of n and n of n have an exact bound."""
    size: Callable[[Table], int] | None = None
    """The metric's n where it is not a number of cells."""


def share_of(hit: Callable[[Table], NDArray[np.bool_]], among: Callable[[Table], NDArray[np.bool_]]) -> Figure:
    """The figure: share of the cells `among` for which `hit` holds."""
    return Figure(lambda t, w: divide(w @ (hit(t) & among(t)), w @ among(t)), among, share=True)


def mean_of(value: Callable[[Table], Floats], among: Callable[[Table], NDArray[np.bool_]]) -> Figure:
    """The figure: mean of `value` over the cells `among`."""
    return Figure(lambda t, w: divide(w @ np.where(among(t), value(t), 0.0), w @ among(t)), among)


def confusion(table: Table, weights: Floats) -> Floats:
    """Weighted counts gold -> said: (draws, 4, 5), the last column ungraded."""
    onehot = np.zeros((len(table.gold), 20))
    onehot[np.arange(len(table.gold)), table.gold * 5 + table.said] = 1
    counts: Floats = (weights @ onehot).reshape(-1, 4, 5)
    return counts


def f1_by_class(counts: Floats) -> Floats:
    """F1 of each verdict: (draws, 4); NaN for a verdict that neither side uses."""
    hits = np.einsum("dii->di", counts[:, :, :4])
    return divide(2 * hits, counts.sum(axis=2) + counts.sum(axis=1)[:, :4])


def macro_f1(counts: Floats) -> Floats:
    """Mean F1 over the verdicts that either side uses."""
    by_class = f1_by_class(counts)
    known = ~np.isnan(by_class)
    return divide(np.where(known, by_class, 0.0).sum(axis=1), known.sum(axis=1).astype(np.float64))


def kappa(counts: Floats, disagreement: Floats | None = None) -> Floats:
    """Cohen's kappa of (draws, k, k) counts, weighted by `disagreement` (k, k) when given (Cohen 1960, 1968).

    0/0 when both sides use one and the same class only: NaN.
    """
    if disagreement is None:
        disagreement = 1.0 - np.eye(counts.shape[1])
    total = counts.sum(axis=(1, 2))
    seen = divide((counts * disagreement).sum(axis=(1, 2)), total)
    chance = counts.sum(axis=2)[:, :, None] * counts.sum(axis=1)[:, None, :]
    expected = divide((chance * disagreement).sum(axis=(1, 2)), total**2)
    return 1 - divide(seen, expected)


def _kappa(table: Table, weights: Floats) -> Floats:
    counts = confusion(table, weights)
    return kappa(np.concatenate([counts, np.zeros((len(counts), 1, 5))], axis=1))


def _binary_kappa(table: Table, weights: Floats) -> Floats:
    credited = CREDITED[table.gold]
    said = np.where(table.right, credited, ~credited)
    cells = [[weights @ ((credited == g) & (said == s)) for s in (True, False)] for g in (True, False)]
    return kappa(np.array(cells, dtype=np.float64).transpose(2, 0, 1))


def _macro_f1_3way(table: Table, weights: Floats) -> Floats:
    """Over SemEval-2013's correct (covered), contradictory, and incorrect (all else); ungraded is none of them."""
    counts = confusion(table, weights)
    by_gold = np.stack([counts[:, COVERED], counts[:, [PARTIAL, MISSING]].sum(axis=1), counts[:, CONTRADICTED]], axis=1)
    said = [by_gold[:, :, COVERED], by_gold[:, :, [PARTIAL, MISSING]].sum(axis=2), by_gold[:, :, CONTRADICTED]]
    three = np.stack([*said, by_gold[:, :, UNGRADED]], axis=2)
    hits = np.einsum("dii->di", three[:, :, :3])
    by_class = divide(2 * hits, three.sum(axis=2) + three.sum(axis=1)[:, :3])
    known = ~np.isnan(by_class)
    return divide(np.where(known, by_class, 0.0).sum(axis=1), known.sum(axis=1))


def _on_scale(table: Table) -> NDArray[np.bool_]:
    off_scale: NDArray[np.bool_] = (table.gold == CONTRADICTED) | (table.said == CONTRADICTED)
    return ~off_scale


def _kappa_quadratic(table: Table, weights: Floats) -> Floats:
    """Over missing < partial < covered; a contradiction is no point on that scale, an ungraded cell its far end."""
    counts = confusion(table, weights)[:, [MISSING, PARTIAL, COVERED], :]
    ordered = counts[:, :, [MISSING, PARTIAL, COVERED]].copy()
    for gold, farthest in ((0, 2), (1, 0), (2, 0)):
        ordered[:, gold, farthest] += counts[:, gold, UNGRADED]
    step = np.arange(3.0)
    return kappa(ordered, (step[:, None] - step[None, :]) ** 2 / 4)


def _mixed(table: Table) -> NDArray[np.bool_]:
    """Cells of answers whose gold verdicts differ."""
    low, high = np.full(table.answer.max(initial=-1) + 1, 9), np.full(table.answer.max(initial=-1) + 1, -1)
    np.minimum.at(low, table.answer, table.gold)
    np.maximum.at(high, table.answer, table.gold)
    return np.asarray((low < high)[table.answer])


def _is_majority(table: Table) -> NDArray[np.bool_]:
    """Gold is the most frequent gold verdict of its answer; among equals the first that the answer shows."""
    verdicts: dict[int, list[int]] = {}
    for answer, gold in zip(table.answer.tolist(), table.gold.tolist(), strict=True):
        verdicts.setdefault(answer, []).append(gold)
    majority = {answer: max(golds, key=golds.count) for answer, golds in verdicts.items()}
    named = [majority[answer] == gold for answer, gold in zip(table.answer.tolist(), table.gold.tolist(), strict=True)]
    return np.array(named, dtype=bool)


def _sure_half(table: Table, weights: Floats) -> Floats:
    known = np.flatnonzero(~np.isnan(table.certainty))
    order = known[np.lexsort((table.bullet[known], table.answer[known], -table.certainty[known]))]
    counts = weights[:, order]
    half = weights.sum(axis=1, keepdims=True) // 2
    taken = np.clip(half - (np.cumsum(counts, axis=1) - counts), 0, counts)
    return divide(taken @ table.right[order].astype(np.float64), taken.sum(axis=1))


def _ece(table: Table, weights: Floats) -> Floats:
    """Expected calibration error over ten equal bins (Naeini et al., AAAI 2015)."""
    known = ~np.isnan(table.certainty)
    sure = np.where(known, table.certainty, 0.0)
    place = np.minimum((sure * BINS).astype(int), BINS - 1)
    gaps = sum(np.abs((weights * (known & (place == b))) @ (sure - table.right)) for b in range(BINS))
    return divide(np.asarray(gaps), weights @ known)


def _score_gap(table: Table) -> tuple[Floats, Floats]:
    """Per cell: its share of |score - gold score| of its answer, and its share of one answer, over graded bullets."""
    graded = table.said != UNGRADED
    size = np.bincount(table.answer, minlength=1)[table.answer].astype(float)
    n_graded = np.bincount(table.answer, graded, minlength=1)[table.answer]
    said = divide(np.bincount(table.answer, CREDITS[table.said] * graded, minlength=1)[table.answer], n_graded)
    gold = np.bincount(table.answer, CREDITS[table.gold], minlength=1)[table.answer] / size
    return np.where(n_graded > 0, np.abs(said - gold), 0.0) / size, (n_graded > 0) / size


def _score_mae(table: Table, weights: Floats) -> Floats:
    gap, counted = _score_gap(table)
    return divide(weights @ gap, weights @ counted)


def _all(table: Table) -> NDArray[np.bool_]:
    return np.ones(len(table.gold), dtype=bool)


def _quoting(table: Table) -> NDArray[np.bool_]:
    return np.isin(table.said, (COVERED, PARTIAL, CONTRADICTED))


def _sure(table: Table) -> NDArray[np.bool_]:
    return ~np.isnan(table.certainty)


def _class_figures() -> dict[str, Figure]:
    def f1(place: int) -> Figure:
        return Figure(
            lambda t, w: f1_by_class(confusion(t, w))[:, place], lambda t: (t.gold == place) | (t.said == place)
        )

    def precision(place: int) -> Figure:
        return share_of(lambda t: t.gold == place, lambda t: t.said == place)

    named = list(enumerate(GOLD_VERDICTS))
    return {f"f1_{v}": f1(i) for i, v in named} | {f"precision_{v}": precision(i) for i, v in named}


FIGURES: Mapping[str, Figure] = {
    "macro_f1": Figure(lambda t, w: macro_f1(confusion(t, w)), _all),
    "accuracy": share_of(lambda t: t.gold == t.said, _all),
    "kappa": Figure(_kappa, _all),
    "kappa_quadratic": Figure(_kappa_quadratic, _on_scale),
    "binary_accuracy": share_of(lambda t: t.right, _all),
    "binary_kappa": Figure(_binary_kappa, _all),
    "false_credit": share_of(lambda t: ~t.right, lambda t: ~CREDITED[t.gold]),
    "over_credit": mean_of(lambda t: np.maximum(0.0, CREDITS[t.said] - CREDITS[t.gold]), _all),
    "credit_bias": mean_of(lambda t: CREDITS[t.said] - CREDITS[t.gold], _all),
    "false_wrong": share_of(lambda t: t.said == CONTRADICTED, lambda t: CREDITED[t.gold]),
    "false_missed": share_of(lambda t: t.said == MISSING, lambda t: t.gold == COVERED),
    "within_answer": share_of(lambda t: t.gold == t.said, _mixed),
    "answer_majority": share_of(_is_majority, _mixed),
    "quote_valid": share_of(lambda t: t.quote_ok, _quoting),
    "quote_f1": mean_of(lambda t: t.overlap, lambda t: ~np.isnan(t.overlap)),
    "sure_half_binary": Figure(_sure_half, _sure, size=lambda t: min(len(t.gold) // 2, int(_sure(t).sum()))),
    "score_mae": Figure(_score_mae, _all, size=lambda t: round(float(_score_gap(t)[1].sum()))),
    "ungraded": share_of(lambda t: t.said == UNGRADED, _all),
    "brier": mean_of(lambda t: (t.certainty - t.right) ** 2, _sure),
    "ece": Figure(_ece, _sure),
    "macro_f1_3way": Figure(_macro_f1_3way, _all),
    **_class_figures(),
}
"""Name -> figure, in the order in which they are shown."""


def grading_metrics(
    cells: Sequence[Scored], names: Sequence[str] = tuple(FIGURES), *, draws: int = DRAWS, seed: int = 0
) -> dict[str, Metric]:
    """The named figures of `cells`, with 95 % intervals from `draws` resamplings of the questions."""
    table = tabulate(cells)
    weights = cluster_weights(table.group, draws=draws, seed=seed) if cells else np.ones((0, 0))
    return {name: measure(name, FIGURES[name], table, weights) for name in names}


def measure(name: str, figure: Figure, table: Table, weights: Floats) -> Metric:
    """One figure's value and interval; a share of 0 or 1 takes the exact binomial bound instead of no width."""
    counted = figure.counted(table)
    n = figure.size(table) if figure.size else int(counted.sum())
    if n == 0:
        return Metric(name, math.nan, math.nan, math.nan, 0)
    value = float(figure.compute(table, np.ones((1, len(table.gold))))[0])
    if figure.share and value in (0.0, 1.0):
        return Metric(name, value, *binomial_interval(round(value * n), n), n)
    chunks = [figure.compute(table, weights[i : i + CHUNK]) for i in range(0, len(weights), CHUNK)]
    low, high = percentile_interval(np.concatenate(chunks)) if chunks else (math.nan, math.nan)
    return Metric(name, value, low, high, n)
