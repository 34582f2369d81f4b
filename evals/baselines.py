"""What a judge must beat: rules that know nothing of the subject, and the second reading as a ceiling. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence

from coach.types import Verdict
from evals.cases import AnswerCase
from evals.grading import score_cells
from evals.metrics import grading_metrics
from evals.records import Cell
from evals.table import Metric

Said = dict[tuple[str, int], Cell]
FIGURES = ("macro_f1", "accuracy", "kappa", "binary_accuracy", "false_credit", "within_answer")
LENGTHS = 5  # classes of equal size; finer ones hold too few answers to learn from


def baselines(cases: Sequence[AnswerCase], *, draws: int, seed: int) -> dict[str, dict[str, Metric]]:
    """Name -> figures. `second reading` is there only when every label has one."""
    rules: dict[str, Said] = {
        "constant": by_class(cases, lambda case: 0),
        "length only": by_class(cases, length_class(cases)),
        "keywords": keywords(cases),
        "answer majority": _majority(cases),
    }
    if all(label.second for case in cases for label in case.labels):
        rules["second reading"] = _cells(
            cases, lambda case: [label.second or Verdict.UNGRADED for label in case.labels]
        )
    return {
        name: grading_metrics(score_cells(cases, said), FIGURES, draws=draws, seed=seed) for name, said in rules.items()
    }


def by_class(cases: Sequence[AnswerCase], class_of: Callable[[AnswerCase], int]) -> Said:
    """The most frequent verdict among *other* questions' answers of the same class, for every bullet."""
    by_class: dict[int, Counter[Verdict]] = {}
    of_question: dict[tuple[int, str], Counter[Verdict]] = {}
    for case in cases:
        golds = Counter(label.verdict for label in case.labels)
        by_class.setdefault(class_of(case), Counter()).update(golds)
        of_question.setdefault((class_of(case), case.ref), Counter()).update(golds)

    def guess(case: AnswerCase) -> list[Verdict]:
        others = by_class[class_of(case)] - of_question[class_of(case), case.ref]
        likely = max(others, key=lambda v: others[v]) if others else Verdict.MISSING
        return [likely] * len(case.labels)

    return _cells(cases, guess)


def length_class(cases: Sequence[AnswerCase]) -> Callable[[AnswerCase], int]:
    """Which fifth of all answers, by length, an answer is in: from 0, the shortest."""
    lengths = sorted(len(case.answer) for case in cases)
    cuts = [lengths[len(lengths) * i // LENGTHS] for i in range(1, LENGTHS)]
    return lambda case: sum(len(case.answer) >= cut for cut in cuts)


def keywords(cases: Sequence[AnswerCase]) -> Said:
    """Covered when half of a bullet's words stand in the answer, partial from a quarter; never contradicted."""

    def verdict(bullet: str, heard: set[str]) -> Verdict:
        wanted = words(bullet)
        share = len(wanted & heard) / max(1, len(wanted))
        return Verdict.COVERED if share >= 0.5 else Verdict.PARTIAL if share >= 0.25 else Verdict.MISSING

    return _cells(cases, lambda case: [verdict(case.bullets[s.bullet], words(case.answer)) for s in case.labels])


def words(text: str) -> set[str]:
    """English words and Chinese character pairs, lower case."""
    pairs = {run[i : i + 2] for run in re.findall("[\u4e00-\u9fff]+", text) for i in range(max(1, len(run) - 1))}
    return pairs | set(re.findall(r"[a-z0-9][a-z0-9+.-]*", text.lower()))


def _majority(cases: Sequence[AnswerCase]) -> Said:
    def guess(case: AnswerCase) -> list[Verdict]:
        golds = [label.verdict for label in case.labels]
        return [max(golds, key=golds.count)] * len(golds) if golds else []

    return _cells(cases, guess)


def _cells(cases: Sequence[AnswerCase], say: Callable[[AnswerCase], Sequence[Verdict]]) -> Said:
    return {
        (case.id, label.bullet): Cell(label.bullet, verdict)
        for case in cases
        for label, verdict in zip(case.labels, say(case), strict=True)
    }


def as_json(found: Mapping[str, Mapping[str, Metric]]) -> dict[str, dict[str, object]]:
    """Tables of figures, ready for report.json."""
    return {name: {key: metric.json() for key, metric in figures.items()} for name, figures in found.items()}
