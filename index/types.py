"""What a handbook is made of, and what a search returns. Knows no file, no model, no other module of ours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Bullet:
    """One hint of a question: the unit that is graded."""

    key: str
    """Hash of the question's key and the folded plain text: the same in a renamed or re-ordered copy."""
    text: str
    """Markdown source after the list marker."""
    plain: str
    """`text` rendered: for display, search and the judge."""
    line: int
    """1-based line in the file."""


@dataclass(frozen=True, slots=True)
class Direction:
    """A chapter of the handbook."""

    number: int
    """From 1, in the order of the file."""
    title: str
    keywords: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Question:
    """One question with its rubric."""

    ref: str
    """What a person types: `<direction>.<position in the direction>`, as in `2.4`."""
    key: str
    """Hash of the folded question text."""
    direction: Direction
    text: str
    bullets: tuple[Bullet, ...]
    line: int
    label: str = ""
    """The file's own numbering, as in `Q4`; empty when it has none."""
    notes: tuple[str, ...] = ()
    """Other plain text under the question: searched and shown, never scored."""
    hot: tuple[int, ...] = ()
    """Ranks of the hot topics that concern it."""


@dataclass(frozen=True, slots=True)
class HotTopic:
    """A row of the handbook's list of most-asked topics."""

    rank: int
    topic: str
    refs: tuple[str, ...]
    gist: str


@dataclass(frozen=True, slots=True)
class Handbook:
    """A parsed handbook; `questions` in the order of the file."""

    name: str
    title: str
    meta: Mapping[str, object]
    directions: tuple[Direction, ...]
    questions: tuple[Question, ...]
    hot_topics: tuple[HotTopic, ...] = ()
    notices: tuple[str, ...] = ()
    """What a reader of the file should know, such as questions left out for want of bullets."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A question found by a search."""

    question: Question
    score: float
    """Calibrated probability that the question answers the query, in [0, 1]."""
    matched: int | None
    """Position of the bullet that matched best, from 0; None when the question itself did."""
    ranks: Mapping[str, int] = field(default_factory=dict)
    """Ranker name -> 1-based rank."""


@dataclass(frozen=True, slots=True)
class Ranking:
    """The outcome of one search: hits best first, and whether they answer the query."""

    query: str
    hits: tuple[Hit, ...]
    abstained: bool
    """No question of the handbook treats the query; `hits` are then only the nearest."""
    detail: bool = True
    """False: the topic is in the handbook, what was asked about it is not."""


class Embedder(Protocol):
    """Turns texts into unit vectors."""

    name: str
    """Identity for the index fingerprint: a hub name, or a folder's name with the digest of its weights."""
    dimensions: int

    def embed_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Vectors of search queries: (len(texts), dimensions), float32, unit rows (zero for a text without tokens)."""
        ...

    def embed_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Vectors of stored texts: the same shape and scale as `embed_queries`."""
        ...


class Search(Protocol):
    """Finds questions; `index.retriever.Retriever` is the real one."""

    def search(self, query: str, k: int = 5) -> Ranking:
        """The `k` nearest questions, best first; equal scores in the order of the handbook."""
        ...
