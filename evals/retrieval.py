"""The retrieval suite: does the look-up find the question, and does it say when there is none. Knows no judge.

Queries go through the same search as `coach ask`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Protocol, runtime_checkable

import numpy as np

from evals.cases import QueryCase
from evals.intervals import DRAWS, binomial_interval, cluster_weights, percentile_interval
from evals.table import Metric, divide
from index.calibration import load_parameters
from index.types import Ranking, Search

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from index.retriever import Retriever

    Floats = NDArray[np.float64]

RANKED = 10  # as deep as mrr@10 looks
WHOLE = 200  # hits asked for: more than a handbook has questions, so that each ranker's own order is known


@runtime_checkable
class HeldOutSearch(Protocol):
    """A search with fitted parts."""

    def without(self, query_id: str) -> Search:
        """The search with parts fitted without that query and its questions."""
        ...


class OutOfFold:
    """The handbook's retriever, each query under weights and thresholds that were fitted without it."""

    def __init__(self, retriever: Retriever) -> None:
        self._retriever = retriever
        self._by_parameters: dict[str, Retriever] = {}

    def search(self, query: str, k: int = 5) -> Ranking:
        """As the retriever itself."""
        return self._retriever.search(query, k)

    def without(self, query_id: str) -> Search:
        """The retriever under the weights of the query's fold; the shipped ones for a query that had no part in it."""
        parameters = load_parameters("pack" if self._retriever.has_pack else "plain", query_id)
        fold = repr(parameters)
        if fold not in self._by_parameters:
            self._by_parameters[fold] = self._retriever.with_parameters(parameters)
        return self._by_parameters[fold]


@dataclass(frozen=True, slots=True)
class RankingRecord:
    """What a search answered to one query."""

    id: str
    ranked: tuple[str, ...]
    """Refs, best first."""
    abstained: bool
    detail: bool = True
    """False: the topic is there, the detail asked for is not."""
    score: float | None = None
    """The first hit's probability."""
    alone: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Ranker -> its own ranking, where the search tells ranks of the whole handbook."""
    matched: int | None = None
    """Position of the first question's bullet that matched best."""

    def json(self) -> dict[str, object]:
        """As a line of rankings.jsonl."""
        return {
            "id": self.id,
            "ranked": list(self.ranked),
            "abstained": self.abstained,
            "detail": self.detail,
            "score": self.score,
            "alone": {name: list(refs) for name, refs in self.alone.items()},
            "matched": self.matched,
        }

    @classmethod
    def of(cls, row: Mapping[str, object]) -> RankingRecord:
        """The record that `json` wrote."""
        ranked, score, alone, matched = row["ranked"], row.get("score"), row.get("alone"), row.get("matched")
        return cls(
            str(row["id"]),
            tuple(map(str, ranked)) if isinstance(ranked, list) else (),
            bool(row["abstained"]),
            bool(row.get("detail", True)),
            float(score) if isinstance(score, int | float) else None,
            {str(name): tuple(refs) for name, refs in alone.items()} if isinstance(alone, dict) else {},
            matched if isinstance(matched, int) else None,
        )


def rank(case: QueryCase, search: Search) -> RankingRecord:
    """Search for the case's query."""
    fitted = search.without(case.id) if isinstance(search, HeldOutSearch) else search
    ranking = fitted.search(case.query, WHOLE)
    refs = tuple(hit.question.ref for hit in ranking.hits[:RANKED])
    first = ranking.hits[0] if ranking.hits else None
    score, matched = (first.score, first.matched) if first else (None, None)
    return RankingRecord(case.id, refs, ranking.abstained, ranking.detail, score, _alone(ranking), matched)


def _alone(ranking: Ranking) -> dict[str, tuple[str, ...]]:
    """Each ranker's own ranking; nothing unless the hits are all that there is: the rest may rank higher there."""
    if len(ranking.hits) >= WHOLE:
        return {}
    names = {name for hit in ranking.hits for name in hit.ranks}
    ordered = {name: sorted(ranking.hits, key=lambda hit: hit.ranks.get(name, WHOLE)) for name in sorted(names)}
    return {name: tuple(hit.question.ref for hit in hits[:RANKED]) for name, hits in ordered.items()}


@dataclass(frozen=True, slots=True)
class _Row:
    case: QueryCase
    place: float
    """1-based rank of the first relevant question; inf when none is ranked."""
    abstained: bool
    detail: bool

    @property
    def inside(self) -> bool:
        return bool(self.case.relevant)


Value = Callable[[_Row], float]
FOUND: Mapping[str, Value] = {
    "recall@1": lambda row: row.place <= 1,
    "recall@5": lambda row: row.place <= 5,
    "mrr@10": lambda row: 1 / row.place if row.place <= RANKED else 0.0,
    "answered_recall@1": lambda row: row.place <= 1 and not row.abstained,
}


