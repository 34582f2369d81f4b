"""The index on disk: a LanceDB table of passages, and a snapshot beside it that is read without LanceDB.

An index is a folder named by its fingerprint. It is built in a folder of its own and renamed into place, so that
readers see a whole index or none, whoever else builds and whenever a build is killed.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
import tempfile
import time
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index import tokens
from index.errors import StoreError
from index.passages import Kind, Passage
from index.sparse import TermWeights, weigh

FORMAT = 2
"""Raise it when what is stored changes."""
TABLE = "passages"
SNAPSHOT = "snapshot.npz"
RECORD = "snapshot.json"
ORIGIN = "origin.json"
HALF_BUILT = ".building-"
KEPT = 8
"""Indexes that stay: a few handbooks, each with and without pack, and the one before an edit."""
ABANDONED_S = 3_600.0


@dataclass(frozen=True, slots=True)
class Origin:
    """Whose vectors an index holds."""

    embedder: str
    depth: float
    """How far that embedder is at home in the entries, from 0 to 1."""


@dataclass(frozen=True, slots=True)
class Contents:
    """An index in memory; row n of each array is passage n, ordered by kind and owner."""

    kinds: NDArray[np.int64]
    owners: NDArray[np.int64]
    bullets: NDArray[np.int64]
    vectors: NDArray[np.float32]
    entries: TermWeights
    """BM25 over the entries, text number = position of the question."""
    others: TermWeights
    """BM25 over the passages of a pack, text number = row minus the first such row."""
    depth: float
    """How far the embedder is at home in the entries, from 0 to 1."""


def fingerprint(passages: Sequence[Passage], pack: Iterable[str], embedder: str) -> str:
    """What an index depends on, as 24 hex digits: own passages, lines of the pack, embedder, tokenizer and format."""
    digest = hashlib.sha256(json.dumps([FORMAT, tokens.VERSION, embedder]).encode())
    for p in passages:
        digest.update(f"\n{p.kind}:{p.owner}:{p.bullet}:{len(p.text)}:{p.text}".encode(errors="surrogatepass"))
    for line in pack:
        digest.update(b"\n" + line.encode(errors="surrogatepass"))
    return digest.hexdigest()[:24]


def read_index(folder: Path, questions: int) -> Contents | None:
    """The index in `folder`, from the snapshot if that is whole, else from the table; None when neither is there."""
    contents = _read_snapshot(folder)
    if contents is None and (origin := _origin(folder)) is not None and (rows := _read_table(folder)) is not None:
        contents = _contents(rows, questions, origin.depth)
        with suppress(OSError):  # a read-only index still answers
            _write_snapshot(folder, contents)
    return contents


def write_index(
    home: Path, name: str, passages: Sequence[Passage], vectors: NDArray[np.float32], origin: Origin, questions: int
) -> Contents:
    """Build the index `name` under `home` and return what a reader of it gets. StoreError when it cannot be written."""
    try:
        home.mkdir(parents=True, exist_ok=True)
        building = Path(tempfile.mkdtemp(prefix=HALF_BUILT, dir=home))
        try:
            _write_table(building, passages, vectors)
            (building / ORIGIN).write_text(json.dumps(asdict(origin)), encoding="utf-8")
            rows = _read_table(building)
            if rows is None:
                raise StoreError(f"the index written to {building} cannot be read back; check the disk and try again")
            contents = _contents(rows, questions, origin.depth)
            _write_snapshot(building, contents)
            _move_into_place(building, home / name)
        finally:
            shutil.rmtree(building, ignore_errors=True)
        _tidy(home, home / name)
    except (OSError, RuntimeError) as exc:  # the latter is how LanceDB says that the disk is full
        raise StoreError(f"cannot write the index in {home}: {exc}; free some space or set COACH_HOME") from exc
    return contents


def stored_vectors(home: Path, texts: Sequence[str], embedder: str) -> dict[str, NDArray[np.float32]]:
    """Vectors that the newest index of the same embedder holds for `texts`."""
    wanted = set(texts)
    for folder in _indexes(home):
        origin = _origin(folder)
        if origin is not None and origin.embedder == embedder and (rows := _read_table(folder)) is not None:
            pairs = zip(rows["text"], rows["vector"], strict=True)
            return {text: vector for text, vector in pairs if text in wanted}
    return {}


def _origin(folder: Path) -> Origin | None:
    try:
        return Origin(**json.loads((folder / ORIGIN).read_bytes()))
    except (OSError, ValueError, TypeError):
        return None


def _indexes(home: Path) -> list[Path]:
    """Finished indexes, newest first."""
    folders = [f for f in home.glob("*/") if not f.name.startswith(".")] if home.is_dir() else []
    return sorted(folders, key=_age, reverse=True)


def _age(folder: Path) -> float:
    try:
        return folder.stat().st_mtime
    except OSError:  # another process has just removed it
        return 0.0


def _move_into_place(building: Path, target: Path) -> None:
    """Another process may have put the same index there, or be about to: the last one wins, both are whole."""
    for _ in range(20):
        try:
            os.rename(building, target)
            return
        except OSError:
            if not target.exists():
                raise
            aside = target.with_name(f"{HALF_BUILT}old-{os.getpid()}-{time.monotonic_ns()}")
            with suppress(FileNotFoundError):
                os.rename(target, aside)
            shutil.rmtree(aside, ignore_errors=True)
    raise StoreError(f"other processes keep replacing the index {target}; stop them and try again")


def _tidy(home: Path, current: Path) -> None:
    """Remove what killed builds left, and all but the newest indexes."""
    for folder in home.glob(f"{HALF_BUILT}*"):
        if time.time() - _age(folder) > ABANDONED_S:
            shutil.rmtree(folder, ignore_errors=True)
    for folder in [f for f in _indexes(home) if f != current][KEPT - 1 :]:
        shutil.rmtree(folder, ignore_errors=True)


def _write_table(folder: Path, passages: Sequence[Passage], vectors: NDArray[np.float32]) -> None:
    import lancedb  # 1 s: only a build and a lost snapshot pay it
    import pyarrow as pa

    width = vectors.shape[1]
    columns = {
        "row": pa.array(range(len(passages)), pa.int64()),
        "kind": pa.array([int(p.kind) for p in passages], pa.int64()),
        "owner": pa.array([p.owner for p in passages], pa.int64()),
        "bullet": pa.array([p.bullet for p in passages], pa.int64()),
        "text": pa.array([p.text for p in passages], pa.string()),
        "vector": pa.FixedSizeListArray.from_arrays(pa.array(vectors.ravel()), width),
    }
    lancedb.connect(folder).create_table(TABLE, pa.table(columns))


def _read_table(folder: Path) -> dict[str, Any] | None:
    """The columns in the order of `row`; None when there is no whole table."""
    if not (folder / f"{TABLE}.lance").is_dir():
        return None
    import lancedb

    try:
        table = lancedb.connect(folder).open_table(TABLE).to_arrow().sort_by("row")
    except (OSError, ValueError, RuntimeError):  # what LanceDB raises for a damaged table
        return None
    width = table.schema.field("vector").type.list_size
    vectors = table["vector"].combine_chunks().flatten().to_numpy(zero_copy_only=False).reshape(-1, width)
    numbers = {name: table[name].to_numpy().astype(np.int64) for name in ("kind", "owner", "bullet")}
    return {**numbers, "text": table["text"].to_pylist(), "vector": np.ascontiguousarray(vectors, np.float32)}


def contents_of(passages: Sequence[Passage], vectors: NDArray[np.float32], origin: Origin, questions: int) -> Contents:
    """An index in memory, as it would be read from disk."""
    numbers = np.array([(int(p.kind), p.owner, p.bullet) for p in passages], np.int64).reshape(-1, 3)
    columns = dict(zip(("kind", "owner", "bullet"), numbers.T, strict=True))
    return _contents({**columns, "text": [p.text for p in passages], "vector": vectors}, questions, origin.depth)


def _contents(rows: Mapping[str, Any], questions: int, depth: float) -> Contents:
    kinds, owners, texts = rows["kind"], rows["owner"], rows["text"]
    entries: list[list[str]] = [[] for _ in range(questions)]
    others: list[list[str]] = []
    for kind, owner, text in zip(kinds.tolist(), owners.tolist(), texts, strict=True):
        if kind == Kind.ENTRY:
            entries[owner] = tokens.tokens(text)
        elif kind >= Kind.VARIANT:
            others.append(tokens.tokens(text))
    return Contents(kinds, owners, rows["bullet"], rows["vector"], weigh(entries), weigh(others), depth)


def _write_snapshot(folder: Path, contents: Contents) -> None:
    """Arrays first, then the record with their digest: a snapshot without its record does not count."""
    buffer = io.BytesIO()
    arrays: dict[str, Any] = dict(_arrays(contents))
    np.savez(buffer, **arrays)
    _replace(folder / SNAPSHOT, buffer.getvalue())
    record = {
        "format": FORMAT,
        "depth": contents.depth,
        "digest": hashlib.sha256(buffer.getbuffer()).hexdigest(),
        "entries": {"size": contents.entries.size, "terms": list(contents.entries.terms)},
        "others": {"size": contents.others.size, "terms": list(contents.others.terms)},
    }
    _replace(folder / RECORD, json.dumps(record, ensure_ascii=False).encode())


def _arrays(contents: Contents) -> Iterator[tuple[str, NDArray[Any]]]:
    for name in ("kinds", "owners", "bullets", "vectors"):
        yield name, getattr(contents, name)
    for field in ("entries", "others"):
        for name in ("starts", "texts", "weights", "idf"):
            yield f"{field}_{name}", getattr(getattr(contents, field), name)


def _replace(path: Path, data: bytes) -> None:
    temporary = path.with_name(f"{path.name}.{os.getpid()}")
    temporary.write_bytes(data)
    os.replace(temporary, path)


def _read_snapshot(folder: Path) -> Contents | None:
    """None when the snapshot is absent, of another format, or not what its record says."""
    try:
        record = json.loads((folder / RECORD).read_bytes())
        # Hashed and read from the file, not from a copy in memory: a look-up has 100 MB in all.
        with open(folder / SNAPSHOT, "rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        if record["format"] != FORMAT or digest != record["digest"]:
            return None
        with np.load(folder / SNAPSHOT, allow_pickle=False) as stored:
            arrays = dict(stored)
        entries, others = (_term_weights(arrays, record, field) for field in ("entries", "others"))
        vectors, places = arrays["vectors"], [arrays[name] for name in ("kinds", "owners", "bullets")]
        return Contents(places[0], places[1], places[2], vectors, entries, others, float(record["depth"]))
    except (OSError, ValueError, LookupError, TypeError, AttributeError, zipfile.BadZipFile):
        return None


def _term_weights(arrays: Any, record: Mapping[str, Any], field: str) -> TermWeights:
    terms = {term: number for number, term in enumerate(record[field]["terms"])}
    parts = {name: arrays[f"{field}_{name}"] for name in ("starts", "texts", "weights", "idf")}
    return TermWeights(terms=terms, size=record[field]["size"], **parts)
