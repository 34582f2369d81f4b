"""Which questions come next. Pure: takes the questions, the history, the time and the RNG; reads no file.

The policy, in words: a question's weight is the sum of
  - `DUE` times the share of its bullets whose predicted recall has fallen below the desired retention,
  - `UNSEEN` if it was never asked, `UNSEEN_DIRECTION` more if its direction never was,
  - `WEAK` times the share of credit last missed in its direction,
times `HOT` if the handbook lists it among its hot topics; one asked within `REST_H` hours weighs nothing unless no
other is left. Questions are then drawn without replacement with probability proportional to the square of the weight,
so that chance varies the interview and seldom spoils it, and a direction just asked counts half.
docs/practice-simulation.md says what this is worth.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from statistics import fmean

from coach.schedule import DESIRED_RETENTION, recall
from coach.types import Attempt
from index.types import Question

DUE, UNSEEN, UNSEEN_DIRECTION, WEAK, HOT = 1.0, 3.0, 1.0, 1.0, 2.0
REST_H = 12
BASE = 0.1  # a known question may still come


def pick(
    questions: Sequence[Question],
    attempts: Sequence[Attempt],
    cards: Mapping[str, str],
    count: int,
    *,
    now: datetime,
    rng: random.Random,
) -> list[Question]:
    """`count` different questions (all, if there are fewer), in the order to ask them."""
    weights = weigh(questions, attempts, cards, now)
    left, picked = list(questions), list[Question]()
    while left and len(picked) < count:
        just = picked[-1].direction.number if picked else None
        weighed = [weights[q.key] ** 2 * (0.5 if q.direction.number == just else 1.0) for q in left]
        if not any(weighed):  # all of them rest: then the rest does not matter
            weighed = [1.0] * len(left)
        choice = rng.choices(left, weighed)[0]
        left.remove(choice)
        picked.append(choice)
    return picked


def weigh(
    questions: Sequence[Question], attempts: Sequence[Attempt], cards: Mapping[str, str], now: datetime
) -> dict[str, float]:
    """Weight by question key, as the module's docstring says."""
    last = {a.question.key: a for a in attempts if not a.prompted}  # attempts are oldest first
    seen = {a.question.direction.number for a in attempts}
    missed = _missed(last)
    weights = {}
    for question in questions:
        before, direction = last.get(question.key), question.direction.number
        if before and now - before.started_at < timedelta(hours=REST_H):
            weights[question.key] = 0.0
            continue
        weight = BASE + DUE * _due(question, cards, now) + WEAK * missed.get(direction, 0.0)
        if before is None:
            weight += UNSEEN + UNSEEN_DIRECTION * (direction not in seen)
        weights[question.key] = weight * (HOT if question.hot else 1.0)
    return weights


def _missed(last: Mapping[str, Attempt]) -> dict[int, float]:
    """By direction, the share of credit that its questions' last answers missed; nothing of one without a grade."""
    missed: dict[int, list[float]] = {}
    for attempt in last.values():
        if attempt.grade and attempt.grade.score is not None:
            missed.setdefault(attempt.question.direction.number, []).append(1 - attempt.grade.score)
    return {direction: fmean(shares) for direction, shares in missed.items()}


def _due(question: Question, cards: Mapping[str, str], now: datetime) -> float:
    known = [cards[b.key] for b in question.bullets if b.key in cards]
    due = sum(recall(card, now) < DESIRED_RETENTION for card in known)
    return due / len(question.bullets) if question.bullets else 0.0
