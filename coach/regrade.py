"""Grading a sitting again with another judge, to see which verdicts hang on the judge. Changes nothing in the journal.

The verdicts compared with are the judge's own, not the person's marks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from coach.errors import ChatError, CoachError
from coach.types import Attempt, BulletGrade, Grade, JudgeId, Verdict
from index.types import Question


def judge_name(judge: JudgeId) -> str:
    """The model's name, or the kind of judge."""
    return judge.model if judge.kind == "llm" and judge.model else judge.kind


@dataclass(frozen=True, slots=True)
class Flip:
    """A bullet that the two judges see differently."""

    question: Question
    position: int
    was: BulletGrade
    now: BulletGrade


@dataclass(frozen=True, slots=True)
class Again:
    """One answer graded a second time; `now` is None when the judge could not be asked."""

    attempt: Attempt
    now: Grade | None
    problem: CoachError | None = None

    @property
    def pairs(self) -> tuple[tuple[BulletGrade, BulletGrade], ...]:
        """Both grades of each bullet that both judges gave a verdict on."""
        if self.now is None or self.attempt.grade is None:
            return ()
        both = zip(self.attempt.grade.bullets, self.now.bullets, strict=True)
        return tuple((a, b) for a, b in both if Verdict.UNGRADED not in (a.verdict, b.verdict))

    @property
    def flips(self) -> tuple[Flip, ...]:
        """Where the verdicts differ."""
        question = self.attempt.question
        where = {bullet.key: position for position, bullet in enumerate(question.bullets)}
        return tuple(
            Flip(question, where[was.bullet.key], was, now) for was, now in self.pairs if was.verdict is not now.verdict
        )


def grade_again(attempts: Sequence[Attempt], grade: Callable[[Question, str], Grade]) -> Iterator[Again]:
    """Each graded answer anew, in order, as it is done; ends after the first that the judge cannot be asked about."""
    for attempt in attempts:
        if attempt.grade is None:
            continue
        try:
            yield Again(attempt, grade(attempt.question, attempt.answer))
        except ChatError as exc:
            yield Again(attempt, None, exc)
            return
