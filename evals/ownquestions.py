"""An own question from end to end: look-up finds the rubric, the judge grades against it. Pure but for the search.

Each answerable query of the data stands for a person's own question, and an answer to the question that it asks about
for what the person says. A right rubric gives the verdicts of the grading suite; a wrong one gives bullets that the
answer does not speak of, so whatever is credited then is false.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import replace

from coach.types import CREDIT, Verdict
from evals.cases import AnswerCase, Data, QueryCase
from evals.grading import said_cells
from evals.records import Cell, Record, Task
from evals.retrieval import HeldOutSearch, RankingRecord
from evals.shares import Outcome, mean_metric
from evals.table import Metric
from index.types import Search

SUITE = "own question"
NAMES = ("own_right_rubric", "own_wrong_rubric", "own_refused", "own_false_credit")


def own_tasks(data: Data, rankings: Mapping[str, RankingRecord], search: Search) -> list[Task]:
    """The answers that a wrong rubric would meet, under that rubric's bullets."""
    tasks = []
    for query, case in _pairs(data):
        ranking = rankings.get(query.id)
        if ranking is None or _rubric(query, ranking) != "wrong":
            continue
        fitted = search.without(query.id) if isinstance(search, HeldOutSearch) else search
        found = fitted.search(query.query, 1).hits[0].question
        bullets = tuple(bullet.text for bullet in found.bullets)
        tasks.append(Task(replace(case, question=found.text, bullets=bullets), SUITE, query.id))
    return tasks


def _pairs(data: Data) -> list[tuple[QueryCase, AnswerCase]]:
    """Each answerable query with one answer to the question that it asks about, drawn by the query's name."""
    answers: dict[str, list[AnswerCase]] = {}
    for case in data.answers:
        if case.labels:
            answers.setdefault(case.ref, []).append(case)
    asked = [(query, answers.get(query.relevant[0], [])) for query in data.queries if query.relevant]
    return [(query, random.Random(query.id).choice(cases)) for query, cases in asked if cases]


def _rubric(query: QueryCase, ranking: RankingRecord) -> str:
    if ranking.abstained or not ranking.ranked:
        return "refused"
    return "right" if ranking.ranked[0] in query.relevant else "wrong"


def own_metrics(
    data: Data, rankings: Mapping[str, RankingRecord], records: Sequence[Record], *, draws: int, seed: int
) -> dict[str, Metric]:
    """`own_right_rubric`, `own_wrong_rubric`, `own_refused`: what becomes of an own question that the handbook answers;
    `own_false_credit`: of the graded bullets that deserve nothing, the share credited. Empty without records.
    """
    said = said_cells(records)
    wrong = {record.variant: record for record in records if record.suite == SUITE}
    pairs = [(query, case) for query, case in _pairs(data) if query.id in rankings]
    if not pairs or not said:
        return {}
    outcomes: dict[str, list[Outcome]] = {name: [] for name in NAMES}
    for query, case in pairs:
        rubric = _rubric(query, rankings[query.id])
        for name in ("right", "wrong", "refused"):
            key = f"own_{name}" if name == "refused" else f"own_{name}_rubric"
            outcomes[key].append(Outcome(case.ref, rubric == name))
        for verdict in _undeserving(case, rubric, said, wrong.get(query.id)):
            outcomes["own_false_credit"].append(Outcome(case.ref, CREDIT.get(verdict, 0.0) > 0))
    return {name: mean_metric(name, found, draws=draws, seed=seed) for name, found in outcomes.items()}


def _undeserving(
    case: AnswerCase, rubric: str, said: Mapping[tuple[str, int], Cell], wrong: Record | None
) -> list[Verdict]:
    """What was said of the bullets that deserve nothing."""
    if rubric == "wrong":
        return [cell.verdict for cell in wrong.cells] if wrong and not wrong.error else []
    if rubric == "refused":
        return []
    cells = [said.get((case.id, label.bullet)) for label in case.labels if not CREDIT[label.verdict]]
    return [cell.verdict for cell in cells if cell is not None]
