"""An answer graded late, by `coach grade --pending`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, timedelta
from pathlib import Path

import pytest
from kitchen import NOW, TEA, attempt
from typer.testing import CliRunner

from coach.cli import app
from coach.config import load_config
from coach.journal import Journal
from coach.record import Recorder
from coach.schedule import review
from coach.types import Attempt, Verdict
from coach.wire import find_question, handbook

COVERED, PARTIAL, MISSING, WRONG, UNGRADED = Verdict
LATER = NOW + timedelta(days=1)
BULLETS = [bullet.key for bullet in TEA.bullets]


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    with Journal(tmp_path / "journal.db") as opened:
        yield opened


def remember(journal: Journal, graded: Attempt) -> None:
    session = journal.start_session("book", "study", [], NOW)
    waiting = replace(graded, session_id=session.id)
    journal.save_answer(waiting, "book")
    Recorder(journal, "book", lambda: LATER, journal.cards("book"), journal.reveals("book"), UTC).grade(waiting)


def ratings(journal: Journal) -> dict[str, int]:
    return {seen.bullet_key: seen.rating for seen in journal.reviews("book")}


def test_late_grade_schedules_as_of_the_moment_of_the_answer(journal: Journal) -> None:
    remember(journal, attempt(TEA, COVERED, MISSING))
    assert ratings(journal) == {BULLETS[0]: 3, BULLETS[1]: 1}
    assert journal.cards("book")[BULLETS[0]] == review(None, 3, NOW)
    assert journal.reveals("book") == dict.fromkeys(BULLETS, LATER)


def test_bullet_shown_since_then_is_left_alone(journal: Journal) -> None:
    journal.reveal("book", BULLETS[:1], NOW + timedelta(hours=1))
    remember(journal, attempt(TEA, COVERED, COVERED))
    assert set(ratings(journal)) == {BULLETS[1]}


def test_prompted_answer_counts_one_step_less_and_an_ungraded_bullet_not_at_all(journal: Journal) -> None:
    remember(journal, attempt(TEA, COVERED, UNGRADED, prompted=True))
    assert ratings(journal) == {BULLETS[0]: 2}


def test_pending_answer_reaches_the_schedule_once_it_is_graded(clean_environment: Path) -> None:
    book = handbook(load_config())
    question = find_question(book, "2.4")
    with Journal(clean_environment / "journal.db") as kept:
        session = kept.start_session(book.name, "study", [], NOW)
        waiting = Attempt("a1", session.id, question, "GRPO 不需要 critic，组内算优势", NOW)
        kept.save_answer(waiting, book.name)
    assert CliRunner().invoke(app, ["grade", "--pending", "--offline"]).exit_code == 0
    with Journal(clean_environment / "journal.db") as kept:
        assert {r.bullet_key for r in kept.reviews(book.name)} == {b.key for b in question.bullets}
        assert {r.at for r in kept.reviews(book.name)} == {NOW}
