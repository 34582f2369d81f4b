"""Opens the index of a handbook: the one on disk when it fits, else a new one."""

from __future__ import annotations

import gc
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from index.passages import passages_of
from index.retriever import Retriever, origin_of
from index.store import LARGE, fingerprint, known_vectors, read_index, write_index
from index.table import Embed, KnownVectors
from index.types import Embedder, Handbook

if TYPE_CHECKING:
    from index.pack import Pack

FOLDER = "index"
"""Under COACH_HOME."""


def open_index(
    handbook: Handbook,
    embedder: Embedder,
    home: Path,
    *,
    pack: Pack | None = None,
    rebuild: bool = False,
    large: int = LARGE,
) -> Retriever:
    """The retriever of `handbook`, from an index under `home`; built when none fits its fingerprint, or on `rebuild`.

    Texts that an earlier index of the same embedder holds are not embedded again. From `large` questions on, a query
    is scored against a shortlist. StoreError when the index can be neither read nor written.
    """
    lines, count = pack.texts() if pack is not None else (), len(handbook.questions)
    own = passages_of(handbook)
    name, folder = fingerprint(own, lines, embedder.name), home / FOLDER
    source = None if rebuild else read_index(folder / name, count, large)
    if source is None:
        passages = own if pack is None else passages_of(handbook, pack)
        known = KnownVectors() if rebuild else known_vectors(folder, embedder.name)
        with _uncollected():
            origin, embed = origin_of(passages, embedder), _reusing(known, embedder)
            source = write_index(folder, name, passages, embed, origin, count, large)
    return Retriever(handbook.questions, source, embedder)


@contextmanager
def _uncollected() -> Iterator[None]:
    """Without the garbage collector, which would look again and again through the millions of objects of a build."""
    collected = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collected:
            gc.enable()


def _reusing(known: KnownVectors, embedder: Embedder) -> Embed:
    """One row per text; only what is not `known` is embedded, each different text once."""

    def embed(texts: Sequence[str]) -> NDArray[np.float32]:
        table = known(texts)
        new = [text for text in dict.fromkeys(texts) if text not in table]
        table |= dict(zip(new, embedder.embed_passages(new), strict=True)) if new else {}
        return np.array([table[text] for text in texts], np.float32).reshape(-1, embedder.dimensions)

    return embed
