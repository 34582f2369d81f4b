"""Which questions come next. Pure: takes the questions, the history, the time and the RNG; reads no file.

The policy, in words: a question's weight is the sum of
  - `DUE` per bullet whose predicted recall has fallen below the desired retention,
  - `UNSEEN` if it was never asked, `UNSEEN_DIRECTION` more if its direction never was,
  - `HOT` if the handbook lists it among its hot topics,
  - `WEAK` times the share of credit last missed on it;
one asked within `REST_H` hours weighs nothing unless no other is left. Questions are then drawn without
replacement with probability proportional to weight, and a direction just asked counts half.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from coach.schedule import DESIRED_RETENTION, recall
from coach.types import Attempt
from index.types import Question

DUE, UNSEEN, UNSEEN_DIRECTION, HOT, WEAK = 1.0, 1.0, 1.0, 1.5, 2.0
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
        weighed = [weights[q.key] * (0.5 if q.direction.number == just else 1.0) for q in left]
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
    seen_directions = {a.question.direction.number for a in attempts}
    weights = {}
    for question in questions:
        before = last.get(question.key)
        if before and now - before.started_at < timedelta(hours=REST_H):
            weights[question.key] = 0.0
            continue
        due = sum(
            recall(card, now) < DESIRED_RETENTION for b in question.bullets if (card := cards.get(b.key)) is not None
        )
        weight = BASE + DUE * due + HOT * bool(question.hot)
        if before is None:
            weight += UNSEEN + UNSEEN_DIRECTION * (question.direction.number not in seen_directions)
        elif before.grade and before.grade.score is not None:
            weight += WEAK * (1 - before.grade.score)
        weights[question.key] = weight
    return weights
