"""One search for all callers: query -> evidence of every ranker -> one ranking with a calibrated probability."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from index import fuse
from index.calibration import Parameters, load_parameters, softmax
from index.contents import Contents, Origin, contents_of
from index.fuse import Evidence
from index.part import Part, Source, Whole
from index.passages import Kind, Passage, passages_of, passages_of_texts
from index.spelling import Speller
from index.tokens import asks_amount, normalise, tokens
from index.types import Embedder, Handbook, Hit, Question, Ranking

if TYPE_CHECKING:
    from index.pack import Pack

SAMPLE = 300
"""Entries that tell how far the embedder is at home in a corpus."""


class Retriever:
    """Searches the questions of one handbook.

    `index.types.Search` is its protocol. `parameters` replaces the shipped weights, as an eval out of fold needs.
    """

    def __init__(
        self,
        questions: Sequence[Question],
        source: Source,
        embedder: Embedder,
        parameters: Parameters | None = None,
        speller: Speller | None = None,
    ) -> None:
        self.questions = tuple(questions)
        self._source = source
        self._embedder = embedder
        self._parameters = parameters
        self._speller = speller or Speller(source.terms(), getattr(embedder, "knows", None))

    @classmethod
    def from_handbook(cls, handbook: Handbook, embedder: Embedder, pack: Pack | None = None) -> Retriever:
        """An index of `handbook` in memory only."""
        passages = passages_of(handbook, pack)
        count = len(handbook.questions)
        return cls(handbook.questions, Whole(_in_memory(passages, embedder, count), count), embedder)

    @classmethod
    def from_texts(cls, rows: Sequence[tuple[str, str]], embedder: Embedder) -> Retriever:
        """An index in memory of any (id, text) rows: each hit's question has the id as its `ref`, and no bullets."""
        questions, passages = passages_of_texts(rows)
        return cls(questions, Whole(_in_memory(passages, embedder, len(rows)), len(rows)), embedder)

    def with_parameters(self, parameters: Parameters) -> Retriever:
        """The same index under other weights and thresholds."""
        return Retriever(self.questions, self._source, self._embedder, parameters, self._speller)

    @property
    def has_pack(self) -> bool:
        """Whether a pack's texts are searched too."""
        return self._source.has_added

    @property
    def parameters(self) -> Parameters:
        """The weights in use: given ones, else the shipped ones for an index with or without a pack."""
        if self._parameters is None:
            self._parameters = load_parameters("pack" if self.has_pack else "plain")
        return self._parameters

    def search(self, query: str, k: int = 5) -> Ranking:
        """See `index.types.Search`; a query without letters or digits finds nothing and abstains."""
        if not self.questions or not (tokens(query) or any(c.isalnum() for c in query)):
            return Ranking(query, (), abstained=True)
        part, sims, evidence = self._look(query)
        scores = fuse.fuse(evidence, self.parameters.weights, self._source.depth)
        outcome = self.parameters.judge(scores, evidence)
        order = np.argsort(-scores, kind="stable")[:k].tolist()
        shares = softmax(scores) * outcome.answered
        ranks = {"dense": fuse.ranks(evidence.cosines.max(axis=0)), "bm25": fuse.ranks(evidence.bm25)}
        hits = tuple(
            Hit(
                self.questions[int(part.places[n])],
                float(shares[n]),
                part.matched(n, sims),
                {name: int(rank[n]) for name, rank in ranks.items()},
            )
            for n in order
        )
        return Ranking(query, hits, outcome.abstained, outcome.detail)

    def evidence(self, query: str) -> Evidence:
        """What the rankers say about `query`: the input of fitting."""
        return self._look(query)[2]

    def _look(self, query: str) -> tuple[Part, fuse.Cosines, Evidence]:
        meant = self._speller.mend(normalise(query))
        wanted, vector = tokens(meant), self._embedder.embed_queries([meant])[0]
        part = self._source.part(wanted, vector)
        sims = part.similarities(vector)
        return part, sims, part.evidence(sims, wanted, float(asks_amount(query)))


def _in_memory(passages: Sequence[Passage], embedder: Embedder, questions: int) -> Contents:
    vectors = embedder.embed_passages([p.text for p in passages])
    return contents_of(passages, vectors, origin_of(passages, embedder), questions)


def origin_of(passages: Sequence[Passage], embedder: Embedder) -> Origin:
    """The embedder's name, and how far it is at home in these entries, told from the first SAMPLE of them."""
    entries = [p.text for p in passages if p.kind is Kind.ENTRY]
    return Origin(embedder.name, _familiarity(embedder, entries[:SAMPLE]))


def _familiarity(embedder: Embedder, texts: Sequence[str]) -> float:
    """1 for an embedder that cannot tell: a large model is at home everywhere."""
    measure = getattr(embedder, "familiarity", None)
    return 1.0 if measure is None else float(measure(texts))
