"""A large handbook: LanceDB's vector and full-text indexes name the nearest questions, and only those are scored.

They are scored exactly as in a small handbook: same features, same BM25 statistics of the whole corpus.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.contents import Contents
from index.part import Part
from index.passages import Kind, Passage
from index.sparse import Statistics, Tally
from index.table import Embed, columns_of, open_table, write_table

TERMS = "terms.npz"
NEAREST = 80
"""Passages that the vector index names."""
MATCHING = 50
"""Texts that the full-text index names."""
ROWS_A_PARTITION = 4_096
PROBED = 12
"""Partitions of the vector index that a query looks into."""
INDEXED_FROM = 20_000
"""Rows: LanceDB scans fewer faster than it would look them up."""
_READ = ("row", "kind", "owner", "bullet", "vector", "tokens")


class Shortlist:
    """Scores the questions that either index names; `index.part.Source` is its protocol."""

    def __init__(
        self, table: Any, starts: NDArray[np.int64], entries: Statistics, others: Statistics, depth: float
    ) -> None:
        """Rows `starts[n]` to `starts[n + 1]` of the table are those of question n."""
        self.depth = depth
        self.has_added = others.size > 0
        self._table, self._starts = table, starts
        self._entries, self._others = entries, others

    def terms(self) -> Iterable[str]:
        """Every term of every text."""
        yield from self._entries.terms
        yield from self._others.terms

    def part(self, wanted: Sequence[str], vector: NDArray[np.float32]) -> Part:
        """The questions with the nearest passages and those that hold the telling tokens."""
        places = np.array(sorted(self._near(vector) | self._holding(wanted)), np.int64)
        if not len(places):
            places = np.arange(min(NEAREST, len(self._starts) - 1))
        rows = np.concatenate([np.arange(self._starts[n], self._starts[n + 1]) for n in places.tolist()])
        found = columns_of(self._table.take_offsets(rows.tolist()).select(list(_READ)).to_arrow())
        order = np.lexsort((found["row"], found["kind"]))
        kinds, bullets, vectors = (found[name][order] for name in ("kind", "bullet", "vector"))
        columns = np.searchsorted(places, found["owner"][order])
        texts = [text.split() if (text := found["tokens"][n]) else [] for n in order.tolist()]
        contents = Contents(
            kinds,
            columns,
            bullets,
            vectors,
            self._entries.weigh(_entries(kinds, columns, texts, len(places)), wanted),
            self._others.weigh(texts[int(np.searchsorted(kinds, Kind.VARIANT)) :], wanted),
            self.depth,
        )
        return Part(contents, places, has_added=self.has_added)

    def _near(self, vector: NDArray[np.float32]) -> set[int]:
        if not vector.any():  # a text without known tokens is near nothing
            return set()
        search = self._table.search(vector, vector_column_name="vector").distance_type("dot").nprobes(PROBED)
        return set(search.limit(NEAREST).select(["owner", "_distance"]).to_arrow()["owner"].to_pylist())

    def _holding(self, wanted: Sequence[str]) -> set[int]:
        known = [t for t in dict.fromkeys(wanted) if t in self._entries.terms or t in self._others.terms]
        if not known:
            return set()
        search = self._table.search(" ".join(known), query_type="fts", fts_columns="tokens")
        return set(search.limit(MATCHING).select(["owner", "_score"]).to_arrow()["owner"].to_pylist())


def _entries(
    kinds: NDArray[np.int64], columns: NDArray[np.int64], texts: Sequence[list[str]], count: int
) -> list[list[str]]:
    """The tokens of each column's entry; none for a question without one."""
    entries: list[list[str]] = [[] for _ in range(count)]
    for row in np.flatnonzero(kinds == Kind.ENTRY).tolist():
        entries[int(columns[row])] = texts[row]
    return entries


def write_shortlist(folder: Path, passages: Sequence[Passage], embed: Embed, questions: int) -> None:
    """Table, both indexes and the statistics of all texts, in `folder`."""
    ordered = sorted(passages, key=lambda p: p.owner)
    table = write_table(folder, ordered, embed, tokenised=True)
    _index_table(table, len(ordered))
    starts = np.searchsorted([p.owner for p in ordered], np.arange(questions + 1))
    entries, others = _tallied(table)
    arrays: dict[str, Any] = {"starts": starts}
    for name, counted in (("entries", entries), ("others", others)):
        arrays[f"{name}_terms"] = np.frombuffer("\n".join(counted.terms).encode(), np.uint8)
        arrays[f"{name}_idf"] = counted.idf
        arrays[f"{name}_size"] = np.array([counted.size, counted.mean_length])
    np.savez(folder / TERMS, **arrays)


def _index_table(table: Any, rows: int) -> None:
    from lancedb.index import FTS, IvfFlat

    # The tokens are final: whatever else the index would do to them would make them other tokens.
    plain = FTS(
        base_tokenizer="whitespace",
        lower_case=False,
        stem=False,
        remove_stop_words=False,
        ascii_folding=False,
        max_token_length=None,
    )
    table.create_index("tokens", config=plain)
    if rows >= INDEXED_FROM:
        partitions = max(1, rows // ROWS_A_PARTITION)
        config = IvfFlat(distance_type="dot", num_partitions=partitions, max_iterations=10, sample_rate=64)
        table.create_index("vector", config=config)


def _tallied(table: Any) -> tuple[Statistics, Statistics]:
    entries, others = Tally(), Tally()
    found = table.search().select(["kind", "tokens"]).to_batches()
    for batch in found:
        for kind, text in zip(batch["kind"].to_pylist(), batch["tokens"].to_pylist(), strict=True):
            if text is not None:
                (entries if kind == Kind.ENTRY else others).add(text.split())
    return entries.statistics(), others.statistics()


def read_shortlist(folder: Path, depth: float) -> Shortlist | None:
    """None when `folder` holds no whole index of this form."""
    try:
        with open(folder / TERMS, "rb") as file:
            arrays = dict(np.load(file, allow_pickle=False))
        entries, others = (_statistics(arrays, name) for name in ("entries", "others"))
        table = open_table(folder)
        return None if table is None else Shortlist(table, arrays["starts"], entries, others, depth)
    except (OSError, EOFError, ValueError, LookupError, zipfile.BadZipFile):
        return None


def _statistics(arrays: dict[str, Any], name: str) -> Statistics:
    text = arrays[f"{name}_terms"].tobytes().decode()
    terms = {term: number for number, term in enumerate(text.split("\n") if text else ())}
    size, mean_length = arrays[f"{name}_size"].tolist()
    return Statistics(terms, arrays[f"{name}_idf"], int(size), mean_length)
