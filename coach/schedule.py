"""Spaced repetition per bullet: verdict -> rating -> FSRS card, and recall predicted on a date.

Pure: time is a parameter, cards travel as JSON text. The memory model is py-fsrs (FSRS-6,
github.com/open-spaced-repetition/py-fsrs), learning steps off: a bullet is reviewed once a day at most.
"""

from __future__ import annotations

from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING

from coach.types import Verdict

if TYPE_CHECKING:
    from fsrs import Scheduler

DESIRED_RETENTION = 0.9  # FSRS's own default: the recall at which a bullet falls due


def rating_for(verdict: Verdict, *, helped: bool) -> int | None:
    """FSRS rating (1 Again, 2 Hard, 3 Good) of one bullet; None when there is nothing to learn from.

    covered -> Good, partial -> Hard, missing and contradicted -> Again. A bullet recalled after a hint, or only
    when asked for by a follow-up (`helped`), counts one step less. Easy is never given: it takes a person to say so.
    """
    ratings = {Verdict.COVERED: 3, Verdict.PARTIAL: 2, Verdict.MISSING: 1, Verdict.CONTRADICTED: 1}
    rating = ratings.get(verdict)
    return max(1, rating - 1) if rating and helped else rating


@cache
def _scheduler() -> Scheduler:
    from fsrs import Scheduler  # 20 ms: only practice, plan and review pay it

    return Scheduler(desired_retention=DESIRED_RETENTION, learning_steps=(), relearning_steps=(), enable_fuzzing=False)


def review(card: str | None, rating: int, now: datetime) -> str:
    """The bullet's memory state after a review; `card` is None for a bullet never asked before. `now` is UTC."""
    from fsrs import Card, Rating

    # Card() would sleep to make ids unique; ours hang on bullet keys, so any id does.
    before = Card.from_json(card) if card else Card(card_id=0, due=now)
    after, _ = _scheduler().review_card(before, Rating(rating), now)
    return after.to_json()


def recall(card: str, at: datetime) -> float:
    """Predicted chance in [0, 1] that the bullet is recalled at `at` (UTC)."""
    from fsrs import Card

    return _scheduler().get_card_retrievability(Card.from_json(card), at)


def due_at(card: str) -> datetime:
    """When recall falls to `DESIRED_RETENTION`, UTC."""
    from fsrs import Card

    return Card.from_json(card).due
