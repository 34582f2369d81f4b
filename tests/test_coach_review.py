"""Which lines are read in the last half hour."""

from __future__ import annotations

from datetime import timedelta

import pytest
from kitchen import BEANS, BOOK, NOW, RICE, TEA, attempt

from coach.history import last_said
from coach.material import Material
from coach.review import Kind, Memory, Sheet, choose_lines
from coach.schedule import review
from coach.types import Verdict

COVERED, PARTIAL, MISSING, WRONG, UNGRADED = Verdict
NOTHING = Memory({}, {})


def sheet(memory: Memory = NOTHING, minutes: float = 30) -> Sheet:
    return choose_lines(BOOK, memory, Material(), "zh", minutes=minutes, now=NOW)


def test_empty_journal_gives_hot_topics_then_one_bullet_of_each_question_hot_ones_first() -> None:
    assert [(line.kind, line.sentence) for line in sheet().lines] == [
        (Kind.HOT, "淘米加水，大火转小火"),
        (Kind.UNSEEN, "先淘米"),
        (Kind.UNSEEN, "水要烧开"),
        (Kind.UNSEEN, "要搭架子"),
        (Kind.UNSEEN, "水过一指"),
        (Kind.UNSEEN, "泡三分钟"),
    ]


def test_wrong_comes_before_weak_before_unseen_before_known() -> None:
    said = last_said([attempt(TEA, COVERED, WRONG), attempt(BEANS, MISSING)], {})
    ratings = {TEA.bullets[0].key: 3, TEA.bullets[1].key: 1, BEANS.bullets[0].key: 1}
    lines = sheet(Memory(said, {key: review(None, rating, NOW) for key, rating in ratings.items()})).lines
    assert [(line.kind, line.sentence) for line in lines[1:]] == [
        (Kind.WRONG, "泡三分钟"),
        (Kind.WEAK, "要搭架子"),
        (Kind.UNSEEN, "先淘米"),
        (Kind.UNSEEN, "水过一指"),
        (Kind.KNOWN, "水要烧开"),
    ]
    assert lines[1].said == "水凉着泡"
    assert [line.said for line in lines[2:]] == [""] * 4


def test_the_longest_unpractised_of_two_weak_bullets_comes_first() -> None:
    long_ago = {RICE.bullets[0].key: review(None, 3, NOW - timedelta(days=9))}
    longer_ago = {RICE.bullets[1].key: review(None, 3, NOW - timedelta(days=90))}
    lines = sheet(Memory({}, long_ago | longer_ago)).lines
    assert [line.sentence for line in lines if line.kind is Kind.WEAK] == ["水过一指", "先淘米"]


def test_what_fits_is_read_whole_and_the_rest_is_counted() -> None:
    # "煮饭 淘米加水，大火转小火": 11 Han at 240 a minute = 2.75 s, and 3 s to turn.
    assert sheet().lines[0].seconds == pytest.approx(5.75)
    short = sheet(
        minutes=0.2
    )  # 12 s: a second line, "1.2 怎么做？ 先淘米", takes 3 + 1.5 + 0.4 s; a third does not fit
    assert (len(short.lines), short.total) == (2, 6)
    assert short.seconds <= 12
    assert len(sheet(minutes=0.01).lines) == 1
