"""What happens in an interview, as the loop tells it to whoever shows it. Types only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from coach.errors import CoachError
from coach.types import Attempt, BulletGrade, Explanation, Verdict
from index.types import Hit, Question, Ranking


@dataclass(frozen=True, slots=True)
class Asked:
    """A question was put."""

    question: Question
    number: int
    total: int


@dataclass(frozen=True, slots=True)
class FollowedUp:
    """A follow-up on one bullet was put; `question` holds that bullet alone."""

    question: Question
    text: str


@dataclass(frozen=True, slots=True)
class Graded:
    """A question was dealt with: graded, or skipped, or kept for later (`problem` says why)."""

    question: Question
    attempt: Attempt | None
    problem: CoachError | None = None
    due: datetime | None = None
    """When the soonest of its bullets comes back."""
    after: Verdict | None = None
    """For a follow-up: the verdict on its bullet before it."""

    @property
    def skipped(self) -> bool:
        """Whether no answer was given."""
        return self.attempt is None

    @property
    def waits(self) -> bool:
        """Whether `coach grade --pending` has something to do: no grade, or none of a single bullet."""
        if self.attempt is None or not self.question.bullets:
            return False
        return self.attempt.grade is None or self.attempt.grade.score is None

    @property
    def prompted(self) -> bool:
        """Whether it is the answer to a follow-up."""
        return self.attempt is not None and self.attempt.prompted


@dataclass(frozen=True, slots=True)
class Saved:
    """The answer is on disk; its grading begins, or waits for the end of a `real` interview."""

    reaction: str = ""
    """What the interviewer says to any answer; tells nothing of its worth."""


@dataclass(frozen=True, slots=True)
class Heard:
    """A bullet's verdict while the judge still works on the others; `grade` is None where it may not be shown yet."""

    position: int
    total: int
    grade: BulletGrade | None = None


@dataclass(frozen=True, slots=True)
class Unsure:
    """The judge does not know about a bullet; the person is asked."""

    graded: Graded
    position: int
    nearest: str
    """The stretch of the answer that speaks of it most; empty when none does."""


@dataclass(frozen=True, slots=True)
class Matched:
    """The handbook's questions nearest to the person's own; whichever is taken is the rubric."""

    own: str
    hits: tuple[Hit, ...]
    abstained: bool
    """None of them treats it."""


@dataclass(frozen=True, slots=True)
class LookedUp:
    """What the handbook says about something that was asked aside."""

    found: Ranking
    explanation: Explanation | None


@dataclass(frozen=True, slots=True)
class Said:
    """The coach says something aside: a hint, a model answer, how a verb is used."""

    text: str


@dataclass(frozen=True, slots=True)
class Explained:
    """A closer look at bullets of the last grade: all of them, or one."""

    graded: Graded
    position: int | None = None


@dataclass(frozen=True, slots=True)
class Summary:
    """The end of the sitting."""

    session_id: str
    graded: tuple[Graded, ...]
    skipped: int
    pending: int
    finished: bool
    """False when questions are left for --resume."""

    @property
    def score(self) -> float | None:
        """Mean score of the first, unprompted answers; None when none was graded."""
        scores = [
            g.attempt.grade.score for g in self.graded if g.attempt and g.attempt.grade and not g.attempt.prompted
        ]
        known = [score for score in scores if score is not None]
        return sum(known) / len(known) if known else None


Event = Asked | FollowedUp | Graded | Saved | Heard | Unsure | Matched | LookedUp | Said | Explained | Summary
