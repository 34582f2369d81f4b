"""Tests of `index.dense`."""

from __future__ import annotations

import numpy as np
import pytest

from index.dense import best_by_kind, group


def test_best_passage_of_each_kind_decides_for_its_question() -> None:
    # Two questions; kind 0 has a passage each, kind 1 three, of which two are the second question's.
    groups = group(np.array([0, 0, 1, 1, 1]), np.array([0, 1, 0, 1, 1]), 2)
    best = best_by_kind(np.array([0.1, 0.2, 0.3, 0.5, 0.4]), groups, 2)
    assert best.tolist() == [[0.1, 0.2], [0.3, 0.5]]


def test_question_without_a_passage_of_the_kind_gets_minus_one() -> None:
    assert best_by_kind(np.array([0.7]), group(np.array([1]), np.array([0]), 2), 2).tolist() == [[-1, -1], [0.7, -1]]


def test_no_passages_at_all_are_fine() -> None:
    nothing = np.zeros(0, np.int64)
    assert best_by_kind(np.zeros(0), group(nothing, nothing, 1), 1).tolist() == [[-1]]


def test_passages_out_of_order_are_refused() -> None:
    with pytest.raises(ValueError, match="not ordered"):
        group(np.array([1, 0]), np.array([0, 0]), 1)
