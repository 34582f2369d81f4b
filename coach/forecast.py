"""What will still be known on a date, and how far such predictions have come true. Pure.

Predictions are FSRS's, from its published parameters, not fitted to the person. So they are shown only from
`ENOUGH` reviews on, and beside what was observed; a bullet that was never asked is unknown, not 0 and not 1.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import fmean

from coach.figures import Figure, share
from coach.schedule import Review, recall
from index.types import Direction, Handbook

ENOUGH = 30
BINS = ((0.0, 0.7), (0.7, 0.9), (0.9, 1.0))
"""Of predicted recall: below, around and above what FSRS aims at."""


@dataclass(frozen=True, slots=True)
class Outlook:
    """A direction on the date."""

    direction: Direction
    bullets: int
    known: int
    """Bullets with a memory state; the rest was never asked."""
    recall: float | None
    """Mean predicted recall of the known bullets, if nothing more is practised; None: too few reviews."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """Predictions against what happened, for one stretch of predicted recall."""

    low: float
    high: float
    predicted: float | None
    """Mean prediction."""
    observed: Figure


def outlooks(book: Handbook, cards: Mapping[str, str], reviews: Sequence[Review], at: datetime) -> tuple[Outlook, ...]:
    """One for each direction, in the handbook's order. `at` is UTC."""
    found, enough = list[Outlook](), counted(reviews) >= ENOUGH
    for direction in book.directions:
        keys = [b.key for q in book.questions if q.direction.number == direction.number for b in q.bullets]
        known = [cards[key] for key in keys if key in cards]
        predicted = fmean(recall(card, at) for card in known) if enough and known else None
        found.append(Outlook(direction, len(keys), len(known), predicted))
    return tuple(found)


def counted(reviews: Sequence[Review]) -> int:
    """How many of the reviews a judge stands behind: self-marks with the words in view are no evidence of recall."""
    return sum(r.source != "self" for r in reviews)


def checked(reviews: Sequence[Review]) -> list[Review]:
    """The reviews that put a prediction to the test: unaided answers about a bullet that had been asked before."""
    return [r for r in reviews if r.predicted is not None and r.source == "answer"]


def agreement(reviews: Sequence[Review], low: float = 0.0, high: float = 1.0) -> Agreement:
    """Predicted and observed recall where `low` <= prediction < `high` (<= for 1)."""
    tested = [r for r in checked(reviews) if low <= (r.predicted or 0.0) < high or (r.predicted == high == 1)]
    mean = fmean(r.predicted or 0.0 for r in tested) if tested else None
    return Agreement(low, high, mean, share(sum(r.recalled for r in tested), len(tested)))


def strays(found: Agreement) -> bool:
    """Whether the observed share lies beyond what chance explains of the predicted one."""
    if found.predicted is None or found.observed.low is None or found.observed.high is None:
        return False
    return not found.observed.low <= found.predicted <= found.observed.high
