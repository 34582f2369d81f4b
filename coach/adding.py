"""One run of `coach add`: bullets for a question of the person's own, drafted by a model or written in an editor."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

from pydantic import Field

from coach import notes, wire
from coach.config import Config, choose_judge, editor_command
from coach.errors import ConfigError
from coach.formed import Draft, Text, ask, repeated
from coach.language import language_of
from coach.own import own_question
from coach.types import ChatModel, Narrate
from coach.words import say
from index.handbook import find_question
from index.types import Question
from prompts.library import fence

PROMPT, REPAIR = "rubric", "enrich_repair"
FEWEST, MOST = 3, 6
"""Bullets that a model drafts: as many as the handbook's questions have."""


class RubricDraft(Draft):
    """What a model says a good answer has."""

    bullets: Annotated[tuple[Text, ...], Field(min_length=1)]


@dataclass(frozen=True, slots=True)
class Added:
    """What was written where."""

    question: Question
    by: str
    """`model` or `person`."""
    file: Path
    waiting: int
    """Kept answers to this question, which can be graded now."""

    def json(self) -> dict[str, object]:
        """The object that `coach add --json` prints."""
        return {
            "schema": 1,
            "ref": self.question.ref,
            "question": self.question.text,
            "bullets": [bullet.plain for bullet in self.question.bullets],
            "draft": notes.is_draft(self.question),
            "by": self.by,
            "file": str(self.file),
            "waiting": self.waiting,
        }


def add(config: Config, text: str, given: Sequence[str], *, may_ask: bool, narrate: Narrate) -> Added:
    """Add a question to the notes, with the bullets that were given, else drafted, else typed in an editor."""
    words = " ".join(text.split())
    book = wire.handbook(config)
    known = find_question(book, words)
    if known is not None:
        raise ConfigError(f"{words!r} is question {known.ref} already; answer it with: coach practice {known.ref}")
    model = None if given else choose_judge(config).model
    bullets = list(given) or (
        drafted(wire.chat(config, model, narrate), words) if model else _typed(words, may_ask=may_ask)
    )
    _check(words, bullets)
    path = config.home / notes.FILE_NAME
    notes.append(path, notes.entry(words, bullets, model or "", datetime.now(UTC).astimezone().date()))
    question = wire.find_question(wire.handbook(config), words)
    return Added(question, "model" if model else "person", path, _assign(config, book.name, words, question))


def drafted(chat: ChatModel, question: str) -> list[str]:
    """Bullets by a model. ChatError, ReplyError when none come."""

    def check(draft: RubricDraft) -> Sequence[str]:
        count = len(draft.bullets)
        faults = [] if FEWEST <= count <= MOST else [f"{count} bullets; {FEWEST} to {MOST} are wanted"]
        return [*faults, *(f"bullet said twice: {text}" for text in repeated(draft.bullets))]

    language = {"zh": "Chinese, technical terms in English", "en": "English"}[language_of(question)]
    draft = ask(chat, PROMPT, REPAIR, RubricDraft, check, question=fence("question", question), language=language)
    return list(draft.bullets[:MOST])


def _typed(question: str, *, may_ask: bool) -> list[str]:
    """Bullets typed in the person's editor, below a template."""
    if not (may_ask and sys.stdin.isatty()):
        raise ConfigError("no bullets, no model and no terminal; give --bullet 'a point' once or more, or COACH_MODEL")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "question.md")
        path.write_text(f"# {question}\n> {say('add_template', language_of(question))}\n- \n- \n- \n", encoding="utf-8")
        command = editor_command()
        try:
            subprocess.run([*command, str(path)], check=True)
        except (OSError, subprocess.CalledProcessError) as exc:
            raise ConfigError(f"editor {command[0]!r} failed ({exc}); set EDITOR, or give --bullet") from exc
        return [bullet for bullet in notes.parse_bullets(path.read_text(encoding="utf-8")) if bullet not in "-*+"]


def _check(question: str, bullets: Sequence[str]) -> None:
    if not question:
        raise ConfigError("no question; give its words, as in: coach add 'What is speculative decoding?'")
    if not any(bullet.strip() for bullet in bullets):
        raise ConfigError(f"no bullets for {question!r}, so nothing was added; a point a line makes the rubric")


def _assign(config: Config, handbook: str, words: str, question: Question) -> int:
    """Hang kept answers to the question on its new rubric; returns how many."""
    asked = own_question(words, "en").key
    with wire.journal(config) as journal:
        kept = [attempt for attempt in journal.without_rubric(handbook) if attempt.question.key == asked]
        for attempt in kept:
            journal.assign(attempt.id, question)
    return len(kept)


def told(added: Added) -> str:
    """What the terminal shows: where the question stands, its bullets, what to do next."""
    language = language_of(added.question.text)
    lines = [say("added", language, ref=added.question.ref, question=added.question.text, file=added.file)]
    lines += [f"  - {bullet.plain}" for bullet in added.question.bullets]
    if notes.is_draft(added.question):
        lines.append(say("added_draft", language, by=added.by))
    if added.waiting:
        lines.append(say("added_waiting", language, n=added.waiting))
    return "\n".join(lines)
