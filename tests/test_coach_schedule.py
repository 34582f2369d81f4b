"""Spaced repetition: verdicts become ratings, ratings become dates."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from coach.schedule import counts, due_at, rating_for, recall, review
from coach.types import Verdict

NOW = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("verdict", "alone", "helped"),
    [
        (Verdict.COVERED, 3, 2),
        (Verdict.PARTIAL, 2, 1),
        (Verdict.MISSING, 1, 1),
        (Verdict.CONTRADICTED, 1, 1),
        (Verdict.UNGRADED, None, None),
    ],
)
def test_verdict_gives_the_rating_and_help_takes_one_off(
    verdict: Verdict, alone: int | None, helped: int | None
) -> None:
    assert rating_for(verdict, helped=False) == alone
    assert rating_for(verdict, helped=True) == helped


def test_recall_after_a_first_review_follows_the_published_curve() -> None:
    # py-fsrs 6.3 with default parameters: first rating Again/Hard/Good -> recall on day 14.
    on_day_14 = [round(recall(review(None, rating, NOW), NOW + timedelta(days=14)), 2) for rating in (1, 2, 3)]
    assert on_day_14 == [0.52, 0.69, 0.74]


def test_better_answer_comes_back_later() -> None:
    again, hard, good = (due_at(review(None, rating, NOW)) for rating in (1, 2, 3))
    assert NOW < again <= hard <= good


def test_second_good_review_lengthens_the_interval() -> None:
    first = review(None, 3, NOW)
    second = review(first, 3, due_at(first))
    assert due_at(second) - due_at(first) > due_at(first) - NOW


CHINA = timezone(timedelta(hours=8))


@pytest.mark.parametrize(
    ("revealed", "said", "counted"),
    [
        ((1, 9), (1, 23), False),
        ((1, 9), (2, 3), False),  # past midnight, the evening goes on
        ((1, 23), (2, 5), True),
        ((2, 3), (2, 5), True),  # the night belonged to day 1
        ((1, 9), (3, 9), True),
    ],
)
def test_recall_counts_from_the_day_after_a_reveal(
    revealed: tuple[int, int], said: tuple[int, int], counted: bool
) -> None:
    shown, now = (datetime(2026, 3, day, hour, tzinfo=CHINA).astimezone(UTC) for day, hour in (revealed, said))
    assert counts(shown, now, CHINA) is counted


def test_recall_of_what_was_never_shown_counts() -> None:
    assert counts(None, NOW)
