"""The record of all practice, in SQLite: nothing a person has sent is lost.

An answer is on disk before it is graded, its grade right after. `synchronous=FULL` makes a commit survive
a power cut; WAL lets two terminals write in turn.
"""

from __future__ import annotations

import json
import sqlite3
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Self

from coach.errors import JournalError
from coach.rescue import rescue
from coach.rows import Draft, Goal, Session, attempt_of, dump_question, grade_of, session_of, when
from coach.schedule import Review
from coach.schema import MIGRATIONS
from coach.types import Attempt, Grade, Verdict
from index.types import Question

BUSY_TIMEOUT_S = 10.0


class Journal:
    """The open journal. Every method that writes has committed to disk when it returns."""

    def __init__(self, path: Path) -> None:
        """Open, creating and migrating as needed; JournalError when the file cannot be used."""
        self.path = path
        with self._translated():
            path.parent.mkdir(parents=True, exist_ok=True)
            # Grading may run beside the prompt; sqlite3 serialises calls on one connection itself.
            self._db = sqlite3.connect(path, timeout=BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False)
            self._db.row_factory = sqlite3.Row
            with suppress(sqlite3.OperationalError):
                # Locked: another process is setting it at this moment, for both; the busy time-out does not wait here.
                self._db.execute("PRAGMA journal_mode=WAL")
            self._db.execute("PRAGMA synchronous=FULL")
            self._db.execute("PRAGMA foreign_keys=ON")
            self._migrate()

    def __enter__(self) -> Self:
        """The journal itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the file."""
        self._db.close()

    def _migrate(self) -> None:
        with self._transaction() as db:
            version = db.execute("PRAGMA user_version").fetchone()[0]
            if version > len(MIGRATIONS):
                raise JournalError(
                    f"{self.path}: written by a newer version (schema {version}, known {len(MIGRATIONS)}); "
                    "update the program, or name another folder in COACH_HOME"
                )
            for script in MIGRATIONS[version:]:
                for statement in script.split(";"):  # executescript would commit half-way
                    db.execute(statement)
            db.execute(f"PRAGMA user_version={len(MIGRATIONS)}")

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError) as exc:
            raise JournalError(
                f"journal {self.path}: {exc}; free the disk or check its rights, or name another folder in COACH_HOME"
            ) from exc

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._translated():
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield self._db
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")

    def _rows(self, sql: str, *values: object) -> list[sqlite3.Row]:
        with self._translated():
            return self._db.execute(sql, values).fetchall()

    def faults(self) -> list[str]:
        """What SQLite finds wrong with the file; empty for a whole one."""
        found = [str(row[0]) for row in self._rows("PRAGMA quick_check")]
        return [] if found == ["ok"] else found

    def start_session(self, handbook: str, mode: str, plan: Sequence[str], now: datetime) -> Session:
        """Begin a sitting."""
        session = Session(uuid.uuid4().hex[:12], handbook, mode, now, None, tuple(plan))
        with self._transaction() as db:
            db.execute(
                "INSERT INTO sessions VALUES (?, ?, ?, ?, NULL, ?)",
                (session.id, handbook, mode, now.isoformat(), json.dumps(session.plan)),
            )
        return session

    def update_plan(self, session_id: str, plan: Sequence[str]) -> None:
        """Keep what is still to be asked, for --resume."""
        with self._transaction() as db:
            db.execute("UPDATE sessions SET plan = ? WHERE id = ?", (json.dumps(list(plan)), session_id))

    def end_session(self, session_id: str, now: datetime) -> None:
        """Close a sitting for good."""
        with self._transaction() as db:
            db.execute("UPDATE sessions SET ended_at = ? WHERE id = ?", (now.isoformat(), session_id))

    def sessions(self, handbook: str | None = None) -> list[Session]:
        """All sittings, oldest first."""
        rows = self._rows(
            "SELECT * FROM sessions WHERE ? IS NULL OR handbook = ? ORDER BY started_at", handbook, handbook
        )
        return [session_of(row) for row in rows]

    def log(self, session_id: str, kind: str, detail: object, now: datetime) -> None:
        """Record an event of a sitting: skipped, hint, revealed, paused …"""
        with self._transaction() as db:
            db.execute(
                "INSERT INTO events (session_id, at, kind, detail) VALUES (?, ?, ?, ?)",
                (session_id, now.isoformat(), kind, json.dumps(detail, ensure_ascii=False)),
            )

    def events(self, session_id: str) -> list[tuple[str, object]]:
        """The sitting's events as (kind, detail), in order."""
        rows = self._rows("SELECT kind, detail FROM events WHERE session_id = ? ORDER BY number", session_id)
        return [(row["kind"], json.loads(row["detail"])) for row in rows]

    def save_answer(self, attempt: Attempt, handbook: str) -> None:
        """Put a sent answer on disk, before anything is done with it; its draft goes in the same step.

        JournalError when that fails, which then names the file that the answer was rescued to.
        """
        try:
            self._insert_answer(attempt, handbook)
        except JournalError as exc:
            if kept := rescue(attempt.answer, attempt.question.ref):
                raise JournalError(f"{exc}; your answer is in {kept}: {_later(attempt, kept)}") from exc
            raise

    def _insert_answer(self, attempt: Attempt, handbook: str) -> None:
        with self._transaction() as db:
            db.execute(
                "INSERT INTO attempts VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    attempt.id,
                    attempt.session_id,
                    handbook,
                    attempt.question.key,
                    dump_question(attempt.question),
                    attempt.answer,
                    attempt.started_at.isoformat(),
                    attempt.took_s,
                    attempt.prompted,
                    attempt.hints_used,
                    attempt.confidence,
                ),
            )
            db.execute("DELETE FROM drafts WHERE handbook = ? AND question_key = ?", (handbook, attempt.question.key))

    def save_grade(self, attempt_id: str, grade: Grade) -> None:
        """Store the grade of a saved answer; a later grade takes the place of an earlier one."""
        with self._transaction() as db:
            db.execute("DELETE FROM grades WHERE attempt_id = ?", (attempt_id,))
            db.execute(
                "INSERT INTO grades VALUES (?, ?, ?, ?, ?, ?, ?)",
                (
                    attempt_id,
                    grade.score,
                    json.dumps([grade.judge.kind, grade.judge.model, grade.judge.prompt]),
                    json.dumps([grade.rubric.by, grade.rubric.ref, grade.rubric.score, grade.rubric.context]),
                    grade.feedback,
                    json.dumps(
                        [
                            grade.usage.prompt_tokens,
                            grade.usage.completion_tokens,
                            grade.usage.calls,
                            grade.usage.cached,
                            grade.usage.cost,
                        ]
                    ),
                    grade.withdrawn,
                ),
            )
            db.executemany(
                "INSERT INTO bullet_grades VALUES (?, ?, ?, ?, ?, ?, ?)",
                [
                    (
                        attempt_id,
                        position,
                        b.bullet.key,
                        b.verdict,
                        json.dumps([[q.quote, q.start, q.end] for q in b.evidence], ensure_ascii=False),
                        b.reason,
                        b.certainty,
                    )
                    for position, b in enumerate(grade.bullets)
                ],
            )

    def save_confidence(self, attempt_id: str, confidence: int) -> None:
        """How sure the person was, 1-4, said after sending and before the grade."""
        with self._transaction() as db:
            db.execute("UPDATE attempts SET confidence = ? WHERE id = ?", (confidence, attempt_id))

    def save_took(self, attempt_id: str, took_s: float) -> None:
        """How long the answer took, as the person says."""
        with self._transaction() as db:
            db.execute("UPDATE attempts SET took_s = ? WHERE id = ?", (took_s, attempt_id))

    def times_probed(self, handbook: str, bullet_key: str) -> int:
        """How many follow-ups on a bullet were answered."""
        rows = self._rows(
            "SELECT count(*) AS n FROM attempts WHERE handbook = ? AND prompted "
            "AND json_extract(question, '$.bullets[0][0]') = ?",
            handbook,
            bullet_key,
        )
        return int(rows[0]["n"])

    def assign(self, attempt_id: str, question: Question) -> None:
        """Hang an answer to a question of the person's own on the handbook's question that it is graded by."""
        with self._transaction() as db:
            db.execute(
                "UPDATE attempts SET question_key = ?, question = ? WHERE id = ?",
                (question.key, dump_question(question), attempt_id),
            )

    def attempts(self, *, handbook: str | None = None, session_id: str | None = None) -> list[Attempt]:
        """Answers with their grades, oldest first; a person's marks stand in `marks`, not here."""
        rows = self._rows(
            "SELECT * FROM attempts WHERE (?1 IS NULL OR handbook = ?1) AND (?2 IS NULL OR session_id = ?2) "
            "ORDER BY started_at, rowid",
            handbook,
            session_id,
        )
        return [replace(attempt_of(row), grade=self.grade(row["id"])) for row in rows]

    def grade(self, attempt_id: str) -> Grade | None:
        """The stored grade of an answer, or None while it waits."""
        heads = self._rows(
            "SELECT grades.*, question FROM grades JOIN attempts ON id = attempt_id WHERE attempt_id = ?",
            attempt_id,
        )
        if not heads:
            return None
        rows = self._rows("SELECT * FROM bullet_grades WHERE attempt_id = ? ORDER BY position", attempt_id)
        return grade_of(heads[0], rows)

    def without_rubric(self, handbook: str) -> list[Attempt]:
        """Answers to questions that the handbook did not treat, oldest first."""
        rows = self._rows(
            "SELECT * FROM attempts WHERE handbook = ? AND json_array_length(question, '$.bullets') = 0 "
            "ORDER BY started_at, rowid",
            handbook,
        )
        return [attempt_of(row) for row in rows]

    def pending(self, handbook: str | None = None) -> list[Attempt]:
        """Answers without a grade, or with an ungraded bullet, oldest first; none of those without a rubric."""
        rows = self._rows(
            """SELECT * FROM attempts WHERE (?1 IS NULL OR handbook = ?1) AND
               json_array_length(question, '$.bullets') > 0 AND
               (id NOT IN (SELECT attempt_id FROM grades)
                OR id IN (SELECT attempt_id FROM bullet_grades WHERE verdict = 'ungraded'))
               ORDER BY started_at, rowid""",
            handbook,
        )
        return [replace(attempt_of(row), grade=self.grade(row["id"])) for row in rows]

    def save_mark(
        self, attempt: Attempt, position: int, verdict: Verdict, source: str, why: str, now: datetime
    ) -> None:
        """Record the verdict of a person (`source` = `person`) or of an appeal on one bullet; the judge's stays."""
        with self._transaction() as db:
            db.execute(
                "INSERT OR REPLACE INTO marks VALUES (?, ?, ?, ?, ?, ?, ?)",
                (
                    attempt.id,
                    position,
                    attempt.question.bullets[position].key,
                    verdict,
                    source,
                    why,
                    now.isoformat(),
                ),
            )

    def marks(self, attempt_id: str) -> dict[int, Verdict]:
        """Marked verdicts of an answer, by position of the bullet."""
        rows = self._rows("SELECT position, verdict FROM marks WHERE attempt_id = ?", attempt_id)
        return {row["position"]: Verdict(row["verdict"]) for row in rows}

    def mark_source(self, attempt_id: str, position: int) -> str | None:
        """Who marked a bullet, `person` or `appeal`; None when nobody did."""
        rows = self._rows("SELECT source FROM marks WHERE attempt_id = ? AND position = ?", attempt_id, position)
        return str(rows[0]["source"]) if rows else None

    def all_marks(self, handbook: str) -> dict[str, dict[int, Verdict]]:
        """Marked verdicts of every answer, by attempt and position of the bullet."""
        rows = self._rows(
            "SELECT attempt_id, position, verdict FROM marks JOIN attempts ON id = attempt_id WHERE handbook = ?",
            handbook,
        )
        found: dict[str, dict[int, Verdict]] = {}
        for row in rows:
            found.setdefault(row["attempt_id"], {})[row["position"]] = Verdict(row["verdict"])
        return found

    def cards(self, handbook: str) -> dict[str, str]:
        """Memory states by bullet key."""
        return {
            row["bullet_key"]: row["card"]
            for row in self._rows("SELECT bullet_key, card FROM cards WHERE handbook = ?", handbook)
        }

    def save_review(self, handbook: str, review: Review, card: str) -> None:
        """Log an observation of a bullet's memory, and store the card that came of it, in one step."""
        row = (review.bullet_key, review.occasion, review.at.isoformat(), review.rating, review.predicted)
        with self._transaction() as db:
            db.execute("INSERT OR REPLACE INTO reviews VALUES (?, ?, ?, ?, ?, ?, ?)", (handbook, *row, review.source))
            db.execute(
                "INSERT OR REPLACE INTO cards VALUES (?, ?, ?, ?)",
                (handbook, review.bullet_key, card, review.at.isoformat()),
            )

    def reviews(self, handbook: str) -> list[Review]:
        """Every observation of memory, oldest first."""
        rows = self._rows("SELECT * FROM reviews WHERE handbook = ? ORDER BY at, rowid", handbook)
        return [
            Review(r["bullet_key"], r["occasion"], when(r["at"]), r["rating"], r["predicted"], r["source"])
            for r in rows
        ]

    def reveal(self, handbook: str, bullet_keys: Sequence[str], now: datetime) -> None:
        """Note that the words of these bullets were shown."""
        with self._transaction() as db:
            db.executemany(
                "INSERT OR REPLACE INTO reveals VALUES (?, ?, ?)", [(handbook, k, now.isoformat()) for k in bullet_keys]
            )

    def reveals(self, handbook: str) -> dict[str, datetime]:
        """When each bullet was last shown, by bullet key."""
        rows = self._rows("SELECT bullet_key, at FROM reveals WHERE handbook = ?", handbook)
        return {row["bullet_key"]: when(row["at"]) for row in rows}

    def save_goal(self, handbook: str, goal: Goal, now: datetime) -> None:
        """Remember the interview's date and the time until then; takes the place of an earlier goal."""
        values = (handbook, goal.interview.isoformat(), goal.minutes, json.dumps(goal.focus, ensure_ascii=False))
        with self._transaction() as db:
            db.execute("INSERT OR REPLACE INTO plans VALUES (?, ?, ?, ?, ?)", (*values, now.isoformat()))

    def goal(self, handbook: str) -> Goal | None:
        """What `save_goal` was last told, or None."""
        rows = self._rows("SELECT * FROM plans WHERE handbook = ?", handbook)
        if not rows:
            return None
        found = rows[0]
        return Goal(date.fromisoformat(found["interview"]), found["minutes"], tuple(json.loads(found["focus"])))

    def move_cards(self, handbook: str, moved: Mapping[str, str]) -> None:
        """Hang memory states on other bullet keys (old -> new), after an edit of the handbook."""
        with self._transaction() as db:
            for old, new in moved.items():
                db.execute(
                    "UPDATE OR REPLACE cards SET bullet_key = ? WHERE handbook = ? AND bullet_key = ?",
                    (new, handbook, old),
                )

    def save_draft(self, handbook: str, question: Question, text: str, now: datetime) -> None:
        """Keep an unsent answer; an empty text removes it."""
        with self._transaction() as db:
            if text.strip():
                db.execute(
                    "INSERT OR REPLACE INTO drafts VALUES (?, ?, ?, ?, ?)",
                    (handbook, question.key, question.ref, text, now.isoformat()),
                )
            else:
                db.execute("DELETE FROM drafts WHERE handbook = ? AND question_key = ?", (handbook, question.key))

    def drafts(self, handbook: str) -> dict[str, Draft]:
        """Unsent answers by question key, newest first."""
        rows = self._rows("SELECT * FROM drafts WHERE handbook = ? ORDER BY saved_at DESC", handbook)
        return {row["question_key"]: Draft(row["ref"], row["text"], when(row["saved_at"])) for row in rows}


def _later(attempt: Attempt, kept: Path) -> str:
    """The command that grades a rescued answer, once there is room again."""
    return f"coach grade {attempt.question.ref} --answer {kept}"
