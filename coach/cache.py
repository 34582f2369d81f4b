"""Replies already paid for, and what each endpoint was found to accept, in one SQLite file. Keeps no key and no URL."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict
from hashlib import sha256
from pathlib import Path

from coach.errors import CoachError
from coach.types import Reply, Usage

_TABLES = """
CREATE TABLE IF NOT EXISTS replies (key TEXT PRIMARY KEY, reply TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS endpoints (
    host TEXT NOT NULL, model TEXT NOT NULL, accepts TEXT NOT NULL, PRIMARY KEY (host, model)
) WITHOUT ROWID;
"""


class ReplyCache:
    """A cache file, shared by threads and processes; made when absent. CoachError when the file is unusable."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.Lock()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            # Every statement below is its own transaction, so a killed run loses at most the reply in flight.
            self._database = sqlite3.connect(path, timeout=30, isolation_level=None, check_same_thread=False)
            with suppress(sqlite3.OperationalError):  # another process may hold the file at this moment
                self._database.execute("PRAGMA journal_mode=WAL")
            self._database.executescript(_TABLES)
        except (OSError, sqlite3.Error) as exc:
            raise self._unusable(exc) from exc

    @staticmethod
    def key(parts: Mapping[str, object]) -> str:
        """The key of a request: a hash over everything that could change its reply."""
        return sha256(json.dumps(parts, sort_keys=True, ensure_ascii=False).encode()).hexdigest()

    def find(self, key: str) -> Reply | None:
        """The reply kept under `key`; its tokens are those of the original call, `cached` is 1."""
        row = self._run("SELECT reply FROM replies WHERE key = ?", key)
        if not row:
            return None
        kept = json.loads(row[0][0])
        return Reply(kept["text"], Usage(**{**kept["usage"], "cached": 1}), kept["model"])

    def keep(self, key: str, reply: Reply) -> None:
        """Keep `reply` under `key`, in place of what was there."""
        self._run("INSERT OR REPLACE INTO replies VALUES (?, ?)", key, json.dumps(asdict(reply), ensure_ascii=False))

    def forget(self, key: str) -> None:
        """Keep nothing under `key` any more."""
        self._run("DELETE FROM replies WHERE key = ?", key)

    def find_accepts(self, host: str, model: str) -> dict[str, object] | None:
        """What the endpoint was found to accept; None when it was never asked."""
        row = self._run("SELECT accepts FROM endpoints WHERE host = ? AND model = ?", host, model)
        return json.loads(row[0][0]) if row else None

    def keep_accepts(self, host: str, model: str, accepts: Mapping[str, object]) -> None:
        """Remember what the endpoint accepts."""
        self._run("INSERT OR REPLACE INTO endpoints VALUES (?, ?, ?)", host, model, json.dumps(accepts))

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    def _run(self, statement: str, *values: str) -> list[tuple[str]]:
        try:
            with self._lock:
                return self._database.execute(statement, values).fetchall()
        except sqlite3.Error as exc:
            raise self._unusable(exc) from exc

    def _unusable(self, exc: Exception) -> CoachError:
        return CoachError(f"the reply cache {self.path} cannot be used ({exc}); delete it, or run with --no-cache")
