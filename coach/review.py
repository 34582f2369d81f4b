"""The last half hour before the interview: which lines to read, in which order, as many as fit. Pure.

First the handbook's most-asked topics, then what was last said wrong (with the right version), then the bullets that
memory holds least, then what was never asked: one bullet of every question, hot questions first, then a second one
of each, and so on; last what is known well. Nothing is shortened to make room: what does not fit is counted.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from coach.delivery import measure
from coach.history import Said
from coach.language import Language
from coach.material import Material
from coach.names import name
from coach.schedule import DESIRED_RETENTION, recall
from coach.types import Verdict
from index.types import Handbook, Question

TURN_S = 3.0  # to look up, and to press a key
HORIZON = timedelta(days=1)  # right after a practice every recall is 1; a day on, the weak and the strong come apart


class Kind(StrEnum):
    """Why a line is read."""

    HOT = "hot"
    WRONG = "wrong"
    WEAK = "weak"
    UNSEEN = "unseen"
    KNOWN = "known"


@dataclass(frozen=True, slots=True)
class Line:
    """One line to read aloud."""

    kind: Kind
    refs: tuple[str, ...]
    cue: str
    """The topic or the question."""
    sentence: str
    bullet_key: str | None = None
    """None for a hot topic, which is no bullet: marks on it change no card."""
    said: str = ""
    """What the person said instead, for a wrong bullet."""
    note: str = ""
    """What is doubtful about the handbook's bullet."""

    @property
    def seconds(self) -> float:
        """To say it aloud at an ordinary rate, and turn to the next."""
        return TURN_S + measure(f"{self.cue} {self.sentence}").spoken_s


@dataclass(frozen=True, slots=True)
class Sheet:
    """The lines that fit the time, in reading order."""

    lines: tuple[Line, ...]
    total: int
    """How many there would have been."""
    minutes: float
    """The time asked for."""

    @property
    def seconds(self) -> float:
        """What the lines take."""
        return sum(line.seconds for line in self.lines)


@dataclass(frozen=True, slots=True)
class Memory:
    """What the journal knows about a handbook's bullets, by bullet key."""

    said: Mapping[str, Said]
    cards: Mapping[str, str]


def choose_lines(
    book: Handbook, memory: Memory, material: Material, language: Language, *, minutes: float, now: datetime
) -> Sheet:
    """The sheet for `minutes`; the first line is on it even when it alone takes longer."""
    lines = list(_all_lines(book, memory, material, language, now))
    fitting, left_s = list[Line](), 60 * minutes
    for line in lines:
        left_s -= line.seconds
        if left_s < 0 and fitting:
            break
        fitting.append(line)
    return Sheet(tuple(fitting), len(lines), minutes)


def _all_lines(book: Handbook, memory: Memory, material: Material, language: Language, now: datetime) -> Iterator[Line]:
    for topic in book.hot_topics:
        yield Line(Kind.HOT, topic.refs, name(topic.topic, language), name(topic.gist, language))
    for kind, question, position in _ordered(book.questions, memory, now):
        key = question.bullets[position].key
        yield Line(
            kind,
            (question.ref,),
            material.question(question, language),
            material.sentence(question, position, language),
            key,
            memory.said[key].words if kind is Kind.WRONG else "",
            material.doubt(question, position, language),
        )


def _ordered(questions: Sequence[Question], memory: Memory, now: datetime) -> list[tuple[Kind, Question, int]]:
    """Every bullet with its kind, in reading order; ties stay in the order of the handbook."""
    rank = {kind: place for place, kind in enumerate(Kind)}

    def order(bullet: tuple[Kind, Question, int]) -> tuple[int, float, float]:
        kind, question, position = bullet
        if kind is Kind.WRONG:
            return rank[kind], min(question.hot, default=99), 0
        if kind is Kind.UNSEEN:
            return rank[kind], position, min(question.hot, default=99)
        return rank[kind], recall(memory.cards[question.bullets[position].key], now + HORIZON), 0

    bullets = [(_kind(b.key, memory, now), q, position) for q in questions for position, b in enumerate(q.bullets)]
    return sorted(bullets, key=order)


def _kind(key: str, memory: Memory, now: datetime) -> Kind:
    said, card = memory.said.get(key), memory.cards.get(key)
    if said and said.verdict is Verdict.CONTRADICTED:
        return Kind.WRONG
    if card is None:
        return Kind.UNSEEN
    lacking = said is not None and said.verdict is not Verdict.COVERED
    return Kind.WEAK if lacking or recall(card, now + HORIZON) < DESIRED_RETENTION else Kind.KNOWN
