"""Whether a quote stands in an answer, and where. Pure: text in, spans out; knows no judge.

Folding is what the evaluation's scorer does (NFKC, lower case, no white space), and leaves out invisible characters;
a map leads back to the raw answer.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from coach.steering import steers
from coach.types import Quote

MIN_LETTERS = 4
"""A shorter quote is a scrap that stands in many answers by chance; a shorter answer may be quoted whole."""
MAX_SHARE = 0.6
"""Quotes that take more of the answer point at nothing."""
SHORT = 30
"""Folded characters that may always be quoted, however short the answer."""
NARROWABLE = 120
"""An answer of so few folded characters is a sentence or two: a quote of all of it is narrowed, not refused."""

_CLAUSE = re.compile(r"[^，。；！？、,;!?\n]+[，。；！？、,;!?\n]*|[，。；！？、,;!?\n]+")


@dataclass(frozen=True, slots=True)
class Folded:
    """A text without case, width, white space and invisible characters, and the way back."""

    text: str
    starts: tuple[int, ...]
    """For each folded character, where its raw cluster starts."""
    ends: tuple[int, ...]
    """For each folded character, where its raw cluster ends."""


def fold(text: str) -> Folded:
    """NFKC, lower case, white space removed; a base character and its combining marks fold together."""
    letters: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for start, end in _clusters(text):
        piece = _visible(unicodedata.normalize("NFKC", text[start:end]).lower())
        letters.append(piece)
        starts += [start] * len(piece)
        ends += [end] * len(piece)
    return Folded("".join(letters), tuple(starts), tuple(ends))


def _visible(text: str) -> str:
    """Without white space, and without characters that nobody sees: a model leaves them out when it quotes."""
    return "".join(
        character for character in text if not (character.isspace() or unicodedata.category(character) == "Cf")
    )


def _clusters(text: str) -> Iterable[tuple[int, int]]:
    start = 0
    for position in range(1, len(text) + 1):
        if position == len(text) or not unicodedata.combining(text[position]):
            if start < position:
                yield start, position
            start = position


def locate(folded: Folded, answer: str, quote: str) -> Quote | None:
    """The first place in `answer` where `quote` stands, folded; None when it does not, or is a scrap."""
    wanted = fold(quote).text
    if _letters(wanted) < min(MIN_LETTERS, _letters(folded.text)) or not wanted:
        return None
    at = folded.text.find(wanted)
    if at < 0:
        return None
    start, end = folded.starts[at], folded.ends[at + len(wanted) - 1]
    return Quote(answer[start:end], start, end)


def verify(answer: str, quotes: Sequence[str]) -> tuple[Quote, ...]:
    """Those quotes that stand in the answer, in the judge's order, as long as together they fit the cap.

    Empty when none does: nothing is quoted, the quotes are not the person's words, they are the whole of an answer, or
    they are addressed to the grader.
    """
    folded = fold(answer)
    cap = _cap(folded)
    kept: list[Quote] = []
    for quote in quotes:
        found = locate(folded, answer, quote)
        if found is None or found in kept or steers(found.quote):
            continue
        if _taken(folded, [*kept, found]) <= cap:
            kept.append(found)
        elif not kept and len(folded.text) <= NARROWABLE and (narrow := _narrowed(folded, answer, found, cap)):
            kept.append(narrow)
    return tuple(kept)


def _cap(folded: Folded) -> int:
    return max(int(MAX_SHARE * len(folded.text)), SHORT)


def _taken(folded: Folded, quotes: Sequence[Quote]) -> int:
    """Folded characters under the quotes, counted once."""
    return sum(any(q.start <= at < q.end for q in quotes) for at in folded.starts)


def _narrowed(folded: Folded, answer: str, quote: Quote, cap: int) -> Quote | None:
    """The longest run of the quote's clauses that fits the cap, the first among equals."""
    clauses = [(m.start() + quote.start, m.end() + quote.start) for m in _CLAUSE.finditer(quote.quote)]
    runs = [_trimmed(answer, a, b) for i, (a, _) in enumerate(clauses) for _, b in clauses[i:]]
    fitting = [run for run in runs if _taken(folded, [run]) <= cap and _letters(run.quote) >= MIN_LETTERS]
    return max(fitting, key=lambda run: _taken(folded, [run]), default=None)


def _trimmed(answer: str, start: int, end: int) -> Quote:
    piece = answer[start:end]
    start += len(piece) - len(piece.lstrip())
    return Quote(piece.strip(), start, start + len(piece.strip()))


def _letters(text: str) -> int:
    return sum(character.isalnum() for character in text)
