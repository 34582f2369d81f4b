"""Which question comes next."""

from __future__ import annotations

import random
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from coach.picker import BASE, DUE, HOT, UNSEEN, UNSEEN_DIRECTION, WEAK, pick, weigh
from coach.schedule import review
from coach.types import Attempt, BulletGrade, Grade, JudgeId, Rubric, Verdict
from index.types import Bullet, Direction, Question

NOW = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
KITCHEN, GARDEN = Direction(1, "厨房"), Direction(2, "花园")


def question(ref: str, direction: Direction = KITCHEN, hot: tuple[int, ...] = ()) -> Question:
    return Question(ref, f"q{ref}", direction, f"{ref}？", (Bullet(f"b{ref}", "x", "x", 1),), 1, hot=hot)


def attempt(asked: Question, at: datetime, verdict: Verdict) -> Attempt:
    bullets = (BulletGrade(asked.bullets[0], verdict),)
    grade = Grade(asked, Rubric("ref", asked.ref), bullets, JudgeId("offline"))
    return Attempt("a", "s", asked, "…", at, grade=grade)


def test_weight_adds_up_as_the_policy_says() -> None:
    known, hot, far = question("1.1"), question("1.2", hot=(1,)), question("2.1", GARDEN)
    past = attempt(known, NOW - timedelta(days=30), Verdict.MISSING)
    cards = {"b1.1": review(None, 1, NOW - timedelta(days=30))}
    assert weigh([known, hot, far], [past], cards, NOW) == {
        "q1.1": BASE + DUE + WEAK,
        "q1.2": (BASE + WEAK + UNSEEN) * HOT,  # its direction missed everything so far
        "q2.1": BASE + UNSEEN + UNSEEN_DIRECTION,
    }


def test_due_counts_by_the_share_of_bullets() -> None:
    two = Question("1.1", "q1.1", KITCHEN, "？", (Bullet("b1", "x", "x", 1), Bullet("b2", "x", "x", 1)), 1)
    cards = {"b1": review(None, 1, NOW - timedelta(days=30)), "b2": review(None, 3, NOW)}
    assert weigh([two], [attempt(two, NOW - timedelta(days=30), Verdict.COVERED)], cards, NOW) == {
        "q1.1": BASE + DUE / 2
    }


def test_weak_direction_comes_before_a_strong_one() -> None:
    weak, strong = question("1.1"), question("2.1", GARDEN)
    past = NOW - timedelta(days=1)
    asked = [attempt(question("1.2"), past, Verdict.MISSING), attempt(question("2.2", GARDEN), past, Verdict.COVERED)]
    weights = weigh([weak, strong], asked, {}, NOW)
    assert weights["q1.1"] - weights["q2.1"] == pytest.approx(WEAK)


def test_question_just_asked_comes_only_when_nothing_else_is_left() -> None:
    first, second = question("1.1"), question("1.2")
    past = [attempt(first, NOW - timedelta(hours=1), Verdict.MISSING)]
    for seed in range(20):
        assert [q.ref for q in pick([first, second], past, {}, 5, now=NOW, rng=random.Random(seed))] == ["1.2", "1.1"]


def test_same_seed_picks_the_same_questions() -> None:
    questions = [question(f"1.{n}") for n in range(1, 9)]
    runs = [[q.ref for q in pick(questions, [], {}, 4, now=NOW, rng=random.Random(7))] for _ in range(2)]
    assert runs[0] == runs[1]
    assert len(set(runs[0])) == 4


def test_hot_topics_come_first_more_often() -> None:
    questions = [question("1.1"), question("1.2", hot=(1,))]
    firsts = Counter(pick(questions, [], {}, 1, now=NOW, rng=random.Random(seed))[0].ref for seed in range(400))
    # A weight twice as large, squared: 1.2 is expected first in 4 of 5 draws.
    assert 0.72 < firsts["1.2"] / 400 < 0.88
