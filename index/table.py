"""The LanceDB table of an index: every passage with its place and vector. The only importer of LanceDB."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.passages import Kind, Passage
from index.tokens import tokens

TABLE = "passages"
DAMAGED = (OSError, ValueError, RuntimeError)
"""What LanceDB raises for a table that is damaged, or that another process has just removed."""
BATCH = 32_768
"""Passages embedded and written at once: 50 MB of vectors."""

Embed = Callable[[Sequence[str]], NDArray[np.float32]]


def write_table(folder: Path, passages: Sequence[Passage], embed: Embed, *, tokenised: bool = False) -> Any:
    """Write `passages` in their order, and return the open table; `tokenised` adds the tokens that BM25 counts."""
    import lancedb  # 1 s: only a build and a lost snapshot pay it

    table = None
    for start in range(0, max(1, len(passages)), BATCH):
        some = passages[start : start + BATCH]
        rows = _arrow(some, embed([p.text for p in some]), start, tokenised=tokenised)
        if table is None:
            table = lancedb.connect(folder).create_table(TABLE, rows)
        else:
            table.add(rows)
    return table


def _arrow(passages: Sequence[Passage], vectors: NDArray[np.float32], start: int, *, tokenised: bool) -> Any:
    import pyarrow as pa

    columns = {
        "row": pa.array(range(start, start + len(passages)), pa.int64()),
        "kind": pa.array([int(p.kind) for p in passages], pa.int64()),
        "owner": pa.array([p.owner for p in passages], pa.int64()),
        "bullet": pa.array([p.bullet for p in passages], pa.int64()),
        "text": pa.array([p.text for p in passages], pa.string()),
        "vector": pa.FixedSizeListArray.from_arrays(pa.array(vectors.ravel()), vectors.shape[1]),
    }
    if tokenised:
        columns["tokens"] = pa.array([_joined(p) for p in passages], pa.string())
    return pa.table(columns)


def _joined(passage: Passage) -> str | None:
    """A question and its bullets stand in the entry: counted once."""
    return None if passage.kind in (Kind.QUESTION, Kind.BULLET) else " ".join(tokens(passage.text))


def open_table(folder: Path) -> Any | None:
    """The table of an index; None when there is no whole one."""
    if not (folder / f"{TABLE}.lance").is_dir():
        return None
    import lancedb

    try:
        return lancedb.connect(folder).open_table(TABLE)
    except DAMAGED:
        return None


def read_table(folder: Path) -> dict[str, Any] | None:
    """All columns in the order of `row`; None when there is no whole table."""
    table = open_table(folder)
    try:
        return None if table is None else columns_of(table.to_arrow())
    except DAMAGED:
        return None


def columns_of(found: Any) -> dict[str, Any]:
    """An arrow table as arrays, in the order of `row`; `text` and `tokens` as lists, where they were asked for."""
    order = np.argsort(found["row"].to_numpy(), kind="stable")  # arrow's own sort is slow on vectors
    width = found.schema.field("vector").type.list_size
    vectors = found["vector"].combine_chunks().flatten().to_numpy(zero_copy_only=False).reshape(-1, width)
    columns: dict[str, Any] = {
        name: found[name].to_numpy().astype(np.int64)[order] for name in ("row", "kind", "owner", "bullet")
    }
    for name in ("text", "tokens"):
        if name in found.column_names:
            listed = found[name].to_pylist()
            columns[name] = [listed[n] for n in order.tolist()]
    return {**columns, "vector": np.ascontiguousarray(vectors[order], np.float32)}


class KnownVectors:
    """The vectors of an index, by text: an edit embeds only what it changed. A table that cannot be read holds none."""

    def __init__(self, table: Any = None) -> None:
        self._table = table
        self._rows: dict[str, int] = {}
        if table is not None:
            with suppress(*DAMAGED):
                found = table.search().select(["row", "text"]).to_arrow()
                self._rows = dict(zip(found["text"].to_pylist(), found["row"].to_pylist(), strict=True))

    def __call__(self, texts: Sequence[str]) -> dict[str, NDArray[np.float32]]:
        """Those of `texts` that it holds."""
        rows = {self._rows[text]: text for text in texts if text in self._rows}
        if not rows:
            return {}
        names = ["row", "kind", "owner", "bullet", "vector"]
        try:
            found = columns_of(self._table.take_offsets(list(rows)).select(names).to_arrow())
        except DAMAGED:
            return {}
        return {rows[row]: vector for row, vector in zip(found["row"].tolist(), found["vector"], strict=True)}
