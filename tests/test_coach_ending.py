"""What a sitting came to."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, timedelta

import pytest
from kitchen import BEANS, NOW, RICE, TEA, attempt

from coach.ending import Ending, measure_ending
from coach.noise import Noise
from coach.types import Attempt, JudgeId, Verdict

COVERED, PARTIAL, MISSING, WRONG, UNGRADED = Verdict


def ending(*attempts: Attempt, marks: dict[str, dict[int, Verdict]] | None = None, error: float = 0.0) -> Ending:
    return measure_ending("s1", attempts, marks or {}, Noise(error, measured=True), UTC)


def gaps(found: Ending) -> list[tuple[str, int, float]]:
    return [(gap.question.ref, gap.position, gap.cost) for gap in found.gaps]


def test_gap_costs_more_the_worse_the_verdict_and_double_on_a_hot_question() -> None:
    found = ending(attempt(TEA, WRONG, PARTIAL), attempt(RICE, MISSING, PARTIAL, name="a2"))
    assert gaps(found) == [("1.2", 0, 2.0), ("1.1", 0, 1.5), ("1.2", 1, 1.0), ("1.1", 1, 0.5)]


def test_gap_that_a_follow_up_brought_out_costs_half() -> None:
    alone = replace(TEA, bullets=TEA.bullets[:1])
    found = ending(attempt(TEA, MISSING, COVERED), attempt(alone, COVERED, prompted=True, name="a2"))
    assert gaps(found) == [("1.1", 0, 0.5)]


def test_persons_mark_takes_the_place_of_the_verdict() -> None:
    assert gaps(ending(attempt(TEA, WRONG, COVERED), marks={"a1": {0: COVERED}})) == []


def test_answer_given_again_replaces_the_first() -> None:
    again = attempt(TEA, COVERED, COVERED, name="a2", at=NOW + timedelta(minutes=2))
    found = ending(attempt(TEA, MISSING, MISSING), again)
    assert gaps(found) == []
    assert [(s.question.ref, s.score) for s in found.strengths] == [("1.1", 1.0)]


def test_other_sittings_do_not_count_among_the_gaps() -> None:
    assert gaps(ending(attempt(TEA, MISSING, MISSING, session="s0"))) == []


def test_sure_and_wrong_holds_missed_and_wrong_bullets_of_sure_answers_only() -> None:
    sure = attempt(TEA, WRONG, PARTIAL, confidence=3)
    unsure = attempt(BEANS, MISSING, confidence=2, name="a2")
    assert [(g.question.ref, g.position) for g in ending(sure, unsure).sure_and_wrong] == [("1.1", 0)]


def test_nobody_is_called_sure_and_wrong_over_what_the_judge_itself_doubts() -> None:
    sure = attempt(TEA, WRONG, PARTIAL, confidence=3)
    assert sure.grade is not None
    bullets = tuple(replace(bullet, certainty=0.53) for bullet in sure.grade.bullets)
    doubted = replace(sure, grade=replace(sure.grade, bullets=bullets))
    assert ending(doubted).sure_and_wrong == ()
    settled = ending(doubted, marks={"a1": {0: WRONG}})  # the person said so
    assert [gap.position for gap in settled.sure_and_wrong] == [0]


def test_without_a_strong_answer_the_covered_bullet_of_a_hot_question_is_praised() -> None:
    found = ending(attempt(TEA, COVERED, MISSING), attempt(RICE, MISSING, COVERED, name="a2"))
    assert found.strengths == ()
    assert found.said == ((RICE, 1), (TEA, 0))


@pytest.mark.parametrize(("error", "counts"), [(0.2, True), (0.3, False)])
def test_change_counts_only_beyond_the_judges_noise(error: float, counts: bool) -> None:
    # 0 -> 0.5 on one question of two bullets; the bound is 1.96 * error * sqrt(2 / 2): 0.39 and 0.59.
    before = attempt(TEA, MISSING, MISSING, session="s0", name="a0", at=NOW - timedelta(days=1))
    change = ending(before, attempt(TEA, COVERED, MISSING), error=error).change
    assert change is not None
    assert (change.questions, change.was, change.now, change.counts) == (1, 0.0, 0.5, counts)


def test_answers_of_one_day_or_of_two_judges_are_not_compared() -> None:
    now = attempt(TEA, COVERED, MISSING)
    same_day = attempt(TEA, MISSING, MISSING, session="s0", name="a0", at=NOW - timedelta(hours=1))
    assert ending(same_day, now).change is None
    before = attempt(TEA, MISSING, MISSING, session="s0", name="a0", at=NOW - timedelta(days=1))
    assert before.grade
    other = replace(before, grade=replace(before.grade, judge=JudgeId("llm", "m", "p")))
    assert ending(other, now).change is None
