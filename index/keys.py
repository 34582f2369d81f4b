"""The names under which questions and bullets are remembered: stable when a handbook is renamed or re-ordered."""

from __future__ import annotations

import hashlib
import unicodedata

KEY_LENGTH = 16
"""Hex digits of a key: 64 bits, so that two of 100,000 bullets meet with a chance of 3 in 10,000,000,000."""


class _Kept(dict[int, int | None]):
    """Code point -> itself, or None for punctuation and white space: looked up once, since a handbook has few."""

    def __missing__(self, code: int) -> int | None:
        category = unicodedata.category(chr(code))
        self[code] = code if category[0] in "LNM" or category in {"Sm", "Sc"} else None
        return self[code]


_KEPT = _Kept()


def fold(text: str) -> str:
    """`text` for comparison by content: NFKC, lower case, without punctuation and white space (`<`, `+` stay)."""
    return unicodedata.normalize("NFKC", text).lower().translate(_KEPT)


def question_key(text: str, occurrence: int = 1) -> str:
    """Key of the `occurrence`-th question of a handbook that has this text; the first needs no count."""
    return _digest(fold(text), occurrence)


def bullet_key(question: str, plain: str, occurrence: int = 1) -> str:
    """Key of a bullet from its question's key and its plain text; `occurrence` as in `question_key`."""
    return _digest(f"{question}\n{fold(plain)}", occurrence)


def _digest(text: str, occurrence: int) -> str:
    # "#" never survives folding, so a counted text is nobody else's.
    counted = text if occurrence == 1 else f"{text}#{occurrence}"
    return hashlib.sha256(counted.encode()).hexdigest()[:KEY_LENGTH]
