"""`coach review` as its user meets it, and what it puts into the journal."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from datetime import UTC, timedelta, timezone
from pathlib import Path

import pexpect
import pytest
from kitchen import NOW
from typer.testing import CliRunner

from coach.cli import app
from coach.journal import Journal
from coach.review import Kind, Line
from coach.reviewing import Keeper, on_the_day
from coach.rows import Goal
from coach.schedule import Review, recall, review

LINE = Line(Kind.WEAK, ("1.1",), "怎么泡茶？", "水要烧开", "b1")


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    with Journal(tmp_path / "journal.db") as opened:
        yield opened


def keeper(journal: Journal, *, schedules: bool = True) -> Keeper:
    session = journal.start_session("book", "review", (), NOW).id
    return Keeper(journal, "book", session, schedules=schedules, now=lambda: NOW)


@pytest.mark.parametrize(("mark", "rating"), [(1, 1), (2, 1), (3, 2)])
def test_mark_with_the_line_in_view_counts_one_step_less(journal: Journal, mark: int, rating: int) -> None:
    earlier = NOW - timedelta(days=5)
    before = review(None, 3, earlier)
    journal.save_review("book", Review("b1", "before", earlier, 3, None, "answer"), before)
    kept = keeper(journal)
    kept.shown(LINE)
    kept.marked(LINE, mark)
    _, seen = journal.reviews("book")
    assert (seen.rating, seen.predicted, seen.source) == (rating, recall(before, NOW), "self")
    assert journal.cards("book")["b1"] == review(before, rating, NOW)


def test_mark_changes_no_card_on_the_day_of_the_interview(journal: Journal) -> None:
    keeper(journal, schedules=False).marked(LINE, 1)
    assert journal.cards("book") == {}
    session = journal.sessions()[0].id
    assert journal.events(session) == [("self-mark", {"bullet": "b1", "refs": ["1.1"], "mark": 1})]


def test_day_of_the_interview_is_the_one_of_the_persons_calendar() -> None:
    goal, shanghai = Goal(NOW.date(), 40), timezone(timedelta(hours=8))
    assert on_the_day(goal, NOW, UTC)
    assert not on_the_day(goal, NOW + timedelta(days=1), UTC)
    assert on_the_day(goal, NOW - timedelta(hours=12), shanghai)  # 21:00 UTC of the day before
    assert not on_the_day(None, NOW, UTC)


def test_mark_changes_no_card_when_the_bullet_was_shown_earlier_today(journal: Journal) -> None:
    journal.reveal("book", ["b1"], NOW)
    keeper(journal).marked(LINE, 3)
    assert journal.reviews("book") == []


def test_hot_topic_is_no_bullet_and_has_no_card(journal: Journal) -> None:
    kept, topic = keeper(journal), Line(Kind.HOT, ("1.1",), "泡茶", "水要烧开")
    kept.shown(topic)
    kept.marked(topic, 1)
    assert (journal.cards("book"), journal.reveals("book")) == ({}, {})


def test_review_of_the_bundled_handbook_fits_the_time_without_a_journal() -> None:
    done = CliRunner().invoke(app, ["review", "--minutes", "5", "--json"])
    assert done.exit_code == 0, done.output
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert [row["kind"] for row in rows[:10]] == ["hot"] * 10
    assert rows[-1]["event"] == "summary"
    assert rows[-1]["seconds"] <= 5 * 60
    assert rows[-1]["total"] == 10 + 310


def test_page_goes_to_the_file_that_was_named(tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["review", "--to", "html", str(tmp_path / "r.html")])
    assert done.exit_code == 0, done.output
    assert (tmp_path / "r.html").read_text(encoding="utf-8").startswith("<!doctype html>")
    printed = CliRunner().invoke(app, ["review", "--to", "md"])
    assert printed.stdout.startswith("# ")


@pytest.mark.parametrize(
    "args", [["--to", "pdf"], ["r.html"], ["--to", "md", "/nowhere/at/all.md"], ["--minutes", "0"]]
)
def test_unusable_wish_exits_2(args: list[str]) -> None:
    assert CliRunner().invoke(app, ["review", *args]).exit_code == 2


@pytest.mark.slow
def test_one_key_a_line_at_a_terminal(tmp_path: Path) -> None:
    env = {
        **os.environ,
        "COACH_HOME": str(tmp_path),
        "TERM": "xterm",
        "PROMPT_TOOLKIT_NO_CPR": "1",
        "LC_ALL": "C.UTF-8",
    }
    script = "from coach.cli import main; main()"
    child = pexpect.spawn(
        sys.executable, ["-c", script, "review", "--lang", "en"], env=env, encoding="utf-8", dimensions=(24, 80)
    )
    child.expect_exact("space/Enter")
    child.send(" \r1q")  # the screen is redrawn in parts, so only the end tells what was read
    child.expect_exact("4 of")
    child.expect_exact("1 forgot")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0
