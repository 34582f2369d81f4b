"""How practice has gone."""

from __future__ import annotations

from datetime import UTC, timedelta

import pytest
from kitchen import BEANS, BOOK, NOW, RICE, TEA, attempt

from coach.progress import ANSWERS, PAIRS, measure_progress
from coach.types import Attempt, Verdict

COVERED, PARTIAL, MISSING, WRONG, UNGRADED = Verdict


def progress_of(*attempts: Attempt):  # noqa: ANN201  # the type is measure_progress's
    return measure_progress(BOOK, attempts, {}, [], UTC)


def test_coverage_counts_questions_and_bullets_and_the_last_credit() -> None:
    stove, garden = progress_of(attempt(TEA, COVERED, PARTIAL), attempt(BEANS, UNGRADED, name="a2")).coverage
    assert (stove.asked, stove.questions, stove.seen, stove.bullets) == (1, 2, 2, 4)
    assert stove.credit == 0.75  # (1 + 0.5) / 2
    assert (garden.asked, garden.seen, garden.credit) == (0, 0, None)


def test_sitting_scores_its_unprompted_answers() -> None:
    found = progress_of(
        attempt(TEA, COVERED, MISSING),
        attempt(TEA, COVERED, COVERED, prompted=True, name="a2"),
        attempt(BEANS, UNGRADED),
    ).sittings
    assert [(s.answered, s.graded, s.score) for s in found] == [(2, 1, 0.5)]


def test_wrong_comes_before_missed_while_sure_and_unsure_misses_are_no_danger() -> None:
    dangers = progress_of(
        attempt(TEA, MISSING, WRONG, confidence=1),
        attempt(BEANS, MISSING, confidence=4, name="a2"),
        attempt(RICE, COVERED, WRONG, confidence=3, name="a3"),
    ).dangers
    assert [d.bullet.plain for d in dangers] == ["水过一指", "泡三分钟", "要搭架子"]


def test_confidence_is_set_against_the_score() -> None:
    calibration = progress_of(
        attempt(TEA, COVERED, MISSING, confidence=4), attempt(RICE, MISSING, MISSING, confidence=4, name="a2")
    ).calibration
    assert [(c.confidence, c.score.n) for c in calibration] == [(1, 0), (2, 0), (3, 0), (4, 2)]
    assert calibration[3].score.value == 0.25


def test_change_compares_the_first_answer_with_the_last_of_a_later_day() -> None:
    first = attempt(TEA, MISSING, MISSING)
    same_day = attempt(TEA, COVERED, COVERED, name="a2", at=NOW + timedelta(hours=1))
    later = attempt(TEA, COVERED, MISSING, name="a3", at=NOW + timedelta(days=2))
    assert progress_of(first, same_day).change.n == 0
    found = progress_of(first, same_day, later).change
    assert (found.value, found.n) == (0.5, 1)


def test_a_persons_mark_changes_every_figure() -> None:
    found = measure_progress(BOOK, [attempt(TEA, MISSING, WRONG)], {"a1": {0: COVERED, 1: COVERED}}, [], UTC)
    assert (found.coverage[0].credit, found.sittings[0].score, found.dangers) == (1.0, 1.0, ())


def test_what_few_answers_cannot_tell_is_named() -> None:
    assert progress_of(attempt(TEA, COVERED, COVERED)).cannot_say == (
        "cannot_change",
        "cannot_confidence",
        "cannot_predict",
    )


@pytest.mark.parametrize("levels", [(1, 4), (2, 3)])
def test_confidence_is_spoken_of_when_two_levels_have_enough(levels: tuple[int, int]) -> None:
    answers = [
        attempt(TEA, COVERED, MISSING, confidence=level, name=f"a{level}-{n}")
        for level in levels
        for n in range(ANSWERS)
    ]
    assert "cannot_confidence" not in progress_of(*answers).cannot_say
    assert PAIRS > 1
