"""Opens the index of a handbook: the one on disk when it fits, else a new one."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from index.passages import passages_of
from index.retriever import Retriever, origin_of
from index.store import fingerprint, read_index, stored_vectors, write_index
from index.types import Embedder, Handbook

if TYPE_CHECKING:
    from index.pack import Pack

FOLDER = "index"
"""Under COACH_HOME."""


def open_index(
    handbook: Handbook, embedder: Embedder, home: Path, *, pack: Pack | None = None, rebuild: bool = False
) -> Retriever:
    """The retriever of `handbook`, from an index under `home`; built when none fits its fingerprint, or on `rebuild`.

    Texts that an earlier index of the same embedder holds are not embedded again. StoreError when the index can be
    neither read nor written.
    """
    lines = pack.texts() if pack is not None else ()
    name, folder = fingerprint(passages_of(handbook), lines, embedder.name), home / FOLDER
    contents = None if rebuild else read_index(folder / name, len(handbook.questions))
    if contents is None:
        passages = passages_of(handbook, pack)
        texts = [p.text for p in passages]
        known = {} if rebuild else stored_vectors(folder, texts, embedder.name)
        vectors = _vectors(texts, known, embedder)
        contents = write_index(folder, name, passages, vectors, origin_of(passages, embedder), len(handbook.questions))
    return Retriever(handbook.questions, contents, embedder)


def _vectors(texts: Sequence[str], known: dict[str, NDArray[np.float32]], embedder: Embedder) -> NDArray[np.float32]:
    """One row per text; only what is not `known` is embedded, each different text once."""
    new = [text for text in dict.fromkeys(texts) if text not in known]
    rows = dict(zip(new, embedder.embed_passages(new), strict=True)) if new else {}
    table = {**known, **rows}
    return np.array([table[text] for text in texts], np.float32).reshape(-1, embedder.dimensions)
