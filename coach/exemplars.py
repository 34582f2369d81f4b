"""A question's facts with the sentences that state, half-state and contradict them, ready to be compared with."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol
from zlib import crc32

from coach.language import is_han
from coach.numbers import Number, in_digits, numbers
from coach.overlap import terms

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from coach.encoder import Encoder, Vectors
    from index.pack import Fact, PackQuestion

KINDS = COVERED, PARTIAL, WRONG, LISTED = range(4)
"""Kinds of sentences. `LISTED` ones have the fact's words without a claim: those that touch it, and rows of its words,
as keyword stuffing has them, which are made here."""
LISTED_WORDS = 7
MEANING, WORDS = 0.6, 0.4
"""Shares of the encoder's cosine and of the terms' in nearness."""
RIDGE = 0.2
"""Regularisation of the regressions; 0.1 to 1 are as good."""

_NEGATION = re.compile(r"不|没|无|非|未|别|\b(?:not?|never|without|cannot|nothing|none|nobody|\w+n't)\b", re.IGNORECASE)


class Tokenizes(Protocol):
    """What is needed to list a fact's words; the encoder has it."""

    def pieces(self, text: str) -> list[str]:
        """The token texts of `text`."""
        ...


@dataclass(frozen=True, slots=True)
class Exemplars:
    """All sentences of one question, as rows."""

    facts: tuple[Fact, ...]
    numbers: tuple[tuple[Number, ...], ...]
    """The numbers that each fact states."""
    bullet: NDArray[np.int64]
    """(facts,): position of each fact's bullet in the pack."""
    bullet_keys: tuple[str, ...]
    rows: tuple[tuple[slice, ...], ...]
    """[kind][fact]: where the sentences of that kind stand; empty slices where there are none."""
    kind: NDArray[np.int64]
    """(sentences,)."""
    fact: NDArray[np.int64]
    """(sentences,)."""
    negated: NDArray[np.int64]
    """(sentences,): whether the number of negations is odd."""
    vectors: Vectors
    lexicon: Lexicon
    bags: NDArray[np.float32]
    """(sentences, terms): unit rows."""
    odds: NDArray[np.float32]
    """(facts, terms): log odds that a sentence with the term states the fact rather than contradicts it."""
    regressions: NDArray[np.float32]
    """(similarities, sentences, kinds * facts): by meaning, by words and by both, what each sentence adds to the score
    of a stretch for a kind and fact, times their `kernel`."""

    def nearest(self, similarity: NDArray[np.float32]) -> NDArray[np.float32]:
        """(stretches, sentences) to (kinds, facts, stretches): the greatest; 0 where a fact has none of the kind."""
        import numpy as np

        groups = [
            (kind, fact, rows.start) for kind, of_kind in enumerate(self.rows) for fact, rows in enumerate(of_kind)
        ]
        filled = sorted((start, kind, fact) for kind, fact, start in groups if start < self.rows[kind][fact].stop)
        result = np.zeros((len(self.rows), len(self.facts), len(similarity)), np.float32)
        starts, kinds, facts = map(list, zip(*filled, strict=True))
        result[kinds, facts] = np.maximum.reduceat(similarity, starts, axis=1).T
        return result


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The terms of a question's sentences; rare ones weigh more."""

    columns: Mapping[str, int]
    weights: NDArray[np.float32]
    unknown: float
    """Weight of a term that no sentence has."""

    def bags(self, texts: Iterable[Sequence[str]]) -> NDArray[np.float32]:
        """(texts, terms): weighted term counts of each text's terms, as unit rows."""
        import numpy as np

        rows = []
        for found in texts:
            row = np.zeros(len(self.columns), np.float32)
            foreign = 0.0
            for term, count in Counter(found).items():
                column = self.columns.get(term)
                if column is None:
                    foreign += (self.unknown * (1 + math.log(count))) ** 2
                else:
                    row[column] = self.weights[column] * (1 + math.log(count))
            rows.append(row / math.sqrt(float(row @ row) + foreign or 1.0))
        return np.stack(rows)


