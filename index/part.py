"""Questions that are scored together: all of a small handbook, the nearest of a large one. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from index.contents import Contents
from index.dense import best_by_kind, group
from index.fuse import Evidence
from index.passages import Kind
from index.sparse import TermWeights

REPEATED = 2.5
"""k1 + 1 of rank-bm25: what a term repeated without end would earn, as a multiple of its idf."""


class Source(Protocol):
    """An index as a search sees it: which questions come into question, and what is known of all."""

    depth: float
    """How far the embedder is at home in the entries, from 0 to 1."""
    has_added: bool
    """Whether a pack's texts are in it."""

    def terms(self) -> Iterable[str]:
        """Every term of every text; one may come twice."""
        ...

    def part(self, wanted: Sequence[str], vector: NDArray[np.float32]) -> Part:
        """What to score for a query with these tokens and this vector."""
        ...


class Part:
    """Questions in columns; column n is the question at `places[n]` of the handbook."""

    def __init__(self, contents: Contents, places: NDArray[np.int64], *, has_added: bool) -> None:
        """`contents.owners` are column numbers."""
        self.places = places
        self._contents, self._has_added = contents, has_added
        self._groups = group(contents.kinds, contents.owners, len(places))
        added = int(np.searchsorted(contents.kinds, Kind.VARIANT))
        self._added_owners = contents.owners[added:]
        self._added_groups = group(contents.kinds[added:] - int(Kind.VARIANT), self._added_owners, len(places))

    def similarities(self, vector: NDArray[np.float32]) -> NDArray[np.float32]:
        """Cosine of a query to every passage."""
        # Not `@`: BLAS shares even this among threads, and on a busy machine waits 30 ms for a second one (here 0.3).
        return np.asarray(np.einsum("ij,j->i", self._contents.vectors, vector), np.float32)

    def evidence(self, sims: NDArray[np.float32], wanted: Sequence[str], amount: float) -> Evidence:
        """What the rankers say about a query with these cosines and tokens."""
        entries, others = self._contents.entries, self._contents.others
        added = (
            best_by_kind(others.scores(wanted), self._added_groups, 2)
            if self._has_added
            else np.zeros((2, len(self.places)))
        )
        covered, known = self._covered(set(wanted))
        return Evidence(
            cosines=best_by_kind(sims, self._groups, len(Kind)),
            bm25=entries.scores(wanted),
            bm25_added=np.maximum(added, 0.0),
            ideal=_ideal(entries, wanted),
            ideal_added=_ideal(others, wanted),
            covered=covered,
            known=known,
            amount=amount,
            length=float(np.log1p(len(set(wanted)))),
        )

    def matched(self, column: int, sims: NDArray[np.float32]) -> int | None:
        """The bullet nearest to the query in any of its wordings, unless the question itself is nearer."""
        told = self._rows(column, (Kind.BULLET, Kind.SAYING))
        asked = self._rows(column, (Kind.QUESTION, Kind.VARIANT))
        if not len(told) or (len(asked) and sims[asked].max() >= sims[told].max()):
            return None
        bullet = int(self._contents.bullets[told[int(sims[told].argmax())]])
        return bullet if bullet >= 0 else None

    def _rows(self, column: int, kinds: Sequence[Kind]) -> NDArray[np.int64]:
        """Rows are ordered by kind, then column, so each kind's rows of a column lie together."""
        found = [np.zeros(0, np.int64)]
        for kind in kinds:
            first, last = np.searchsorted(self._contents.kinds, (kind, kind + 1))
            span = first + np.searchsorted(self._contents.owners[first:last], (column, column + 1))
            found.append(np.arange(*span))
        return np.concatenate(found)

    def _covered(self, wanted: set[str]) -> tuple[NDArray[np.float64], float]:
        """Share of the tokens, by idf, that each question's texts hold, and that any question's do."""
        covered, known, total = np.zeros(len(self.places)), 0.0, 0.0
        entries, others = self._contents.entries, self._contents.others
        for token in sorted(wanted):  # a set's own order would change the last digits of a sum from run to run
            weight = entries.telling(token)
            held = np.zeros(len(self.places), dtype=bool)
            held[entries.holders(token)] = True
            held[self._added_owners[others.holders(token)]] = True
            covered += weight * held
            known += weight * bool(held.any())
            total += weight
        return (covered / total, known / total) if total else (covered, 0.0)


class Whole:
    """An index that is scored whole for every query; `index.part.Source` is its protocol."""

    def __init__(self, contents: Contents, questions: int) -> None:
        self.depth = contents.depth
        self.has_added = bool((contents.kinds >= Kind.VARIANT).any())
        self._contents = contents
        self._part = Part(contents, np.arange(questions), has_added=self.has_added)

    def terms(self) -> Iterable[str]:
        """Every term of every text."""
        return [*self._contents.entries.terms, *self._contents.others.terms]

    def part(self, wanted: Sequence[str], vector: NDArray[np.float32]) -> Part:
        """All of it."""
        return self._part


def _ideal(weights: TermWeights, wanted: Sequence[str]) -> float:
    return REPEATED * sum(map(weights.telling, wanted)) or 1.0
