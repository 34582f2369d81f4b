"""Mistyped English terms in a query: `grop` -> `grpo`. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

_LATIN = re.compile(r"[a-z0-9]+")
SHORTEST = 4
"""Letters: below that nearly every term has a neighbour that means something else."""
LONG = 8
"""From this length on two slips are mended instead of one."""


class Speller:
    """Knows the Latin terms of an index, and which words exist at all (`knows`), so that those stay as they are."""

    def __init__(self, terms: Iterable[str], knows: Callable[[str], bool] | None = None) -> None:
        self._terms = frozenset(terms)
        self._knows = knows
        self._by_length: dict[int, list[str]] | None = None

    def mend(self, query: str) -> str:
        """`query`, already normalised, with each unknown term replaced by the one term that it is nearest to."""
        return _LATIN.sub(lambda found: self._mended(found[0]), query)

    def _mended(self, word: str) -> str:
        if len(word) < SHORTEST or word.isdigit() or word in self._terms or (self._knows and self._knows(word)):
            return word
        allowed = 2 if len(word) >= LONG else 1
        near = [(distance(word, term, allowed), term) for term in self._candidates(word, allowed)]
        best = min((d for d, _ in near), default=allowed + 1)
        nearest = [term for d, term in near if d == best]
        # A swap is the commonest slip: `grop` is `grpo` sooner than `group`.
        nearest = [term for term in nearest if sorted(term) == sorted(word)] or nearest
        return nearest[0] if best <= allowed and len(nearest) == 1 else word

    def _candidates(self, word: str, allowed: int) -> list[str]:
        if self._by_length is None:
            self._by_length = {}
            for term in self._terms:
                if len(term) >= SHORTEST and _LATIN.fullmatch(term) and not term.isdigit():
                    self._by_length.setdefault(len(term), []).append(term)
        near = range(len(word) - allowed, len(word) + allowed + 1)
        letters = set(word)
        return [t for n in near for t in self._by_length.get(n, ()) if len(letters ^ set(t)) <= 2 * allowed]


def distance(a: str, b: str, most: int) -> int:
    """Damerau-Levenshtein distance (adjacent swaps count one); `most` + 1 as soon as it is certain to pass `most`."""
    before, row = [0] * (len(b) + 1), list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        row, above, before = [i] + [0] * len(b), row, before
        for j, y in enumerate(b, 1):
            row[j] = min(above[j] + 1, row[j - 1] + 1, above[j - 1] + (x != y))
            if i > 1 and j > 1 and x == b[j - 2] and a[i - 2] == y:
                row[j] = min(row[j], before[j - 2] + 1)
        before = above
        if min(row) > most:
            return most + 1
    return row[-1]