def prepare(question: PackQuestion, encoder: Encoder) -> Exemplars:
    """The pack's sentences of a question, embedded and counted."""
    import numpy as np

    owners = [(i, fact) for i, bullet in enumerate(question.bullets) for fact in bullet.facts]
    rows = [(number, kind, text) for number, (_, fact) in enumerate(owners) for kind, text in sentences(fact, encoder)]
    # The handbook's own words state each of the bullet's facts, however tersely.
    rows += [(number, COVERED, question.bullets[bullet].text) for number, (bullet, _) in enumerate(owners)]
    rows = sorted(((number, kind, in_digits(text)) for number, kind, text in rows), key=lambda row: row[:2])
    found = [terms(text) for _, _, text in rows]
    lexicon = _lexicon(found)
    bags, vectors = lexicon.bags(found), encoder.embed([text for _, _, text in rows])
    stretches = tuple(tuple(_stretch(rows, kind, fact) for fact in range(len(owners))) for kind in KINDS)
    kinds, numbered = (np.array([row[at] for row in rows]) for at in (1, 0))
    meaning, words = vectors @ vectors.T, bags @ bags.T
    return Exemplars(
        facts=tuple(fact for _, fact in owners),
        numbers=tuple(numbers(fact.fact) for _, fact in owners),
        bullet=np.array([i for i, _ in owners]),
        bullet_keys=tuple(bullet.key for bullet in question.bullets),
        rows=stretches,
        kind=kinds,
        fact=numbered,
        negated=np.array([is_negated(text) for _, _, text in rows]),
        vectors=vectors,
        lexicon=lexicon,
        bags=bags,
        odds=np.stack(
            [_odds(bags > 0, *(stretches[kind][fact] for kind in (COVERED, WRONG))) for fact in range(len(owners))]
        ),
        regressions=np.stack(
            [
                _regression(similarity, kinds * len(owners) + numbered, len(KINDS) * len(owners))
                for similarity in (meaning, words, MEANING * meaning + WORDS * words)
            ]
        ),
    )


def kernel(similarity: NDArray[np.float32]) -> NDArray[np.float32]:
    """The Gaussian kernel exp(-|a - b|² / 2) of unit vectors with these dot products."""
    import numpy as np

    return np.exp(similarity - 1)


def _regression(similarity: NDArray[np.float32], group: NDArray[np.int64], groups: int) -> NDArray[np.float32]:
    """(sentences, groups): weights of a kernel ridge regression on which group each sentence is of.

    Unlike the nearest sentence or a vote it learns what tells the groups apart: what all of them share weighs nothing.
    """
    import numpy as np

    belongs = np.eye(groups, dtype=np.float32)[group]
    weights: NDArray[np.float32] = np.linalg.solve(
        kernel(similarity) + RIDGE * np.eye(len(group), dtype=np.float32), belongs
    )
    return weights.astype(np.float32)


def sentences(fact: Fact, encoder: Tokenizes) -> list[tuple[int, str]]:
    """(kind, text) of every sentence about a fact: the written ones, the fact itself, and lists of its words."""
    written = [(COVERED, text) for text in (*fact.covered, fact.fact, fact.en)]
    written += [(PARTIAL, text) for text in fact.partial] + [(WRONG, text) for text in fact.wrong]
    written += [(LISTED, text) for text in fact.touched]
    sources = [fact.fact, fact.en, *fact.covered[:1]]
    return written + [(LISTED, listed) for text in sources if (listed := _listed(encoder.pieces(text.lower())))]


def _odds(has: NDArray[np.bool_], stating: slice, wrong: slice) -> NDArray[np.float32]:
    """(terms,): smoothed by half a sentence; 0 for terms of neither, and where one kind is missing."""
    import numpy as np

    sizes = [rows.stop - rows.start for rows in (stating, wrong)]
    counts = [has[rows].sum(axis=0) for rows in (stating, wrong)]
    log = [np.log((count + 0.5) / (size + 1)) for count, size in zip(counts, sizes, strict=True)]
    odds: NDArray[np.float32] = np.where((counts[0] + counts[1] > 0) & (min(sizes) > 0), log[0] - log[1], 0.0).astype(
        np.float32
    )
    return odds


def _stretch(rows: Sequence[tuple[int, int, str]], kind: int, fact: int) -> slice:
    found = [at for at, (number, of_kind, _) in enumerate(rows) if (number, of_kind) == (fact, kind)]
    return slice(found[0], found[-1] + 1) if found else slice(0, 0)


def is_negated(text: str) -> bool:
    """Whether the text has an odd number of negations."""
    return len(_NEGATION.findall(text)) % 2 == 1


def _listed(pieces: Sequence[str]) -> str:
    """Words without a claim, in an order that is neither the sentence's nor chance."""
    words = sorted({piece for piece in pieces if len(piece) > 1 and piece != "[UNK]"}, key=lambda w: crc32(w.encode()))
    return ("、" if any(map(is_han, "".join(words))) else ", ").join(words[:LISTED_WORDS])


def _lexicon(found: Sequence[Sequence[str]]) -> Lexicon:
    import numpy as np

    counts = Counter(term for bag in found for term in set(bag))
    columns = {term: column for column, term in enumerate(counts)}
    weights = np.array([math.log((len(found) + 1) / (counts[term] + 0.5)) for term in columns], np.float32)
    return Lexicon(columns, weights, math.log((len(found) + 1) / 0.5))
