"""Texts to unit vectors: the bundled table (numpy alone), or any sentence-transformers model (torch)."""

from __future__ import annotations

import hashlib
import json
import re
import sys
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from index import hub
from index.errors import EmbedderError
from index.tokens import normalise

if TYPE_CHECKING:
    from index.types import Embedder

Vectors = NDArray[np.float32]

PROMPTS = {
    "e5": ("query: ", "passage: "),
    "bge-large-zh": ("为这个句子生成表示以用于检索相关文章：", ""),
    "bge-base-zh": ("为这个句子生成表示以用于检索相关文章：", ""),
    "bge-small-zh": ("为这个句子生成表示以用于检索相关文章：", ""),
    "bge-large-en": ("Represent this sentence for searching relevant passages: ", ""),
    "bge-base-en": ("Represent this sentence for searching relevant passages: ", ""),
    "bge-small-en": ("Represent this sentence for searching relevant passages: ", ""),
}
"""Query and passage prompts of families whose model cards name them but whose files don't; key = part of the name."""

PROBE = "What is 检索增强生成？"
"""Its vector tells one model from another of the same name."""
MANY = 1_000
"""Texts from which on embedding shows a progress bar."""
SETTING = "COACH_EMBEDDER"

DTYPES = {"I8": np.int8, "F16": np.float16, "F32": np.float32}
LONGEST_HEADER = 1 << 20
_LATIN = re.compile(r"[a-z0-9]+")


def bundled_model() -> Path:
    """The folder of the embedder that ships with the program."""
    return Path(str(files("index").joinpath("model")))


def open_embedder(name: str | None = None, *, offline: bool = False) -> Embedder:
    """The bundled embedder, or the model of a folder or hub name. EmbedderError when it cannot be had.

    `offline`: a hub name must have been downloaded before.
    """
    if name is None:
        return StaticEmbedder(bundled_model())
    folder = Path(name).expanduser()
    if is_static(folder):
        return StaticEmbedder(folder)
    return SentenceEmbedder(str(folder) if folder.is_dir() else name, offline=offline)


def is_static(folder: Path) -> bool:
    """Whether `folder` holds a token table that needs no torch."""
    try:
        modules = json.loads((folder / "modules.json").read_text(encoding="utf-8"))
        return bool(modules[0]["type"].endswith("StaticEmbedding")) and (folder / "model.safetensors").is_file()
    except (OSError, ValueError, LookupError, TypeError):
        return False


class StaticEmbedder:
    """Mean of token vectors from a folder in sentence-transformers' StaticEmbedding format; opens in 0.1 s.

    EmbedderError when the folder is not one.
    """

    def __init__(self, folder: Path) -> None:
        from tokenizers import Tokenizer  # not at the top: `coach --help` needs no vectors

        files = folder / "model.safetensors", folder / "tokenizer.json"
        try:
            digest = _digest(*files)
            self._table, self._scales = _table(files[0])
            self._tokenizer = Tokenizer.from_file(str(files[1]))
        except OSError as exc:
            raise EmbedderError(f"no static embedder in {folder}: {exc}; reinstall, or name another model") from exc
        except Exception as exc:
            # tokenizers raises bare Exception for a damaged file.
            if not isinstance(exc, ValueError | LookupError | TypeError) and type(exc) is not Exception:
                raise
            raise EmbedderError(f"damaged embedder in {folder}: {exc}; reinstall, or name another model") from exc
        self._tokenizer.no_truncation()
        self.name = f"{folder.name}:{digest}"
        self.dimensions = int(self._table.shape[1])

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        """See `index.types.Embedder`."""
        return self._embed(texts)

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """See `index.types.Embedder`."""
        return self._embed(texts)

    def knows(self, word: str) -> bool:
        """Whether `word` is one piece of the table."""
        return self._tokenizer.token_to_id(word) is not None

    def familiarity(self, texts: Sequence[str]) -> float:
        """How far the table is at home in `texts`, from 0 (another field) to 1; 0 for texts without words.

        At home, Han characters come in pieces of two and more and Latin words come whole; the shares that count as
        none and as full are those of an encyclopaedia (XQuAD: 0.34 and 0.71) and of the handbook (0.75 and 0.91).
        """
        pieces = [p for e in self._tokenizer.encode_batch(list(texts), add_special_tokens=False) for p in e.tokens]
        han = [len(p) for p in pieces if p[0] > "\u33ff"]
        words = [word for text in texts for word in _LATIN.findall(normalise(text))]
        whole = _scaled(sum(map(self.knows, words)), len(words), 0.75, 0.9)
        joined = _scaled(sum(n for n in han if n > 1), sum(han), 0.4, 0.7)
        units = len(words) + sum(han) / 2  # a Chinese word has two characters
        return (whole * len(words) + joined * sum(han) / 2) / units if units else 0.0

    def _embed(self, texts: Sequence[str]) -> Vectors:
        made = np.zeros((len(texts), self.dimensions), dtype=np.float32)
        # The fast encoding has no offsets, which nobody needs here and which cost as much as the rest.
        for row, encoding in enumerate(self._tokenizer.encode_batch_fast(list(texts), add_special_tokens=False)):
            ids = encoding.ids
            if ids:
                made[row] = self._scales[ids] @ self._table[ids].astype(np.float32)
        lengths = np.linalg.norm(made, axis=1, keepdims=True)
        np.divide(made, lengths, out=made, where=lengths > 0)
        return made


