"""Grading outside an interview: one answer to a named or an own question, and the answers that wait."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial

from rich.console import Group, RenderableType
from rich.text import Text

from coach import render, wire
from coach.config import Config
from coach.errors import ChatError, CoachError
from coach.grader import grade_json
from coach.journal import Journal
from coach.language import Language
from coach.live import watched
from coach.material import Material
from coach.measured import Measured
from coach.record import Recorder
from coach.types import Attempt, Grade, JudgeId, Narrate, Rubric, Verdict
from coach.words import say
from index.types import Handbook, Hit, Question

NEAREST = 3


@dataclass(frozen=True, slots=True)
class Graded:
    """An answer and what became of it: a grade, or a problem while the answer is kept, or no rubric."""

    question: str
    grade: Grade | None = None
    problem: CoachError | None = None
    nearest: tuple[Hit, ...] = ()
    """The handbook's nearest questions, when an own question is not in it."""

    def json(self) -> dict[str, object]:
        """The object that `coach grade --json` prints."""
        if self.grade:
            return grade_json(self.grade)
        unscored = {"schema": 1, "question": self.question, "rubric": None, "score": None, "bullets": []}
        if self.problem:
            return {**unscored, "pending": True, "error": str(self.problem)}
        nearest = [{"ref": h.question.ref, "question": h.question.text, "score": h.score} for h in self.nearest]
        return {**unscored, "nearest": nearest}


def grade_answer(config: Config, ref: str | None, own: str | None, answer: str, *, narrate: Narrate) -> list[Graded]:
    """Grade one answer; it is in the journal before the judge is asked, and stays there if the judge fails."""
    book = wire.handbook(config)
    question = wire.find_question(book, ref) if ref is not None else None
    with watched(say("grading", wire.language(config, book)), narrate) as (tell, on_bullet):
        grading = wire.grading(config, book, tell)
        rubric, context = None, None
        if question is None:
            found = grading.search().search(own or "", NEAREST + 1)
            if found.abstained or not found.hits:
                tell(say("not_found_own", wire.language(config, book)))
                return [Graded(own or "", nearest=found.hits[:NEAREST])]
            question, context = found.hits[0].question, found.hits[1:]
            rubric = Rubric("search", question.ref, found.hits[0].score, tuple(h.question.ref for h in context))
        with wire.journal(config) as journal:
            attempt = _keep(journal, book, question, answer)
            ask = partial(grading, rubric=rubric, context=context, on_bullet=on_bullet)
            return [_grade(attempt, ask, journal, tell)]


def _grade(attempt: Attempt, grading: Callable[[Question, str], Grade], journal: Journal, tell: Narrate) -> Graded:
    """Grade a kept answer; says when it, or a bullet of it, still waits for a grade."""
    try:
        graded = grading(attempt.question, attempt.answer)
    except ChatError as exc:
        tell(say("kept", "en"))
        return Graded(attempt.question.text, problem=exc)
    except KeyboardInterrupt:
        tell(say("kept", "en"))
        raise
    journal.save_grade(attempt.id, graded)
    left = sum(bullet.verdict is Verdict.UNGRADED for bullet in graded.bullets)
    if left:
        tell(say("kept_bullets", "en", left=left, total=len(graded.bullets)))
    return Graded(attempt.question.text, graded)


def _keep(journal: Journal, book: Handbook, question: Question, answer: str) -> Attempt:
    now = datetime.now(UTC)
    session = journal.start_session(book.name, "grade", (), now)
    attempt = Attempt(uuid.uuid4().hex[:12], session.id, question, answer, now)
    journal.save_answer(attempt, book.name)
    journal.end_session(session.id, now)
    return attempt


def grade_pending(config: Config, *, narrate: Narrate) -> list[Graded]:
    """Grade every answer that still waits, oldest first; stops at the first that the judge cannot be asked about."""
    book = wire.handbook(config)
    done: list[Graded] = []
    with wire.journal(config) as journal:
        waiting = journal.pending(book.name)
        if not waiting:
            narrate(say("none_pending", wire.language(config, book)))
            return done
        cards, revealed = journal.cards(book.name), journal.reveals(book.name)
        record = Recorder(journal, book.name, lambda: datetime.now(UTC), cards, revealed)
        with watched(say("grading", wire.language(config, book)), narrate) as (tell, on_bullet):
            grading = partial(wire.grading(config, book, tell), on_bullet=on_bullet)
            for attempt in waiting:
                done.append(_grade(attempt, grading, journal, tell))
                if done[-1].grade is None:
                    break
                # As of when it was given; a bullet whose words were shown since is left alone.
                record.grade(replace(attempt, grade=done[-1].grade))
    return done


def screen(
    graded: Graded, material: Material, speech: Language, measured: Callable[[JudgeId, bool], Measured | None]
) -> RenderableType:
    """What the terminal shows of one graded answer; `measured` tells how a judge errs, with or without a pack."""
    if graded.grade:
        error = measured(graded.grade.judge, material.prepared(graded.grade.question))
        return render.grade(graded.grade, material, speech, error)
    if graded.problem:
        return Text(say("kept", speech))
    lines = [Text(say("not_found", speech), style="bold")]
    return Group(*lines, *(Text(f"  {hit.question.ref}  {hit.question.text}") for hit in graded.nearest))
