"""What a sitting came to: strengths, the costliest gaps, sure and wrong, change since last time, one next step. Pure.

Everything is read from the whole sitting as the journal holds it, so a resumed one counts as one, and a person's mark
wins over the judge's verdict. A gap costs more the worse the verdict (`COST`), twice as much on a hot question, and
half as much once a follow-up brought the bullet out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from statistics import fmean

from coach.history import SURE, Marks, verdicts
from coach.noise import Noise
from coach.schedule import day_of
from coach.types import CREDIT, Attempt, JudgeId, Verdict
from index.types import Question

COST: Mapping[Verdict, float] = {Verdict.CONTRADICTED: 1.5, Verdict.MISSING: 1.0, Verdict.PARTIAL: 0.5}
HOT, BROUGHT_OUT = 2.0, 0.5
STRONG = 0.75
"""Score from which an answer counts as a strength."""


@dataclass(frozen=True, slots=True)
class Gap:
    """A bullet that cost credit."""

    question: Question
    position: int
    verdict: Verdict
    cost: float
    words: str
    """Quoted from the answer; empty when nothing was said of it."""
    confidence: int | None = None
    """How sure the person was of the whole answer, 1-4."""
    doubted: bool = False
    """The judge might as well have said the opposite, and the person has not settled it."""


@dataclass(frozen=True, slots=True)
class Strength:
    """An answer that went well."""

    question: Question
    score: float


@dataclass(frozen=True, slots=True)
class Change:
    """The questions of this sitting that were answered on an earlier day too, then against now."""

    questions: int
    was: float
    now: float
    noise: float
    """What the judge's error alone may make of it; a smaller change is none."""

    @property
    def counts(self) -> bool:
        """Whether the change is beyond the judge's noise."""
        return abs(self.now - self.was) > self.noise


@dataclass(frozen=True, slots=True)
class Ending:
    """The end of a sitting."""

    strengths: tuple[Strength, ...]
    said: tuple[tuple[Question, int], ...]
    """Bullets covered unaided, hot questions first: what to praise where no whole answer is a strength."""
    gaps: tuple[Gap, ...]
    """The costliest first."""
    sure_and_wrong: tuple[Gap, ...]
    """Missed or contradicted in an answer that the person was sure of."""
    change: Change | None
    """None: nothing to compare with."""


def measure_ending(
    session_id: str, attempts: Sequence[Attempt], marks: Marks, noise: Noise, zone: tzinfo | None = None
) -> Ending:
    """The ending of one sitting; `attempts` are all of the handbook's, oldest first."""
    own = [a for a in attempts if a.session_id == session_id]
    last = {a.question.key: a for a in own if not a.prompted and a.grade}  # /again: the later answer counts
    gaps = tuple(sorted(_gaps(last.values(), own, marks), key=lambda gap: -gap.cost))
    lost = (Verdict.MISSING, Verdict.CONTRADICTED)
    scores = [(a.question, score) for a in last.values() if (score := score_of(a, marks)) is not None]
    return Ending(
        strengths=tuple(Strength(q, score) for q, score in sorted(scores, key=lambda s: -s[1]) if score >= STRONG),
        said=_said(last.values(), marks),
        gaps=gaps,
        sure_and_wrong=tuple(g for g in gaps if g.verdict in lost and (g.confidence or 0) >= SURE and not g.doubted),
        change=_change(last, attempts, marks, noise, zone),
    )


def score_of(attempt: Attempt, marks: Marks) -> float | None:
    """Mean credit with the marks applied; None when nothing is graded."""
    credits = [CREDIT[v] for v in verdicts(attempt, marks) if v is not Verdict.UNGRADED]
    return fmean(credits) if credits else None


def _gaps(last: Iterable[Attempt], own: Sequence[Attempt], marks: Marks) -> Iterable[Gap]:
    brought_out = {
        b.bullet.key
        for a in own
        if a.prompted and a.grade
        for b, verdict in zip(a.grade.bullets, verdicts(a, marks), strict=True)
        if verdict is Verdict.COVERED
    }
    for attempt in last:
        assert attempt.grade is not None
        for position, verdict in enumerate(verdicts(attempt, marks)):
            if verdict not in COST:
                continue
            graded = attempt.grade.bullets[position]
            cost = COST[verdict] * (HOT if attempt.question.hot else 1)
            cost *= BROUGHT_OUT if graded.bullet.key in brought_out else 1
            words = " … ".join(" ".join(quote.quote.split()) for quote in graded.evidence)
            doubted = position not in marks.get(attempt.id, {}) and graded.unsure
            yield Gap(attempt.question, position, verdict, cost, words, attempt.confidence, doubted)


def _said(last: Iterable[Attempt], marks: Marks) -> tuple[tuple[Question, int], ...]:
    found = [
        (attempt.question, position)
        for attempt in last
        if not attempt.hints_used
        for position, verdict in enumerate(verdicts(attempt, marks))
        if verdict is Verdict.COVERED
    ]
    return tuple(sorted(found, key=lambda bullet: min(bullet[0].hot, default=99)))


def _change(
    last: Mapping[str, Attempt], attempts: Sequence[Attempt], marks: Marks, noise: Noise, zone: tzinfo | None
) -> Change | None:
    """Only answers graded by the same judge on different days are compared: the same day repeats the feedback."""
    pairs, bullets = list[tuple[float, float]](), 0
    for attempt in last.values():
        today = day_of(attempt.started_at, zone)
        before = [
            a
            for a in attempts
            if a.question.key == attempt.question.key
            and not a.prompted
            and day_of(a.started_at, zone) < today
            and _same_judge(a, attempt)
        ]
        was, now = (score_of(before[-1], marks) if before else None), score_of(attempt, marks)
        if was is not None and now is not None:
            pairs.append((was, now))
            bullets += len(attempt.question.bullets)
    if not pairs:
        return None
    return Change(len(pairs), fmean(p[0] for p in pairs), fmean(p[1] for p in pairs), noise.of_change(bullets))


def _same_judge(first: Attempt, second: Attempt) -> bool:
    """The gate judges as code, the same beside every judge."""
    named: set[JudgeId] = {a.grade.judge for a in (first, second) if a.grade and a.grade.judge.kind != "gate"}
    return first.grade is not None and len(named) <= 1


def judge_of(attempts: Sequence[Attempt]) -> JudgeId:
    """Who graded the most recent answer that a judge saw; the offline judge where none did."""
    named = [a.grade.judge for a in attempts if a.grade and a.grade.judge.kind != "gate"]
    return named[-1] if named else JudgeId("offline")
