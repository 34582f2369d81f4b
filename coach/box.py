"""The box that an answer is typed in: what its keys do, and the clock beside it."""

from __future__ import annotations

import time
from collections.abc import Callable

from prompt_toolkit import PromptSession
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.keys import Keys

from coach.turns import VERBS, Verb, parse_turn

# Two Enters nearer to each other than any finger: a paste in a terminal without bracketed paste.
PASTE_GAP_S = 0.03


class Pace:
    """How long an answer takes; a paste (dictation from a phone) makes the clock meaningless."""

    def __init__(self) -> None:
        self._started = time.monotonic()
        self.counts = True

    @property
    def elapsed_s(self) -> float:
        """Seconds since the question."""
        return time.monotonic() - self._started

    @property
    def took_s(self) -> float | None:
        """What the clock says; None after a paste."""
        return round(self.elapsed_s, 1) if self.counts else None


def answer_bindings(pace: Pace, save: Callable[[str], None]) -> KeyBindings:
    """Enter on an empty line or Ctrl-D sends, Enter after a line with a verb obeys it; a paste does neither."""
    keys = KeyBindings()
    last_enter = 0.0

    @keys.add("enter")
    def _(event: KeyPressEvent) -> None:
        nonlocal last_enter
        now = time.monotonic()
        pasted, last_enter = now - last_enter < PASTE_GAP_S, now
        pace.counts = pace.counts and not pasted
        if event.current_buffer.text.strip():  # else there is nothing to send, and no line worth beginning
            _enter(event, save, pasted=pasted)

    @keys.add("c-d")
    def _(event: KeyPressEvent) -> None:
        text = event.current_buffer.text.strip()
        if not text:
            event.app.exit(exception=EOFError)
        elif _is_verb(text, alone=True):
            _obey(event, text, save)
        else:
            _send(event, save)

    @keys.add(Keys.BracketedPaste)
    def _(event: KeyPressEvent) -> None:
        pace.counts = False
        event.current_buffer.insert_text(event.data.replace("\r\n", "\n").replace("\r", "\n"))
        save(event.current_buffer.text)

    return keys


def typed_answer() -> str:
    """One answer typed or pasted at a prompt of its own; empty on Ctrl-D at once."""
    try:
        return PromptSession[str]().prompt(
            "> ", multiline=True, key_bindings=answer_bindings(Pace(), lambda _: None), bottom_toolbar=None
        )
    except EOFError:
        return ""


def _enter(event: KeyPressEvent, save: Callable[[str], None], *, pasted: bool) -> None:
    buffer = event.current_buffer
    line = buffer.document.current_line.strip()
    if pasted or not buffer.document.is_cursor_at_the_end:
        buffer.newline(copy_margin=False)
    elif not line:
        _send(event, save)
    elif _is_verb(line, alone=buffer.document.line_count == 1):
        _obey(event, line, save)
    else:
        buffer.newline(copy_margin=False)


def _is_verb(line: str, *, alone: bool) -> bool:
    """Whether a line is a verb: below other lines a known one, `alone` any, so that a slip of the finger is told."""
    turn = parse_turn(line)
    return isinstance(turn, Verb) and (alone or turn.name in VERBS)


def _obey(event: KeyPressEvent, line: str, save: Callable[[str], None]) -> None:
    """Take the verb out of the box; what stands above it stays the draft."""
    buffer = event.current_buffer
    buffer.text = buffer.text.rstrip().removesuffix(line).rstrip()
    buffer.cursor_position = len(buffer.text)
    save(buffer.text)
    if line == "/edit":
        buffer.open_in_editor()
    else:
        event.app.exit(result=line)


def _send(event: KeyPressEvent, save: Callable[[str], None]) -> None:
    buffer = event.current_buffer
    buffer.text = buffer.text.rstrip()
    save(buffer.text)  # between here and the journal's own copy nothing may be lost
    buffer.validate_and_handle()
