"""One search for all callers: query -> evidence of every ranker -> one ranking with a calibrated probability."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from index import fuse
from index.calibration import Parameters, load_parameters, softmax
from index.dense import best_by_kind, group
from index.fuse import Evidence
from index.passages import Kind, Passage, passages_of, passages_of_texts
from index.sparse import TermWeights
from index.spelling import Speller
from index.store import Contents, Origin, contents_of
from index.tokens import asks_amount, normalise, tokens
from index.types import Embedder, Handbook, Hit, Question, Ranking

if TYPE_CHECKING:
    from index.pack import Pack

REPEATED = 2.5
"""k1 + 1 of rank-bm25: what a term repeated without end would earn, as a multiple of its idf."""

SAMPLE = 300
"""Entries that tell how far the embedder is at home in a corpus."""


class Retriever:
    """Searches the questions of one handbook; holds its index in memory.

    `index.types.Search` is its protocol. `parameters` replaces the shipped weights, as an eval out of fold needs.
    """

    def __init__(
        self,
        questions: Sequence[Question],
        contents: Contents,
        embedder: Embedder,
        parameters: Parameters | None = None,
    ) -> None:
        self.questions = tuple(questions)
        self._contents = contents
        self._embedder = embedder
        self._parameters = parameters
        self._groups = group(contents.kinds, contents.owners, len(self.questions))
        self._added = int(np.searchsorted(contents.kinds, Kind.VARIANT))
        kinds, owners = contents.kinds[self._added :] - int(Kind.VARIANT), contents.owners[self._added :]
        self._added_groups = group(kinds, owners, len(self.questions))
        self._added_owners = owners
        self._told_rows = _rows(contents, (Kind.BULLET, Kind.SAYING), len(self.questions))
        self._asked_rows = _rows(contents, (Kind.QUESTION, Kind.VARIANT), len(self.questions))
        self._speller = Speller([*contents.entries.terms, *contents.others.terms], getattr(embedder, "knows", None))

    @classmethod
    def from_handbook(cls, handbook: Handbook, embedder: Embedder, pack: Pack | None = None) -> Retriever:
        """An index of `handbook` in memory only."""
        passages = passages_of(handbook, pack)
        return cls(handbook.questions, _in_memory(passages, embedder, len(handbook.questions)), embedder)

    @classmethod
    def from_texts(cls, rows: Sequence[tuple[str, str]], embedder: Embedder) -> Retriever:
        """An index in memory of any (id, text) rows: each hit's question has the id as its `ref`, and no bullets."""
        questions, passages = passages_of_texts(rows)
        return cls(questions, _in_memory(passages, embedder, len(rows)), embedder)

    def with_parameters(self, parameters: Parameters) -> Retriever:
        """The same index under other weights and thresholds."""
        return Retriever(self.questions, self._contents, self._embedder, parameters)

    @property
    def has_pack(self) -> bool:
        """Whether a pack's texts are searched too."""
        return self._added < len(self._contents.kinds)

    @property
    def parameters(self) -> Parameters:
        """The weights in use: given ones, else the shipped ones for an index with or without a pack."""
        if self._parameters is None:
            self._parameters = load_parameters("pack" if self.has_pack else "plain")
        return self._parameters

    def search(self, query: str, k: int = 5) -> Ranking:
        """See `index.types.Search`; a query without letters or digits finds nothing and abstains."""
        wanted = tokens(query)
        if not self.questions or not (wanted or any(c.isalnum() for c in query)):
            return Ranking(query, (), abstained=True)
        evidence, sims = self._evidence(query)
        scores = fuse.fuse(evidence, self.parameters.weights, self._contents.depth)
        outcome = self.parameters.judge(scores, evidence)
        order = np.argsort(-scores, kind="stable")[:k].tolist()
        shares = softmax(scores) * outcome.answered
        places = {"dense": fuse.ranks(evidence.cosines.max(axis=0)), "bm25": fuse.ranks(evidence.bm25)}
        hits = tuple(
            Hit(
                self.questions[n],
                float(shares[n]),
                self._matched(n, sims),
                {name: int(place[n]) for name, place in places.items()},
            )
            for n in order
        )
        return Ranking(query, hits, outcome.abstained, outcome.detail)

    def evidence(self, query: str) -> Evidence:
        """What the rankers say about `query`: the input of fitting."""
        return self._evidence(query)[0]

    def _evidence(self, query: str) -> tuple[Evidence, NDArray[np.float32]]:
        meant = self._speller.mend(normalise(query))
        wanted = tokens(meant)
        contents, count = self._contents, len(self.questions)
        sims = contents.vectors @ self._embedder.embed_queries([meant])[0]
        added = (
            best_by_kind(contents.others.scores(wanted), self._added_groups, 2)
            if self.has_pack
            else np.zeros((2, count))
        )
        covered, known = self._covered(set(wanted))
        evidence = Evidence(
            cosines=best_by_kind(sims, self._groups, len(Kind)),
            bm25=contents.entries.scores(wanted),
            bm25_added=np.maximum(added, 0.0),
            ideal=_ideal(contents.entries, wanted),
            ideal_added=_ideal(contents.others, wanted),
            covered=covered,
            known=known,
            amount=float(asks_amount(query)),
            length=float(np.log1p(len(set(wanted)))),
        )
        return evidence, sims

    def _covered(self, wanted: set[str]) -> tuple[NDArray[np.float64], float]:
        """Share of the tokens, by idf, that each question's texts hold, and that any question's do."""
        covered, known, total = np.zeros(len(self.questions)), 0.0, 0.0
        entries, others = self._contents.entries, self._contents.others
        for token in sorted(wanted):  # a set's own order would change the last digits of a sum from run to run
            weight = entries.telling(token)
            held = np.zeros(len(self.questions), dtype=bool)
            held[entries.holders(token)] = True
            held[self._added_owners[others.holders(token)]] = True
            covered += weight * held
            known += weight * bool(held.any())
            total += weight
        return (covered / total, known / total) if total else (covered, 0.0)

    def _matched(self, question: int, sims: NDArray[np.float32]) -> int | None:
        """The bullet nearest to the query in any of its wordings, unless the question itself is nearer."""
        told, asked = self._told_rows[question], self._asked_rows[question]
        if not len(told) or (len(asked) and sims[asked].max() >= sims[told].max()):
            return None
        bullet = int(self._contents.bullets[told[int(sims[told].argmax())]])
        return bullet if bullet >= 0 else None


def _rows(contents: Contents, kinds: Sequence[Kind], questions: int) -> list[NDArray[np.int64]]:
    """For each question, its rows of these kinds."""
    rows = np.flatnonzero(np.isin(contents.kinds, [int(k) for k in kinds]))
    rows = rows[np.argsort(contents.owners[rows], kind="stable")]
    return np.split(rows, np.searchsorted(contents.owners[rows], np.arange(1, questions)))


def _ideal(weights: TermWeights, wanted: Sequence[str]) -> float:
    return REPEATED * sum(map(weights.telling, wanted)) or 1.0


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
