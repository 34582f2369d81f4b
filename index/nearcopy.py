"""How near a pack's sentences come to given answers, so that no test answer hides in a pack. Pure.

A sentence is a near-copy when it shares 16 Han characters or 8 English words in a row with an answer, or has a
character-trigram Jaccard above 0.5 with one of its clauses; what stands in the handbook or among the aliases is taken
out of both sides first, since everybody says it.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from index.keys import fold

HAN_RUN = 16
WORD_RUN = 8
JACCARD = 0.5
KNOWN_RUN = 6
"""Folded characters: a shorter match with the handbook is a coincidence of words, not a run of its text."""
_CLAUSE = re.compile(r"[，。；！？：、,;!?\n]+|\.(?=\s|$)")
_HAN = re.compile(r"[\u4e00-\u9fff]+")


@dataclass(frozen=True, slots=True)
class Nearness:
    """How near one sentence comes to the nearest answer."""

    jaccard: float
    """Of character trigrams, with the nearest clause, in [0, 1]."""
    han: int
    """Han characters in a row shared with an answer; counted from `HAN_RUN`, else 0."""
    words: int
    """English words in a row shared with an answer; counted from `WORD_RUN`, else 0."""

    @property
    def is_near_copy(self) -> bool:
        """Too near to be kept."""
        return self.jaccard > JACCARD or self.han >= HAN_RUN or self.words >= WORD_RUN


class Answers:
    """Answers to compare with; `known` are the handbook's texts, `aliases` its terms in other words."""

    def __init__(self, answers: Iterable[str], known: Iterable[str], aliases: Iterable[str]) -> None:
        self._known = _grams((fold(text) for text in known), KNOWN_RUN)
        self._terms: dict[str, list[str]] = defaultdict(list)
        """By their first two characters, the longest first."""
        for term in sorted({fold(term) for term in aliases}, key=len, reverse=True):
            if len(term) > 1:
                self._terms[term[:2]].append(term)
        self._han: set[str] = set()
        self._words: set[str] = set()
        self._clauses: list[int] = []
        self._owners: dict[str, list[int]] = defaultdict(list)
        for answer in answers:
            self._add(answer)

    def nearness(self, sentence: str) -> Nearness:
        """How near `sentence` comes to the nearest of the answers."""
        shares_han = any(run in self._han for run in self._han_runs(sentence))
        shares_words = any(run in self._words for run in self._word_runs(sentence))
        nearest = max((self._jaccard(part) for part in (sentence, *_CLAUSE.split(sentence))), default=0.0)
        return Nearness(nearest, HAN_RUN * shares_han, WORD_RUN * shares_words)

    def clauses(self, text: str) -> list[set[str]]:
        """The trigrams of each clause, without what stands in the handbook or among the aliases."""
        return [trigrams for clause in _CLAUSE.split(text) if (trigrams := self._trigrams(clause))]

    def _add(self, answer: str) -> None:
        self._han.update(self._han_runs(answer))
        self._words.update(self._word_runs(answer))
        for clause in _CLAUSE.split(answer):
            trigrams = self._trigrams(clause)
            for trigram in trigrams:
                self._owners[trigram].append(len(self._clauses))
            self._clauses.append(len(trigrams))

    def _jaccard(self, text: str) -> float:
        trigrams = self._trigrams(text)
        shared = Counter(owner for trigram in trigrams for owner in self._owners.get(trigram, ()))
        return max((n / (len(trigrams) + self._clauses[owner] - n) for owner, n in shared.items()), default=0.0)

    def _trigrams(self, text: str) -> set[str]:
        return _grams(self._own(text), 3)

    def _own(self, text: str) -> list[str]:
        """The stretches of the folded text that are neither handbook nor alias."""
        folded = fold(text)
        marked = [True] * len(folded)
        for start in range(len(folded) - KNOWN_RUN + 1):
            if folded[start : start + KNOWN_RUN] in self._known:
                marked[start : start + KNOWN_RUN] = [False] * KNOWN_RUN
        start = 0
        while start < len(folded):
            terms = self._terms.get(folded[start : start + 2], ())
            length = next((len(term) for term in terms if folded.startswith(term, start)), 0)
            marked[start : start + length] = [False] * length
            start += length or 1
        return "".join(char if own else "\n" for char, own in zip(folded, marked, strict=True)).split("\n")

    def _han_runs(self, text: str) -> set[str]:
        return _grams((run for part in self._own(text) for run in _HAN.findall(part)), HAN_RUN)

    def _word_runs(self, text: str) -> set[str]:
        # Folding joins words, so words are compared before it, and known ones are left in: eight are a long run.
        words = re.findall(r"[a-z0-9]+", text.lower())
        return {" ".join(words[n : n + WORD_RUN]) for n in range(len(words) - WORD_RUN + 1)}


def percentiles(values: Sequence[float], at: Sequence[int] = (50, 90, 95, 99, 100)) -> dict[int, float]:
    """Nearest-rank percentiles, rounded to three digits; empty for no values."""
    ordered = sorted(values)
    return {p: round(ordered[max(0, -(-p * len(ordered) // 100) - 1)], 3) for p in at} if ordered else {}


def _grams(texts: Iterable[str], length: int) -> set[str]:
    return {text[n : n + length] for text in texts for n in range(len(text) - length + 1)}
