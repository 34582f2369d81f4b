"""What the journal holds, and how it stands in a row: SQLite's rows to types and back. Pure."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from coach.types import Attempt, BulletGrade, Grade, JudgeId, Quote, Rubric, Usage, Verdict
from index.types import Bullet, Direction, Question


@dataclass(frozen=True, slots=True)
class Session:
    """One sitting; `ended_at` is None while it can be resumed."""

    id: str
    handbook: str
    mode: str
    started_at: datetime
    ended_at: datetime | None
    plan: tuple[str, ...]
    """Refs still to be asked."""


@dataclass(frozen=True, slots=True)
class Goal:
    """When the interview is, and how much time there is until then."""

    interview: date
    minutes: float
    """A day."""
    focus: tuple[str, ...] = ()
    """Directions to put first, as the person named them."""


@dataclass(frozen=True, slots=True)
class Draft:
    """An answer that was begun and not sent."""

    ref: str
    text: str
    saved_at: datetime


def when(text: str) -> datetime:
    """A time as the journal writes it."""
    return datetime.fromisoformat(text)


def session_of(row: sqlite3.Row) -> Session:
    """A row of `sessions`."""
    ended = when(row["ended_at"]) if row["ended_at"] else None
    plan = tuple(json.loads(row["plan"]))
    return Session(row["id"], row["handbook"], row["mode"], when(row["started_at"]), ended, plan)


def dump_question(question: Question) -> str:
    """The question with its bullets, as it was when asked."""
    direction = question.direction
    return json.dumps(
        {
            "ref": question.ref,
            "key": question.key,
            "direction": [direction.number, direction.title, direction.keywords],
            "text": question.text,
            "bullets": [[b.key, b.text, b.plain, b.line] for b in question.bullets],
            "line": question.line,
            "label": question.label,
            "notes": question.notes,
            "hot": question.hot,
        },
        ensure_ascii=False,
    )


def parse_question(text: str) -> Question:
    """What `dump_question` wrote."""
    found = json.loads(text)
    number, title, keywords = found["direction"]
    return Question(
        ref=found["ref"],
        key=found["key"],
        direction=Direction(number, title, tuple(keywords)),
        text=found["text"],
        bullets=tuple(Bullet(*bullet) for bullet in found["bullets"]),
        line=found["line"],
        label=found["label"],
        notes=tuple(found["notes"]),
        hot=tuple(found["hot"]),
    )


def attempt_of(row: sqlite3.Row) -> Attempt:
    """A row of `attempts`, without its grade."""
    return Attempt(
        id=row["id"],
        session_id=row["session_id"],
        question=parse_question(row["question"]),
        answer=row["answer"],
        started_at=when(row["started_at"]),
        took_s=row["took_s"],
        prompted=bool(row["prompted"]),
        hints_used=row["hints_used"],
        confidence=row["confidence"],
    )


def grade_of(head: sqlite3.Row, rows: Sequence[sqlite3.Row]) -> Grade:
    """A row of `grades`, its attempt's question beside it, with its rows of `bullet_grades` in order."""
    question = parse_question(head["question"])
    by, ref, score, context = json.loads(head["rubric"])
    return Grade(
        question=question,
        rubric=Rubric(by, ref, score, tuple(context)),
        bullets=tuple(
            BulletGrade(
                question.bullets[row["position"]],
                Verdict(row["verdict"]),
                tuple(Quote(*quote) for quote in json.loads(row["evidence"])),
                row["reason"],
                row["certainty"],
            )
            for row in rows
        ),
        judge=JudgeId(*json.loads(head["judge"])),
        feedback=head["feedback"],
        usage=Usage(*json.loads(head["usage"])),
        withdrawn=head["withdrawn"],
    )
