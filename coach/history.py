"""What practice has shown of each bullet so far. Pure: takes attempts and marks, reads no file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from coach.types import Attempt, Verdict

Marks = Mapping[str, Mapping[int, Verdict]]
"""A person's verdicts by attempt id and position; they win over the judge's."""

SURE = 3  # of 1-4: "sure" and "very sure"


@dataclass(frozen=True, slots=True)
class Said:
    """The last that a person said about a bullet."""

    verdict: Verdict
    at: datetime
    words: str
    """Quoted from the answer; empty when the judge quoted nothing."""
    confidence: int | None
    """1-4, given for the whole answer before its grade."""

    @property
    def sure_and_wrong(self) -> bool:
        """Whether the person felt sure of an answer that missed or contradicted the bullet."""
        lost = self.verdict in {Verdict.MISSING, Verdict.CONTRADICTED}
        return lost and self.confidence is not None and self.confidence >= SURE


def verdicts(attempt: Attempt, marks: Marks) -> tuple[Verdict, ...]:
    """The verdicts that count, in the order of the question's bullets; empty for an ungraded answer.

    Where the answer differs from a doubtful bullet and may be right, there is none: UNGRADED.
    """
    if attempt.grade is None:
        return ()
    marked = marks.get(attempt.id, {})
    judged = (Verdict.UNGRADED if b.differs else b.verdict for b in attempt.grade.bullets)
    return tuple(marked.get(position, verdict) for position, verdict in enumerate(judged))


def last_said(attempts: Sequence[Attempt], marks: Marks) -> dict[str, Said]:
    """By bullet key, the last verdict of an unprompted answer; `attempts` oldest first.

    A prompted answer says little about memory, so it changes nothing here, unless it said something wrong.
    """
    found: dict[str, Said] = {}
    for attempt in attempts:
        if attempt.grade is None:
            continue
        for graded, verdict in zip(attempt.grade.bullets, verdicts(attempt, marks), strict=True):
            if verdict is Verdict.UNGRADED or (attempt.prompted and verdict is not Verdict.CONTRADICTED):
                continue
            words = " … ".join(" ".join(quote.quote.split()) for quote in graded.evidence)
            found[graded.bullet.key] = Said(verdict, attempt.started_at, words, attempt.confidence)
    return found
