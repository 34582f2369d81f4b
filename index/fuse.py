"""From what the rankers say about each question to one score. Pure; the weights come from outside."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index.passages import Kind

Scores = NDArray[np.float64]
Cosines = NDArray[np.float32]

FEATURES = (
    "question",
    "entry",
    "bullet",
    "variant",
    "saying",
    "asked",
    "told",
    "entry_bm25",
    "variant_bm25",
    "saying_bm25",
)
"""`asked` is the better of question and variant, `told` the better of bullet and saying; the first seven are cosines,
the last three BM25 as a share of what a text that holds the whole query often would earn."""

COSINES = 7
LEAST = 0.2
"""Weight of all cosines, as a share of BM25's, in a corpus of another field: they only part what BM25 finds equal.

XQuAD zh -> zh hit@1, n = 1,190: 0.82 with full weight, 0.93 so; BM25 alone 0.93.
"""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the rankers say about a query; arrays have one column per question."""

    cosines: Scores
    """(kinds, questions); -1 where a question has no passage of the kind."""
    bm25: Scores
    """Of the entries: (questions,)."""
    bm25_added: Scores
    """The best of the variants, and of the sayings: (2, questions); 0 without a pack."""
    ideal: float
    """BM25 that no entry can pass: every token of the query, any number of times."""
    ideal_added: float
    covered: Scores
    """Share of the query's tokens, by idf, that stand in the question's texts: (questions,)."""
    known: float
    """Share of them that stand in any question's texts."""
    amount: float
    """1 when the query asks for a number, a price or a default."""
    length: float
    """log(1 + number of different tokens)."""


def features(evidence: Evidence) -> Scores:
    """(len(FEATURES), questions), in the order of FEATURES; a grain that a question lacks takes the nearest it has."""
    cosines = evidence.cosines
    entry = cosines[Kind.ENTRY]
    question = np.where(cosines[Kind.QUESTION] > -1, cosines[Kind.QUESTION], entry)
    bullet = np.where(cosines[Kind.BULLET] > -1, cosines[Kind.BULLET], entry)
    variant = np.where(cosines[Kind.VARIANT] > -1, cosines[Kind.VARIANT], question)
    saying = np.where(cosines[Kind.SAYING] > -1, cosines[Kind.SAYING], bullet)
    dense = [question, entry, bullet, variant, saying, np.maximum(question, variant), np.maximum(bullet, saying)]
    return np.vstack([*dense, evidence.bm25 / evidence.ideal, evidence.bm25_added / evidence.ideal_added])


def fuse(evidence: Evidence, weights: Mapping[str, float], depth: float = 1.0) -> Scores:
    """The weighted sum of the features, (questions,); a feature without a weight counts nothing.

    `depth` is how far the embedder is at home in the corpus: the cosines count that much, and never less than
    LEAST times BM25.
    """
    row = np.array([weights.get(name, 0.0) for name in FEATURES])
    cosines, bm25 = float(row[:COSINES].sum()), float(row[COSINES:].sum())
    row[:COSINES] *= min(1.0, max(depth, LEAST * bm25 / cosines)) if cosines else 1.0
    return np.asarray(row @ features(evidence), dtype=np.float64)


def ranks(values: Scores) -> NDArray[np.int64]:
    """1-based rank of each value, highest first; equal values keep their order."""
    places = np.empty(len(values), np.int64)
    places[np.argsort(-values, kind="stable")] = np.arange(1, len(values) + 1)
    return places
