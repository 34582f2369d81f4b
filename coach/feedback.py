"""Whether a model's feedback speaks only of what it was given. Pure.

Checked are the things that a wrong fact is made of: numbers, and terms in Latin letters. A term may be worded in
another way only if it stands somewhere in the sources; what brings its own is dropped by the caller, not mended.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator

from coach.language import language_of

_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_HAN_NUMBER = re.compile(
    r"[零一二两三四五六七八九十百千万亿半]+(?=倍|成|层|步|位|比特|个百分点|毫秒|秒|分钟|小时|天|年|兆)"
)
_WORD = re.compile(r"[a-z][a-z0-9+]*(?:[-./_][a-z0-9+]+)*", re.IGNORECASE)
_SENTENCE_START = re.compile(r"(?:^|[.!?:。！？：]\s*)$")
_COUNTABLE = 6
"""Whole numbers up to this may count bullets."""


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
