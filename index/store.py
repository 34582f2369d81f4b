"""The index on disk: a folder with a LanceDB table of passages, and beside it what makes it quick to search.

An index is a folder named by its fingerprint. It is built in a folder of its own and renamed into place, so that
readers see a whole index or none, whoever else builds and whenever a build is killed.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path

from index import tokens
from index.contents import Origin, contents_of_rows
from index.errors import StoreError
from index.part import Source, Whole
from index.passages import Passage
from index.shortlist import read_shortlist, write_shortlist
from index.snapshot import read_snapshot, write_snapshot
from index.table import Embed, KnownVectors, open_table, read_table, write_table

FORMAT = 3
"""Raise it when what is stored changes."""
ORIGIN = "origin.json"
HALF_BUILT = ".building-"
KEPT = 8
"""Indexes that stay: a few handbooks, each with and without pack, and the one before an edit."""
ABANDONED_S = 3_600.0
SETTLED_S = 2.0
"""How long a process that replaces an index may be about it: two renames."""
LARGE = 20_000
"""Questions from which on only a shortlist of them is scored for a query."""


def fingerprint(passages: Sequence[Passage], pack: Iterable[str], embedder: str) -> str:
    """What an index depends on, as 24 hex digits: own passages, lines of the pack, embedder, tokenizer and format."""
    digest = hashlib.sha256(json.dumps([FORMAT, tokens.VERSION, embedder]).encode())
    for p in passages:
        digest.update(f"\n{p.kind}:{p.owner}:{p.bullet}:{len(p.text)}:{p.text}".encode(errors="surrogatepass"))
    for line in pack:
        digest.update(b"\n" + line.encode(errors="surrogatepass"))
    return digest.hexdigest()[:24]


def read_index(folder: Path, questions: int, large: int = LARGE) -> Source | None:
    """The index in `folder`; a small one from the snapshot if that is whole, else from the table.

    None when neither is there.
    """
    origin = _origin(folder)
    if questions >= large:
        return None if origin is None else read_shortlist(folder, origin.depth)
    contents = read_snapshot(folder, FORMAT)
    if contents is None and origin is not None and (rows := read_table(folder)) is not None:
        contents = contents_of_rows(rows, questions, origin.depth)
        with suppress(OSError):  # a read-only index still answers
            write_snapshot(folder, contents, FORMAT)
    return None if contents is None else Whole(contents, questions)


def write_index(
    home: Path,
    name: str,
    passages: Sequence[Passage],
    embed: Embed,
    origin: Origin,
    questions: int,
    large: int = LARGE,
) -> Source:
    """Build the index `name` under `home` and return what a reader of it gets. StoreError when it cannot be written."""
    try:
        home.mkdir(parents=True, exist_ok=True)
        building = Path(tempfile.mkdtemp(prefix=HALF_BUILT, dir=home))
        try:
            if questions >= large:
                write_shortlist(building, passages, embed, questions)
            else:
                write_table(building, passages, embed)
            (building / ORIGIN).write_text(json.dumps(asdict(origin)), encoding="utf-8")
            # A small index's snapshot is made by reading the table back.
            if read_index(building, questions, large) is None:
                raise StoreError(f"the index written to {building} cannot be read back; check the disk and try again")
            _move_into_place(building, home / name)
        finally:
            shutil.rmtree(building, ignore_errors=True)
        _tidy(home, home / name)
        source = read_settled(home / name, questions, large)
    except (OSError, RuntimeError) as exc:  # the latter is how LanceDB says that the disk is full
        raise StoreError(f"cannot write the index in {home}: {exc}; free some space or set COACH_HOME") from exc
    if source is None:
        raise StoreError(f"the index {home / name} was damaged at once; look for what else writes there")
    return source


def read_settled(folder: Path, questions: int, large: int = LARGE) -> Source | None:
    """The index in `folder`, though another process may be between taking it away and putting its own there."""
    until = time.monotonic() + SETTLED_S
    while (source := read_index(folder, questions, large)) is None and time.monotonic() < until:
        time.sleep(0.02)
    return source


def known_vectors(home: Path, embedder: str) -> KnownVectors:
    """The vectors that the newest index of the same embedder holds."""
    for folder in _indexes(home):
        origin = _origin(folder)
        if origin is not None and origin.embedder == embedder and (table := open_table(folder)) is not None:
            return KnownVectors(table)
    return KnownVectors()


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
