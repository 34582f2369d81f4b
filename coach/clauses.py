"""An answer cut into clauses, with their places. Pure.

Speech has few full stops, so a clause also ends before a connective or a pause word, and dictation without any
punctuation is cut by length.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

LONGEST = 40
"""A clause without any mark inside is cut at this many characters (English: four times as many)."""
SHORTEST = 4
"""A piece of fewer letters is no clause of its own; it goes with the next."""

_END = re.compile(r"[。！？；!?;\n]+|\.(?=\s|$)")
# A recogniser writes pauses of Chinese speech as spaces between Han characters.
_PAUSE = re.compile(r"[，,、：:…—]+|\s-\s|(?<=[\u3400-\u9fff])\s+(?=[\u3400-\u9fff])")
_CONNECTIVE = re.compile(
    r"(?<=\S)(?:然后|另外|还有|再有|再就是|其次|最后|但是|不过|而且|所以|因为|如果|比如|就是说|至于|第[一二三四五六]"
    r"|\b(?:and then|and also|but|because|so that|whereas|while|then|also|another|second|third|finally|as for)\b)"
)

_LATIN, _LATIN_END = re.compile(r"[A-Za-z0-9'-]"), re.compile(r"[A-Za-z0-9'-]+$")


@dataclass(frozen=True, slots=True)
class Clause:
    """A stretch of the answer: `answer[start:end] == text`."""

    text: str
    start: int
    end: int
    sentence: int
    """Position of its sentence, from 0."""


def split_clauses(answer: str) -> tuple[Clause, ...]:
    """The clauses of the answer in order; punctuation at their ends is left out."""
    clauses: list[Clause] = []
    for number, (start, end) in enumerate(_between(_END, answer, 0, len(answer))):
        spans = [cut for span in _between(_PAUSE, answer, start, end) for cut in _cut(answer, *span)]
        clauses += [_clause(answer, a, b, number) for a, b in _joined(answer, spans)]
    return tuple(clause for clause in clauses if any(c.isalnum() for c in clause.text))


def windows(answer: str, clauses: Sequence[Clause], longest: int = 3) -> tuple[Clause, ...]:
    """Each run of up to `longest` neighbouring clauses as one stretch of the answer, shortest runs first."""
    runs = [
        Clause(answer[clauses[i].start : clauses[i + n].end], clauses[i].start, clauses[i + n].end, clauses[i].sentence)
        for n in range(longest)
        for i in range(len(clauses) - n)
    ]
    return tuple(runs)


def shortened(text: str, letters: int) -> str:
    """The beginning of `text` with at most so many characters, white space not counted, cut before a word at need."""
    ends = [at for at, char in enumerate(text, 1) if not char.isspace()]
    if len(ends) <= letters:
        return text
    whole, rest = text[: ends[letters - 1]], text[ends[letters - 1] :]
    inside = _LATIN.match(whole[-1]) and _LATIN.match(rest)
    return (_LATIN_END.sub("", whole) or whole).rstrip() if inside else whole


def _clause(answer: str, start: int, end: int, sentence: int) -> Clause:
    text = answer[start:end]
    start += len(text) - len(text.lstrip())
    return Clause(text.strip(), start, start + len(text.strip()), sentence)


def _between(mark: re.Pattern[str], answer: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The stretches between marks."""
    for match in mark.finditer(answer, start, end):
        if match.start() > start:
            yield start, match.start()
        start = match.end()
    if start < end:
        yield start, end


def _cut(answer: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """A long stretch cut before its connectives, then at spaces or by length."""
    if _length(answer[start:end]) <= LONGEST / 2:
        yield start, end
        return
    cuts = [match.start() for match in _CONNECTIVE.finditer(answer, start + 1, end)]
    for a, b in zip([start, *cuts], [*cuts, end], strict=True):
        yield from _by_length(answer, a, b)


def _by_length(answer: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    while _length(answer[start:end]) > LONGEST:
        step = _reach(answer, start, end)
        yield start, step
        start = step
    yield start, end


def _reach(answer: str, start: int, end: int) -> int:
    """Where a stretch from `start` has reached three quarters of `LONGEST`, at the next space if one is near."""
    length, at = 0.0, start
    while at < end and length < 0.75 * LONGEST:
        length += _length(answer[at])
        at += 1
    space = re.compile(r"\s").search(answer, at, min(end, at + 12))
    return space.start() if space else at


def _joined(answer: str, spans: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """The spans, those with too few letters joined to the next (the last to the one before)."""
    kept: list[tuple[int, int]] = []
    for start, end in spans:
        if kept and sum(c.isalnum() for c in answer[kept[-1][0] : kept[-1][1]]) < SHORTEST:
            kept[-1] = (kept[-1][0], end)
        else:
            kept.append((start, end))
    if len(kept) > 1 and sum(c.isalnum() for c in answer[kept[-1][0] : kept[-1][1]]) < SHORTEST:
        last = kept.pop()
        kept[-1] = (kept[-1][0], last[1])
    yield from kept


def _length(text: str) -> float:
    """Characters, a Latin one counting as a quarter of a Han one."""
    return sum(0.25 if c.isascii() else 1.0 for c in text)
