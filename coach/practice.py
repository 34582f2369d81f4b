"""The interview: ask, read, save, grade, follow up, record. Owns the order of things; draws nothing, opens nothing.

`Interview.run` yields events as they happen; whoever iterates shows them. An answer is in the journal before
its grading begins, so that neither Ctrl-C nor a lost network loses it.
"""

from __future__ import annotations

import uuid
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, tzinfo

from coach.errors import ChatError, CoachError
from coach.journal import Journal
from coach.language import Language
from coach.material import Material
from coach.schedule import Review, Source, counts, due_at, rating_for, recall, review
from coach.turns import VERBS, Answer, Reader, Verb, parse_mark
from coach.types import CREDIT, Attempt, BulletGrade, Grade, Verdict
from coach.words import say
from index.types import Question

MAX_FOLLOW_UPS = 2


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

    @property
    def skipped(self) -> bool:
        """Whether no answer was given."""
        return self.attempt is None


@dataclass(frozen=True, slots=True)
class Saved:
    """The answer is on disk; its grading begins."""


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
class Gap:
    """A bullet that cost credit."""

    question: Question
    position: int
    verdict: Verdict


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

    @property
    def gaps(self) -> tuple[Gap, ...]:
        """Bullets without full credit, wrong ones first, then missing, then half-said."""
        order = {Verdict.CONTRADICTED: 0, Verdict.MISSING: 1, Verdict.PARTIAL: 2}
        found = [
            Gap(g.question, position, b.verdict)
            for g in self.graded
            if g.attempt and g.attempt.grade and not g.attempt.prompted
            for position, b in enumerate(g.attempt.grade.bullets)
            if b.verdict in order
        ]
        return tuple(sorted(found, key=lambda gap: order[gap.verdict]))


Event = Asked | FollowedUp | Graded | Saved | Said | Explained | Summary


