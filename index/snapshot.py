"""The contents of an index beside its table, read with numpy alone: a look-up in a small handbook needs no LanceDB."""

from __future__ import annotations

import hashlib
import io
import json
import os
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.contents import Contents
from index.sparse import TermWeights

SNAPSHOT = "snapshot.npz"
RECORD = "snapshot.json"


def write_snapshot(folder: Path, contents: Contents, form: int) -> None:
    """Arrays first, then the record with their digest: a snapshot without its record does not count."""
    buffer = io.BytesIO()
    arrays: dict[str, Any] = dict(_arrays(contents))
    np.savez(buffer, **arrays)
    _replace(folder / SNAPSHOT, buffer.getvalue())
    record = {
        "format": form,
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


def read_snapshot(folder: Path, form: int) -> Contents | None:
    """None when the snapshot is absent, of another format, or not what its record says."""
    try:
        record = json.loads((folder / RECORD).read_bytes())
        # Hashed and read from the file, not from a copy in memory: a look-up has 100 MB in all.
        with open(folder / SNAPSHOT, "rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        if record["format"] != form or digest != record["digest"]:
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
    size = record[field]["size"]
    return TermWeights(terms=terms, size=size, corpus=size, **parts)
