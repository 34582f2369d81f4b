"""evals.metrics: figures worked by hand, and checked against scikit-learn."""

from __future__ import annotations

import math
import random

import numpy as np
import pytest
from sklearn import metrics as sk

from coach.types import Verdict
from evals.cases import GOLD_VERDICTS
from evals.metrics import FIGURES, grading_metrics
from evals.table import Scored

C, P, M, X, U = (*GOLD_VERDICTS, Verdict.UNGRADED)


def cells(pairs: list[tuple[Verdict, Verdict]], per_answer: int = 2) -> list[Scored]:
    return [
        Scored(f"a{i // per_answer}", f"q{i // (2 * per_answer)}", i % per_answer, gold, said)
        for i, (gold, said) in enumerate(pairs)
    ]


def value(name: str, rows: list[Scored]) -> float:
    return grading_metrics(rows, [name], draws=20)[name].value


def random_pairs(n: int = 200) -> list[tuple[Verdict, Verdict]]:
    rng = random.Random(3)
    gold = rng.choices(GOLD_VERDICTS, weights=(4, 2, 3, 1), k=n)
    return [(g, g if rng.random() < 0.6 else rng.choice(GOLD_VERDICTS)) for g in gold]


def test_no_cells_give_nan_and_no_count_for_every_figure() -> None:
    found = grading_metrics([], draws=20)
    assert set(found) == set(FIGURES)
    assert all(math.isnan(m.value) and math.isnan(m.low) and m.n == 0 for m in found.values())
    assert found["accuracy"].json() == {"value": None, "low": None, "high": None, "n": 0}


def test_kappa_macro_f1_and_accuracy_equal_scikit_learn() -> None:
    pairs = random_pairs()
    gold, said = zip(*pairs, strict=True)
    rows = cells(pairs)
    assert value("macro_f1", rows) == pytest.approx(sk.f1_score(gold, said, average="macro"), abs=1e-12)
    assert value("kappa", rows) == pytest.approx(sk.cohen_kappa_score(gold, said), abs=1e-12)
    assert value("accuracy", rows) == pytest.approx(sk.accuracy_score(gold, said), abs=1e-12)
    for verdict, precision in zip(
        GOLD_VERDICTS, sk.precision_score(gold, said, labels=GOLD_VERDICTS, average=None), strict=True
    ):
        assert value(f"precision_{verdict}", rows) == pytest.approx(precision, abs=1e-12)


def test_quadratic_kappa_and_brier_equal_scikit_learn() -> None:
    scale = {M: 0, P: 1, C: 2}
    pairs = [pair for pair in random_pairs() if X not in pair]
    gold, said = ([scale[pair[side]] for pair in pairs] for side in (0, 1))
    assert value("kappa_quadratic", cells(pairs)) == pytest.approx(
        sk.cohen_kappa_score(gold, said, weights="quadratic"), abs=1e-12
    )
    rng = random.Random(1)
    rows = [Scored("a", "q", i, C, rng.choice([C, M]), certainty=rng.random()) for i in range(50)]
    right, sure = [r.said is C for r in rows], [r.certainty for r in rows]
    assert value("brier", rows) == pytest.approx(sk.brier_score_loss(right, sure), abs=1e-12)


def test_ungraded_cell_counts_as_wrong_on_either_side() -> None:
    rows = cells([(C, U), (M, U), (C, C), (M, M)])
    assert value("accuracy", rows) == value("binary_accuracy", rows) == 0.5
    assert value("false_credit", rows) == 0.5  # of the two missing ones, the ungraded one counts as credited
    assert value("ungraded", rows) == 0.5
    assert value("kappa_quadratic", rows) == 0.0  # (covered, covered) (missing, missing) and both crossed


def test_credit_figures_by_hand() -> None:
    rows = cells([(C, M), (P, C), (X, P), (M, M)])
    assert value("over_credit", rows) == (0.5 + 0.5) / 4
    assert value("credit_bias", rows) == (-1 + 0.5 + 0.5 + 0) / 4
    assert value("false_credit", rows) == 1 / 2  # the contradicted one, of two without gold credit
    assert value("false_missed", rows) == 1.0
    assert value("false_wrong", rows) == 0.0


def test_score_error_is_a_mean_over_answers_and_leaves_ungraded_bullets_out() -> None:
    rows = cells([(C, C), (C, M), (M, M), (C, U), (C, U), (M, U)])
    # a0: 0.5 against 1; a1: 0 against 0.5, one bullet graded; a2: nothing graded.
    metric = grading_metrics(rows, ["score_mae"], draws=20)["score_mae"]
    assert metric.value == pytest.approx((0.5 + 0.5) / 2)
    assert metric.n == 2


def test_majority_takes_the_first_of_equally_frequent_verdicts() -> None:
    rows = cells([(P, C), (C, C), (C, C), (C, C)])
    assert value("answer_majority", rows) == 0.5  # only the first answer is mixed; its first verdict is partial
    assert value("within_answer", rows) == 0.5


def test_sure_half_takes_the_surest_cells_of_all() -> None:
    rows = [
        Scored("a", "q", i, C, said, certainty=sure) for i, (said, sure) in enumerate([(C, 0.9), (M, 0.8), (C, 0.1)])
    ]
    rows.append(Scored("a", "q", 3, C, M))
    metric = grading_metrics(rows, ["sure_half_binary"], draws=20)["sure_half_binary"]
    assert (metric.value, metric.n) == (0.5, 2)  # half of four cells: the ones with .9 and .8


def test_calibration_error_by_hand() -> None:
    rows = [
        Scored("a", "q", i, C, said, certainty=sure) for i, (said, sure) in enumerate([(C, 0.95), (M, 0.95), (C, 0.55)])
    ]
    # tenth bin: mean certainty .95, half right, gap .45 of two cells; sixth: .45 of one
    assert value("ece", rows) == pytest.approx((2 * 0.45 + 0.45) / 3)


def test_share_never_seen_has_the_exact_upper_bound() -> None:
    metric = grading_metrics(cells([(C, C)] * 100), ["ungraded"], draws=20)["ungraded"]
    assert (metric.value, metric.low) == (0.0, 0.0)
    assert metric.high == pytest.approx(1 - 0.025 ** (1 / 100), abs=1e-9)


def test_interval_holds_the_value_and_is_the_same_in_every_run() -> None:
    rows = cells(random_pairs())
    first, second = (grading_metrics(rows, draws=300, seed=5) for _ in range(2))
    for name, metric in first.items():
        if not math.isnan(metric.value):
            assert metric.low <= metric.value <= metric.high, name
        assert np.array_equal([metric.low, metric.high], [second[name].low, second[name].high], equal_nan=True)
