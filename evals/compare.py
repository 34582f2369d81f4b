"""Is one run better than another: paired differences on the same cells, and which cells flipped.

Both runs saw the same answers, so the test is paired: an unpaired one would drown a real difference in the
difficulty of the answers, which both share.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from coach.log import Log
from coach.types import Verdict
from evals.cases import AnswerCase, QueryCase
from evals.errors import DataError
from evals.grading import agrees, said_cells, score_cells
from evals.intervals import DRAWS, cluster_weights, holm, mcnemar, percentile_interval
from evals.metrics import CHUNK, FIGURES
from evals.records import Cell, from_json
from evals.retrieval import RankingRecord, found_values
from evals.table import Scored, Table, tabulate

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

Said = Mapping[tuple[str, int], Cell]
COMPARED = (
    "macro_f1",
    "accuracy",
    "binary_accuracy",
    "kappa",
    "false_credit",
    "credit_bias",
    "within_answer",
    "quote_f1",
)
DETECTABLE = 2.8  # z of a two-sided 5 % test plus z of 80 % power: 1.96 + 0.84


@dataclass(frozen=True, slots=True)
class Difference:
    """A figure in both runs, over the cells that both have."""

    name: str
    was: float
    now: float
    low: float
    """95 % interval of now - was, from resampling questions, each with both runs' cells."""
    high: float
    p: float
    """Two-sided: exact McNemar for shares of right cells, else from the paired bootstrap; before Holm."""
    p_holm: float
    detectable: float
    """The smallest true difference that so many questions would show four times in five."""
    n: int

    @property
    def change(self) -> float:
        """now - was."""
        return self.now - self.was


@dataclass(frozen=True, slots=True)
class Flip:
    """A cell on which the runs disagree."""

    id: str
    bullet: int
    gold: Verdict
    was: Verdict
    now: Verdict
    was_reason: str
    now_reason: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two runs side by side."""

    differences: tuple[Difference, ...]
    flips: tuple[Flip, ...]
    cells: int
    """Cells or queries that both runs hold."""

    def json(self) -> dict[str, object]:
        """As in report.json."""
        rows = [{name: _known(getattr(d, name)) for name in Difference.__slots__} for d in self.differences]
        flips = [{name: getattr(flip, name) for name in Flip.__slots__} for flip in self.flips]
        return {"cells": self.cells, "differences": rows, "flips": flips}


@dataclass(frozen=True, slots=True)
class Earlier:
    """What an earlier run said."""

    said: Said
    rankings: Mapping[str, RankingRecord]


def load_earlier(folder: Path) -> Earlier:
    """An earlier run's cells and rankings; DataError when the folder holds neither."""
    rankings = load_rankings(folder)
    return Earlier({} if rankings and not _has_cells(folder) else load_said(folder), rankings)


def _has_cells(folder: Path) -> bool:
    return any((folder / name).exists() for name in ("grades.jsonl", "cells.jsonl"))


def load_said(folder: Path) -> dict[tuple[str, int], Cell]:
    """(answer, bullet) -> cell of an earlier run, with reasons where its log is kept; DataError when it has none."""
    if log := list(Log(folder / "grades.jsonl").rows()):
        return said_cells(list({record.key: record for record in map(from_json, log)}.values()))
    rows = list(Log(folder / "cells.jsonl").rows())
    if not rows:
        raise DataError(f"{folder} holds no graded cells; name the folder of an earlier run")
    return {(str(row["id"]), int(str(row["bullet"]))): _bare_cell(row) for row in rows}


def load_rankings(folder: Path) -> dict[str, RankingRecord]:
    """Query id -> ranking of an earlier run; empty when it has none."""
    return {str(row["id"]): RankingRecord.of(row) for row in Log(folder / "rankings.jsonl").rows()}


def _bare_cell(row: Mapping[str, object]) -> Cell:
    quotes, sure = row.get("evidence"), row.get("certainty")
    return Cell(
        int(str(row["bullet"])),
        Verdict(str(row["verdict"])),
        tuple(map(str, quotes)) if isinstance(quotes, list) else (),
        float(sure) if isinstance(sure, int | float) else None,
    )


def compare_grading(
    cases: Sequence[AnswerCase],
    was: Said,
    now: Said,
    *,
    names: Sequence[str] = COMPARED,
    draws: int = DRAWS,
    seed: int = 0,
) -> Comparison:
    """Compare two runs on the labelled cells that both hold."""
    common = [_restricted(case, was.keys() & now.keys()) for case in cases]
    before, after = score_cells(common, was), score_cells(common, now)
    if not before:
        return Comparison((), (), 0)
    tables = tabulate(before), tabulate(after)
    weights = cluster_weights(tables[0].group, draws=draws, seed=seed)
    raw = [_difference(name, *tables, weights, _p_exact(name, before, after)) for name in names]
    return Comparison(_with_holm(raw), tuple(_flips(before, after, was, now)), len(before))


