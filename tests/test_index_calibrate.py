"""Tests of `index.calibrate`: fitting, folds and the record that ships."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from importlib.resources import files

import numpy as np
import pytest

pytest.importorskip("scipy")

from index.calibrate import FOLDS, Case, balanced, cross_fit, fit, fit_logistic, fit_weights, fold_of, without
from index.fuse import FEATURES, Evidence, fuse
from index.passages import Kind


def evidence(right: int | None, *, known: float = 1.0, questions: int = 6) -> Evidence:
    """Entry cosines point at `right`; the other kinds say nothing; BM25 points at question 0 whatever is asked."""
    cosines = np.full((len(Kind), questions), 0.2)
    bm25 = np.zeros(questions)
    bm25[0] = 5.0
    if right is not None:
        cosines[Kind.ENTRY, right] = 0.9
    covered = np.full(questions, known)
    return Evidence(cosines, bm25, np.zeros((2, questions)), 10.0, 10.0, covered, known, 0.0, math.log(4))


CASES = [Case(f"q{n}", evidence(n % 6), (n % 6,)) for n in range(30)]
STRANGE = [Case(f"s{n}", evidence(None, known=0.1), ()) for n in range(20)]
VAGUE = [Case(f"v{n}", replace(evidence(n % 6), amount=1.0), (), about=(n % 6,)) for n in range(20)]


def test_ranker_that_is_right_gets_more_weight_than_one_that_is_not() -> None:
    weights = fit_weights(CASES)
    assert weights["entry"] > weights.get("entry_bm25", 0.0)
    assert all(fuse(c.evidence, weights).argmax() == c.relevant[0] for c in CASES)


def test_no_weight_is_below_zero() -> None:
    assert min(fit_weights(CASES).values()) > 0
    assert set(fit_weights(CASES)) <= set(FEATURES)


def test_logistic_tells_the_two_sides_apart() -> None:
    rows = [{"covered": x, "bias": 1.0} for x in (0.9, 0.8, 0.1, 0.2)]
    fitted = fit_logistic(["covered", "bias"], rows, [True, True, False, False], [1.0] * 4)
    assert [fitted.chance(row) > fitted.threshold for row in rows] == [True, True, False, False]


def test_strangers_are_refused_and_amounts_lack_their_detail() -> None:
    parameters = fit([*CASES, *STRANGE], VAGUE)
    outcomes = [
        parameters.judge(fuse(case.evidence, parameters.weights), case.evidence)
        for case in (CASES[3], STRANGE[0], VAGUE[3])
    ]
    assert [(o.abstained, o.detail) for o in outcomes] == [(False, True), (True, True), (False, False)]


def test_fold_never_sees_a_query_about_its_questions() -> None:
    # Two worlds that disagree about question 0: its own fold must be fitted as if that world had no such query.
    kept = [c for c in CASES if c.relevant[0] % FOLDS != 0]
    folds = cross_fit([*CASES, *STRANGE], VAGUE)
    alone = fit([*kept, *(c for c in STRANGE if fold_of(c) != 0)], [c for c in VAGUE if c.about[0] % FOLDS != 0])
    assert folds[0] == alone


def test_hidden_question_can_no_longer_be_found() -> None:
    hidden = without(CASES[2])
    assert hidden.relevant == ()
    assert fuse(hidden.evidence, {"entry": 1.0}).argmax() != 2


def test_balanced_accuracy_is_the_mean_of_both_sides() -> None:
    # 3 of 4 answered queries kept, 1 of 2 strangers sent away: (0.75 + 0.5) / 2.
    assert balanced([(True, False)] * 3 + [(True, True), (False, True), (False, False)]) == 0.625
    assert math.isnan(balanced([(True, False)]))


@pytest.mark.parametrize("kind", ["plain", "pack"])
def test_shipped_record_has_a_fold_for_every_query(kind: str) -> None:
    record = json.loads(files("index").joinpath("ranking.json").read_text(encoding="utf-8"))[kind]
    assert len(record["folds"]) == FOLDS
    assert len(record["fold_of"]) == sum(record["fitted_on"].values())
    assert set(record["all"]["weights"]) <= set(FEATURES)