def retrieval_metrics(
    cases: Sequence[QueryCase], records: Mapping[str, RankingRecord], *, draws: int = DRAWS, seed: int = 0
) -> dict[str, Metric]:
    """All figures, with intervals from resampling the questions asked about; a query without a record counts as lost.

    `recall@1 english`, `mrr@10 zh` …: by type and language. `abstention`: balanced accuracy over answerable and
    other queries, once more without near misses, whose topic is there; `abstained far`: the share refused, by kind;
    `near_miss_detail`: near misses told to lack the detail.
    """
    rows = [_row(case, records.get(case.id)) for case in cases]
    weights = cluster_weights(_groups(cases), draws=draws, seed=seed) if rows else np.ones((0, 0))
    inside = [row.inside for row in rows]
    figures = {name: _mean(name, rows, inside, value, weights) for name, value in FOUND.items()}
    figures["abstention"] = _abstention("abstention", rows, weights)
    if any(case.about for case in cases):
        told_apart = np.array([not case.about for case in cases])
        name = "abstention without near misses"
        figures[name] = _abstention(name, [row for row in rows if not row.case.about], weights[:, told_apart])
    for kind in dict.fromkeys(row.case.type for row in rows if not row.inside):
        name = f"abstained {kind}"
        figures[name] = _mean(name, rows, [r.case.type == kind for r in rows], lambda r: r.abstained, weights)
    figures["answered"] = _mean("answered", rows, inside, lambda row: not row.abstained, weights)
    about = [bool(row.case.about) for row in rows]
    figures["near_miss_detail"] = _mean(
        "near_miss_detail", rows, about, lambda row: row.abstained or not row.detail, weights
    )
    for kind in dict.fromkeys(part for row in rows if row.inside for part in (row.case.type, row.case.lang)):
        among = [row.inside and kind in (row.case.type, row.case.lang) for row in rows]
        for name, value in FOUND.items():
            figures[f"{name} {kind}"] = _mean(f"{name} {kind}", rows, among, value, weights)
    for ranker in sorted({name for record in records.values() for name in record.alone}):
        own = {name: replace(record, ranked=record.alone.get(ranker, ())) for name, record in records.items()}
        alone = [_row(case, own.get(case.id)) for case in cases]
        for figure in ("recall@1", "recall@5", "mrr@10"):
            name = f"{figure} {ranker} alone"
            figures[name] = _mean(name, alone, inside, FOUND[figure], weights)
    return figures


def found_values(cases: Sequence[QueryCase], records: Mapping[str, RankingRecord]) -> dict[str, Floats]:
    """Each figure of finding, query by query: name -> (len(cases),)."""
    rows = [_row(case, records.get(case.id)) for case in cases]
    return {name: np.array([float(value(row)) for row in rows]) for name, value in FOUND.items()}


def _row(case: QueryCase, record: RankingRecord | None) -> _Row:
    ranked = record.ranked if record else ()
    place = next((n for n, ref in enumerate(ranked, 1) if ref in case.relevant), math.inf)
    return _Row(case, place, bool(record and record.abstained), record.detail if record else True)


def _groups(cases: Sequence[QueryCase]) -> NDArray[np.int64]:
    """Queries about one question belong together; one that no question answers stands alone."""
    names = [(case.relevant or case.about or (case.id,))[0] for case in cases]
    place = {name: i for i, name in enumerate(dict.fromkeys(names))}
    return np.array([place[name] for name in names], dtype=np.int64)


def _mean(name: str, rows: Sequence[_Row], among: Sequence[bool], value: Value, weights: Floats) -> Metric:
    n = sum(among)
    if not n:
        return Metric(name, math.nan, math.nan, math.nan, 0)
    counted = np.array(among)
    values = np.array([float(value(row)) for row in rows]) * counted
    point = float(values.sum() / n)
    if point in (0.0, 1.0):
        return Metric(name, point, *binomial_interval(round(point * n), n), n)
    return Metric(name, point, *percentile_interval(divide(weights @ values, weights @ counted)), n)


def _abstention(name: str, rows: Sequence[_Row], weights: Floats) -> Metric:
    """Mean of the share refused among queries that no question answers, and the share answered among the others."""
    inside = np.array([row.inside for row in rows], dtype=bool)
    if not (inside.any() and (~inside).any()):
        return Metric(name, math.nan, math.nan, math.nan, 0)
    right = np.array([row.abstained != row.inside for row in rows], dtype=float)

    def balanced(w: Floats) -> Floats:
        halves = [divide(w @ (right * part), w @ part.astype(float)) for part in (inside, ~inside)]
        return (halves[0] + halves[1]) / 2

    point = float(balanced(np.ones((1, len(rows))))[0])
    return Metric(name, point, *percentile_interval(balanced(weights)), len(rows))
