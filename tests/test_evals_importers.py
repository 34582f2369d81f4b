"""evals.importers and evals.scores: public collections become graded answers."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest
from scipy import stats
from sklearn import metrics as sk

from coach.types import Verdict
from evals.cases import AnswerCase, Label
from evals.errors import DataError, OptionError
from evals.grading import score_cells
from evals.importers import FORMATS, import_answers, write_answers
from evals.load import load_data
from evals.metrics import grading_metrics
from evals.records import Cell
from evals.scores import score_metrics

FOLDERS = {
    "mohler": ("mohler_v2", 2273),  # the published answers
    "saf": ("saf", 2127),
    "beetle": ("semeval2013_beetle", 3941),
    "zh_ads": ("zh_ads", 1107),
    "physics": ("physics_rubric_items", 89),
}


@pytest.mark.parametrize("name", FORMATS)
def test_collection_is_imported_whole_and_can_be_loaded(name: str, shared: Path, tmp_path: Path) -> None:
    folder, count = FOLDERS[name]
    rows = import_answers(name, shared / "external" / folder)
    write_answers(rows, tmp_path / "out.jsonl")
    cases = load_data([tmp_path / "out.jsonl"]).answers
    assert len(cases) == count
    assert all(case.bullets and (case.score is not None or case.labels) for case in cases)


def test_reference_sentences_become_bullets_and_points_a_fraction(tmp_path: Path) -> None:
    row = {
        "id": "1.1.0",
        "question_id": "1.1",
        "question": "Why?",
        "reference_answer": "It saves time. It is about 0.5 s faster. 1.",
        "student_answer": "time",
        "score_avg": 3.5,
    }
    (tmp_path / "answers.jsonl").write_text(json.dumps(row) + "\n" + json.dumps({**row, "ignored_by_authors": True}))
    (found,) = import_answers("mohler", tmp_path)
    assert found["labelled_by"] == "person"
    assert (found["bullets"], found["score"], found["scale"]) == (
        ["It saves time.", "It is about 0.5 s faster."],
        0.7,
        5.0,
    )


def test_unknown_format_and_wrong_file_are_refused(tmp_path: Path) -> None:
    with pytest.raises(OptionError, match="unknown format 'squad'; there are mohler, saf"):
        import_answers("squad", tmp_path)
    with pytest.raises(DataError, match="cannot be read"):
        import_answers("saf", tmp_path)
    (tmp_path / "english_train.jsonl").write_text('{"id": 1}\nnonsense\n')
    with pytest.raises(DataError) as caught:
        import_answers("saf", tmp_path)
    assert [fault.split(":", 1)[1] for fault in caught.value.faults] == [
        "1: lacks question_id, question, student_answer",
        "2: not JSON (Expecting value)",
    ]


def scored_case(i: int, score: float) -> AnswerCase:
    return AnswerCase(f"a{i}", f"q{i % 3}", "q", ("x", "y"), "answer", (), score=score, scale=5.0)


def test_correlation_and_error_equal_scipy_and_the_hand() -> None:
    golds = [0.0, 0.5, 0.75, 1.0, 0.5]
    verdicts = [
        ("missing", "missing"),
        ("partial", "missing"),
        ("covered", "partial"),
        ("covered", "covered"),
        ("missing",) * 2,
    ]
    said = {(f"a{i}", b): Cell(b, Verdict(v)) for i, pair in enumerate(verdicts) for b, v in enumerate(pair)}
    own = [0.0, 0.25, 0.75, 1.0, 0.0]
    found = score_metrics([scored_case(i, g) for i, g in enumerate(golds)], said, draws=20, seed=0)
    assert found["pearson"].value == pytest.approx(stats.pearsonr(golds, own).statistic, abs=1e-12)
    assert found["rmse"].value == pytest.approx(5 * np.sqrt((0.25**2 + 0.5**2) / 5), abs=1e-12)
    assert found["rmse"].n == 5


def test_score_figures_are_absent_without_scores_and_unknown_without_verdicts() -> None:
    assert score_metrics([AnswerCase("a", "q", "q", ("x",), "answer", ())], {}, draws=10, seed=0) == {}
    unknown = score_metrics([scored_case(0, 0.5)], {}, draws=10, seed=0)
    assert math.isnan(unknown["pearson"].value)
    assert unknown["pearson"].n == 0


def test_three_way_score_equals_scikit_learn() -> None:
    three = {"covered": "correct", "contradicted": "contradictory", "partial": "incorrect", "missing": "incorrect"}
    golds = ["covered", "partial", "missing", "contradicted", "covered", "missing"]
    saids = ["covered", "covered", "partial", "contradicted", "missing", "contradicted"]
    cases = [AnswerCase(f"a{i}", "q", "q", ("x",), "answer", (Label(0, Verdict(g)),)) for i, g in enumerate(golds)]
    said = {(f"a{i}", 0): Cell(0, Verdict(s)) for i, s in enumerate(saids)}
    found = grading_metrics(score_cells(cases, said), ["macro_f1_3way"], draws=5)["macro_f1_3way"]
    expected = sk.f1_score([three[g] for g in golds], [three[s] for s in saids], average="macro")
    assert found.value == pytest.approx(expected, abs=1e-12)
