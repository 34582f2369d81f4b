"""Fits `ranking.json`: how the rankers are weighed, and when a search abstains. `python -m index.calibrate --help`.

Queries come in folds by the question that they are about, and every fold's parameters are fitted without its queries,
so that figures on the same queries can be reported out of fold.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from index.calibration import SIGNS, Logistic, Parameters, signs, softmax
from index.embedder import StaticEmbedder, bundled_model
from index.fuse import FEATURES, Evidence, features, fuse, ranks
from index.handbook import bundled_handbook, load_handbook
from index.pack import bundled_pack, open_pack
from index.retriever import Retriever

FOLDS = 5
STRENGTH = 0.002
"""L2 on the ranking weights: ten weights, under 200 queries."""
STRENGTH_SURE = 0.01
"""L2 on the logistic weights, per query."""


@dataclass(frozen=True, slots=True)
class Case:
    """A query, what the rankers say about it, and what is right."""

    id: str
    evidence: Evidence
    relevant: tuple[int, ...]
    """Positions of the questions that answer it; empty when none does."""
    about: tuple[int, ...] = ()
    """Positions of the questions that treat its topic without the detail asked for."""
    weight: float = 1.0

    @property
    def topic(self) -> tuple[int, ...]:
        """The questions it is about, answered or not."""
        return self.relevant or self.about


def read_cases(path: Path, retriever: Retriever) -> list[Case]:
    """The queries of a JSONL file with `id, query, relevant` and perhaps `about`, in file order."""
    places = {q.ref: n for n, q in enumerate(retriever.questions)}
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    return [
        Case(
            row["id"],
            retriever.evidence(row["query"]),
            tuple(places[r] for r in row["relevant"]),
            tuple(places[r] for r in row.get("about", ())),
        )
        for row in rows
    ]


def without(case: Case) -> Case:
    """The same query to a handbook from which its questions are missing: a near miss with a known outcome."""
    hidden = list(case.relevant)
    cut = case.evidence
    bm25, added, covered, cosines = (a.copy() for a in (cut.bm25, cut.bm25_added, cut.covered, cut.cosines))
    bm25[hidden], added[:, hidden], covered[hidden], cosines[:, hidden] = 0.0, 0.0, 0.0, -0.99
    left = replace(cut, bm25=bm25, bm25_added=added, covered=covered, cosines=cosines, known=float(covered.max()))
    return Case(case.id, left, (), weight=HIDDEN_WEIGHT)


HIDDEN_WEIGHT = 0.15
"""Of a query whose questions were hidden: many, and nearer than real strangers."""


def fit_weights(cases: Sequence[Case]) -> dict[str, float]:
    """Weights, none below 0, that give the right questions the largest share of a softmax over all."""
    tables = [features(c.evidence) for c in cases]

    def loss(row: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        total, slope = STRENGTH * float(row @ row), 2 * STRENGTH * row
        for case, table in zip(cases, tables, strict=True):
            shares = softmax(row @ table)
            right = list(case.relevant)
            found = float(shares[right].sum()) + 1e-12
            total -= float(np.log(found)) / len(cases)
            slope = slope - (table[:, right] @ shares[right] / found - table @ shares) / len(cases)
        return total, slope

    start = np.full(len(FEATURES), 3.0)
    found = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=[(0.0, None)] * len(FEATURES))
    return {name: round(float(w), 4) for name, w in zip(FEATURES, found.x, strict=True) if w > 1e-4}


def fit_logistic(
    names: Sequence[str], rows: Sequence[Mapping[str, float]], wanted: Sequence[bool], parts: Sequence[float]
) -> Logistic:
    """The chance that `wanted` holds, from the signs called `names` (the last is the bias); yes from one half on."""
    table = np.array([[row[name] for name in names] for row in rows])
    middle, width = table.mean(axis=0), table.std(axis=0)
    middle[-1], width[-1] = 0.0, 1.0  # the bias stays what it is
    width[width == 0] = 1.0
    scaled, goal = (table - middle) / width, np.array(wanted, float)
    # Each side counts half, whatever its number: the bar is balanced accuracy.
    part = np.array(parts)
    part = np.where(goal > 0, part / part[goal > 0].sum(), part / part[goal == 0].sum()) / 2

    def loss(row: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        chance = 1 / (1 + np.exp(-np.clip(scaled @ row, -30, 30)))
        value = -(part * (goal * np.log(chance + 1e-12) + (1 - goal) * np.log(1 - chance + 1e-12))).sum()
        held = row * (np.arange(len(row)) < len(row) - 1)
        return float(value + STRENGTH_SURE * held @ held), scaled.T @ (
            part * (chance - goal)
        ) + 2 * STRENGTH_SURE * held

    raw = minimize(loss, np.zeros(len(names)), jac=True, method="L-BFGS-B").x / width
    raw[-1] -= float(raw[:-1] @ middle[:-1])
    return Logistic({name: round(float(w), 5) for name, w in zip(names, raw, strict=True)}, 0.5)


def fit(answered: Sequence[Case], near_misses: Sequence[Case]) -> Parameters:
    """All parameters from queries with and without an answer, and from queries whose detail is missing."""
    inside = [c for c in answered if c.relevant]
    outside = [c for c in answered if not c.relevant]
    weights = fit_weights(inside)
    row = np.array([weights.get(name, 0.0) for name in FEATURES])

    def measured(case: Case) -> dict[str, float]:
        return signs(np.asarray(row @ features(case.evidence)), case.evidence)

    treated = [*inside, *near_misses]
    strange = [*outside, *map(without, inside)]
    both = [*treated, *strange]
    # Wanting a number says nothing about the topic; only whether the hints go so far.
    names = [name for name in SIGNS if name != "amount"]
    sure = fit_logistic(names, [measured(c) for c in both], [c.topic != () for c in both], [c.weight for c in both])
    detail = fit_logistic(
        SIGNS, [measured(c) for c in treated], [c.relevant != () for c in treated], [c.weight for c in treated]
    )
    return Parameters(weights, sure, detail)


def fold_of(case: Case) -> int:
    """By the first question it is about; a query about none goes by the digits of its id."""
    return (case.topic[0] if case.topic else sum(map(ord, case.id))) % FOLDS


def cross_fit(cases: Sequence[Case], near_misses: Sequence[Case]) -> list[Parameters]:
    """Parameters per fold, fitted without every query that shares a question with it."""

    def outside(case: Case, fold: int) -> bool:
        touched = {place % FOLDS for place in case.topic} or {fold_of(case)}
        return fold not in touched

    return [
        fit([c for c in cases if outside(c, fold)], [c for c in near_misses if outside(c, fold)])
        for fold in range(FOLDS)
    ]


def record_of(retriever: Retriever, queries: Path, near_misses: Path) -> dict[str, Any]:
    """Parameters of all queries and of every fold, which query is in which, and what they were fitted on."""
    cases, misses = read_cases(queries, retriever), read_cases(near_misses, retriever)
    folds = cross_fit(cases, misses)
    return {
        "fitted_on": {path.name: len(listed) for path, listed in ((queries, cases), (near_misses, misses))},
        "figures_out_of_fold": figures(cases, misses, folds),
        "all": asdict(fit(cases, misses)),
        "folds": [asdict(fold) for fold in folds],
        "fold_of": {case.id: fold_of(case) for case in (*cases, *misses)},
    }


def figures(cases: Sequence[Case], misses: Sequence[Case], folds: Sequence[Parameters]) -> dict[str, float]:
    """Recall, abstention and missing detail, each query under the parameters of its fold."""
    places: list[int] = []
    refused: list[tuple[bool, bool]] = []
    vague: list[tuple[bool, bool]] = []
    for case in (*cases, *misses):
        parameters = folds[fold_of(case)]
        scores = fuse(case.evidence, parameters.weights)
        outcome = parameters.judge(scores, case.evidence)
        if case.relevant:
            places.append(int(ranks(scores)[list(case.relevant)].min()))
        if case.topic:
            vague.append((bool(case.relevant), not outcome.detail))
        if not case.about:
            refused.append((bool(case.relevant), outcome.abstained))
    first, five = (float(np.mean([p <= most for p in places])) for most in (1, 5))
    return {
        "n": len(places),
        "recall@1": first,
        "recall@5": five,
        "abstention": balanced(refused),
        "detail": balanced(vague),
    }


def balanced(outcomes: Sequence[tuple[bool, bool]]) -> float:
    """Balanced accuracy of refusing; pairs of (has an answer, was refused)."""
    kept = [not refused for answer, refused in outcomes if answer]
    sent = [refused for answer, refused in outcomes if not answer]
    return float(np.mean(kept) + np.mean(sent)) / 2 if kept and sent else float("nan")


def main(arguments: Sequence[str] | None = None) -> None:
    """Fit the parameters on QUERIES and NEARMISSES over the bundled handbook, and write them to OUT.

    Without a pack the handbook is somebody's own, which no embedder was trained on: that half is fitted with UNSEEN, a
    model trained like the bundled one but without the pack's texts about the questions asked (`--leave-out`).
    """
    parser = argparse.ArgumentParser(description=main.__doc__)
    for name in ("queries", "nearmisses", "unseen", "out"):
        parser.add_argument(name, type=Path)
    options = parser.parse_args(arguments)
    handbook, pack = load_handbook(bundled_handbook()), open_pack(bundled_pack())
    record: dict[str, Any] = {}
    for kind, folder, added in (("plain", options.unseen, None), ("pack", bundled_model(), pack)):
        embedder = StaticEmbedder(folder)
        retriever = Retriever.from_handbook(handbook, embedder, added)
        record[kind] = {"embedder": embedder.name, **record_of(retriever, options.queries, options.nearmisses)}
    options.out.write_text(json.dumps(record, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
