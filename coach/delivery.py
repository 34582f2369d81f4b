"""How an answer was said, apart from what it said: fillers, length, pace. Pure; never affects a grade."""

from __future__ import annotations

import re
from dataclasses import dataclass

# Spoken time that fits an interview answer, seconds.
SPOKEN_RANGE_S = (60, 120)
# Usual speaking rates (syllables or words a minute), used only to judge the length of a typed answer.
HAN_PER_MINUTE, WORDS_PER_MINUTE = 240, 150

FILLERS_ZH = ("嗯", "呃", "额", "啊", "那个", "这个这个", "就是说", "然后的话", "怎么说呢", "反正就是")
FILLERS_EN = ("um", "uh", "erm", "like", "you know", "i mean", "sort of", "kind of", "basically", "actually")

_HAN = re.compile(r"[\u3400-\u9fff]")
_WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9.+#'-]*")
_ZH = re.compile("|".join(map(re.escape, FILLERS_ZH)))
_EN = re.compile(r"\b(?:" + "|".join(map(re.escape, FILLERS_EN)) + r")\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Delivery:
    """Figures about the manner of one answer."""

    han: int
    words: int
    """English words and numbers."""
    fillers: int
    spoken_s: float
    """Seconds the text takes at usual speaking rates."""
    took_s: float | None
    """Seconds it really took; None when the text was pasted or piped."""


def measure(answer: str, took_s: float | None = None) -> Delivery:
    """Count what can be counted in an answer."""
    han, words = len(_HAN.findall(answer)), len(_WORD.findall(answer))
    fillers = len(_ZH.findall(answer)) + len(_EN.findall(answer))
    return Delivery(han, words, fillers, 60 * (han / HAN_PER_MINUTE + words / WORDS_PER_MINUTE), took_s)
