"""The person's own questions: `notes.md` in the data folder, an overlay on whichever handbook is in use.

They stand in a direction of their own, numbered 0. A rubric that nobody has checked begins with a line
`> draft rubric …`; deleting that line is all it takes to trust it.
"""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

from coach.errors import CoachError
from index.handbook import load_handbook
from index.types import Direction, Handbook, Question

FILE_NAME = "notes.md"
NUMBER = 0
DRAFT = "draft rubric"
FEWEST, MOST = 1, 8
HEAD = "# Notes\n\n## 自己的题 / My own questions\n"

_MARKER = re.compile(r"^\s*(?:[-*+•·]|\d+[.)、])\s+")


def overlaid(book: Handbook, notes: Path) -> Handbook:
    """The handbook with the questions of `notes` behind its own; those that it has itself are left out."""
    if not notes.is_file():
        return book
    own = load_handbook(notes)
    direction = Direction(NUMBER, own.directions[0].title if own.directions else FILE_NAME)
    known = {question.key for question in book.questions}
    added = [question for question in own.questions if question.key not in known]
    placed = tuple(
        replace(question, ref=f"{NUMBER}.{n}", direction=direction, hot=()) for n, question in enumerate(added, 1)
    )
    if not placed:
        return book
    return replace(book, directions=(*book.directions, direction), questions=(*book.questions, *placed))


def is_draft(question: Question) -> bool:
    """Whether nobody has checked the question's rubric yet."""
    return any(note.startswith(DRAFT) for note in question.notes)


def entry(question: str, bullets: Sequence[str], by: str, day: date) -> str:
    """The Markdown of one question; `by` wrote its bullets, empty for the person."""
    told = f"> {DRAFT}, {day.isoformat()} ({by}): check it, then delete this line\n\n" if by else ""
    lines = "\n".join(f"- {' '.join(bullet.split())}" for bullet in bullets)
    return f"\n### {question}\n\n{told}{lines}\n"


def parse_bullets(text: str) -> list[str]:
    """The bullets that were typed: one a line, with or without a marker; headings, quotes and comments are none."""
    lines = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith(("#", ">", "<!--"))]
    return [_MARKER.sub("", line).strip() for line in lines]


def append(notes: Path, text: str) -> None:
    """Put an entry at the end of the file, whole or not at all; CoachError when it cannot be written."""
    try:
        notes.parent.mkdir(parents=True, exist_ok=True)
        before = notes.read_text(encoding="utf-8") if notes.is_file() else HEAD
        with tempfile.NamedTemporaryFile("w", encoding="utf-8", dir=notes.parent, delete=False) as written:
            written.write(before.rstrip("\n") + "\n" + text)
            written.flush()
            os.fsync(written.fileno())
        Path(written.name).replace(notes)
    except (OSError, UnicodeDecodeError) as exc:
        raise CoachError(f"{notes}: {exc}; check the file and the folder's rights") from exc
