"""The journal: what was said to be saved is there, whatever happens next."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from coach.errors import JournalError
from coach.journal import Journal
from coach.rows import Goal
from coach.schedule import Review
from coach.schema import MIGRATIONS
from coach.types import Attempt, BulletGrade, Grade, JudgeId, Quote, Rubric, Usage, Verdict
from index.types import Bullet, Direction, Question

ROOT = Path(__file__).resolve().parents[1]
NOW = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
TEA = Question(
    ref="1.2",
    key="q-tea",
    direction=Direction(1, "厨房", ("tea",)),
    text="怎么泡茶？",
    bullets=(Bullet("b-hot", "**水**要开", "水要开", 5), Bullet("b-time", "三分钟", "三分钟", 6)),
    line=4,
    label="Q2",
    notes=("绿茶例外",),
    hot=(3,),
)


def attempt(session_id: str, number: int = 1) -> Attempt:
    return Attempt(
        f"a{number}", session_id, TEA, "水烧开\n再泡", NOW + timedelta(minutes=number), took_s=61.5, hints_used=1
    )


def grade(verdict: Verdict = Verdict.MISSING) -> Grade:
    return Grade(
        question=TEA,
        rubric=Rubric("ref", "1.2", None, ("1.1",)),
        bullets=(
            BulletGrade(TEA.bullets[0], Verdict.COVERED, (Quote("水烧开", 0, 3),), "说了", 0.9),
            BulletGrade(TEA.bullets[1], verdict),
        ),
        judge=JudgeId("llm", "m", "grade.v1:00000000"),
        feedback="不错。",
        usage=Usage(10, 5, 1, 0),
        withdrawn=1,
    )


def test_answer_and_grade_come_back_as_they_were(tmp_path: Path) -> None:
    with Journal(tmp_path / "journal.db") as journal:
        session = journal.start_session("book", "study", ["1.2"], NOW)
        journal.save_answer(attempt(session.id), "book")
        assert journal.attempts() == [attempt(session.id)]
        journal.save_grade("a1", grade())
    with Journal(tmp_path / "journal.db") as journal:
        (found,) = journal.attempts(session_id=session.id)
        assert found.grade == grade()
        assert journal.sessions("book") == [session]
        assert journal.sessions("other") == []


def test_answer_waits_until_every_bullet_has_a_verdict(tmp_path: Path) -> None:
    with Journal(tmp_path / "journal.db") as journal:
        session = journal.start_session("book", "study", [], NOW)
        journal.save_answer(attempt(session.id), "book")
        assert [a.id for a in journal.pending()] == ["a1"]
        journal.save_grade("a1", grade(Verdict.UNGRADED))
        assert [a.id for a in journal.pending("book")] == ["a1"]
        journal.save_grade("a1", grade())
        assert journal.pending() == []


def test_mark_of_a_person_stands_beside_the_verdict_of_the_judge(tmp_path: Path) -> None:
    with Journal(tmp_path / "journal.db") as journal:
        session = journal.start_session("book", "study", [], NOW)
        journal.save_answer(attempt(session.id), "book")
        journal.save_grade("a1", grade())
        journal.save_mark(attempt(session.id), 1, Verdict.PARTIAL, "person", "说了", NOW)
        assert journal.marks("a1") == {1: Verdict.PARTIAL}
        assert journal.attempts()[0].grade == grade()


def test_sent_answer_takes_its_draft_away(tmp_path: Path) -> None:
    with Journal(tmp_path / "journal.db") as journal:
        session = journal.start_session("book", "study", [], NOW)
        journal.save_draft("book", TEA, "水烧", NOW)
        assert journal.drafts("book")["q-tea"].text == "水烧"
        journal.save_answer(attempt(session.id), "book")
        assert journal.drafts("book") == {}


def test_events_and_cards_are_kept(tmp_path: Path) -> None:
    with Journal(tmp_path / "journal.db") as journal:
        session = journal.start_session("book", "study", ["1.2"], NOW)
        journal.log(session.id, "skipped", {"ref": "1.2"}, NOW)
        journal.update_plan(session.id, [])
        journal.end_session(session.id, NOW)
        journal.save_review("book", Review("b-hot", session.id, NOW, 3, None, "answer"), '{"due": 1}')
        assert journal.events(session.id) == [("skipped", {"ref": "1.2"})]
        assert journal.cards("book") == {"b-hot": '{"due": 1}'}
        assert journal.sessions()[0].ended_at == NOW
        assert journal.sessions()[0].plan == ()


WRITER = """
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
sys.path.insert(0, "tests")
from test_coach_journal import attempt
from coach.journal import Journal
from dataclasses import replace
journal = Journal(Path(sys.argv[1]))
session = journal.start_session("book", "study", [], datetime.now(UTC))
for number in range(int(sys.argv[2])):
    journal.save_answer(replace(attempt(session.id), id=f"{session.id}-{number}"), "book")
    print(f"{session.id}-{number}", flush=True)
