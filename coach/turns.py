"""What a person can say at the prompt: an answer, or a verb such as /skip. Pure, but for reading a file of answers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from coach.types import Verdict
from index.types import Question

VERBS = {
    "hint": "/hint",
    "skip": "/skip",
    "again": "/again",
    "model": "/model",
    "why": "/why N",
    "more": "/more",
    "mark": "/mark N covered|partial|missing|wrong",
    "appeal": "/appeal N WHY",
    "ask": "/ask …",
    "took": "/took SECONDS",
    "sure": "/sure 1-4",
    "edit": "/edit",
    "pause": "/pause",
    "quit": "/quit",
    "help": "/help",
}
MARKS = {
    "covered": Verdict.COVERED,
    "c": Verdict.COVERED,
    "said": Verdict.COVERED,
    "y": Verdict.COVERED,
    "partial": Verdict.PARTIAL,
    "p": Verdict.PARTIAL,
    "half": Verdict.PARTIAL,
    "h": Verdict.PARTIAL,
    "missing": Verdict.MISSING,
    "m": Verdict.MISSING,
    "not": Verdict.MISSING,
    "n": Verdict.MISSING,
    "contradicted": Verdict.CONTRADICTED,
    "wrong": Verdict.CONTRADICTED,
    "w": Verdict.CONTRADICTED,
}
BLOCK_LINE = re.compile(r"^---[ \t]*$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Answer:
    """A sent answer."""

    text: str
    took_s: float | None = None
    """Seconds from question to sending; None when the pace says nothing (pasted, piped)."""


@dataclass(frozen=True, slots=True)
class Verb:
    """A command given instead of an answer."""

    name: str
    """A key of `VERBS`; anything else is told to be unknown."""
    argument: str = ""


Turn = Answer | Verb


class Reader(Protocol):
    """Where turns come from."""

    interactive: bool

    def read(self, question: Question, prompt: str) -> Turn | None:
        """The next turn at `question`; None at the end of input. KeyboardInterrupt when the person wants out."""
        ...

    def read_verb(self, focus: int, bullets: int) -> Verb | None:
        """What to do with the feedback on screen; None = go on. A single key may overrule the bullet in `focus`."""
        ...

    def choose(self, prompt: str, keys: str) -> str | None:
        """One of `keys`; None for none of them, or where nobody can be asked."""
        ...


def parse_turn(text: str, took_s: float | None = None) -> Turn:
    """A line that begins with a slash and a word is a verb, everything else an answer, kept as it was typed.

    >>> parse_turn("/mark 2 wrong")
    Verb(name='mark', argument='2 wrong')
    >>> parse_turn("/etc/hosts 里写死域名")
    Answer(text='/etc/hosts 里写死域名', took_s=None)
    """
    found = re.fullmatch(r"/([a-z]+)(?:[ \t]+([^\n]*))?", text.strip())
    if found:
        return Verb(found[1], (found[2] or "").strip())
    return Answer(text, took_s)


def parse_mark(argument: str, bullets: int) -> tuple[int, Verdict] | None:
    """`2 wrong` -> (1, CONTRADICTED); None when number or verdict is not one of those on screen."""
    found = re.fullmatch(r"(\d+)\s+(\w+)", argument.strip().lower())
    if not found or found[2] not in MARKS or not 1 <= int(found[1]) <= bullets:
        return None
    return int(found[1]) - 1, MARKS[found[2]]


def parse_number(argument: str, least: int, most: int) -> int | None:
    """The whole number that an argument is, or begins with; None when it is none from `least` to `most`.

    >>> parse_number("2 I said so", 1, 4), parse_number("5", 1, 4)
    (2, None)
    """
    found = re.match(r"(\d{1,6})(?!\S)", argument.strip())
    return int(found[1]) if found and least <= int(found[1]) <= most else None


class BlockReader:
    """Turns from a text: one block per question, divided by lines of only `---`."""

    interactive = False

    def __init__(self, text: str) -> None:
        blocks = [block.strip("\r\n") for block in BLOCK_LINE.split(text.removeprefix("\ufeff").replace("\r\n", "\n"))]
        if not blocks[-1].strip():  # a file may end with a divider
            blocks.pop()
        self._blocks: Iterator[str] = iter(blocks)

    def read(self, question: Question, prompt: str) -> Turn | None:
        """The next block."""
        block = next(self._blocks, None)
        return None if block is None else parse_turn(block)

    def read_verb(self, focus: int, bullets: int) -> Verb | None:
        """Nothing: a verb about the last grade stands in a block of its own."""
        return None

    def choose(self, prompt: str, keys: str) -> str | None:
        """Nothing: a file holds answers, no choices."""
        return None
