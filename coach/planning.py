"""One run of `coach plan` or `coach progress`: the journal read, the picture made, shown or printed as JSON."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime

from coach import boards, planboard, wire
from coach.choosing import in_directions
from coach.config import Config
from coach.errors import ConfigError
from coach.forecast import agreement, counted, outlooks
from coach.history import last_said
from coach.journal import Journal
from coach.plan import Wish, make_plan, morning
from coach.progress import measure_progress
from coach.render import open_console
from coach.rows import Goal
from coach.schedule import day_of, is_night
from coach.streams import emit
from index.types import Handbook

MINUTES_A_DAY = 40.0


@dataclass(frozen=True, slots=True)
class Changes:
    """What the person says anew; None leaves what was said before."""

    interview: date | None = None
    minutes: float | None = None
    focus: tuple[str, ...] | None = None
    """Empty: no focus any more."""


def progress(config: Config, *, as_json: bool) -> None:
    """Show how practice has gone."""
    book = wire.handbook(config)
    material, language = wire.material(config, book), wire.language(config, book)
    with wire.journal(config) as journal:
        marks, reviews = journal.all_marks(book.name), journal.reviews(book.name)
        found = measure_progress(book, journal.attempts(handbook=book.name), marks, reviews)
    if as_json:
        emit(boards.progress_json(found, material, language))
        return
    console = open_console()
    console.print(boards.progress_board(found, book.name, material, language, console))


def plan(config: Config, changes: Changes, *, as_json: bool) -> None:
    """Remember what is new about the goal, and show the plan towards it as of now."""
    book, now = wire.handbook(config), datetime.now(UTC)
    with wire.journal(config) as journal:
        brief = _brief(journal, book, _goal(journal, book, changes, now), now)
    if as_json:
        emit(planboard.plan_json(brief))
        return
    console = open_console()
    console.print(planboard.plan_board(brief, wire.language(config, book), console))


def _goal(journal: Journal, book: Handbook, changes: Changes, now: datetime) -> Goal:
    """The goal with the changes, stored; ConfigError when there is no date, or it is over."""
    before = journal.goal(book.name)
    interview = changes.interview or (before.interview if before else None)
    if interview is None:
        raise ConfigError("no interview date yet; give it, as in: coach plan --date 2026-12-02")
    if interview < day_of(now):
        raise ConfigError(f"the interview date {interview} is over; give the next: coach plan --date YYYY-MM-DD")
    minutes = changes.minutes or (before.minutes if before else MINUTES_A_DAY)
    focus = changes.focus if changes.focus is not None else (before.focus if before else ())
    goal = Goal(interview, minutes, focus)
    in_directions(book, focus)  # an unknown one is told before anything is stored
    if goal != before:
        journal.save_goal(book.name, goal, now)
    return goal


def _brief(journal: Journal, book: Handbook, goal: Goal, now: datetime) -> planboard.Brief:
    focus = {q.direction.number for q in in_directions(book, goal.focus)} if goal.focus else set()
    attempts, cards = journal.attempts(handbook=book.name), journal.cards(book.name)
    reviews, said = journal.reviews(book.name), last_said(attempts, journal.all_marks(book.name))
    wish = Wish(goal.interview, goal.minutes, frozenset(focus))
    return planboard.Brief(
        plan=make_plan(book, attempts, said, cards, wish, now=now),
        focus=tuple(d for d in book.directions if d.number in focus),
        outlooks=outlooks(book, cards, reviews, morning(goal.interview)),
        agreement=agreement(reviews),
        reviews=counted(reviews),
        night=is_night(now),
    )
