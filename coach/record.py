"""What an interview writes down: answers, grades, marks, and what each says about memory. Shows nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, tzinfo

from coach.events import Graded
from coach.journal import Journal
from coach.plan import next_due
from coach.schedule import Review, Source, counts, rating_for, recall, review
from coach.types import Attempt, BulletGrade, Grade, Verdict


@dataclass
class Recorder:
    """The journal of one sitting, with the memory states that its answers change."""

    journal: Journal
    handbook: str
    clock: Callable[[], datetime]
    cards: dict[str, str]
    """Memory states by bullet key; kept up to date."""
    revealed: dict[str, datetime]
    """When each bullet's words were last shown, by bullet key; kept up to date."""
    zone: tzinfo | None = None
    """Whose midnight divides the days; None: the system's."""
    _before: dict[str, dict[str, str | None]] = field(default_factory=dict)
    """By attempt: the cards as they were before it, of the bullets whose recall counted. A mark takes the place of the
    judge's verdict, so it starts from these."""

    def answer(self, attempt: Attempt) -> None:
        """Put a sent answer on disk."""
        self.journal.save_answer(attempt, self.handbook)

    def grade(self, attempt: Attempt) -> Graded:
        """Keep the grade of an answer, and what it says about memory."""
        assert attempt.grade is not None
        self.journal.save_grade(attempt.id, attempt.grade)
        now, keys = attempt.started_at, [b.bullet.key for b in attempt.grade.bullets]
        self._before[attempt.id] = {
            key: self.cards.get(key) for key in keys if counts(self.revealed.get(key), now, self.zone)
        }
        for b in attempt.grade.bullets:
            if not b.differs:
                self._review(attempt, b.bullet.key, b.verdict)
        self.reveal(keys)
        goal = self.journal.goal(self.handbook)
        cards = [self.cards[key] for key in keys if key in self.cards]
        return Graded(attempt.question, attempt, due=next_due(cards, goal.interview if goal else None, now, self.zone))

    def _review(self, attempt: Attempt, bullet_key: str, verdict: Verdict) -> None:
        helped = attempt.prompted or attempt.hints_used > 0
        rating, before = rating_for(verdict, helped=helped), self._before.get(attempt.id, {})
        if rating is None or bullet_key not in before:
            return
        now, card = attempt.started_at, before[bullet_key]
        source: Source = "prompted" if helped else "answer"
        seen = Review(bullet_key, attempt.id, now, rating, recall(card, now) if card else None, source)
        self.cards[bullet_key] = review(card, rating, now)
        self.journal.save_review(self.handbook, seen, self.cards[bullet_key])

    def reveal(self, bullet_keys: Sequence[str]) -> None:
        """These bullets' words are shown now: until tomorrow, recalling them counts for nothing."""
        now = self.clock()
        self.revealed.update(dict.fromkeys(bullet_keys, now))
        self.journal.reveal(self.handbook, bullet_keys, now)

    def mark(self, attempt: Attempt, position: int, verdict: Verdict, source: str, why: str = "") -> Attempt:
        """Let a person's verdict, or an appeal's, take the place of the judge's; the journal keeps both."""
        self.journal.save_mark(attempt, position, verdict, source, why, self.clock())
        self._review(attempt, attempt.question.bullets[position].key, verdict)
        return with_verdict(attempt, position, verdict)

    def marked_by_person(self, attempt: Attempt, position: int) -> bool:
        """Whether the person has spoken about a bullet: then no appeal changes it."""
        return self.journal.mark_source(attempt.id, position) == "person"


def with_verdict(attempt: Attempt, position: int, verdict: Verdict) -> Attempt:
    """The attempt as it counts once a bullet's verdict was replaced: certain, with no reason of the judge's left."""
    assert attempt.grade is not None
    return with_verdicts(attempt, {position: verdict})


def with_verdicts(attempt: Attempt, marks: Mapping[int, Verdict]) -> Attempt:
    """The attempt with all `marks` in place of the judge's verdicts; itself when it has no grade."""
    if attempt.grade is None or not marks:
        return attempt

    def settled(position: int, b: BulletGrade) -> BulletGrade:
        return replace(b, verdict=marks[position], reason="", certainty=1.0) if position in marks else b

    bullets = tuple(settled(position, b) for position, b in enumerate(attempt.grade.bullets))
    grade: Grade = replace(attempt.grade, bullets=bullets)
    return replace(attempt, grade=grade)
