"""Sentences to vectors in which a claim and its opposite lie apart; numpy alone. Trained by `coach.train_encoder`.

A vector has two halves: a weighted sum of token vectors (what is spoken of), and the maximum over positions of a
convolution three tokens wide (what is said of it: order, negation, direction).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Vectors = NDArray[np.float32]

FOLDER = "encoder"
"""Inside `coach/fitted`."""


@dataclass(frozen=True, slots=True)
class Parts:
    """Clauses before pooling: vectors of neighbouring clauses together are made from theirs."""

    sums: Vectors
    """(clauses, dimensions): weighted token sums."""
    peaks: Vectors
    """(clauses, channels): maxima of the convolution."""


class Encoder:
    """The weights of a folder; `open_encoder` opens the bundled ones."""

    def __init__(self, folder: Path) -> None:
        import numpy as np
        from safetensors.numpy import load_file
        from tokenizers import Tokenizer

        weights = load_file(folder / "model.safetensors")
        self._table = weights["table"]
        self._scale = weights["scale"].astype(np.float32)
        self._gain = weights["gain"].astype(np.float32)
        self._turn = weights["turn"].astype(np.float32)
        self._conv = weights["conv"].astype(np.float32)
        """(3 * dimensions, channels)."""
        self._bias = weights["bias"].astype(np.float32)
        self._mix = float(weights["mix"][0])
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.no_truncation()

    def pieces(self, text: str) -> list[str]:
        """The token texts of `text`."""
        found: list[str] = self._tokenizer.encode(text, add_special_tokens=False).tokens
        return found

    def embed(self, texts: Sequence[str]) -> Vectors:
        """(texts, dimensions + channels), unit rows (zero halves for a text without tokens)."""
        parts = self.parts(texts)
        return self.pool(parts, [(i, i + 1) for i in range(len(texts))])

    def parts(self, clauses: Sequence[str]) -> Parts:
        """The clauses, each on its own, before pooling."""
        import numpy as np

        encoded = [e.ids for e in self._tokenizer.encode_batch(list(clauses), add_special_tokens=False)]
        lengths = np.array([len(ids) for ids in encoded])
        sums = np.zeros((len(encoded), self._table.shape[1]), np.float32)
        peaks = np.zeros((len(encoded), self._conv.shape[1]), np.float32)
        filled = np.flatnonzero(lengths)
        if not len(filled):
            return Parts(sums, peaks)
        flat = np.concatenate([np.asarray(ids) for ids in encoded if ids])
        starts = np.concatenate([[0], np.cumsum(lengths[filled])[:-1]])
        vectors = self._table[flat] * self._scale[flat][:, None]
        sums[filled] = np.add.reduceat(vectors * self._gain[flat][:, None], starts, axis=0)
        peaks[filled] = np.maximum.reduceat(self._convolved(vectors, starts), starts, axis=0)
        return Parts(sums, peaks)

    def pool(self, parts: Parts, spans: Sequence[tuple[int, int]]) -> Vectors:
        """One vector for each run of clauses `[start, end)`."""
        import numpy as np

        sums = np.stack([parts.sums[start:end].sum(axis=0) for start, end in spans])
        peaks = np.stack([parts.peaks[start:end].max(axis=0) for start, end in spans])
        halves = [_unit(sums @ self._turn.T), _unit(peaks) * self._mix]
        length = np.sqrt(1 + self._mix**2)
        joined: Vectors = (np.concatenate(halves, axis=1) / length).astype(np.float32)
        return joined

    def _convolved(self, vectors: Vectors, starts: NDArray[np.int64]) -> Vectors:
        """(tokens, channels); the neighbours of a clause's first and last token are zero."""
        import numpy as np

        before, after = np.zeros_like(vectors), np.zeros_like(vectors)
        before[1:], after[:-1] = vectors[:-1], vectors[1:]
        before[starts] = 0
        after[starts[1:] - 1] = 0
        result: Vectors = np.maximum(np.concatenate([before, vectors, after], axis=1) @ self._conv + self._bias, 0)
        return result


def open_encoder() -> Encoder:
    """The encoder that ships with the program."""
    return Encoder(Path(str(files("coach").joinpath("fitted", FOLDER))))


def _unit(rows: Vectors) -> Vectors:
    import numpy as np

    unit: Vectors = rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)
    return unit
