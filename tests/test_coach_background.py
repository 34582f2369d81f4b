"""Grading beside the prompt."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from kitchen import TEA

from coach.background import Job
from coach.errors import ChatError
from coach.types import BulletGrade, Grade, JudgeId, Rubric, Verdict

BULLETS = tuple(BulletGrade(b, Verdict.MISSING) for b in TEA.bullets)
GRADE = Grade(TEA, Rubric("ref", "1.1"), BULLETS, JudgeId("offline"))


def test_bullets_are_heard_in_order_and_the_grade_comes_last() -> None:
    def work(on_bullet: Callable[[int, BulletGrade], None]) -> Grade:
        for position, bullet in enumerate(BULLETS):
            on_bullet(position, bullet)
        return GRADE

    job = Job(work)
    assert [position for position, _ in job.heard()] == [0, 1]
    assert job.result() is GRADE
    assert job.done()


def test_who_asks_early_is_not_kept_waiting() -> None:
    go = threading.Event()

    def work(on_bullet: Callable[[int, BulletGrade], None]) -> Grade:
        assert go.wait(10)
        return GRADE

    job = Job(work)
    assert not job.done(0.01)
    go.set()
    assert job.result() is GRADE


def test_failure_is_raised_where_the_result_is_asked_for_each_time() -> None:
    def work(on_bullet: Callable[[int, BulletGrade], None]) -> Grade:
        raise ChatError("not reached")

    job = Job(work)
    assert list(job.heard()) == []
    for _ in range(2):
        with pytest.raises(ChatError, match="not reached"):
            job.result()
