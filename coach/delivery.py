"""How an answer was said, apart from what it said: fillers, length, pace. Pure; never affects a grade."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import Literal

# Spoken time that fits an interview answer, seconds.
SPOKEN_RANGE_S = (60, 120)
# Usual speaking rates (syllables or words a minute), used only to judge the length of a typed answer.
HAN_PER_MINUTE, WORDS_PER_MINUTE = 240, 150
# Slower is typing, faster is a paste.
SPEECH_PACE = (90, 450)

# What fills only in some places is told by its neighbours: 额 in 额外 does not, nor does "like" in "tools like this".
FILLERS_ZH = (
    "嗯+",
    "呃+",
    "(?<![金余限配份定差全总名])额(?![外度定头])",
    "啊",
    "(?:那个|这个){2,}",
    "那个(?=[，,、。…]|就是|什么)",
    "就是说",
    "然后的话",
    "怎么说呢",
    "反正就是",
)
FILLERS_EN = (
    r"u+m+",
    r"u+h+",
    r"erm+",
    r"(?:(?<=[,.;] )|(?<=\bum )|(?<=\bis )|(?<=\bwas )|(?<=\band )|(?<=\bso )|(?<=\bjust ))like(?!-)",
    r"like(?=,)",
    r"you know",
    r"i mean",
    r"sort of",
    r"kind of",
    r"basically",
    r"actually",
)

_HAN = re.compile(r"[\u3400-\u9fff]")
_WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9.+#'-]*")
_ZH = re.compile("|".join(FILLERS_ZH))
_EN = re.compile(r"\b(?:" + "|".join(FILLERS_EN) + r")\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Delivery:
    """Figures about the manner of one answer."""

    han: int
    words: int
    """English words and numbers."""
    used: tuple[tuple[str, int], ...]
    """Fillers and how often each was said, the most frequent first."""
    spoken_s: float
    """Seconds the text takes at usual speaking rates."""
    took_s: float | None
    """Seconds it really took; None when the text was pasted or piped."""

    @property
    def fillers(self) -> int:
        """How many fillers were said."""
        return sum(times for _, times in self.used)

    @property
    def length(self) -> Literal["short", "fit", "long"]:
        """The time that saying it takes, beside what fits an interview."""
        low, high = SPOKEN_RANGE_S
        return "short" if self.spoken_s < low else "long" if self.spoken_s > high else "fit"

    @property
    def pace(self) -> int | None:
        """Han characters and English words a minute; None when the time says nothing, as where one typed."""
        pace = round(60 * (self.han + self.words) / self.took_s) if self.took_s else 0
        return pace if SPEECH_PACE[0] <= pace <= SPEECH_PACE[1] else None


def measure(answer: str, took_s: float | None = None) -> Delivery:
    """Count what can be counted in an answer."""
    han, words = len(_HAN.findall(answer)), len(_WORD.findall(answer))
    heard = Counter(match[0].lower() for pattern in (_ZH, _EN) for match in pattern.finditer(answer))
    return Delivery(
        han, words, tuple(heard.most_common()), 60 * (han / HAN_PER_MINUTE + words / WORDS_PER_MINUTE), took_s
    )
