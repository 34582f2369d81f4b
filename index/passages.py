"""What of a handbook is searched: its questions at several grains, and what a pack adds. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING

from index.types import Direction, Handbook, Question

if TYPE_CHECKING:
    from index.pack import Pack, PackBullet


class Kind(IntEnum):
    """The grain of a passage; the numbers are stored in the index."""

    QUESTION = 0
    ENTRY = 1
    """The question with all its bullets and notes."""
    BULLET = 2
    VARIANT = 3
    """Another way to ask the question, from a pack."""
    SAYING = 4
    """A bullet in other words, from a pack."""


SAID = 7
"""Sentences of a fact that are searched. The judge lives on many more; a look-up finds no better with all of them
(right question first for 0.965 of 172 dev queries either way), and they would take it over its 100 MB."""


@dataclass(frozen=True, slots=True)
class Passage:
    """One text that is searched."""

    kind: Kind
    owner: int
    """Position of its question in the handbook, from 0."""
    bullet: int
    """Position of its bullet, from 0; -1 when it is of the whole question."""
    text: str


def passages_of(handbook: Handbook, pack: Pack | None = None) -> list[Passage]:
    """Every passage, ordered by kind, then by question; texts without letters are left out."""
    made = [p for n, q in enumerate(handbook.questions) for p in _own(n, q)]
    if pack is not None:
        made += [p for n, q in enumerate(handbook.questions) for p in _added(n, q, pack)]
    return sorted((p for p in made if any(c.isalnum() for c in p.text)), key=lambda p: (p.kind, p.owner))


def passages_of_texts(rows: Sequence[tuple[str, str]]) -> tuple[list[Question], list[Passage]]:
    """A corpus of (id, text) as questions without bullets, and its passages: each text whole and by sentences."""
    corpus = Direction(1, "corpus")
    questions = [Question(name, name, corpus, text, (), n) for n, (name, text) in enumerate(rows, 1)]
    whole = [Passage(Kind.ENTRY, n, -1, text) for n, (_, text) in enumerate(rows)]
    parts = [Passage(Kind.BULLET, n, -1, part) for n, (_, text) in enumerate(rows) for part in _sentences(text)]
    return questions, whole + parts


def _sentences(text: str) -> list[str]:
    return [part for part in re.split(r"(?<=[。！？；])|(?<=[.!?;])\s+|\n+", text) if any(c.isalnum() for c in part)]


def _own(owner: int, question: Question) -> list[Passage]:
    whole = "\n".join([question.text, *(b.plain for b in question.bullets), *question.notes])
    return [
        Passage(Kind.QUESTION, owner, -1, question.text),
        Passage(Kind.ENTRY, owner, -1, whole),
        *(Passage(Kind.BULLET, owner, n, b.plain) for n, b in enumerate(question.bullets)),
    ]


def _added(owner: int, question: Question, pack: Pack) -> list[Passage]:
    prepared = pack.question(question.key)
    if prepared is None:
        return []
    texts = {bullet.key: _sayings(bullet) for bullet in prepared.bullets}
    asked = [prepared.en, *(variant.text for variant in prepared.variants)]
    sayings = (
        Passage(Kind.SAYING, owner, n, text) for n, b in enumerate(question.bullets) for text in texts.get(b.key, ())
    )
    return [*(Passage(Kind.VARIANT, owner, -1, text) for text in asked), *sayings]


def _sayings(bullet: PackBullet) -> list[str]:
    """A bullet in other words: its translation, its facts, and how people say them."""
    facts = [text for fact in bullet.facts for text in (fact.fact, fact.en, *fact.covered[:SAID])]
    return [bullet.en, bullet.say.zh, bullet.say.en, *facts]
