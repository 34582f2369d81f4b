"""In which order questions are practised: the coach's plan, its picker, and three plain orders to beat. Pure."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from coach.history import Said, last_said
from coach.picker import pick
from coach.plan import Wish, make_plan
from coach.types import CREDIT, Attempt
from index.types import Handbook, Question

MINUTES_A_QUESTION = 4.0


@dataclass
class Known:
    """What a coach knows on a morning: graded answers and the memory states that came of them."""

    book: Handbook
    interview: date
    minutes: float
    attempts: list[Attempt] = field(default_factory=list)
    cards: dict[str, str] = field(default_factory=dict)

    @property
    def count(self) -> int:
        """Questions that fit a day."""
        return min(int(self.minutes / MINUTES_A_QUESTION), len(self.book.questions))

    def said(self) -> Mapping[str, Said]:
        """The last verdict on each bullet."""
        return last_said(self.attempts, {})

    def asked(self) -> dict[str, int]:
        """Question key -> place of its last answer among all; the least recent has the lowest."""
        return {attempt.question.key: place for place, attempt in enumerate(self.attempts)}


Order = Callable[[Known, datetime, random.Random], list[Question]]


def by_plan(known: Known, now: datetime, rng: random.Random) -> list[Question]:
    """Today's list of `coach plan`."""
    wish = Wish(known.interview, known.minutes)
    plan = make_plan(known.book, known.attempts, known.said(), known.cards, wish, now=now, zone=UTC, horizon_days=1)
    return [item.question for item in plan.today.items][: known.count]


def by_picker(known: Known, now: datetime, rng: random.Random) -> list[Question]:
    """What `coach practice` asks when no question is named."""
    return pick(known.book.questions, known.attempts, known.cards, known.count, now=now, rng=rng)


def at_random(known: Known, now: datetime, rng: random.Random) -> list[Question]:
    """Any questions."""
    return rng.sample(known.book.questions, known.count)


def weak_first(known: Known, now: datetime, rng: random.Random) -> list[Question]:
    """The lowest last score first, what was never asked counting 0; the least recent first among equals."""
    said, asked = known.said(), known.asked()

    def order(question: Question) -> tuple[float, int]:
        credits = [CREDIT[said[b.key].verdict] for b in question.bullets if b.key in said]
        return sum(credits) / len(question.bullets), asked.get(question.key, -1)

    return sorted(known.book.questions, key=order)[: known.count]


def hot_first(known: Known, now: datetime, rng: random.Random) -> list[Question]:
    """Round after round through the handbook, hot questions first."""
    rounds: dict[str, int] = {}
    for attempt in known.attempts:
        rounds[attempt.question.key] = rounds.get(attempt.question.key, 0) + 1

    def order(question: Question) -> tuple[int, int]:
        return rounds.get(question.key, 0), min(question.hot, default=99)

    return sorted(known.book.questions, key=order)[: known.count]


ORDERS: Mapping[str, Order] = {
    "plan": by_plan,
    "picker": by_picker,
    "random": at_random,
    "weak-first": weak_first,
    "hot-first": hot_first,
}
