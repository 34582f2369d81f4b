"""`coach plan` and `coach progress` as their user meets them."""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from kitchen import BOOK, attempt
from rich.cells import cell_len
from rich.console import Console
from typer.testing import CliRunner, Result

from coach.cli import app
from coach.config import load_config
from coach.figures import share
from coach.forecast import Agreement
from coach.journal import Journal
from coach.plan import Wish, make_plan
from coach.planboard import Brief, plan_board
from coach.schedule import Review, review
from coach.types import Verdict
from coach.wire import handbook

COVERED, PARTIAL, MISSING, WRONG, UNGRADED = Verdict
NOW = datetime.now(UTC)
SOON = (NOW + timedelta(days=8)).date().isoformat()


def coach(*args: object) -> Result:
    return CliRunner().invoke(app, [str(arg) for arg in args])


def row(*args: object) -> dict[str, Any]:
    done = coach(*args, "--json")
    assert done.exit_code == 0, done.output
    (line,) = done.stdout.splitlines()
    found: dict[str, Any] = json.loads(line)
    return found


def practised(home: Path, days_ago: float = 2) -> None:
    """One answer to 2.4: its first bullet said wrong, the others covered."""
    book = handbook(load_config())
    question = next(q for q in book.questions if q.ref == "2.4")
    verdicts = [WRONG, *[COVERED] * (len(question.bullets) - 1)]
    at = NOW - timedelta(days=days_ago)
    with Journal(home / "journal.db") as journal:
        session = journal.start_session(book.name, "study", [], at)
        answer = attempt(question, *verdicts, at=at, confidence=4, session=session.id, name=session.id)
        journal.save_answer(answer, book.name)
        assert answer.grade
        journal.save_grade(answer.id, answer.grade)
        for graded in answer.grade.bullets:
            rating = 1 if graded.verdict is WRONG else 3
            seen = Review(graded.bullet.key, answer.id, at, rating, None, "answer")
            journal.save_review(book.name, seen, review(None, rating, at))


def test_plan_asks_one_question_of_every_direction_first_and_remembers_the_date() -> None:
    first = row("plan", "--date", SOON, "--minutes-a-day", 30)
    diagnostic = [item["ref"] for item in first["days"][0]["items"] if item["why"] == "diagnostic"]
    assert sorted(ref.partition(".")[0] for ref in diagnostic) == [str(n) for n in range(1, 8)]
    assert sum(item["minutes"] for item in first["days"][0]["items"] if item["why"] == "diagnostic") <= 20
    assert first["next"] == f"coach practice {' '.join(diagnostic)} --no-follow-ups"
    again = row("plan")
    assert (again["interview"], again["minutes_a_day"]) == (SOON, 30)
    assert row("plan", "--focus", "RAG,Agent")["focus"] == ["Agent 方向", "RAG 方向"]
    assert row("plan", "--minutes-a-day", 20)["focus"] == ["Agent 方向", "RAG 方向"]
    assert row("plan", "--focus", "")["focus"] == []


def test_plan_has_nothing_after_the_date_and_names_what_it_drops() -> None:
    shown = row("plan", "--date", SOON)
    assert max(day["date"] for day in shown["days"]) == SOON
    assert shown["days"][-1] == {"date": SOON, "minutes": 0, "interview": True, "items": []}
    planned = {item["ref"] for day in shown["days"] for item in day["items"]}
    dropped = {ref for group in shown["dropped"] for ref in group["refs"]}
    assert len(planned | dropped) == 83
    assert not planned & dropped
    assert {group["reason"] for group in shown["dropped"]} == {"time"}


def test_what_is_dropped_outside_the_focus_is_said_once() -> None:
    shown = coach("plan", "--date", SOON, "--minutes-a-day", 10, "--focus", "RAG", "--lang", "en").stdout
    assert " ".join(shown.split()).count("outside the focus:") == 1


def test_plan_is_made_anew_after_a_sitting_and_forecasts_nothing_yet(clean_environment: Path) -> None:
    practised(clean_environment)
    shown = row("plan", "--date", SOON)
    assert "2" not in [i["ref"].partition(".")[0] for i in shown["days"][0]["items"] if i["why"] == "diagnostic"]
    items = [item for day in shown["days"] for item in day["items"]]
    assert {"ref": "2.4", "why": "wrong", "minutes": 4.0} in items
    assert [o["recall"] for o in shown["outlook"]] == [None] * 7
    assert shown["outlook"][1]["known"] == shown["reviews"] > 0


def test_on_the_day_of_the_interview_there_is_only_the_review() -> None:
    today = datetime.now().astimezone().date()
    shown = row("plan", "--date", today)
    if NOW.astimezone().hour >= 4:  # before that, it is still yesterday's evening
        assert (shown["days"], shown["next"]) == (
            [{"date": today.isoformat(), "minutes": 0, "interview": True, "items": []}],
            "coach review",
        )


@pytest.mark.parametrize(
    "args",
    [[], ["--date", "2020-01-01"], ["--date", "soon"], ["--date", SOON, "--focus", "烹饪"], ["--minutes-a-day", "0"]],
)
def test_unusable_plan_exits_2_with_a_line_of_advice_and_remembers_nothing(
    args: list[str], clean_environment: Path
) -> None:
    assert coach("plan", *args).exit_code == 2
    assert coach("plan").exit_code == 2


@pytest.mark.parametrize("language", ["zh", "en"])
def test_screens_fit_80_columns(language: str, clean_environment: Path) -> None:
    for args in (["plan", "--date", SOON], ["progress"]):
        empty = coach(*args, "--lang", language)
        practised(clean_environment)
        full = coach(*args, "--lang", language)
        for done in (empty, full):
            assert done.exit_code == 0, done.output
            assert max(map(cell_len, done.stdout.splitlines())) <= 80


def test_progress_with_an_empty_journal_says_how_to_begin() -> None:
    assert "coach plan --date" in coach("progress").stdout
    assert row("progress")["sittings"] == []


def test_progress_names_the_dangerous_bullet_with_the_right_sentence(clean_environment: Path) -> None:
    practised(clean_environment)
    shown = row("progress")
    (danger,) = shown["dangers"]
    assert (danger["ref"], danger["verdict"], danger["said"], danger["confidence"]) == ("2.4", WRONG, "水凉着泡", 4)
    assert danger["say"]
    assert shown["next"] == "coach practice 2.4"
    assert len(shown["cannot_say"]) == 3
    text = coach("progress", "--lang", "en").stdout
    assert "2.4" in text
    assert "«水凉着泡»" in text
    assert "sure 4/4" in text


@pytest.mark.parametrize(("night", "told"), [(True, True), (False, False)])
def test_plan_says_after_midnight_that_today_is_still_the_day_before(night: bool, told: bool) -> None:
    plan = make_plan(BOOK, (), {}, {}, Wish(NOW.date() + timedelta(days=8), 40), now=NOW)
    brief = Brief(plan, (), (), Agreement(0, 1, None, share(0, 0)), 0, night)
    stream = io.StringIO()
    console = Console(file=stream, width=80)
    console.print(plan_board(brief, "zh", console))
    assert (f"“今天”是 {plan.today.day}" in stream.getvalue()) is told
