"""An index in memory: vectors, places and term weights of its passages. Knows no file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.passages import Kind, Passage
from index.sparse import TermWeights, weigh
from index.tokens import tokens


@dataclass(frozen=True, slots=True)
class Origin:
    """Whose vectors an index holds."""

    embedder: str
    depth: float
    """How far that embedder is at home in the entries, from 0 to 1."""


@dataclass(frozen=True, slots=True)
class Contents:
    """Row n of each array is passage n, ordered by kind and owner."""

    kinds: NDArray[np.int64]
    owners: NDArray[np.int64]
    bullets: NDArray[np.int64]
    vectors: NDArray[np.float32]
    entries: TermWeights
    """BM25 over the entries, text number = position of the question."""
    others: TermWeights
    """BM25 over the passages of a pack, text number = row minus the first such row."""
    depth: float
    """How far the embedder is at home in the entries, from 0 to 1."""


def contents_of(passages: Sequence[Passage], vectors: NDArray[np.float32], origin: Origin, questions: int) -> Contents:
    """An index that was never on disk."""
    numbers = np.array([(int(p.kind), p.owner, p.bullet) for p in passages], np.int64).reshape(-1, 3)
    columns = dict(zip(("kind", "owner", "bullet"), numbers.T, strict=True))
    return contents_of_rows({**columns, "text": [p.text for p in passages], "vector": vectors}, questions, origin.depth)


def contents_of_rows(rows: Mapping[str, Any], questions: int, depth: float) -> Contents:
    """From the columns `kind`, `owner`, `bullet`, `text` and `vector`, already in order."""
    kinds, owners, texts = rows["kind"], rows["owner"], rows["text"]
    entries: list[list[str]] = [[] for _ in range(questions)]
    others: list[list[str]] = []
    for kind, owner, text in zip(kinds.tolist(), owners.tolist(), texts, strict=True):
        if kind == Kind.ENTRY:
            entries[owner] = tokens(text)
        elif kind >= Kind.VARIANT:
            others.append(tokens(text))
    return Contents(kinds, owners, rows["bullet"], rows["vector"], weigh(entries), weigh(others), depth)
