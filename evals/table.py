"""Graded cells beside their gold, as rows and as columns, and the form that every figure takes. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from coach.types import CREDIT, Verdict
from evals.cases import GOLD_VERDICTS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

VERDICTS = (*GOLD_VERDICTS, Verdict.UNGRADED)
COVERED, PARTIAL, MISSING, CONTRADICTED, UNGRADED = range(5)
CREDITS = np.array([CREDIT.get(verdict, 0.0) for verdict in VERDICTS])
CREDITED = np.array([True, True, False, False, False])
BINS = 10  # of certainty; a finer grid leaves bins without cells


@dataclass(frozen=True, slots=True)
class Metric:
    """A figure with its 95 % interval over `n` cases; NaN where there is no data."""

    name: str
    value: float
    low: float
    high: float
    n: int

    def json(self) -> dict[str, float | int | None]:
        """As in report.json: NaN becomes null."""
        parts = {"value": self.value, "low": self.low, "high": self.high}
        return {key: None if math.isnan(part) else part for key, part in parts.items()} | {"n": self.n}


@dataclass(frozen=True, slots=True)
class Scored:
    """One cell beside its gold: a bullet of an answer."""

    answer: str
    question: str
    bullet: int
    gold: Verdict
    said: Verdict
    quote_ok: bool = False
    overlap: float | None = None
    """F1 of quoted and gold-evidence characters; None where either side has none to give."""
    certainty: float | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """Cells as columns of equal length, for the figures."""

    gold: NDArray[np.int64]
    """Places in VERDICTS."""
    said: NDArray[np.int64]
    group: NDArray[np.int64]
    answer: NDArray[np.int64]
    """Number of the answer, in the order of their ids."""
    bullet: NDArray[np.int64]
    quote_ok: NDArray[np.bool_]
    overlap: Floats
    certainty: Floats

    @property
    def right(self) -> NDArray[np.bool_]:
        """Credited or not, as the gold says; never for an ungraded cell."""
        return np.asarray((CREDITED[self.gold] == CREDITED[self.said]) & (self.said != UNGRADED), dtype=np.bool_)


def tabulate(cells: Sequence[Scored]) -> Table:
    """The cells as columns, in their order."""
    answers = {name: i for i, name in enumerate(sorted({c.answer for c in cells}))}
    groups = {name: i for i, name in enumerate(dict.fromkeys(c.question for c in cells))}
    place = {verdict: i for i, verdict in enumerate(VERDICTS)}
    none_is_nan = [math.nan if c.overlap is None else c.overlap for c in cells]
    return Table(
        np.array([place[c.gold] for c in cells], dtype=np.int64),
        np.array([place[c.said] for c in cells], dtype=np.int64),
        np.array([groups[c.question] for c in cells], dtype=np.int64),
        np.array([answers[c.answer] for c in cells], dtype=np.int64),
        np.array([c.bullet for c in cells], dtype=np.int64),
        np.array([c.quote_ok for c in cells], dtype=bool),
        np.array(none_is_nan, dtype=np.float64),
        np.array([math.nan if c.certainty is None else c.certainty for c in cells], dtype=np.float64),
    )


def divide(top: NDArray[Any], bottom: NDArray[Any]) -> Floats:
    """top / bottom, NaN where bottom is 0."""
    quotient: Floats = np.divide(top, bottom, out=np.full(np.shape(bottom), math.nan), where=np.asarray(bottom) != 0)
    return quotient
