"""How practice has gone: history, coverage, dangerous bullets, confidence against verdict, predictions. Pure.

Every figure comes with its n; `cannot_say` names what the numbers are still too few for.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from statistics import fmean

from coach.figures import Figure, mean
from coach.forecast import BINS, ENOUGH, Agreement, agreement, checked, counted
from coach.history import Marks, Said, last_said, verdicts
from coach.schedule import Review, day_of
from coach.types import CREDIT, Attempt, Verdict
from index.types import Bullet, Direction, Handbook, Question

PAIRS = 10  # questions answered on two days, before a change is spoken of
ANSWERS = 5  # answers at one confidence, before its mean is


@dataclass(frozen=True, slots=True)
class Sitting:
    """One session with answers."""

    session: str
    started_at: datetime
    answered: int
    graded: int
    score: float | None
    """Mean score of the unprompted graded answers."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """What of a direction was asked, and how the last answers stood."""

    direction: Direction
    questions: int
    asked: int
    bullets: int
    seen: int
    credit: float | None
    """Mean credit of the last unprompted verdicts; None when nothing was asked."""


@dataclass(frozen=True, slots=True)
class Danger:
    """A bullet that would do harm if the interview were today."""

    question: Question
    bullet: Bullet
    said: Said


@dataclass(frozen=True, slots=True)
class Calibration:
    """The scores of answers that were given with one confidence."""

    confidence: int
    score: Figure


@dataclass(frozen=True, slots=True)
class Progress:
    """Everything `coach progress` shows."""

    sittings: tuple[Sitting, ...]
    coverage: tuple[Coverage, ...]
    dangers: tuple[Danger, ...]
    calibration: tuple[Calibration, ...]
    change: Figure
    """Last minus first score of the questions answered on two days or more."""
    predictions: tuple[Agreement, ...]
    """Predicted against observed recall: over all, then by `BINS`."""
    reviews: int
    cannot_say: tuple[str, ...]
    """Keys of `coach.words`: what there is too little of."""


def measure_progress(
    book: Handbook,
    attempts: Sequence[Attempt],
    marks: Marks,
    reviews: Sequence[Review],
    zone: tzinfo | None = None,
) -> Progress:
    """Progress from the whole history of one handbook; `attempts` oldest first."""
    said = last_said(attempts, marks)
    calibration, change = _calibration(attempts, marks), _change(attempts, marks, zone)
    return Progress(
        sittings=_sittings(attempts, marks),
        coverage=tuple(_coverage(book, direction, said) for direction in book.directions),
        dangers=_dangers(book, said),
        calibration=calibration,
        change=change,
        predictions=(agreement(reviews), *(agreement(reviews, low, high) for low, high in BINS)),
        reviews=counted(reviews),
        cannot_say=_cannot_say(calibration, change, reviews),
    )


def score(attempt: Attempt, marks: Marks) -> float | None:
    """Mean credit of an answer's verdicts, marks included; None when nothing is graded."""
    credits = [CREDIT[v] for v in verdicts(attempt, marks) if v is not Verdict.UNGRADED]
    return fmean(credits) if credits else None


def _scored(attempts: Sequence[Attempt], marks: Marks) -> list[tuple[Attempt, float]]:
    """Unprompted graded answers with their scores."""
    found = [(a, score(a, marks)) for a in attempts if not a.prompted]
    return [(a, value) for a, value in found if value is not None]


def _sittings(attempts: Sequence[Attempt], marks: Marks) -> tuple[Sitting, ...]:
    sessions: dict[str, list[Attempt]] = {}
    for attempt in attempts:
        sessions.setdefault(attempt.session_id, []).append(attempt)
    found = []
    for session, own in sessions.items():
        scores = [value for _, value in _scored(own, marks)]
        answered = sum(not a.prompted for a in own)
        mean_score = fmean(scores) if scores else None
        found.append(Sitting(session, own[0].started_at, answered, len(scores), mean_score))
    return tuple(found)


def _coverage(book: Handbook, direction: Direction, said: Mapping[str, Said]) -> Coverage:
    questions = [q for q in book.questions if q.direction.number == direction.number]
    credits = [CREDIT[said[b.key].verdict] for q in questions for b in q.bullets if b.key in said]
    return Coverage(
        direction,
        questions=len(questions),
        asked=sum(any(b.key in said for b in q.bullets) for q in questions),
        bullets=sum(len(q.bullets) for q in questions),
        seen=len(credits),
        credit=fmean(credits) if credits else None,
    )


def _dangers(book: Handbook, said: Mapping[str, Said]) -> tuple[Danger, ...]:
    """What was contradicted, sure ones first, then what was missed while sure; hot questions first among equals."""

    def order(danger: Danger) -> tuple[bool, bool, int]:
        contradicted = danger.said.verdict is Verdict.CONTRADICTED
        return not contradicted, not danger.said.sure_and_wrong, min(danger.question.hot, default=99)

    found = [Danger(q, b, said[b.key]) for q in book.questions for b in q.bullets if b.key in said]
    found = [d for d in found if d.said.verdict is Verdict.CONTRADICTED or d.said.sure_and_wrong]
    return tuple(sorted(found, key=order))


def _calibration(attempts: Sequence[Attempt], marks: Marks) -> tuple[Calibration, ...]:
    scored = _scored(attempts, marks)
    return tuple(
        Calibration(level, mean([value for a, value in scored if a.confidence == level])) for level in (1, 2, 3, 4)
    )


def _change(attempts: Sequence[Attempt], marks: Marks, zone: tzinfo | None) -> Figure:
    first: dict[str, tuple[Attempt, float]] = {}
    last: dict[str, float] = {}
    for attempt, value in _scored(attempts, marks):
        before = first.setdefault(attempt.question.key, (attempt, value))[0]
        # A second answer on the same day repeats what the feedback just said.
        if day_of(before.started_at, zone) < day_of(attempt.started_at, zone):
            last[attempt.question.key] = value
    return mean([value - first[key][1] for key, value in last.items()])


def _cannot_say(calibration: Sequence[Calibration], change: Figure, reviews: Sequence[Review]) -> tuple[str, ...]:
    lacking = []
    if change.n < PAIRS:
        lacking.append("cannot_change")
    if sum(c.score.n >= ANSWERS for c in calibration) < 2:
        lacking.append("cannot_confidence")
    if len(checked(reviews)) < ENOUGH:
        lacking.append("cannot_predict")
    return tuple(lacking)
