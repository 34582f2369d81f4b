"""Does the bullet that the look-up points to answer the query. Pure but for the bundled labels.

Only queries that one or some of a question's bullets answer are labelled; where all do, any pointer would be right.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files

from evals.cases import QueryCase
from evals.retrieval import RankingRecord
from evals.shares import Outcome, mean_metric
from evals.table import Metric


@cache
def answering() -> Mapping[tuple[str, str], tuple[str, tuple[int, ...]]]:
    """(Query's id, its text) -> question and the bullets that answer it: labelled by a language model."""
    text = (files("evals") / "data" / "topbullets.jsonl").read_text(encoding="utf-8")
    rows = [json.loads(line) for line in text.splitlines()]
    return {(row["id"], row["query"]): (row["ref"], tuple(row["bullets"])) for row in rows}


def top_bullet(
    cases: Sequence[QueryCase], rankings: Mapping[str, RankingRecord], *, draws: int, seed: int
) -> dict[str, Metric]:
    """`top_bullet`: share of the labelled queries whose first question is right and points to a bullet that answers.

    Empty when the data holds none of them.
    """
    outcomes = []
    for case in cases:
        label, ranking = answering().get((case.id, case.query)), rankings.get(case.id)
        if label and ranking and ranking.ranked:
            right = ranking.ranked[0] == label[0] and ranking.matched in label[1]
            outcomes.append(Outcome(label[0], right))
    return {"top_bullet": mean_metric("top_bullet", outcomes, draws=draws, seed=seed)} if outcomes else {}
