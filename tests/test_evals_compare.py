"""evals.compare: paired, on the same cells."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path

import pytest

from coach.types import Verdict
from evals.bars import violations
from evals.cases import AnswerCase, Data, Label, QueryCase
from evals.compare import compare_grading, compare_retrieval, load_said
from evals.errors import DataError
from evals.records import Cell, lines
from evals.retrieval import RankingRecord
from evals.runner import Options, run

C, M = Verdict.COVERED, Verdict.MISSING
CASES = tuple(
    AnswerCase(f"a{i}", f"1.{i}", "q", ("x", "y"), "The relay opens the valve.", (Label(0, C), Label(1, M)))
    for i in range(30)
)


def said(right: int) -> dict[tuple[str, int], Cell]:
    """Bullet 1 always right; bullet 0 right on the first `right` answers."""
    first = {(case.id, 0): Cell(0, C if i < right else M, reason=f"r{right}") for i, case in enumerate(CASES)}
    return first | {(case.id, 1): Cell(1, M) for case in CASES}


def test_better_run_shows_its_gain_with_interval_and_exact_p() -> None:
    found = compare_grading(CASES, said(10), said(20), draws=500)
    accuracy = next(d for d in found.differences if d.name == "accuracy")
    assert (accuracy.was, accuracy.now) == (40 / 60, 50 / 60)
    assert accuracy.p == pytest.approx(2 / 2**10)  # ten cells better, none worse
    assert 0 < accuracy.low < accuracy.change < accuracy.high
    assert accuracy.p_holm >= accuracy.p
    assert len(found.flips) == 10
    assert (found.flips[0].was_reason, found.flips[0].now_reason) == ("r10", "r20")


def test_run_compared_with_itself_differs_in_nothing() -> None:
    found = compare_grading(CASES, said(10), said(10), draws=100)
    assert all(math.isnan(d.was) or (d.low, d.high) == (0, 0) for d in found.differences)
    assert found.flips == ()
    assert {d.p for d in found.differences if not math.isnan(d.p)} == {1.0}


def test_only_cells_of_both_runs_are_compared() -> None:
    now = {key: cell for key, cell in said(20).items() if key[0] in ("a1", "a2")}
    assert compare_grading(CASES, said(10), now, draws=50).cells == 4
    assert compare_grading(CASES, said(10), {}, draws=50).differences == ()


def test_rankings_are_compared_query_by_query() -> None:
    queries = [QueryCase(f"q{i}", "q", "en", "english", (f"1.{i}",)) for i in range(8)]
    was = {q.id: RankingRecord(q.id, ("9.9", *q.relevant), False) for q in queries}
    now = {q.id: RankingRecord(q.id, q.relevant, False) for q in queries}
    by_name = {d.name: d for d in compare_retrieval(queries, was, now, draws=50).differences}
    assert (by_name["recall@1"].change, by_name["recall@5"].change, by_name["mrr@10"].change) == (1.0, 0.0, 0.5)
    assert by_name["recall@1"].p == pytest.approx(2 / 2**8)


def test_bars_name_what_is_not_kept(tmp_path: Path) -> None:
    report = run(
        ["grading"],
        Data(CASES),
        judge=lambda q, b, a: ["missing"] * 2,
        out_dir=tmp_path / "r",
        options=Options(draws=20),
    )
    compared = {"grading": compare_grading(CASES, said(30), said(10), draws=20)}
    assert violations(report, fail_under={"grading.accuracy": 0.5}, fail_over={"grading.false_credit": 0.0}) == []
    assert violations(report, fail_under={"grading.accuracy": 0.6, "grading.quote_f1": 0.1}) == [
        "grading.accuracy is 0.5, under 0.6",
        "grading.quote_f1 is nan, under 0.1",
    ]
    drops = {"grading.accuracy": 0.1, "grading.false_credit": 0.1, "retrieval.recall@1": 0}
    assert violations(replace(report, compared=compared), max_drop=drops) == [
        "grading.accuracy fell from 1 to 0.6667, by more than 0.1",
        "retrieval.recall@1 is not compared with a baseline, so its drop is not known",
    ]


def test_baseline_may_be_bare_cells_and_must_hold_some(tmp_path: Path) -> None:
    row = {"id": "a0", "bullet": 1, "verdict": "missing", "evidence": [], "certainty": None, "epoch": 0}
    (tmp_path / "cells.jsonl").write_text(lines([row]), encoding="utf-8")
    assert load_said(tmp_path) == {("a0", 1): Cell(1, M)}
    with pytest.raises(DataError, match="no graded cells"):
        load_said(tmp_path / "elsewhere")


def test_run_with_a_baseline_reports_what_changed(tmp_path: Path) -> None:
    options = Options(draws=20)
    run(["grading"], Data(CASES), judge=lambda q, b, a: ["missing"] * 2, out_dir=tmp_path / "old", options=options)
    report = run(
        ["grading"],
        Data(CASES),
        judge=lambda q, b, a: [{"verdict": "covered", "evidence": "The relay opens the valve."}, "missing"],
        out_dir=tmp_path / "new",
        options=options,
        baseline=tmp_path / "old",
    )
    written = json.loads((tmp_path / "new" / "report.json").read_text())["baseline"]["grading"]
    assert len(report.compared["grading"].flips) == len(written["flips"]) == 30
    assert next(d for d in written["differences"] if d["name"] == "accuracy")["p"] == pytest.approx(2 / 2**30)
    assert "against the baseline, 60 cells" in (tmp_path / "new" / "report.html").read_text()
