"""`coach export` as its user meets it."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from kitchen import NOW, TEA, attempt
from typer.testing import CliRunner, Result

from coach.anki import HEAD, anki_text
from coach.cli import app
from coach.config import load_config
from coach.ending import Gap
from coach.journal import Journal
from coach.material import Material
from coach.types import Attempt, Verdict
from coach.wire import handbook

COVERED, PARTIAL, MISSING, WRONG, UNGRADED = Verdict


def coach(*args: object) -> Result:
    return CliRunner().invoke(app, [str(arg) for arg in args])


@pytest.fixture
def sitting(clean_environment: Path) -> str:
    """The id of a sitting with one answer to 2.4: its first bullet wrong, its last missing, the others covered."""
    return answered(clean_environment)


def answered(home: Path, days: int = 0, text: str = "水凉着泡 <b>&\n第二行") -> str:
    book = handbook(load_config())
    question = next(q for q in book.questions if q.ref == "2.4")
    verdicts = [WRONG, *[COVERED] * (len(question.bullets) - 2), MISSING]
    at = NOW + timedelta(days=days)
    with Journal(home / "journal.db") as journal:
        session = journal.start_session(book.name, "study", [], at)
        given: Attempt = replace(attempt(question, *verdicts, at=at, session=session.id, name=session.id), answer=text)
        journal.save_answer(given, book.name)
        assert given.grade
        journal.save_grade(given.id, given.grade)
        return session.id


def cards(text: str) -> list[list[str]]:
    return [line.split("\t") for line in text.splitlines() if not line.startswith("#")]


def test_anki_gets_one_card_per_missed_bullet_with_its_directions_and_verdict(sitting: str) -> None:
    done = coach("export", sitting, "--to", "anki")
    assert done.exit_code == 0, done.output
    assert done.stdout.splitlines()[: len(HEAD)] == list(HEAD)
    first, second = cards(done.stdout)
    assert first[3].endswith("interview-coach::wrong")
    assert second[3].endswith("interview-coach::missing")
    assert "«水凉着泡»" in first[2]


def test_card_of_a_bullet_keeps_its_guid_from_one_sitting_and_language_to_the_next(clean_environment: Path) -> None:
    first, second = answered(clean_environment), answered(clean_environment, days=1)
    guids = [
        [card[0] for card in cards(coach("export", session, "--to", "anki", "--lang", lang).stdout)]
        for session, lang in ((first, "zh"), (second, "en"))
    ]
    assert guids[0] == guids[1]
    assert len(set(guids[0])) == 2


def test_front_of_a_card_does_not_give_the_bullet_away(sitting: str) -> None:
    for card in cards(coach("export", "--to", "anki").stdout):
        answer = re.sub("<[^>]*>", "", card[2].split("<br>")[0])
        assert answer not in card[1]


def test_foreign_text_with_tabs_quotes_and_markup_stays_one_row() -> None:
    bullet = replace(TEA.bullets[0], plain='说 "水\t要"\n<b>开</b>')
    gap = Gap(replace(TEA, bullets=(bullet,)), 0, MISSING, 1.0, "")
    (card,) = cards(anki_text([gap], Material(), "zh"))
    assert len(card) == 4
    assert "&quot;水 要&quot; &lt;b&gt;开&lt;/b&gt;" in card[2]


@pytest.mark.parametrize(("form", "parts"), [("md", ["> 第二行", "**! wrong**"]), ("html", ["&lt;b&gt;&amp;", "<h1>"])])
def test_page_holds_answer_verdicts_and_what_to_say(form: str, parts: list[str], sitting: str, tmp_path: Path) -> None:
    file = tmp_path / f"out.{form}"
    done = coach("export", "last", "--to", form, "--out", file)
    assert (done.exit_code, done.stdout) == (0, f"{file}\n")
    page = file.read_text(encoding="utf-8")
    for part in (*parts, "2.4", "«水凉着泡»", "这样说："):
        assert part in page
    assert not re.search(r"url\(|@import|<script|https?:", page)


def test_json_holds_the_answer_as_it_was_and_a_mark_beside_the_verdict(sitting: str, clean_environment: Path) -> None:
    with Journal(clean_environment / "journal.db") as journal:
        journal.save_mark(journal.attempts()[0], 0, PARTIAL, "person", "", NOW)
    row = json.loads(coach("export", "--json").stdout)
    (answer,) = row["answers"]
    assert (row["session"], answer["ref"], answer["answer"]) == (sitting, "2.4", "水凉着泡 <b>&\n第二行")
    assert answer["grade"]["bullets"][0]["verdict"] == "contradicted"
    assert answer["marks"] == [{"bullet": 0, "verdict": "partial"}]
    assert [missed["verdict"] for missed in row["missed"]] == ["missing", "partial"]
    assert "判官原判 wrong" in coach("export").stdout


def test_sitting_is_found_by_the_beginning_of_its_id(sitting: str) -> None:
    assert json.loads(coach("export", sitting[:6], "--json").stdout)["session"] == sitting


def test_unknown_sitting_and_an_empty_journal_are_told_with_what_to_do(clean_environment: Path) -> None:
    empty = coach("export")
    assert empty.exit_code == 2
    assert "coach practice" in empty.stderr
    session = answered(clean_environment)
    for name in ("nowhere", ""):
        unknown = coach("export", name)
        assert unknown.exit_code == 2
        assert session in unknown.stderr
    assert coach("export", "--to", "pdf").exit_code == 2
    assert coach("export", "--out", "/nowhere/x").exit_code == 2
