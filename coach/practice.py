"""The interview: ask, read, save, grade, follow up, record. Owns the order of things; draws nothing, opens nothing.

`Interview.run` yields events as they happen; whoever iterates shows them. An answer is in the journal before
its grading begins, so that neither Ctrl-C nor a lost network loses it.

Who answers at a terminal hears the follow-ups before the feedback, which would give them away; in `real` mode all
feedback waits for the end, and an answer is graded while the next question is asked.
"""

from __future__ import annotations

import uuid
from collections import deque
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, tzinfo
from typing import Literal

from coach.errors import CoachError
from coach.events import Asked, Event, FollowedUp, Graded, Heard, Said, Saved, Summary, Unsure
from coach.journal import Journal
from coach.judging import Judging, Pending, interrupted
from coach.language import Language
from coach.material import Material
from coach.own import match_own
from coach.probing import focus_of, unsure, verdict_at, worth_probing
from coach.record import Recorder
from coach.tally import Tally
from coach.turns import Answer, Reader, Verb
from coach.types import Attempt, Grade
from coach.verbs import About, Aids, Desk
from coach.words import reaction, say
from index.types import Question, Ranking

Mode = Literal["study", "real"]

MAX_FOLLOW_UPS = 2
MAX_UNSURE = 2
FOLLOW_UP_WAIT_S = 2.0
"""A real interviewer does not fall silent: a grade that takes longer gets no follow-up."""
QUIET_S = 0.3
"""Silence that needs no word."""
LEAVING = frozenset({"quit", "pause"})


