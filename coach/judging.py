"""Grading inside an interview: begun beside the prompt, listened to, recorded. What fails is kept for later."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from coach.background import Heard, Job
from coach.errors import ChatError, CoachError
from coach.events import Graded
from coach.record import Recorder
from coach.types import Attempt, BulletGrade, Grade, Verdict


@dataclass(frozen=True, slots=True)
class Pending:
    """An answer that is being graded."""

    attempt: Attempt
    job: Job
    before: Verdict | None = None
    """For a follow-up: the verdict on its bullet before it."""

    def heard(self) -> Iterator[Heard]:
        """Bullets as they are graded."""
        return self.job.heard()


@dataclass
class Judging:
    """Starts grading and takes what comes of it into the record."""

    grade: Callable[..., Grade]
    """(question, answer), `rubric` and `context` for a question of the person's own, `on_bullet` if `aloud`."""
    record: Recorder
    aloud: bool = False

    def start(
        self, attempt: Attempt, given: Mapping[str, object] | None = None, before: Verdict | None = None
    ) -> Pending:
        """Grade an answer that is on disk, on a thread of its own."""

        def work(on_bullet: Callable[[int, BulletGrade], None]) -> Grade:
            heard = {"on_bullet": on_bullet} if self.aloud else {}
            return self.grade(attempt.question, attempt.answer, **(given or {}), **heard)

        return Pending(attempt, Job(work), before)

    def finish(self, pending: Pending) -> Graded:
        """Wait for the grade and record it; Ctrl-C and an endpoint that fails leave the answer for later."""
        attempt = pending.attempt
        try:
            graded = self.record.grade(replace(attempt, grade=pending.job.result()))
        except ChatError as exc:
            return Graded(attempt.question, attempt, problem=exc)
        except KeyboardInterrupt:
            return interrupted(attempt)
        return replace(graded, after=pending.before)

    def glance(self, pending: Pending, within_s: float) -> Graded | None:
        """The grade, unrecorded, if it comes in time and did not fail."""
        if not pending.job.done(within_s):
            return None
        try:
            return Graded(pending.attempt.question, replace(pending.attempt, grade=pending.job.result()))
        except (ChatError, KeyboardInterrupt):
            return None


def interrupted(attempt: Attempt) -> Graded:
    """The answer of someone who did not want to wait."""
    return Graded(attempt.question, attempt, problem=CoachError("grading was interrupted"))
