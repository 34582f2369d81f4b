"""Cosines of a query to passages, the best one of each kind deciding for its question. Pure."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Groups:
    """Passages in runs of one kind and question: run r begins at `starts[r]`, is of `kinds[r]`, is `owners[r]`'s."""

    starts: NDArray[np.int64]
    kinds: NDArray[np.int64]
    owners: NDArray[np.int64]
    questions: int


def group(kinds: NDArray[np.int64], owners: NDArray[np.int64], questions: int) -> Groups:
    """The runs of passages that are already ordered by kind, then question. ValueError when they are not."""
    both = kinds * questions + owners
    if np.any(np.diff(both) < 0):
        raise ValueError("passages are not ordered by kind and question")
    starts = np.flatnonzero(np.r_[True, np.diff(both) > 0]) if len(both) else np.zeros(0, np.int64)
    return Groups(starts, kinds[starts], owners[starts], questions)


def best_by_kind(values: NDArray[np.floating], groups: Groups, kinds: int) -> NDArray[np.float64]:
    """The highest value per kind and question, (kinds, questions); -1 where a question has no passage of the kind."""
    table = np.full((kinds, groups.questions), -1.0)
    if len(values):
        table[groups.kinds, groups.owners] = np.maximum.reduceat(values, groups.starts)
    return table
