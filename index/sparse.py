"""BM25 as rank-bm25 computes it, laid out as one list of weights per term so that a query is a few additions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

LOWEST_IDF = 0.01
"""In a corpus of two or three texts rank-bm25's idf is 0 or below, and a match would count for nothing or against."""


@dataclass(frozen=True, slots=True)
class TermWeights:
    """What each text earns for each term; `texts[starts[t]:starts[t + 1]]` hold term number t."""

    terms: dict[str, int]
    starts: NDArray[np.int64]
    texts: NDArray[np.int32]
    weights: NDArray[np.float64]
    idf: NDArray[np.float64]
    size: int
    """Number of texts."""
    corpus: int
    """Number of texts that the idf was counted over: `size`, unless these are some of many."""

    def scores(self, query: Sequence[str]) -> NDArray[np.float64]:
        """BM25 of every text, (size,); zeros when nothing matches. A token that occurs twice counts twice."""
        total = np.zeros(self.size)
        for token in query:
            number = self.terms.get(token)
            if number is not None:
                span = slice(self.starts[number], self.starts[number + 1])
                total[self.texts[span]] += self.weights[span]
        return total

    def holders(self, token: str) -> NDArray[np.int32]:
        """The numbers of the texts that hold `token`."""
        number = self.terms.get(token)
        return self.texts[:0] if number is None else self.texts[self.starts[number] : self.starts[number + 1]]

    def telling(self, token: str) -> float:
        """The idf of `token`; of one that no text holds, the highest there could be."""
        number = self.terms.get(token)
        return float(np.log(2 * self.corpus + 1)) if number is None else float(self.idf[number])


def weigh(texts: Sequence[Sequence[str]]) -> TermWeights:
    """The weights of tokenised `texts`; an empty corpus, or one without tokens, has no terms."""
    if not any(texts):
        nothing = np.zeros(0)
        return TermWeights({}, np.zeros(1, np.int64), np.zeros(0, np.int32), nothing, nothing, len(texts), len(texts))
    from rank_bm25 import BM25Okapi  # 0.1 s: a search in a built index does without

    model = BM25Okapi(texts)
    terms = {term: number for number, term in enumerate(model.idf)}
    postings = [(terms[t], text, n) for text, counts in enumerate(model.doc_freqs) for t, n in counts.items()]
    number, text, count = np.array(postings, dtype=np.int64).T
    order = np.argsort(number, kind="stable")
    number, text, count = number[order], text[order], count[order]
    idf = np.maximum(np.fromiter(model.idf.values(), float, len(terms)), LOWEST_IDF)
    lengths = np.array(model.doc_len)[text] / model.avgdl
    weights = idf[number] * (count * (model.k1 + 1) / (count + model.k1 * (1 - model.b + model.b * lengths)))
    starts = np.searchsorted(number, np.arange(len(terms) + 1))
    return TermWeights(terms, starts, text.astype(np.int32), weights, idf, len(texts), len(texts))


K1, B, EPSILON = 1.5, 0.75, 0.25
"""rank-bm25's own constants, for a corpus too large for its dictionaries."""


@dataclass(frozen=True, slots=True)
class Statistics:
    """What BM25 knows of a whole corpus, so that any few of its texts can be weighed as among all of them."""

    terms: Mapping[str, int]
    idf: NDArray[np.float64]
    """By the numbers of `terms`."""
    size: int
    """Number of texts."""
    mean_length: float
    """Tokens of a text."""

    def weigh(self, texts: Sequence[Sequence[str]], wanted: Sequence[str]) -> TermWeights:
        """The weights of some of the corpus's texts for the tokens of a query, as `weigh` gives them in all of it."""
        terms = {term: n for n, term in enumerate(t for t in dict.fromkeys(wanted) if t in self.terms)}
        idf = np.array([self.idf[self.terms[term]] for term in terms])
        postings = [
            (terms[term], text, n)
            for text, listed in enumerate(texts)
            for term, n in Counter(token for token in listed if token in terms).items()
        ]
        number, text, count = np.array(sorted(postings), np.int64).reshape(-1, 3).T
        lengths = np.array([len(t) for t in texts])[text] / (self.mean_length or 1.0)
        weights = idf[number] * (count * (K1 + 1) / (count + K1 * (1 - B + B * lengths)))
        starts = np.searchsorted(number, np.arange(len(terms) + 1))
        return TermWeights(terms, starts, text.astype(np.int32), weights, idf, len(texts), self.size)


class Tally:
    """Counts a corpus text by text, for `Statistics`."""

    def __init__(self) -> None:
        self._holders: Counter[str] = Counter()
        self._size = self._length = 0

    def add(self, text: Sequence[str]) -> None:
        """The tokens of the next text."""
        self._holders.update(set(text))
        self._size += 1
        self._length += len(text)

    def statistics(self) -> Statistics:
        """Of all texts so far; idf as rank-bm25 has it: one below zero becomes a share of the mean."""
        held = np.fromiter(self._holders.values(), float, len(self._holders))
        idf = np.log(self._size - held + 0.5) - np.log(held + 0.5)
        floor = EPSILON * float(idf.mean()) if len(idf) else 0.0
        idf = np.maximum(np.where(idf < 0, floor, idf), LOWEST_IDF)
        terms = {term: number for number, term in enumerate(self._holders)}
        return Statistics(terms, idf, self._size, self._length / self._size if self._size else 0.0)
