"""Prompts that a single key answers, with prompt_toolkit: a choice, or what to do with the feedback on screen."""

from __future__ import annotations

from prompt_toolkit import PromptSession
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.keys import Keys

from coach.language import Language
from coach.turns import Verb, parse_turn
from coach.words import say

MARKING = "yhnw"
"""Said, half, not, wrong."""


def ask_key(prompt: PromptSession[str], words: str, keys: str) -> str | None:
    """Show `words` and wait for one of `keys`; None for Enter and Ctrl-D. Other keys do nothing.

    What begins with a slash is a line, not keys: `/why 2` would else press w, h and y. It comes back whole.
    """
    bindings = KeyBindings()

    @bindings.add(Keys.Any)
    @bindings.add(Keys.BracketedPaste)
    def _(event: KeyPressEvent) -> None:
        key, buffer = event.data.lower(), event.current_buffer
        if buffer.text or key.startswith("/"):
            buffer.insert_text(event.data)
        elif len(key) == 1 and key in keys:
            buffer.insert_text(key)  # so that the screen keeps what was chosen
            event.app.exit(result=key)

    _leave(bindings, "")
    return prompt.prompt(words, multiline=False, key_bindings=bindings, bottom_toolbar=None) or None


def ask_verb(prompt: PromptSession[str], language: Language, focus: int, bullets: int) -> Verb | None:
    """What to do with the feedback: y, h, n or w marks the bullet in focus, a digit moves the focus, / begins a verb.

    None for Enter; Ctrl-D quits.
    """
    at = focus

    def words() -> str:
        return say("next_key", language, number=at + 1, count=bullets)

    def bar() -> str:
        return say("next_bar", language, number=at + 1)

    bindings = KeyBindings()

    @bindings.add(Keys.Any)
    def _(event: KeyPressEvent) -> None:
        nonlocal at
        key, buffer = event.data, event.current_buffer
        if buffer.text or key == "/":
            buffer.insert_text(key)
        elif key.lower() in MARKING:
            buffer.insert_text(key)
            event.app.exit(result=f"/mark {at + 1} {key.lower()}")
        elif key.isdecimal() and 1 <= int(key) <= bullets:
            at = int(key) - 1

    _leave(bindings, "/quit")
    turn = parse_turn(prompt.prompt(words, multiline=False, key_bindings=bindings, bottom_toolbar=bar))
    return turn if isinstance(turn, Verb) else None


def _leave(bindings: KeyBindings, result: str) -> None:
    """Ctrl-D ends the prompt with `result`."""

    @bindings.add("c-d")
    def _(event: KeyPressEvent) -> None:
        event.app.exit(result=result)
