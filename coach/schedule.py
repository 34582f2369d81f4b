"""Spaced repetition per bullet: verdict -> rating -> FSRS card, and recall predicted on a date.

Pure: time is a parameter, cards travel as JSON text. The memory model is py-fsrs (FSRS-6,
github.com/open-spaced-repetition/py-fsrs), learning steps off.

Recall counts once a day. Whatever shows a bullet's words (feedback on an answer, /model, `coach review`) reveals it;
what is said about it afterwards says little about memory, so it changes no card before the next day (`counts`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from functools import cache
from typing import TYPE_CHECKING, Literal

from coach.types import Verdict

if TYPE_CHECKING:
    from fsrs import Scheduler

DESIRED_RETENTION = 0.9  # FSRS's own default: the recall at which a bullet falls due
DAY_STARTS_H = 4  # Anki's default: who practises past midnight still practises on the day before

Source = Literal["answer", "prompted", "self"]


@dataclass(frozen=True, slots=True)
class Review:
    """One observation of a bullet's memory, as it is logged beside the card that came of it."""

    bullet_key: str
    occasion: str
    """What it came from: an attempt's id, or a session's; a later verdict on the same occasion replaces an earlier."""
    at: datetime
    """UTC."""
    rating: int
    predicted: float | None
    """Recall that the card predicted just before; None for a bullet never asked before."""
    source: Source
    """`answer` unaided, `prompted` after a hint or a follow-up, `self` a self-mark in `coach review`."""

    @property
    def recalled(self) -> bool:
        """FSRS's own reading: every rating but Again."""
        return self.rating > 1


def day_of(at: datetime, zone: tzinfo | None = None) -> date:
    """The day of practice that an aware time belongs to; `zone` None is the system's time zone.

    >>> from datetime import UTC
    >>> day_of(datetime(2026, 3, 2, 3, 59, tzinfo=UTC), UTC)
    datetime.date(2026, 3, 1)
    """
    return (at.astimezone(zone) - timedelta(hours=DAY_STARTS_H)).date()


def is_night(at: datetime, zone: tzinfo | None = None) -> bool:
    """Whether the calendar is a day ahead of the day of practice.

    >>> from datetime import UTC
    >>> is_night(datetime(2026, 3, 2, 3, 59, tzinfo=UTC), UTC), is_night(datetime(2026, 3, 2, 4, tzinfo=UTC), UTC)
    (True, False)
    """
    return day_of(at, zone) != at.astimezone(zone).date()


def counts(revealed: datetime | None, now: datetime, zone: tzinfo | None = None) -> bool:
    """Whether recall at `now` says something about memory: not on the day on which the bullet was revealed."""
    return revealed is None or day_of(revealed, zone) < day_of(now, zone)


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