def _digest(*paths: Path) -> str:
    """Of the files' bytes, read in pieces: copies of the table would count in a look-up's memory."""
    made = hashlib.blake2b(digest_size=8)
    for path in paths:
        with path.open("rb") as file:
            while piece := file.read(1 << 18):
                made.update(piece)
    return made.hexdigest()


def _scaled(part: int, of: int, none: float, full: float) -> float:
    """A share, moved so that `none` is 0 and `full` is 1, and kept between."""
    return min(1.0, max(0.0, (part / of - none) / (full - none))) if of else 0.0


def _table(path: Path) -> tuple[NDArray[Any], Vectors]:
    """The stored rows and the float32 factor of each, from a safetensors file; ValueError, LookupError when damaged.

    The rows stay on disk: a query touches a dozen of 16,000. The layout is that of the safetensors format: eight bytes
    of length, a JSON header, the tensors.
    """
    with path.open("rb") as file:
        length = int.from_bytes(file.read(8), "little")
        header = json.loads(file.read(min(length, LONGEST_HEADER)))

    def tensor(name: str) -> NDArray[Any]:
        spec = header[name]
        start, shape = 8 + length + spec["data_offsets"][0], tuple(spec["shape"])
        # As a plain array: memmap's own indexing costs more than a short text's vector.
        return np.asarray(np.memmap(path, DTYPES[spec["dtype"]], mode="r", offset=start, shape=shape))

    rows = tensor("embeddings" if "embeddings" in header else "embedding.weight")
    scales = np.array(tensor("weights"), np.float32) if "weights" in header else np.ones(len(rows), np.float32)
    return rows, scales


class SentenceEmbedder:
    """Any sentence-transformers model by hub name or folder; the first use of a hub name downloads it.

    EmbedderError when it cannot be loaded.
    """

    def __init__(self, name: str, *, offline: bool = False) -> None:
        def make(local: bool) -> SentenceTransformer:
            return SentenceTransformer(name, local_files_only=local)

        try:
            from sentence_transformers import SentenceTransformer  # 5 s: only who names a model pays it
        except ImportError as exc:
            raise hub.missing_package(name, SETTING, exc) from exc
        self._model = hub.load(name, SETTING, make, offline=offline)
        # A prompt in the model's own files wins over the table.
        own = any(self._model.prompts.values())
        known = [] if own else [prompts for part, prompts in PROMPTS.items() if part in name.lower()]
        self._query: str | None = known[0][0] if known else None
        self._passage: str | None = known[0][1] if known else None
        probe = self.embed_queries([PROBE])[0]
        self.name = f"{name}:{hashlib.blake2b(np.round(probe, 2).tobytes(), digest_size=8).hexdigest()}"
        self.dimensions = len(probe)

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        """See `index.types.Embedder`; texts beyond the model's length are cut by its tokenizer."""
        return np.asarray(
            self._model.encode_query(
                list(texts), prompt=self._query, normalize_embeddings=True, show_progress_bar=False
            ),
            dtype=np.float32,
        )

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """See `index.types.Embedder`; shows a progress bar on a terminal from MANY texts on."""
        many = len(texts) >= MANY and sys.stderr.isatty()
        return np.asarray(
            self._model.encode_document(
                list(texts), prompt=self._passage, normalize_embeddings=True, show_progress_bar=many
            ),
            dtype=np.float32,
        )
