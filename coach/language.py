"""Which of the two languages a text is in. Pure."""

from __future__ import annotations

from typing import Literal

Language = Literal["zh", "en"]


def is_han(character: str) -> bool:
    """Whether the character is a CJK ideograph of the basic block or extension A."""
    return "\u3400" <= character <= "\u9fff"


def language_of(text: str) -> Language:
    """Chinese when at least a tenth of the letters are Han: a Chinese speaker's terms are English, not the reverse."""
    letters = sum(character.isalpha() for character in text)
    han = sum(map(is_han, text))
    return "zh" if letters and han >= 0.1 * letters else "en"
