"""Reading answers at a terminal, with prompt_toolkit: several lines, paste, drafts, a clock.

`input()` and its kin cut a long Chinese answer at 4,095 bytes and keep one line of a paste; prompt_toolkit does not.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from prompt_toolkit import PromptSession
from prompt_toolkit.application import get_app
from prompt_toolkit.formatted_text import FormattedText

from coach.box import Pace, answer_bindings
from coach.delivery import SPOKEN_RANGE_S
from coach.errors import JournalError
from coach.keys import ask_key, ask_verb
from coach.language import Language
from coach.rescue import rescue
from coach.turns import Answer, Turn, Verb, parse_turn
from coach.words import say
from index.types import Question

if TYPE_CHECKING:
    from coach.journal import Journal

DRAFT_EVERY_S = 2.0
INTERRUPT_WINDOW_S = 2.0


class TerminalReader:
    """Turns typed at a terminal. Unsent answers are kept in the journal as drafts."""

    interactive = True

    def __init__(
        self, journal: Journal, handbook: str, language: Language, notify: Callable[[str], None], **session: object
    ) -> None:
        """`notify` shows a line; `session` goes to PromptSession (tests give it `input` and `output`)."""
        self._journal, self._handbook, self._language, self._notify = journal, handbook, language, notify
        self._prompt: PromptSession[str] = PromptSession(**session)  # type: ignore[arg-type]  # input and output only
        self._keys: PromptSession[str] = PromptSession(**session)  # type: ignore[arg-type]
        self._pace = Pace()
        self._told = False
        self._unsaved: dict[str, str] = {}
        """The draft that found no room on the disk, by its question's key."""
        self._answering = ""
        """Key of the question whose answer is under way."""
        self._ahead: Verb | None = None
        """Typed where a single key was asked for; obeyed as soon as a verb can be."""

    def read(self, question: Question, prompt: str) -> Turn | None:
        """An answer or a verb; None on Ctrl-D with an empty box. The second Ctrl-C in two seconds raises."""
        if not self._told:
            self._told = True
            self._notify(say("send", self._language))  # a terminal that hides the toolbar shows it here
        if ahead := self._verb_ahead():
            return ahead
        draft = self._draft(question)
        interrupted = float("-inf")
        while True:
            try:
                turn = parse_turn(self._read_text(question, draft), self._pace.took_s)
            except EOFError:
                return None
            except KeyboardInterrupt:
                if time.monotonic() - interrupted < INTERRUPT_WINDOW_S:
                    self._rescue(question)
                    raise
                interrupted, draft = time.monotonic(), self._stored(question)
                kept = "interrupt" if draft else "interrupt_empty"
                self._notify(say("interrupt_unsaved" if self._unsaved else kept, self._language))
                continue
            if isinstance(turn, Answer):
                self._answering = ""
            return turn

    def read_verb(self, focus: int, bullets: int) -> Verb | None:
        """A verb about the feedback; one key overrules the bullet in focus, Enter goes on, Ctrl-D quits."""
        return self._verb_ahead() or ask_verb(self._keys, self._language, focus, bullets)

    def choose(self, prompt: str, keys: str) -> str | None:
        """The key that is pressed, of `keys`; None for Enter, Ctrl-D and a verb, which waits for its turn."""
        if self._ahead:
            return None
        pressed = ask_key(self._keys, prompt, keys)
        if pressed and pressed.startswith("/"):
            turn = parse_turn(pressed)
            self._ahead = turn if isinstance(turn, Verb) else None
            return None
        return pressed

    def _verb_ahead(self) -> Verb | None:
        verb, self._ahead = self._ahead, None
        return verb

    def _draft(self, question: Question) -> str:
        """What the box begins with; the clock goes on when only a verb came between."""
        draft = self._stored(question)
        if self._answering != question.key:
            self._answering, self._pace = question.key, Pace()
            if draft:
                self._pace.counts = False  # it was begun at another time
                self._notify(say("draft", self._language, ref=question.ref, length=len(draft)))
        return draft

    def _stored(self, question: Question) -> str:
        if question.key in self._unsaved:
            return self._unsaved[question.key]
        draft = self._journal.drafts(self._handbook).get(question.key)
        return draft.text if draft else ""

    def _keep(self, question: Question, text: str) -> bool:
        """Put the draft on disk; on a full one the writing goes on, the draft stays here, and the toolbar says so."""
        try:
            self._journal.save_draft(self._handbook, question, text, datetime.now(UTC))
        except JournalError:
            self._unsaved = {question.key: text}
            return False
        self._unsaved = {}
        return True

    def _rescue(self, question: Question) -> None:
        """A draft that found no room goes to a file elsewhere."""
        text = self._unsaved.pop(question.key, "")
        if text.strip() and (kept := rescue(text, question.ref)):
            self._notify(say("draft_rescued", self._language, file=kept))

    def _read_text(self, question: Question, draft: str) -> str:
        saved = draft

        def save(text: str) -> None:
            nonlocal saved
            if text != saved and self._keep(question, text):
                saved = text

        async def keep_saving() -> None:
            while True:
                await asyncio.sleep(DRAFT_EVERY_S)
                save(get_app().current_buffer.text)

        def start() -> None:
            get_app().create_background_task(keep_saving())

        try:
            return self._prompt.prompt(
                "> ",
                multiline=True,
                default=draft,
                key_bindings=answer_bindings(self._pace, save),
                bottom_toolbar=self._toolbar,
                refresh_interval=1.0,
                pre_run=start,
            )
        except KeyboardInterrupt:
            save(self._prompt.default_buffer.text)
            raise

    def _toolbar(self) -> FormattedText:
        low, high = SPOKEN_RANGE_S
        elapsed = self._pace.elapsed_s
        style = "" if elapsed < low else "bold" if elapsed < high else "italic"
        clock = f"{int(elapsed // 60)}:{int(elapsed % 60):02d} / {low}-{high} s"
        shown = clock if self._pace.counts else say("untimed", self._language)
        lost = [("bold", f" {say('draft_unsaved', self._language)} ·")] if self._unsaved else []
        return FormattedText([*lost, (style, f" {shown} · "), ("", say("send", self._language))])
