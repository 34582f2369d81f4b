"""evals.grading and evals.retrieval against the scorers that define the figures."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from pathlib import Path

import pytest

from coach.types import Verdict
from evals.cases import GOLD_VERDICTS, AnswerCase
from evals.grading import quote_figures, score_cells
from evals.load import bundled_paths, load_data
from evals.metrics import grading_metrics
from evals.records import Cell, lines
from evals.retrieval import RankingRecord, retrieval_metrics
from evals.table import VERDICTS

SCORED = [
    "accuracy",
    "macro_f1",
    "kappa",
    "binary_accuracy",
    "binary_kappa",
    "false_credit",
    "over_credit",
    "credit_bias",
    "false_wrong",
    "false_missed",
    "within_answer",
    "answer_majority",
    "quote_valid",
    "quote_f1",
    "sure_half_binary",
    "ungraded",
]


def scorer(shared: Path, name: str, *files: Path, flags: tuple[str, ...] = ()) -> dict[str, dict[str, float]]:
    command = [sys.executable, str(shared / "tools" / name), *map(str, files), "--json", *flags]
    return dict(json.loads(subprocess.run(command, capture_output=True, check=True, text=True).stdout))


def erratic_cell(rng: random.Random, case: AnswerCase, bullet: int, gold: Verdict) -> Cell:
    verdict = gold if rng.random() < 0.5 else rng.choice(VERDICTS)
    start = rng.randrange(len(case.answer))
    quotes = (
        case.answer[start : start + rng.choice((2, 9, 400))],
        rng.choice((case.labels[bullet].evidence, "x y z w")),
    )
    sure = rng.choice((None, 0.5, rng.random()))
    return Cell(bullet, verdict, quotes[: rng.randrange(3)], sure)


@pytest.mark.parametrize("seed", [1, 2])
def test_figures_of_an_erratic_judge_equal_the_scorer(shared: Path, tmp_path: Path, seed: int) -> None:
    rng = random.Random(seed)
    cases = load_data([shared / "gold" / "dev.jsonl"]).answers
    said = {
        (case.id, label.bullet): erratic_cell(rng, case, label.bullet, label.verdict)
        for case in cases
        for label in case.labels
        if rng.random() < 0.95
    }
    rows = [
        {"id": i, "bullet": b, "verdict": c.verdict, "evidence": list(c.evidence), "certainty": c.certainty}
        for (i, b), c in said.items()
    ]
    (tmp_path / "cells.jsonl").write_text(lines(rows), encoding="utf-8")
    for doubtful, flags in ((True, ()), (False, ("--without-doubtful",))):
        files = (shared / "gold" / "dev.jsonl", tmp_path / "cells.jsonl")
        expected = scorer(shared, "score_grading.py", *files, flags=flags)
        found = grading_metrics(score_cells(cases, said, doubtful=doubtful), SCORED, draws=1)
        assert {name: m.value for name, m in found.items()} == pytest.approx({n: expected[n] for n in SCORED}, abs=1e-9)


def test_figures_of_an_erratic_search_equal_the_scorer(shared: Path, tmp_path: Path) -> None:
    rng = random.Random(4)
    cases = load_data([shared / "queries" / "dev.jsonl"]).queries
    refs = sorted({ref for case in cases for ref in case.relevant})
    made = [RankingRecord(c.id, tuple(rng.sample(refs, 10)), rng.random() < 0.3) for c in cases]
    ranked = {r.id: r for c, r in zip(cases, made, strict=True) if not c.relevant or rng.random() < 0.9}
    first = next(c for c in cases if c.relevant and c.id in ranked)
    ranked[first.id] = RankingRecord(first.id, (first.relevant[0], *refs[:9]), False)
    (tmp_path / "rankings.jsonl").write_text(lines([r.json() for r in ranked.values()]), encoding="utf-8")
    expected = scorer(shared, "score_retrieval.py", shared / "queries" / "dev.jsonl", tmp_path / "rankings.jsonl")
    found = retrieval_metrics(cases, ranked, draws=50)
    for figure in ("recall@1", "recall@5", "mrr@10", "answered_recall@1"):
        assert found[figure].value == pytest.approx(expected["all"][figure], abs=1e-9)
        assert found[f"{figure} hard"].value == pytest.approx(expected["type hard"][figure], abs=1e-9)
        assert found[f"{figure} en"].value == pytest.approx(expected["lang en"][figure], abs=1e-9)
    assert found["abstention"].value == pytest.approx(expected["abstention"]["balanced_accuracy"], abs=1e-9)
    assert found["abstained far"].value == pytest.approx(expected["abstention"]["out far"], abs=1e-4)


def test_bundled_data_is_the_project_s_and_whole() -> None:
    data = load_data(bundled_paths())
    assert (len(data.answers), len(data.queries)) == (172, 247)
    assert sum(len(case.labels) for case in data.answers) == 636
    assert all(label.evidence in case.answer for case in data.answers for label in case.labels)


def test_gold_scored_against_itself_is_perfect() -> None:
    cases = load_data(bundled_paths()).answers
    said = {
        (c.id, s.bullet): Cell(s.bullet, s.verdict, (s.evidence,) if s.evidence else ())
        for c in cases
        for s in c.labels
    }
    found = grading_metrics(score_cells(cases, said), ("macro_f1", "false_credit", "quote_f1", "quote_valid"), draws=1)
    assert [found[n].value for n in ("macro_f1", "false_credit", "quote_f1")] == [1.0, 0.0, 1.0]
    assert found["quote_valid"].value == 1.0


def test_quote_of_most_of_a_long_answer_is_not_valid() -> None:
    answer = "第一句话说的是检索。第二句话说的是重排。第三句话说的是生成，还有引用和拒答。"
    assert quote_figures(answer, ["第二句话说的是重排"], "第二句话说的是重排") == (True, 1.0)
    assert quote_figures(answer, [answer], "第二句话")[0] is False
    assert quote_figures(answer, ["第二句话说的是重排", "没有说过的话"], "第二句话") == (False, 0.0)
    assert quote_figures(answer, ["重排"], "")[0] is False  # two characters are a scrap
    assert quote_figures(answer, [], "第二句话") == (False, 0.0)


def test_verdict_order_is_the_one_of_the_gold() -> None:
    assert VERDICTS[:4] == GOLD_VERDICTS
