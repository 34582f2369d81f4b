"""One run of `coach practice`: which questions, which reader, and how each event is shown or printed as JSON."""

from __future__ import annotations

import json
import random
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

from coach import practice, wire
from coach.config import Config, choose_judge
from coach.endboard import ending_json
from coach.ending import Ending
from coach.errors import ConfigError
from coach.grader import grade_json
from coach.journal import Journal, Session
from coach.language import Language, language_of
from coach.picker import pick
from coach.turns import BlockReader, Reader
from index.types import Handbook, Question

Narrate = Callable[[str], None]
End = Callable[[str], Ending]
"""A session's id -> what it came to."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the person asked of this interview."""

    refs: tuple[str, ...] = ()
    directions: tuple[str, ...] = ()
    count: int = 3
    resume: bool = False
    follow_ups: bool | None = None
    """None: yes at a terminal, no with a file of answers."""
    seed: int | None = None


def hold(
    config: Config, wishes: Wishes, *, answers: str | None, no_input: bool, as_json: bool, narrate: Narrate
) -> None:
    """Hold the interview. `answers`: text of an answers file, or None to read them at the terminal."""
    if answers is None and (no_input or not sys.stdin.isatty()):
        raise ConfigError("no terminal to answer at; give the answers as --answers FILE (or --answers -)")
    book = wire.handbook(config)
    for line in wire.follow_edits(config, book):
        narrate(line)
    speech = language(config, book)
    choose_judge(config)  # a judge that cannot be had is told before a session begins
    with wire.journal(config) as journal:
        session, questions = _begin(journal, book, wishes)
        grading = wire.grading(config, book, narrate)
        interview = practice.Interview(
            grade=grading,
            journal=journal,
            handbook=book.name,
            material=wire.material(config, book),
            language=speech,
            clock=lambda: datetime.now(UTC),
            follow_ups=answers is None if wishes.follow_ups is None else wishes.follow_ups,
            cards=journal.cards(book.name),
            revealed=journal.reveals(book.name),
        )
        reader: Reader = _terminal(journal, book, speech, narrate) if answers is None else BlockReader(answers)
        end = partial(wire.ending, config, journal, book.name)
        show = _printer(end) if as_json else _shower(interview, end)
        try:
            for event in interview.run(questions, reader, session_id=session.id):
                show(event)
        except KeyboardInterrupt:
            raise KeyboardInterrupt("left; what you sent is saved. Go on with: coach practice --resume") from None


def _begin(journal: Journal, book: Handbook, wishes: Wishes) -> tuple[Session, list[Question]]:
    now = datetime.now(UTC)
    if wishes.resume:
        return _resumed(journal, book)
    questions = _chosen(journal, book, wishes, now)
    return journal.start_session(book.name, "study", [q.ref for q in questions], now), questions


def _resumed(journal: Journal, book: Handbook) -> tuple[Session, list[Question]]:
    unfinished = [s for s in journal.sessions(book.name) if s.mode == "study" and s.ended_at is None and s.plan]
    if not unfinished:
        raise ConfigError("no unfinished interview to resume; start one with: coach practice")
    return unfinished[-1], [wire.find_question(book, ref) for ref in unfinished[-1].plan]


def _chosen(journal: Journal, book: Handbook, wishes: Wishes, now: datetime) -> list[Question]:
    if wishes.refs:
        return [wire.find_question(book, ref) for ref in wishes.refs]
    return pick(
        in_directions(book, wishes.directions),
        journal.attempts(handbook=book.name),
        journal.cards(book.name),
        wishes.count,
        now=now,
        rng=random.Random(wishes.seed),
    )


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


def language(config: Config, book: Handbook) -> Language:
    """The language the coach speaks: as set, else the handbook's."""
    return language_of("".join(q.text for q in book.questions)) if config.lang == "auto" else config.lang


def _terminal(journal: Journal, book: Handbook, speech: Language, narrate: Narrate) -> Reader:
    from coach.terminal import TerminalReader

    return TerminalReader(journal, book.name, speech, narrate)


def _shower(interview: practice.Interview, end: End) -> Callable[[practice.Event], None]:
    from coach import render
    from coach.endboard import ending_board

    console = render.open_console()

    def show(event: practice.Event) -> None:
        if isinstance(event, practice.Summary):
            console.print(ending_board(event, end(event.session_id), interview.material, interview.language, console))
            return
        shown = render.event(event, interview.material, interview.language, datetime.now(UTC))
        if shown is not None:
            console.print(shown)

    return show


def _printer(end: End) -> Callable[[practice.Event], None]:
    import typer

    def show(event: practice.Event) -> None:
        row = ending_json(event, end(event.session_id)) if isinstance(event, practice.Summary) else event_json(event)
        if row is not None:
            typer.echo(json.dumps({"schema": 1, **row}, ensure_ascii=False))

    return show


def event_json(event: practice.Event) -> dict[str, object] | None:
    """An event as one line of `coach practice --json`; None for what only a terminal shows."""
    match event:
        case practice.Asked(question, number, total):
            asked = {"ref": question.ref, "direction": question.direction.title, "question": question.text}
            return {"event": "question", **asked, "number": number, "total": total}
        case practice.FollowedUp(question, text):
            return {"event": "follow_up", "ref": question.ref, "question": text}
        case practice.Graded():
            return _graded_json(event)
        case _:
            return None


def _graded_json(event: practice.Graded) -> dict[str, object]:
    head: dict[str, object] = {"event": "grade", "ref": event.question.ref}
    if event.attempt and event.attempt.grade:
        return {**head, "attempt": event.attempt.id, "prompted": event.attempt.prompted} | grade_json(
            event.attempt.grade
        )
    bullets: list[dict[str, object]] = [
        {"bullet": i, "text": b.plain, "verdict": "ungraded", "evidence": [], "reason": "", "certainty": None}
        for i, b in enumerate(event.question.bullets)
    ]
    why = {"skipped": True} if event.skipped else {"pending": True, "error": str(event.problem)}
    rubric: dict[str, object] = {"by": "ref", "ref": event.question.ref, "score": None, "context": []}
    unscored = {"question": event.question.text, "rubric": rubric, "score": None, "bullets": bullets, "judge": None}
    return {**head, **unscored, "usage": None, **why}
