"""One run of `coach review`: a sheet made from handbook and journal, then read at the terminal, printed, or a page."""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, tzinfo
from pathlib import Path

import typer

from coach import pages, wire
from coach.config import Config
from coach.exporting import write
from coach.history import last_said
from coach.journal import Journal
from coach.language import Language
from coach.reading import Reading, read_at_terminal
from coach.review import Line, Memory, Sheet, choose_lines
from coach.rows import Goal
from coach.schedule import Review, counts, rating_for, recall, review
from coach.streams import emit
from coach.types import Verdict
from coach.wrap import wrap
from index.types import Handbook

FORMS = ("html", "md")

# The line was in view when the mark was given, so each counts as helped: 3 "knew" is Hard, not Good.
MARKED = {1: Verdict.MISSING, 2: Verdict.PARTIAL, 3: Verdict.COVERED}


def hold(config: Config, minutes: float, form: str | None, file: Path | None, *, no_input: bool, as_json: bool) -> None:
    """Make the sheet and bring it to the person; `form` is one of `FORMS`, or None to read it here."""
    book = wire.handbook(config)
    language = wire.language(config, book)
    with wire.journal(config) as journal:
        sheet = _sheet(config, book, journal, language, minutes)
        if form:
            page = pages.review_html(sheet, language) if form == "html" else pages.review_markdown(sheet, language)
            write(page, file)
        elif as_json:
            for row in pages.review_rows(sheet):
                emit({"schema": 1, **row})
        elif no_input or not (sys.stdin.isatty() and sys.stdout.isatty()):
            typer.echo("\n".join(pages.review_text(sheet, language)))
        else:
            _at_terminal(journal, book, sheet, language)


def _sheet(config: Config, book: Handbook, journal: Journal, language: Language, minutes: float) -> Sheet:
    said = last_said(journal.attempts(handbook=book.name), journal.all_marks(book.name))
    memory = Memory(said, journal.cards(book.name))
    now = datetime.now(UTC)
    return choose_lines(book, memory, wire.material(config, book), language, minutes=minutes, now=now)


def _at_terminal(journal: Journal, book: Handbook, sheet: Sheet, language: Language) -> None:
    now, goal = datetime.now(UTC), journal.goal(book.name)
    today = on_the_day(goal, now)
    session = journal.start_session(book.name, "review", (), now).id
    keeper = Keeper(journal, book.name, session, schedules=not today, now=lambda: datetime.now(UTC))
    reading = Reading(sheet, keeper.shown, keeper.marked)
    _tell(pages.review_head(sheet, language, today=today))
    started_s = time.monotonic()
    read_at_terminal(reading, language, time.monotonic)
    journal.end_session(session, datetime.now(UTC))
    _tell(pages.review_end(reading, language, time.monotonic() - started_s))


def on_the_day(goal: Goal | None, now: datetime, zone: tzinfo | None = None) -> bool:
    """Whether the interview is today, by the calendar of the person's time zone."""
    return goal is not None and goal.interview == now.astimezone(zone).date()


def _tell(lines: list[str]) -> None:
    width = shutil.get_terminal_size().columns
    typer.echo("\n".join(part for line in lines for part in wrap(line, width)))


class Keeper:
    """Puts what is read and marked into the journal as it happens."""

    def __init__(
        self, journal: Journal, handbook: str, session: str, *, schedules: bool, now: Callable[[], datetime]
    ) -> None:
        """`schedules` is False on the day of the interview: marks are logged and change no card."""
        self._journal, self._handbook, self._session = journal, handbook, session
        self._schedules, self._now = schedules, now
        self._cards, self._revealed = journal.cards(handbook), journal.reveals(handbook)

    def shown(self, line: Line) -> None:
        """The bullet is revealed; what is recalled of it counts again tomorrow."""
        if line.bullet_key:
            self._journal.reveal(self._handbook, [line.bullet_key], self._now())

    def marked(self, line: Line, mark: int) -> None:
        """Log the mark; where it counts, it is a review of the bullet, as one given with help."""
        now, key = self._now(), line.bullet_key
        self._journal.log(self._session, "self-mark", {"bullet": key, "refs": line.refs, "mark": mark}, now)
        rating = rating_for(MARKED[mark], helped=True)
        # Revealed by this very line is fine: what counts is whether it was shown earlier today.
        if not self._schedules or key is None or rating is None or not counts(self._revealed.get(key), now):
            return
        before = self._cards.get(key)
        seen = Review(key, self._session, now, rating, recall(before, now) if before else None, "self")
        self._journal.save_review(self._handbook, seen, review(before, rating, now))
