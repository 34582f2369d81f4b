"""What a person's blind labels say of the data's labels and of the judge. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from coach.types import Verdict
from evals.cases import AnswerCase, Label
from evals.grading import score_cells
from evals.metrics import grading_metrics
from evals.records import Cell
from evals.table import Metric

FIGURES = ("kappa", "accuracy")


def person_metrics(
    cases: Sequence[AnswerCase], said: Mapping[tuple[str, int], Cell], *, draws: int, seed: int
) -> dict[str, Metric]:
    """`human_model_kappa`, `human_model_accuracy`: a person against the data's labels; `human_judge_…`: the judge
    against the person. Empty when no person has labelled any of these bullets.
    """
    seen = [replace(case, labels=tuple(map(_as_gold, filter(_has_person, case.labels)))) for case in cases]
    seen = [case for case in seen if case.labels]
    if not seen:
        return {}
    labels = {(c.id, label.bullet): Cell(label.bullet, label.verdict) for c in cases for label in c.labels}
    found: dict[str, Metric] = {}
    for name, by in (("human_model", labels), ("human_judge", said)):
        figures = grading_metrics(score_cells(seen, by), FIGURES, draws=draws, seed=seed)
        found |= {f"{name}_{key}": replace(metric, name=f"{name}_{key}") for key, metric in figures.items()}
    return found


def _has_person(label: Label) -> bool:
    return label.person is not None


def _as_gold(label: Label) -> Label:
    return replace(label, verdict=label.person or Verdict.UNGRADED)


def disagreements(cases: Sequence[AnswerCase]) -> list[tuple[AnswerCase, Label]]:
    """The bullets on which the person and the data's label differ."""
    return [
        (case, label) for case in cases for label in case.labels if label.person and label.person is not label.verdict
    ]


def labelled(cases: Sequence[AnswerCase]) -> int:
    """How many bullets a person labelled."""
    return sum(label.person is not None for case in cases for label in case.labels)
