"""A made-up handbook of two directions for the tests of review, progress and plan."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from coach.types import Attempt, BulletGrade, Grade, JudgeId, Quote, Rubric, Verdict
from index.types import Bullet, Direction, Handbook, HotTopic, Question

NOW = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
STOVE, GARDEN = Direction(1, "灶台"), Direction(2, "菜园")


def question(ref: str, direction: Direction, bullets: Sequence[str], hot: tuple[int, ...] = ()) -> Question:
    made = tuple(Bullet(f"{ref}-{text}", text, text, 1) for text in bullets)
    return Question(ref, f"q{ref}", direction, f"{ref} 怎么做？", made, 1, hot=hot)


TEA = question("1.1", STOVE, ["水要烧开", "泡三分钟"])
RICE = question("1.2", STOVE, ["先淘米", "水过一指"], hot=(1,))
BEANS = question("2.1", GARDEN, ["要搭架子"])
BOOK = Handbook(
    "kitchen", "厨房", {}, (STOVE, GARDEN), (TEA, RICE, BEANS), (HotTopic(1, "煮饭", ("1.2",), "淘米加水，大火转小火"),)
)


def attempt(
    asked: Question,
    *verdicts: Verdict,
    at: datetime = NOW,
    confidence: int | None = None,
    prompted: bool = False,
    name: str = "a1",
    session: str = "s1",
) -> Attempt:
    """An answer `水凉着泡`, all of it quoted for each bullet that is not missing."""
    graded = tuple(
        BulletGrade(b, v, () if v is Verdict.MISSING else (Quote("水凉着泡", 0, 4),))
        for b, v in zip(asked.bullets, verdicts, strict=True)
    )
    grade = Grade(asked, Rubric("ref", asked.ref), graded, JudgeId("offline"))
    return Attempt(name, session, asked, "水凉着泡", at, grade=grade, confidence=confidence, prompted=prompted)
