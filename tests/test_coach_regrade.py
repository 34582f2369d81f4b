"""`coach regrade`: a second judge over a sitting, and the bullets that flip."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from loopback import Loopback, Status
from test_coach_cli import COOKING, graded_reply
from typer.testing import CliRunner, Result

from coach.cli import app
from coach.journal import Journal

ANSWER = "油温要高，蛋才蓬松。出锅前放盐"


def coach(*args: object) -> Result:
    return CliRunner().invoke(app, [str(arg) for arg in args])


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """A handbook, and a sitting on it whose one answer the offline judge has graded."""
    path, answers = tmp_path / "cooking.md", tmp_path / "answers.txt"
    path.write_text(COOKING, encoding="utf-8")
    answers.write_text(ANSWER, encoding="utf-8")
    assert coach("practice", "1.1", "--answers", answers, "--handbook", path, "--offline").exit_code == 0
    return path


def by_model(book: Path, server: Loopback, monkeypatch: pytest.MonkeyPatch, *args: str) -> Result:
    monkeypatch.setenv("OPENAI_BASE_URL", server.url)
    return coach("regrade", "last", "--judge", "llm:second", "--no-cache", "--handbook", book, *args)


def reply(body: dict[str, Any]) -> str:
    """The first bullet covered, the second missing."""
    return graded_reply(body)


def test_bullets_that_flip_are_listed_and_the_journal_stays_as_it_was(
    book: Path, monkeypatch: pytest.MonkeyPatch, clean_environment: Path
) -> None:
    with Journal(clean_environment / "journal.db") as journal:
        before = journal.attempts()
    with Loopback(reply) as server:
        row = json.loads(by_model(book, server, monkeypatch, "--json").stdout)
    (answer,) = before
    assert answer.grade
    second = ("covered", "missing")
    expected = [i for i, b in enumerate(answer.grade.bullets) if b.verdict != second[i]]
    assert expected  # else this test shows nothing
    assert [flip["bullet"] for flip in row["flips"]] == expected
    for flip in row["flips"]:
        assert flip["was"]["verdict"] == answer.grade.bullets[flip["bullet"]].verdict
        assert flip["now"]["verdict"] == second[flip["bullet"]]
    assert (row["bullets"], row["ungraded"]) == (2, 0)
    assert (row["answers"][0]["from"], row["answers"][0]["to"]) == ("offline", "second")
    with Journal(clean_environment / "journal.db") as journal:
        assert journal.attempts() == before


def test_screen_names_both_judges_and_both_verdicts(book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Loopback(reply) as server:
        shown = by_model(book, server, monkeypatch, "--lang", "en").stdout
    assert "offline → second" in shown
    assert " → ✗ missing" in shown or " → ✓ covered" in shown


def test_same_judge_flips_nothing(book: Path) -> None:
    assert json.loads(coach("regrade", "--offline", "--json", "--handbook", book).stdout)["flips"] == []


def test_endpoint_that_refuses_is_told_with_exit_3(book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Loopback(lambda body: Status(401)) as server:
        done = by_model(book, server, monkeypatch, "--json")
    assert done.exit_code == 3
    assert json.loads(done.stdout)["answers"][0]["error"]


def test_nothing_to_grade_again_is_told_with_what_to_do() -> None:
    done = coach("regrade")
    assert done.exit_code == 2
    assert "coach practice" in done.stderr