@dataclass
class Interview:
    """One sitting. Time is asked of `clock`; grading, the journal and the material are given."""

    grade: Callable[..., Grade]
    """As in `Judging`."""
    journal: Journal
    handbook: str
    material: Material
    language: Language
    clock: Callable[[], datetime]
    follow_ups: bool = False
    cards: dict[str, str] = field(default_factory=dict)
    revealed: dict[str, datetime] = field(default_factory=dict)
    zone: tzinfo | None = None
    mode: Mode = "study"
    minutes: float | None = None
    """No question is begun after so many."""
    aloud: bool = False
    about: About = field(default_factory=About)
    """Who is asked beside the judge."""
    probe: Callable[[Question, int, str, int], str] | None = None
    """(question, position, answer, how often it was probed) -> a follow-up; None: the material's own."""
    match: Callable[[str], Ranking] | None = None
    """Finds the rubric of a question of the person's own."""
    _queue: deque[Question] = field(default_factory=deque)
    _waiting: list[Pending] = field(default_factory=list)
    """Answers whose feedback waits for the end."""
    _answers: int = 0

    def __post_init__(self) -> None:
        """Open the record."""
        self.record = Recorder(self.journal, self.handbook, self.clock, self.cards, self.revealed, self.zone)
        self.tally = Tally(Desk(self.material, self.language, self.record, self.about))
        self.judging = Judging(self.grade, self.record, self.aloud)

    def run(self, questions: Sequence[Question], reader: Reader, *, session_id: str) -> Iterator[Event]:
        """Ask `questions` in order until they, the time, the input or the person's patience end."""
        self._queue = deque(questions)
        total, until = len(questions), self._until()
        while self._queue:
            if until is not None and self.clock() >= until:
                yield Said(say("time_up", self.language, minutes=f"{self.minutes:g}"))
                self._queue.clear()
                break
            question = self._queue.popleft()
            yield Asked(question, total - len(self._queue), total)
            if (yield from self._question(question, reader, session_id)):
                break
            self._keep_plan(session_id)
        yield from self._debrief(reader)
        yield self._close(session_id)

    def _until(self) -> datetime | None:
        return None if self.minutes is None else self.clock() + timedelta(minutes=self.minutes)

    def _keep_plan(self, session_id: str) -> None:
        self.journal.update_plan(session_id, [q.ref for q in self._queue if q.ref])

    def _close(self, session_id: str) -> Summary:
        finished = not any(q.ref for q in self._queue)
        self._keep_plan(session_id)
        if finished:
            self.journal.end_session(session_id, self.clock())
        return self.tally.summary(session_id, finished=finished)

    def _question(self, question: Question, reader: Reader, session_id: str) -> Generator[Event, None, bool]:
        """Deal with one question; returns whether the sitting ends here."""
        aids = Aids()
        while (turn := reader.read(question, question.text)) is not None:
            if isinstance(turn, Answer):
                return (yield from self._answered(question, turn, reader, session_id, aids))
            if turn.name in LEAVING:
                break
            if turn.name == "skip":
                yield self._skip(question, session_id)
                return False
            if turn.name == "again" and (previous := self._previous()) is not None:
                self._queue.extendleft([question, previous])
                return False
            yield from self.tally.obey(turn, question, aids)
        self._queue.appendleft(question)
        return True

    def _previous(self) -> Question | None:
        """The question that was answered last."""
        waiting = [pending.attempt.question for pending in self._waiting if not pending.attempt.prompted]
        last = self.tally.last
        return waiting[-1] if waiting else last.question if last else None

    def _skip(self, question: Question, session_id: str) -> Graded:
        self.journal.log(session_id, "skipped", {"ref": question.ref}, self.clock())
        return self.tally.add(Graded(question, None))

    def _answered(
        self, question: Question, answer: Answer, reader: Reader, session_id: str, aids: Aids
    ) -> Generator[Event, None, bool]:
        """Save an answer, then grade it now or beside what follows; returns whether the sitting ends here."""
        attempt = yield from self._saved(question, answer, session_id, aids)
        given: Mapping[str, object] = {}
        if not question.bullets and self.match is not None:
            matched = yield from match_own(attempt, self.match, reader, self.language, self.journal)
            if matched is None:
                yield self._without_rubric(attempt)
                return False
            attempt, given = matched.attempt, {"rubric": matched.rubric, "context": matched.context}
        if self.mode == "real":
            return (yield from self._answered_for_real(attempt, given, reader))
        return (yield from self._answered_in_study(attempt, given, reader))

    def _saved(
        self, question: Question, answer: Answer, session_id: str, aids: Aids, *, prompted: bool = False
    ) -> Generator[Event, None, Attempt]:
        """Put the answer on disk, and say an interviewer's word to it."""
        attempt = Attempt(
            uuid.uuid4().hex[:12],
            session_id,
            question,
            answer.text,
            self.clock(),
            took_s=answer.took_s if aids.took_s is None else aids.took_s,
            prompted=prompted,
            hints_used=aids.hints,
            confidence=aids.confidence,
        )
        self.record.answer(attempt)
        yield Saved(reaction(self._answers, self.language))
        self._answers += 1
        return attempt

    def _without_rubric(self, attempt: Attempt) -> Graded:
        words = say("no_rubric", self.language, question=attempt.question.text)
        return self.tally.add(Graded(attempt.question, attempt, problem=CoachError(words)))

    def _answered_in_study(
        self, attempt: Attempt, given: Mapping[str, object], reader: Reader
    ) -> Generator[Event, None, bool]:
        """Grade at once and show it: to a person after the follow-ups, which it would give away."""
        graded = yield from self._graded(self.judging.start(attempt, given), reader)
        followed: list[Graded] = []
        if not reader.interactive:
            yield graded
        ended = yield from self._follow_up(graded, reader, followed)
        if not reader.interactive:
            return ended
        yield graded
        yield from followed
        return ended or (yield from self._afterwards(graded, reader))

    def _graded(self, pending: Pending, reader: Reader) -> Generator[Event, None, Graded]:
        """The recorded grade; how sure the person was is asked while the judge works."""
        try:
            if pending.attempt.confidence is None and not pending.attempt.prompted:
                pending = replace(pending, attempt=self._ask_confidence(pending.attempt, reader))
            if reader.interactive and not pending.job.done(QUIET_S):
                yield Said(say("grading", self.language))
            hidden = self.follow_ups and reader.interactive
            for position, bullet in pending.heard():
                yield Heard(position, len(pending.attempt.question.bullets), None if hidden else bullet)
            graded = self.judging.finish(pending)
        except KeyboardInterrupt:
            graded = interrupted(pending.attempt)
        return self.tally.add(graded)

    def _ask_confidence(self, attempt: Attempt, reader: Reader) -> Attempt:
        try:
            key = reader.choose(say("sure", self.language), "1234")
        except KeyboardInterrupt:  # it is the question that is unwelcome, not the grade: that takes a second Ctrl-C
            key = None
        if key is None:
            return attempt
        self.journal.save_confidence(attempt.id, int(key))
        return replace(attempt, confidence=int(key))

    def _answered_for_real(
        self, attempt: Attempt, given: Mapping[str, object], reader: Reader
    ) -> Generator[Event, None, bool]:
        """Grade beside the next question; follow up only when the grade comes before silence would be felt."""
        pending = self.judging.start(attempt, given)
        self._waiting.append(pending)
        graded = self.judging.glance(pending, FOLLOW_UP_WAIT_S) if self.follow_ups else None
        return (yield from self._follow_up(graded, reader, [])) if graded else False

    def _debrief(self, reader: Reader) -> Iterator[Event]:
        """The feedback that was held back until the end, one answer after the other."""
        waiting, self._waiting = self._waiting, []
        if waiting:
            yield Said(say("debrief", self.language))
        left = False
        for number, pending in enumerate(waiting):
            yield self.tally.add(self.judging.finish(pending))
            followed = waiting[number + 1].attempt.prompted if number + 1 < len(waiting) else False
            if not (left or followed) and self.tally.last is not None:
                left = yield from self._afterwards(self.tally.last, reader)

    def _follow_up(self, graded: Graded, reader: Reader, followed: list[Graded]) -> Generator[Event, None, bool]:
        """At most two, each on one bullet; graded on that bullet alone and recorded as prompted recall."""
        for position in worth_probing(graded)[:MAX_FOLLOW_UPS] if self.follow_ups else ():
            alone = replace(graded.question, bullets=(graded.question.bullets[position],))
            text = self._probe(graded, position)
            yield FollowedUp(alone, text)
            turn = yield from self._turn(alone, text, reader)
            if isinstance(turn, Answer):
                yield from self._followed(graded, position, alone, turn, reader, followed)
            elif turn is None or turn.name in LEAVING:
                return turn is not None
        return False

    def _followed(
        self,
        graded: Graded,
        position: int,
        alone: Question,
        answer: Answer,
        reader: Reader,
        followed: list[Graded],
    ) -> Iterator[Event]:
        """Take the answer to a follow-up; `followed` gets its grade, unless that waits for the end."""
        assert graded.attempt is not None
        attempt = yield from self._saved(alone, answer, graded.attempt.session_id, Aids(), prompted=True)
        pending = self.judging.start(attempt, before=verdict_at(graded, position))
        if self.mode == "real":
            self._waiting.append(pending)
            return
        followed.append((yield from self._graded(pending, reader)))
        if not reader.interactive:
            yield followed[-1]

    def _turn(self, question: Question, text: str, reader: Reader) -> Generator[Event, None, Answer | Verb | None]:
        """An answer to a follow-up, or a verb that ends it; other verbs are obeyed."""
        aids = Aids()
        while (turn := reader.read(question, text)) is not None:
            if isinstance(turn, Answer) or turn.name in {*LEAVING, "skip"}:
                return turn
            yield from self.tally.obey(turn, question, aids)
        return None

    def _probe(self, graded: Graded, position: int) -> str:
        question, answer = graded.question, graded.attempt.answer if graded.attempt else ""
        times = self.journal.times_probed(self.handbook, question.bullets[position].key)
        if self.probe is not None:
            return self.probe(question, position, answer, times)
        return self.material.probe(question, position, self.language, times)

    def _afterwards(self, graded: Graded, reader: Reader) -> Generator[Event, None, bool]:
        """What the judge is unsure of, then verbs about the feedback; returns whether the sitting ends here."""
        if graded.problem is not None:
            return False
        for position in unsure(graded)[:MAX_UNSURE] if reader.interactive else ():
            yield Unsure(graded, position, self.about.nearest_to(graded, position))
            if key := reader.choose(say("unsure_keys", self.language), "yhnw"):
                yield from self.tally.obey(Verb("mark", f"{position + 1} {key}"), graded.question, Aids(answered=True))
        while (verb := reader.read_verb(focus_of(self.tally.last or graded), len(graded.question.bullets))) is not None:
            if verb.name in LEAVING:
                return True
            if verb.name == "skip":
                return False
            if verb.name == "again":
                self._queue.appendleft(graded.question)
                return False
            yield from self.tally.obey(verb, graded.question, Aids(answered=True))
        return False