def _restricted(case: AnswerCase, keys: set[tuple[str, int]]) -> AnswerCase:
    return replace(case, labels=tuple(label for label in case.labels if (case.id, label.bullet) in keys))


def _p_exact(name: str, before: Sequence[Scored], after: Sequence[Scored]) -> float | None:
    """McNemar's p for the two figures that count right cells; cells of a question are not independent: see `low`."""
    rights: Mapping[str, Callable[[Scored], bool]] = {
        "accuracy": lambda cell: cell.gold is cell.said,
        "binary_accuracy": agrees,
    }
    if name not in rights:
        return None
    pairs = [(rights[name](a), rights[name](b)) for a, b in zip(before, after, strict=True)]
    return mcnemar(pairs.count((True, False)), pairs.count((False, True)))


def _difference(name: str, before: Table, after: Table, weights: Floats, p_exact: float | None) -> Difference:
    compute = FIGURES[name].compute
    one = np.ones((1, len(before.gold)))
    was, now = float(compute(before, one)[0]), float(compute(after, one)[0])
    parts = [weights[i : i + CHUNK] for i in range(0, len(weights), CHUNK)]
    drawn = np.concatenate([compute(after, part) - compute(before, part) for part in parts])
    return _paired(name, was, now, drawn, p_exact, int(FIGURES[name].counted(after).sum()))


def _paired(name: str, was: float, now: float, drawn: Floats, p_exact: float | None, n: int) -> Difference:
    known = drawn[~np.isnan(drawn)]
    p = bootstrap_p(known) if p_exact is None else p_exact
    detectable = DETECTABLE * float(known.std(ddof=1)) if len(known) > 1 else math.nan
    return Difference(name, was, now, *percentile_interval(drawn), p, p, detectable, n)


def bootstrap_p(drawn: Floats) -> float:
    """Two-sided p of no difference, from the share of draws on the far side of zero (with one draw added); NaN if none.

    Source: Efron & Tibshirani, An Introduction to the Bootstrap, 1993, ch. 15-16.
    """
    if not len(drawn):
        return math.nan
    tail = min(int((drawn <= 0).sum()), int((drawn >= 0).sum()))
    return min(1.0, 2 * (tail + 1) / (len(drawn) + 1))


def _with_holm(raw: Sequence[Difference]) -> tuple[Difference, ...]:
    known = [d for d in raw if not math.isnan(d.p)]
    adjusted = dict(zip([d.name for d in known], holm([d.p for d in known]), strict=True))
    return tuple(replace(d, p_holm=adjusted.get(d.name, math.nan)) for d in raw)


def _flips(before: Sequence[Scored], after: Sequence[Scored], was: Said, now: Said) -> list[Flip]:
    return [
        Flip(
            a.answer,
            a.bullet,
            a.gold,
            a.said,
            b.said,
            was[a.answer, a.bullet].reason,
            now[a.answer, a.bullet].reason,
        )
        for a, b in zip(before, after, strict=True)
        if a.said is not b.said
    ]


def compare_retrieval(
    cases: Sequence[QueryCase],
    was: Mapping[str, RankingRecord],
    now: Mapping[str, RankingRecord],
    *,
    draws: int = DRAWS,
    seed: int = 0,
) -> Comparison:
    """Compare two runs' rankings on the answerable queries that both hold."""
    common = [case for case in cases if case.relevant and case.id in was and case.id in now]
    if not common:
        return Comparison((), (), 0)
    before, after, groups = found_values(common, was), found_values(common, now), [case.relevant[0] for case in common]
    weights = cluster_weights(np.unique(groups, return_inverse=True)[1], draws=draws, seed=seed)
    raw = []
    for name in before:
        gap = (weights @ (after[name] - before[name])) / weights.sum(axis=1)
        p = None if name == "mrr@10" else mcnemar(*(int((s * (after[name] - before[name]) > 0).sum()) for s in (-1, 1)))
        raw.append(_paired(name, float(before[name].mean()), float(after[name].mean()), gap, p, len(common)))
    return Comparison(_with_holm(raw), (), len(common))


def _known(value: object) -> object:
    return None if isinstance(value, float) and math.isnan(value) else value