@dataclass
class Interview:
    """One sitting. Time is asked of `clock`; grading, the journal and the material are given."""

    grade: Callable[[Question, str], Grade]
    journal: Journal
    handbook: str
    material: Material
    language: Language
    clock: Callable[[], datetime]
    follow_ups: bool = False
    cards: dict[str, str] = field(default_factory=dict)
    """Memory states by bullet key; kept up to date."""
    revealed: dict[str, datetime] = field(default_factory=dict)
    """When each bullet's words were last shown, by bullet key; kept up to date."""
    zone: tzinfo | None = None
    """Whose midnight divides the days; None: the system's."""
    _last: Graded | None = None
    _before: dict[str, dict[str, str | None]] = field(default_factory=dict)
    """By attempt: the cards as they were before it, of the bullets whose recall counted. A mark takes the place of the
    judge's verdict, so it starts from these."""
    _queue: deque[Question] = field(default_factory=deque)

    def run(self, questions: Sequence[Question], reader: Reader, *, session_id: str) -> Iterator[Event]:
        """Ask `questions` in order until they, the input or the person's patience end."""
        self._queue = deque(questions)
        total, done = len(questions), list[Graded]()
        while self._queue:
            question = self._queue.popleft()
            yield Asked(question, total - len(self._queue), total)
            ended = yield from self._question(question, reader, session_id, done)
            if ended:
                break
            self.journal.update_plan(session_id, [q.ref for q in self._queue])
        yield self._close(session_id, done)

    def _close(self, session_id: str, done: Sequence[Graded]) -> Summary:
        finished = not self._queue
        self.journal.update_plan(session_id, [q.ref for q in self._queue])
        if finished:
            self.journal.end_session(session_id, self.clock())
        pending = sum(g.problem is not None for g in done)
        graded = tuple(g for g in done if g.problem is None and not g.skipped)
        return Summary(session_id, graded, sum(g.skipped for g in done), pending, finished)

    def _question(
        self, question: Question, reader: Reader, session_id: str, done: list[Graded]
    ) -> Generator[Event, None, bool]:
        """Deal with one question; returns whether the sitting ends here."""
        hints = 0
        while (turn := reader.read(question, question.text)) is not None:
            if isinstance(turn, Answer):
                graded = yield from self._answered(question, turn, session_id, hints)
                done.append(graded)
                if self.follow_ups:
                    yield from self._follow_up(graded, reader, session_id, done)
                return (yield from self._afterwards(graded, reader))
            if turn.name in {"quit", "pause"}:
                break
            if turn.name == "skip":
                self.journal.log(session_id, "skipped", {"ref": question.ref}, self.clock())
                done.append(Graded(question, None))
                yield done[-1]
                return False
            if turn.name == "again" and self._last:
                self._queue.extendleft([question, self._last.question])
                return False
            if turn.name == "hint":
                hints += 1
            yield from self._verb(turn, question, hints)
        self._queue.appendleft(question)
        return True

    def _answered(
        self, question: Question, answer: Answer, session_id: str, hints: int, *, prompted: bool = False
    ) -> Generator[Event, None, Graded]:
        """Save, grade and record one answer; returns how it went."""
        now = self.clock()
        attempt = Attempt(
            uuid.uuid4().hex[:12],
            session_id,
            question,
            answer.text,
            now,
            took_s=answer.took_s,
            prompted=prompted,
            hints_used=hints,
        )
        self.journal.save_answer(attempt, self.handbook)
        yield Saved()
        try:
            attempt = replace(attempt, grade=self.grade(question, answer.text))
        except ChatError as exc:
            graded = Graded(question, attempt, problem=exc)
        except KeyboardInterrupt:
            graded = Graded(question, attempt, problem=CoachError("grading was interrupted"))
        else:
            graded = self._record(attempt)
        self._last = graded
        yield graded
        return graded

    def _record(self, attempt: Attempt) -> Graded:
        assert attempt.grade is not None
        self.journal.save_grade(attempt.id, attempt.grade)
        now, keys = attempt.started_at, [b.bullet.key for b in attempt.grade.bullets]
        self._before[attempt.id] = {
            key: self.cards.get(key) for key in keys if counts(self.revealed.get(key), now, self.zone)
        }
        for b in attempt.grade.bullets:
            self._review(attempt, b.bullet.key, b.verdict)
        self._reveal(keys)
        return Graded(
            attempt.question, attempt, due=min((due_at(self.cards[k]) for k in keys if k in self.cards), default=None)
        )

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

    def _reveal(self, bullet_keys: Sequence[str]) -> None:
        """These bullets' words are shown now: until tomorrow, recalling them counts for nothing."""
        now = self.clock()
        self.revealed.update(dict.fromkeys(bullet_keys, now))
        self.journal.reveal(self.handbook, bullet_keys, now)

    def _follow_up(self, graded: Graded, reader: Reader, session_id: str, done: list[Graded]) -> Iterator[Event]:
        """At most two, each on one bullet; graded on that bullet alone and recorded as prompted recall."""
        for position in worth_probing(graded)[:MAX_FOLLOW_UPS]:
            alone = replace(graded.question, bullets=(graded.question.bullets[position],))
            text = self.material.probe(graded.question, position, self.language)
            yield FollowedUp(alone, text)
            turn = reader.read(alone, text)
            if not isinstance(turn, Answer):
                return
            done.append((yield from self._answered(alone, turn, session_id, 0, prompted=True)))
            self._last = graded

    def _afterwards(self, graded: Graded, reader: Reader) -> Generator[Event, None, bool]:
        """Verbs about the feedback on screen; returns whether the sitting ends here."""
        while (verb := reader.read_verb(say("next", self.language))) is not None:
            if verb.name in {"quit", "pause"}:
                return True
            if verb.name == "again":
                self._queue.appendleft(graded.question)
                return False
            yield from self._verb(verb, graded.question, 1)
        return False

    def _verb(self, verb: Verb, question: Question, hints: int) -> Iterator[Event]:
        """Verbs that change nothing about which question is on."""
        if verb.name == "hint":
            yield Said(self.material.hint(question, hints, self.language))
        elif verb.name == "model":
            self._reveal([bullet.key for bullet in question.bullets])
            yield Said(say("model", self.language) + self.material.model_answer(question, self.language))
        elif verb.name == "help":
            yield Said(" · ".join(VERBS.values()))
        elif verb.name in {"why", "more", "mark"}:
            yield self._about_last(verb)
        else:
            yield Said(say("unknown_verb", self.language, name=verb.name, verbs=" ".join(VERBS.values())))

    def _about_last(self, verb: Verb) -> Event:
        if self._last is None or self._last.attempt is None or self._last.attempt.grade is None:
            return Said(say("nothing_graded", self.language))
        count = len(self._last.question.bullets)
        if verb.name == "more":
            return Explained(self._last)
        if verb.name == "why":
            if not (verb.argument.isdecimal() and 1 <= int(verb.argument) <= count):
                return Said(say("why_how", self.language))
            return Explained(self._last, int(verb.argument) - 1)
        return self._mark(self._last.attempt, parse_mark(verb.argument, count))

    def _mark(self, attempt: Attempt, mark: tuple[int, Verdict] | None) -> Event:
        if mark is None:
            return Said(say("mark_how", self.language))
        position, verdict = mark
        self.journal.save_mark(attempt, position, verdict, "person", "", self.clock())
        self._review(attempt, attempt.question.bullets[position].key, verdict)
        return Said(say("marked", self.language, number=position + 1, verdict=say(verdict, self.language)))


def worth_probing(graded: Graded) -> list[int]:
    """Bullets a follow-up should go for: wrong, then half-said, then missing; none after a total blank."""
    order = {Verdict.CONTRADICTED: 0, Verdict.PARTIAL: 1, Verdict.MISSING: 2}
    if graded.attempt is None or graded.attempt.grade is None or not _said_something(graded.attempt.grade.bullets):
        return []
    found = [(order[b.verdict], i) for i, b in enumerate(graded.attempt.grade.bullets) if b.verdict in order]
    return [i for _, i in sorted(found)]


def _said_something(bullets: Sequence[BulletGrade]) -> bool:
    return any(CREDIT.get(b.verdict) or b.verdict is Verdict.CONTRADICTED for b in bullets)
