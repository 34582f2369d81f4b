"""Which questions an interview has: those named, one of the person's own, those left over, or the picker's choice."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from math import ceil
from typing import cast

from coach import wire
from coach.errors import ConfigError
from coach.journal import Journal
from coach.language import Language
from coach.own import own_question
from coach.picker import pick
from coach.practice import Mode
from coach.rows import Session
from coach.turns import Reader
from coach.words import say
from index.types import Handbook, Question

MODES = ("study", "real")
COUNT = 3
MINUTES_A_QUESTION = 3
"""An answer of two minutes, and a minute for its feedback: how many questions a time is given."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the person asked of this interview."""

    refs: tuple[str, ...] = ()
    directions: tuple[str, ...] = ()
    count: int | None = None
    """None: as many as fit `minutes`, else a few."""
    resume: bool = False
    follow_ups: bool | None = None
    """None: yes at a terminal, no with a file of answers."""
    seed: int | None = None
    minutes: float | None = None
    own: str | None = None
    """A question of the person's own, in its words."""
    mode: str | None = None
    """`study` or `real`; None: as it was when resumed, else `study`."""


@dataclass(frozen=True, slots=True)
class Begun:
    """A sitting with its questions."""

    session: Session
    questions: tuple[Question, ...]

    @property
    def mode(self) -> Mode:
        """When feedback is given."""
        return cast(Mode, self.session.mode)


def begin(journal: Journal, book: Handbook, wishes: Wishes, reader: Reader, language: Language) -> Begun:
    """Start a sitting, or go on with the last; an answer that was begun and not sent is offered first."""
    if wishes.resume:
        return _resumed(journal, book, wishes.mode)
    now, mode = datetime.now(UTC), wishes.mode or "study"
    if wishes.own is not None:
        if not wishes.own.strip():
            raise ConfigError("--own '' is empty; give the question's words")
        return Begun(journal.start_session(book.name, mode, (), now), (own_question(wishes.own, language),))
    first = None if wishes.refs or wishes.directions else offer_draft(journal, book, reader, language)
    if first and (left := _session_at(journal, book, first.ref)):
        return _questions(book, left)
    questions = _chosen(journal, book, wishes, now, first)
    return Begun(journal.start_session(book.name, mode, [q.ref for q in questions], now), tuple(questions))


def offer_draft(journal: Journal, book: Handbook, reader: Reader, language: Language) -> Question | None:
    """The question whose unsent answer the person wants to go on with, of all the newest; None for none."""
    for key, draft in journal.drafts(book.name).items():
        question = next((q for q in book.questions if q.key == key), None)
        if question is None or not reader.interactive:
            continue
        words = say("draft_offer", language, ref=question.ref, length=len(draft.text.strip()))
        chosen = reader.choose(words, "ynd") or "y"
        if chosen == "d":
            journal.save_draft(book.name, question, "", datetime.now(UTC))
        return question if chosen == "y" else None
    return None


def _session_at(journal: Journal, book: Handbook, ref: str) -> Session | None:
    """The unfinished sitting that stopped at this question, so that the rest of it is not lost."""
    return next((s for s in reversed(_unfinished(journal, book)) if s.plan[0] == ref), None)


def _unfinished(journal: Journal, book: Handbook) -> list[Session]:
    return [s for s in journal.sessions(book.name) if s.mode in MODES and s.ended_at is None and s.plan]


def _resumed(journal: Journal, book: Handbook, mode: str | None) -> Begun:
    unfinished = _unfinished(journal, book)
    if not unfinished:
        raise ConfigError("no unfinished interview to resume; start one with: coach practice")
    if mode is not None and mode != unfinished[-1].mode:
        raise ConfigError(f"--mode {mode!r} with --resume, but that interview is {unfinished[-1].mode!r}; drop --mode")
    return _questions(book, unfinished[-1])


def _questions(book: Handbook, session: Session) -> Begun:
    return Begun(session, tuple(wire.find_question(book, ref) for ref in session.plan))


def _chosen(journal: Journal, book: Handbook, wishes: Wishes, now: datetime, first: Question | None) -> list[Question]:
    if wishes.refs:
        return [wire.find_question(book, ref) for ref in wishes.refs]
    ahead = [first] if first else []
    picked = pick(
        [q for q in in_directions(book, wishes.directions) if q not in ahead],
        journal.attempts(handbook=book.name),
        journal.cards(book.name),
        _count(wishes) - len(ahead),
        now=now,
        rng=random.Random(wishes.seed),
    )
    return ahead + picked


def _count(wishes: Wishes) -> int:
    if wishes.count is not None or wishes.minutes is None:
        return wishes.count or COUNT
    return max(1, ceil(wishes.minutes / MINUTES_A_QUESTION))


def in_directions(book: Handbook, wanted: Sequence[str]) -> list[Question]:
    """Questions of the directions named by number or part of the title (all, if none is named)."""
    if not wanted:
        return list(book.questions)
    chosen = set()
    for name in wanted:
        found = [d.number for d in book.directions if name == str(d.number) or name.casefold() in d.title.casefold()]
        if not found:
            titles = ", ".join(f"{d.number} {d.title}" for d in book.directions)
            raise ConfigError(f"unknown direction {name!r}; there are {titles}")
        chosen.update(found)
    return [question for question in book.questions if question.direction.number in chosen]