"""


def writer(path: Path, count: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", WRITER, str(path), str(count)], stdout=subprocess.PIPE, text=True, cwd=ROOT
    )


def test_every_answer_said_to_be_saved_survives_kill_9(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    with writer(path, 100_000) as process:
        assert process.stdout is not None
        said = [process.stdout.readline().strip() for _ in range(5)]
        os.kill(process.pid, signal.SIGKILL)
        said += process.stdout.read().split()
    with Journal(path) as journal:
        saved = {a.id for a in journal.attempts()}
    assert len(said) >= 5
    assert set(said) <= saved


LIFE = """
import random, sys
from datetime import UTC, datetime
from pathlib import Path
sys.path.insert(0, "tests")
from test_coach_journal import TEA, attempt, grade
from coach.journal import Journal
from coach.schedule import Review, review
from dataclasses import replace
journal = Journal(Path(sys.argv[1]))
now = datetime.now(UTC)
session = journal.start_session("book", "study", ["1.2"], now)
for number in range(100_000):
    journal.save_draft("book", TEA, "水" * number, now)
    given = replace(attempt(session.id), id=f"{session.id}-{number}")
    journal.save_answer(given, "book")
    print("answer", given.id, flush=True)
    journal.save_grade(given.id, grade())
    print("grade", given.id, flush=True)
    seen = Review("b-hot", given.id, now, 3, None, "answer")
    journal.save_review("book", seen, review(None, 3, now))
    print("review", given.id, flush=True)
"""
KILLS = int(os.environ.get("KILLS", "3"))


@pytest.mark.slow
def test_whatever_was_said_to_be_on_disk_survives_kill_9_at_any_moment(tmp_path: Path) -> None:
    path, chance = tmp_path / "journal.db", random.Random(1)
    said: list[list[str]] = []
    for _ in range(KILLS):
        with subprocess.Popen(
            [sys.executable, "-c", LIFE, str(path)], stdout=subprocess.PIPE, text=True, cwd=ROOT
        ) as process:
            assert process.stdout is not None
            first = process.stdout.readline()
            time.sleep(chance.uniform(0, 0.3))
            os.kill(process.pid, signal.SIGKILL)
            lines = [first, *process.stdout.read().splitlines(keepends=True)]
            said += [line.split() for line in lines if line.endswith("\n")]  # a torn line promised nothing
    with Journal(path) as journal:
        attempts = {a.id: a for a in journal.attempts()}
        reviewed = {r.occasion for r in journal.reviews("book")}
        assert journal.faults() == []
    for kind, name in said:
        assert name in attempts
        assert kind != "grade" or attempts[name].grade is not None
        assert kind != "review" or name in reviewed
    assert {kind for kind, _ in said} == {"answer", "grade", "review"}
    if KILLS > 3:
        sys.stderr.write(f"{KILLS} kills, {len(said)} promises kept\n")


def test_two_sessions_at_once_both_keep_all_their_answers(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    first, second = writer(path, 20), writer(path, 20)
    said = first.communicate()[0].split() + second.communicate()[0].split()
    with Journal(path) as journal:
        assert sorted(a.id for a in journal.attempts()) == sorted(said)
    assert len(said) == 40


def test_journal_of_an_older_version_is_brought_up_to_date_with_all_it_holds(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    with sqlite3.connect(path) as db:
        db.executescript(MIGRATIONS[0])
        db.execute("PRAGMA user_version=1")
        db.execute("INSERT INTO sessions VALUES ('s1', 'book', 'study', ?, NULL, '[]')", (NOW.isoformat(),))
        db.execute("INSERT INTO cards VALUES ('book', 'b-hot', '{}', ?)", (NOW.isoformat(),))
    db.close()
    with Journal(path) as journal:
        assert [s.id for s in journal.sessions()] == ["s1"]
        assert journal.cards("book") == {"b-hot": "{}"}
        journal.save_goal("book", Goal(date(2026, 4, 1), 40), NOW)
    with Journal(path) as journal:
        assert journal.goal("book") is not None
        assert journal.faults() == []


def test_file_of_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    db = sqlite3.connect(path)
    db.execute(f"PRAGMA user_version={len(MIGRATIONS) + 1}")
    db.close()
    with pytest.raises(JournalError, match="newer version"):
        Journal(path)


def test_file_that_is_no_database_is_named_in_the_error(tmp_path: Path) -> None:
    (tmp_path / "journal.db").write_text("not a database, but long enough to be looked at" * 40)
    with pytest.raises(JournalError, match=r"journal\.db"):
        Journal(tmp_path / "journal.db")


def test_later_verdict_on_the_same_occasion_replaces_the_review_and_its_card(tmp_path: Path) -> None:
    with Journal(tmp_path / "journal.db") as journal:
        again = Review("b-hot", "a1", NOW, 1, None, "answer")
        good = Review("b-hot", "a1", NOW, 3, None, "answer")
        later = Review("b-hot", "a2", NOW + timedelta(days=2), 3, 0.8, "prompted")
        for review, card in ((again, "{1}"), (good, "{2}"), (later, "{3}")):
            journal.save_review("book", review, card)
        assert journal.reviews("book") == [good, later]
        assert journal.cards("book") == {"b-hot": "{3}"}
        assert journal.reviews("other") == []


def test_goal_and_reveals_are_kept_by_handbook(tmp_path: Path) -> None:
    with Journal(tmp_path / "journal.db") as journal:
        assert journal.goal("book") is None
        journal.save_goal("book", Goal(date(2026, 4, 1), 40), NOW)
        journal.save_goal("book", Goal(date(2026, 4, 2), 30, ("RAG",)), NOW)
        journal.reveal("book", ["b-hot"], NOW)
        journal.reveal("book", ["b-hot", "b-time"], NOW + timedelta(hours=1))
        assert journal.goal("book") == Goal(date(2026, 4, 2), 30, ("RAG",))
        assert journal.goal("other") is None
        assert journal.reveals("book") == dict.fromkeys(["b-hot", "b-time"], NOW + timedelta(hours=1))
