"""Two or three sentences to the person: the model's, if they speak only of what it was given, else our own. Pure.

Checked are the things that a wrong fact is made of: numbers, and terms in Latin letters. A term may be worded in
another way only if it stands somewhere in the sources; what brings its own is dropped by the caller, not mended.
Feedback that speaks of verdicts which the quote check took back is no better: the caller takes `composed`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence

from coach.language import Language, language_of
from coach.types import BulletGrade, Verdict
from index.sentences import split_sentences

_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_HAN_NUMBER = re.compile(
    r"[零一二两三四五六七八九十百千万亿半]+(?=倍|成|层|步|位|比特|个百分点|毫秒|秒|分钟|小时|天|年|兆)"
)
_WORD = re.compile(r"[a-z][a-z0-9+]*(?:[-./_][a-z0-9+]+)*", re.IGNORECASE)
_SENTENCE_START = re.compile(r"(?:^|[.!?:。！？：]\s*)$")
_COUNTABLE = 6
"""Whole numbers up to this may count bullets."""
MAX_SENTENCES = 3

_SENTENCES = ((Verdict.COVERED, Verdict.PARTIAL), (Verdict.CONTRADICTED,), (Verdict.MISSING, Verdict.UNGRADED))
"""What was said, what is wrong, what is left: a sentence each."""
_SAID: dict[Language, dict[Verdict, str]] = {
    "zh": {
        Verdict.COVERED: "第 {} 条讲到了",
        Verdict.PARTIAL: "第 {} 条只讲了一部分",
        Verdict.CONTRADICTED: "第 {} 条和手册说的相反，先改这里",
        Verdict.MISSING: "第 {} 条还没有讲到",
        Verdict.UNGRADED: "第 {} 条没有评出来",
    },
    "en": {
        Verdict.COVERED: "you made {}",
        Verdict.PARTIAL: "you half made {}",
        Verdict.CONTRADICTED: "mend first: you said the opposite of {}",
        Verdict.MISSING: "you left out {}",
        Verdict.UNGRADED: "nobody graded {}",
    },
}


def composed(bullets: Sequence[BulletGrade], language: Language) -> str:
    """What the verdicts say, in at most three sentences, with the bullets by number.

    >>> from index.types import Bullet
    >>> tea = [BulletGrade(Bullet("k", "", "", 1), verdict) for verdict in ("covered", "missing", "covered")]
    >>> composed(tea, "en")
    'You made points 1 and 3. You left out point 2.'
    """
    comma, stop = ("，", "。") if language == "zh" else (", ", ". ")
    sentences = []
    for verdicts in _SENTENCES:
        found = [(verdict, [n for n, b in enumerate(bullets, 1) if b.verdict == verdict]) for verdict in verdicts]
        told = comma.join(_SAID[language][verdict].format(_points(ns, language)) for verdict, ns in found if ns)
        sentences += [told[0].upper() + told[1:] + stop] if told else []
    return "".join(sentences).strip()


def _points(numbers: Sequence[int], language: Language) -> str:
    *others, last = map(str, numbers)
    if language == "zh":
        return "、".join([*others, last])
    return f"points {', '.join(others)} and {last}" if others else f"point {last}"


def shortened(feedback: str) -> str:
    """The first three sentences."""
    spans = split_sentences(feedback)[:MAX_SENTENCES]
    return feedback[spans[0][0] : spans[-1][1]] if spans else ""


def stray_terms(feedback: str, sources: Iterable[str]) -> tuple[str, ...]:
    """Numbers and terms of `feedback` that stand in none of the sources, in the order of their appearance."""
    known = _fold("\n".join(sources))
    compact = re.sub(r"[\s\-_]", "", known)
    text = unicodedata.normalize("NFKC", feedback)
    return tuple(
        dict.fromkeys(term for term in _terms(text) if not _stands(_fold(term), known, compact) and not _counts(term))
    )


def _terms(text: str) -> Iterator[str]:
    for pattern in (_NUMBER, _HAN_NUMBER):
        yield from (match[0] for match in pattern.finditer(text))
    chinese = language_of(text) == "zh"
    for match in _WORD.finditer(text):
        if len(match[0]) > 1 and (chinese or _is_term(match[0], text[: match.start()])):
            yield match[0]


def _is_term(word: str, before: str) -> bool:
    """Whether an English word is a name rather than prose: capitals, digits, or a capital inside a sentence."""
    if any(character.isdigit() or character.isupper() for character in word[1:]):
        return True
    return word[0].isupper() and not _SENTENCE_START.search(before) and word not in {"I'm", "I"}


def _stands(term: str, known: str, compact: str) -> bool:
    if term[0].isdigit():
        return re.search(rf"(?<![\d.]){re.escape(term)}(?!\d|\.\d)", known) is not None
    if not term[0].isascii():
        return term in known
    # "fine-tuning" for "fine tuning", "LLMs" for "LLM"
    return re.sub(r"[\s\-_]", "", term) in compact or re.sub(r"[\s\-_]|s$", "", term) in compact


def _counts(term: str) -> bool:
    return term.isascii() and term.isdigit() and int(term) <= _COUNTABLE


def _fold(text: str) -> str:
    return unicodedata.normalize("NFKC", text).lower()
