"""The days until the interview."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from kitchen import BEANS, BOOK, GARDEN, NOW, RICE, STOVE, TEA, attempt, question

from coach.history import last_said
from coach.pace import own_pace
from coach.plan import HORIZON_DAYS, Plan, Why, Wish, added, make_plan, morning, next_due
from coach.schedule import due_at, review
from coach.types import Attempt, Verdict
from index.types import Handbook

COVERED, PARTIAL, MISSING, WRONG, UNGRADED = Verdict
TODAY = NOW.date()


def plan(
    minutes: float = 40,
    days: int = 3,
    focus: frozenset[int] = frozenset(),
    attempts: tuple[Attempt, ...] = (),
    cards: dict[str, str] | None = None,
    book: Handbook = BOOK,
) -> Plan:
    wish = Wish(TODAY + timedelta(days=days), minutes, focus)
    return make_plan(book, attempts, last_said(attempts, {}), cards or {}, wish, now=NOW, zone=UTC)


def listed(shown: Plan) -> list[list[tuple[str, str]]]:
    return [[(item.question.ref, item.why.value) for item in day.items] for day in shown.days]


def cards_of(asked: Attempt) -> dict[str, str]:
    ratings = {COVERED: 3, PARTIAL: 2, MISSING: 1, WRONG: 1}
    assert asked.grade
    return {b.bullet.key: review(None, ratings[b.verdict], asked.started_at) for b in asked.grade.bullets}


def test_plan_begins_with_the_hottest_question_of_each_direction() -> None:
    assert listed(plan())[0] == [("1.2", "diagnostic"), ("2.1", "diagnostic"), ("1.1", "new")]


def test_diagnostic_takes_twenty_minutes_at_most_and_goes_on_the_next_day() -> None:
    # 2.5 minutes each: 8 of 10 directions fit into 20 minutes, the other two come tomorrow.
    far = tuple(question(f"{n}.1", type(STOVE)(n, str(n)), ["x"]) for n in range(1, 11))
    wide = Handbook("wide", "", {}, tuple(q.direction for q in far), far)
    first, second, *_ = plan(minutes=20, book=wide).days
    assert [item.why for item in first.items] == [Why.DIAGNOSTIC] * 8
    assert [item.question.ref for item in second.items if item.why is Why.DIAGNOSTIC] == ["9.1", "10.1"]


def test_no_day_takes_longer_than_its_minutes_and_the_interview_day_is_free() -> None:
    shown = plan(minutes=9)
    assert all(day.minutes <= 9 for day in shown.days)
    assert [day.day for day in shown.days] == [TODAY + timedelta(days=n) for n in range(4)]
    assert shown.days[-1].items == ()


def test_what_there_is_no_time_for_is_dropped_by_name() -> None:
    shown = plan(minutes=4, days=1)  # one diagnostic question of 2.5 minutes, and 1.5 left
    assert listed(shown) == [[("1.2", "diagnostic")], []]
    assert [(d.direction, [q.ref for q in d.questions], d.in_focus) for d in shown.dropped] == [
        (STOVE, ["1.1"], True),
        (GARDEN, ["2.1"], True),
    ]


def test_focus_comes_first_and_what_is_outside_it_is_dropped_for_that() -> None:
    shown = plan(minutes=4, days=1, focus=frozenset({2}))
    assert listed(shown)[0] == [("2.1", "diagnostic")]
    assert [(d.direction, d.in_focus) for d in shown.dropped] == [(STOVE, False)]


def test_question_answered_today_is_not_asked_again_today_and_takes_its_minutes() -> None:
    asked = attempt(RICE, COVERED, MISSING)
    shown = plan(minutes=8, attempts=(asked,), cards=cards_of(asked))
    assert shown.done_today == 1
    assert listed(shown)[0] == [("2.1", "diagnostic")]  # 8 - 4 minutes hold one of 2.5


def test_what_was_said_wrong_comes_before_what_was_left_out() -> None:
    asked = attempt(TEA, WRONG, MISSING)
    left_out = attempt(question("1.3", STOVE, ["热锅", "放油"]), MISSING, MISSING, name="a2")
    cards = cards_of(asked) | cards_of(left_out)
    book = replace(BOOK, questions=(left_out.question, TEA))
    shown = plan(minutes=4, attempts=(left_out, asked), cards=cards, book=book)
    assert listed(shown)[1] == [("1.1", "wrong")]


def test_practice_of_what_is_nearly_forgotten_pays_more_than_of_what_is_fresh() -> None:
    week, interview = NOW + timedelta(days=7), NOW + timedelta(days=14)
    shaky, firm = review(None, 1, NOW), review(review(None, 3, NOW - timedelta(days=20)), 3, NOW)
    assert added(shaky, week, interview) > added(firm, week, interview) > 0
    assert added(None, week, interview) > added(firm, week, interview)


def test_well_known_question_is_left_alone_until_it_is_due() -> None:
    long_ago = NOW - timedelta(days=40)
    asked = [attempt(q, *[COVERED] * len(q.bullets), at=long_ago, name=q.ref) for q in (TEA, RICE, BEANS)]
    fresh = review(review(None, 3, long_ago), 3, long_ago + timedelta(days=30))
    assert 10 < (due_at(fresh) - NOW).days < 50
    cards = {b.key: fresh for q in (TEA, RICE, BEANS) for b in q.bullets}
    assert listed(plan(attempts=tuple(asked), cards=cards)) == [[], [], [], []]
    later = listed(plan(attempts=tuple(asked), cards=cards, days=60))
    assert any(why == "due" for day in later for _, why in day)


def test_due_repetition_without_time_is_told() -> None:
    past = NOW - timedelta(days=5)
    asked = tuple(attempt(q, *[MISSING] * len(q.bullets), at=past, name=q.ref) for q in (TEA, RICE, BEANS))
    cards = {key: card for a in asked for key, card in cards_of(a).items()}
    shown = plan(minutes=4, days=1, attempts=asked, cards=cards)
    assert listed(shown)[0] == [("1.2", "due")]  # hot
    assert [q.ref for q in shown.late] == ["1.1", "2.1"]
    assert shown.dropped == ()


def test_on_the_day_itself_nothing_is_left_to_practise() -> None:
    assert listed(plan(days=0)) == [[]]


def test_interview_in_the_past_is_refused() -> None:
    with pytest.raises(ValueError, match="2026-02-28"):
        plan(days=-1)


def test_plan_for_next_year_ends_at_the_horizon() -> None:
    assert len(plan(days=400).days) == HORIZON_DAYS


def test_own_pace_counts_once_five_gaps_are_known_and_breaks_do_not() -> None:
    def answers(*minutes: float) -> list[Attempt]:
        return [attempt(TEA, COVERED, COVERED, at=NOW + timedelta(minutes=m), name=f"a{m}") for m in minutes]

    assert not own_pace(answers(0, 3, 6, 9, 12)).own
    found = own_pace(answers(0, 3, 6, 9, 12, 15, 200))  # five gaps of 3, and a break
    assert (found.minutes, found.own) == (3.0, True)
    assert found.alone == 3.0 * 2.5 / 4
    assert not own_pace(answers(*[0.001 * n for n in range(9)])).own  # a file of answers


def test_morning_is_nine_of_the_persons_own_day() -> None:
    assert morning(date(2026, 12, 2), UTC) == datetime(2026, 12, 2, 9, tzinfo=UTC)


def test_nothing_falls_due_after_the_interview() -> None:
    firm, shaky = review(review(None, 3, NOW - timedelta(days=20)), 3, NOW), review(None, 1, NOW)
    day = (NOW + timedelta(days=5)).date()
    assert next_due([firm], None, NOW, UTC) == due_at(firm) > morning(day, UTC)
    assert next_due([firm], day, NOW, UTC) == morning(day, UTC)
    assert next_due([firm, shaky], day, NOW, UTC) == due_at(shaky)
    assert next_due([firm], (NOW - timedelta(days=1)).date(), NOW, UTC) == due_at(firm)  # over: no bound
    assert next_due([], day, NOW, UTC) is None
