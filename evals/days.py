"""Thirty simulated days of practice: what is really remembered on the day of the interview, by order of practice.

`evals.dayspage` runs it for every order and person. A simulated person (`evals.learners`) recalls each bullet by
chance, says so, and is shown the right words. The verdict that the coach hears is the true one after a draw from the
offline judge's measured confusion; the coach schedules by what it hears. What counts at the end is the person's true
recall on the morning of the interview.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from statistics import fmean

from coach.noise import Confusion
from coach.schedule import Review, rating_for, recall, review
from coach.types import Attempt, BulletGrade, Grade, JudgeId, Rubric, Verdict
from evals.learners import Learner, learner
from evals.orders import MINUTES_A_QUESTION, ORDERS, Known
from index.types import Handbook, Question

START = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
KNEW_BEFORE = 0.4
"""Share of bullets that the person has met before the first day, one to thirty days earlier."""
TRUTH_WHEN_RECALLED = ((Verdict.COVERED, 0.85), (Verdict.PARTIAL, 0.15))
TRUTH_WHEN_NOT = ((Verdict.MISSING, 0.7), (Verdict.PARTIAL, 0.1), (Verdict.CONTRADICTED, 0.2))


@dataclass(frozen=True, slots=True)
class Outcome:
    """One simulated person on the morning of the interview; all in [0, 1]."""

    recall: float
    """True mean recall over all bullets of the handbook."""
    hot: float
    """The same over the bullets of its hot questions."""
    asked: float
    """Share of questions asked at least once."""
    predicted: float
    """What the coach predicts for that morning, over the bullets it knows."""
    true_of_known: float
    """What is true of the same bullets."""


@dataclass(frozen=True, slots=True)
class World:
    """What stays the same while orders are compared."""

    book: Handbook
    learner: str
    confusion: Confusion | None
    """None: a judge without error."""
    days: int = 30
    minutes: float = 40.0


@dataclass
class _Life:
    """One person on the way to the interview."""

    world: World
    memory: Learner
    known: Known
    chance: random.Random
    reviews: list[Review] = field(default_factory=list)


def simulate(world: World, order: str, seed: int) -> Outcome:
    """Live through the days; the same seed gives the same person, whatever the order."""
    life = _born(world, seed)
    choice = random.Random(f"{seed} order")
    for day in range(world.days):
        now = START + timedelta(days=day)
        for place, question in enumerate(ORDERS[order](life.known, now, choice)):
            _ask(life, question, day, now + timedelta(minutes=place * MINUTES_A_QUESTION))
    return _outcome(life)


def _born(world: World, seed: int) -> _Life:
    chance = random.Random(f"{seed} person")
    memory = learner(world.learner, START, chance)
    for question in world.book.questions:
        for bullet in question.bullets:
            if chance.random() < KNEW_BEFORE:
                memory.learn(bullet.key, -chance.uniform(1, 30), recalled=True)
    known = Known(world.book, (START + timedelta(days=world.days)).date(), world.minutes)
    return _Life(world, memory, known, chance)


def _ask(life: _Life, question: Question, day: int, now: datetime) -> None:
    graded = []
    for bullet in question.bullets:
        recalled = life.chance.random() < life.memory.recall(bullet.key, day)
        truth = _drawn(TRUTH_WHEN_RECALLED if recalled else TRUTH_WHEN_NOT, life.chance)
        heard = _heard(truth, life.world.confusion, life.chance)
        graded.append(BulletGrade(bullet, heard))
        life.memory.learn(bullet.key, day, recalled=recalled)
        _schedule(life.known.cards, bullet.key, heard, now)
    grade = Grade(question, Rubric("ref", question.ref), tuple(graded), JudgeId("offline"))
    name = f"a{len(life.known.attempts)}"
    life.known.attempts.append(Attempt(name, f"s{day}", question, "", now, grade=grade))


def _drawn(weighed: Sequence[tuple[Verdict, float]], chance: random.Random) -> Verdict:
    return chance.choices([verdict for verdict, _ in weighed], [weight for _, weight in weighed])[0]


def _heard(truth: Verdict, confusion: Confusion | None, chance: random.Random) -> Verdict:
    return truth if confusion is None else _drawn(list(confusion[truth].items()), chance)


def _schedule(cards: dict[str, str], key: str, heard: Verdict, now: datetime) -> None:
    rating = rating_for(heard, helped=False)
    if rating is not None:
        cards[key] = review(cards.get(key), rating, now)


def _outcome(life: _Life) -> Outcome:
    book, cards, day = life.world.book, life.known.cards, life.world.days
    morning = START + timedelta(days=day)
    true: Mapping[str, float] = {b.key: life.memory.recall(b.key, day) for q in book.questions for b in q.bullets}
    hot = [b.key for q in book.questions if q.hot for b in q.bullets]
    return Outcome(
        recall=fmean(true.values()),
        hot=fmean(true[key] for key in hot) if hot else float("nan"),
        asked=len({a.question.key for a in life.known.attempts}) / len(book.questions),
        predicted=fmean(recall(card, morning) for card in cards.values()),
        true_of_known=fmean(true[key] for key in cards),
    )
