"""What an answer that is graded late says about memory: the same as if it had been graded at once."""

from __future__ import annotations

from datetime import datetime, tzinfo

from coach.journal import Journal
from coach.schedule import Review, Source, counts, rating_for, recall, review
from coach.types import Attempt


def remember(journal: Journal, handbook: str, attempt: Attempt, now: datetime, zone: tzinfo | None = None) -> None:
    """Schedule the bullets of a graded answer as of the moment it was given; its words are shown `now`.

    A bullet that was shown since, or had been on that day, is left alone: then the card is ahead of this answer.
    """
    if attempt.grade is None:
        return
    at, helped = attempt.started_at, attempt.prompted or attempt.hints_used > 0
    source: Source = "prompted" if helped else "answer"
    cards, revealed = journal.cards(handbook), journal.reveals(handbook)
    for graded in attempt.grade.bullets:
        key, rating = graded.bullet.key, rating_for(graded.verdict, helped=helped)
        if rating is None or not counts(revealed.get(key), at, zone):
            continue
        card = cards.get(key)
        seen = Review(key, attempt.id, at, rating, recall(card, at) if card else None, source)
        journal.save_review(handbook, seen, review(card, rating, at))
    journal.reveal(handbook, [graded.bullet.key for graded in attempt.grade.bullets], now)
