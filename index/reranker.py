"""An optional second look at the first hits: a cross-encoder reads query and question together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

from index import hub
from index.types import Hit, Question, Ranking, Search

FIRST = 20
"""Hits that are read again."""
SETTING = "COACH_RERANKER"


class Reranker(Protocol):
    """Says how well texts answer a query."""

    def scores(self, query: str, texts: Sequence[str]) -> Sequence[float]:
        """One number per text, higher is better."""
        ...


class CrossReranker:
    """A sentence-transformers CrossEncoder by hub name or folder. EmbedderError when it cannot be loaded."""

    def __init__(self, name: str, *, offline: bool = False) -> None:
        def make(local: bool) -> CrossEncoder:
            made: CrossEncoder = CrossEncoder(name, local_files_only=local)
            return made

        try:
            from sentence_transformers import CrossEncoder  # 5 s: only who names a model pays it
        except ImportError as exc:
            raise hub.missing_package(name, SETTING, exc) from exc
        self._model = hub.load(name, SETTING, make, offline=offline)

    def scores(self, query: str, texts: Sequence[str]) -> Sequence[float]:
        """See `Reranker`; of a model with several labels, the last one's."""
        given = self._model.predict([(query, text) for text in texts], show_progress_bar=False)
        return [float(row if row.ndim == 0 else row[-1]) for row in given]


class Reranked:
    """A search whose first hits a reranker puts in order; `index.types.Search` is its protocol.

    Whether the handbook answers at all stays what the search said: its threshold was measured, the reranker's was not.
    """

    def __init__(self, search: Search, reranker: Reranker) -> None:
        self._search, self._reranker = search, reranker

    def search(self, query: str, k: int = 5) -> Ranking:
        """The hits' chances stay with their places: the n-th hit has the n-th highest."""
        found = self._search.search(query, max(k, FIRST))
        head = found.hits[:FIRST]
        if len(head) < 2:
            return replace(found, hits=found.hits[:k])
        scores = self._reranker.scores(query, [text_of(hit.question) for hit in head])
        order = sorted(range(len(head)), key=lambda n: -scores[n])
        chances = [hit.score for hit in head]
        moved = [_moved(head[n], place, chances[place]) for place, n in enumerate(order)]
        return replace(found, hits=(*moved, *found.hits[FIRST:])[:k])

    def without(self, query_id: str) -> Reranked:
        """The same over the search with parts fitted without that query, where it has such parts (see `evals`)."""
        inner = getattr(self._search, "without", None)
        return Reranked(inner(query_id), self._reranker) if inner else self


def _moved(hit: Hit, place: int, chance: float) -> Hit:
    return replace(hit, score=chance, ranks={**hit.ranks, "reranker": place + 1})


def text_of(question: Question) -> str:
    """What the reranker reads of a question."""
    return "\n".join([question.text, *(bullet.plain for bullet in question.bullets), *question.notes])
