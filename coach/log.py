"""A log of JSON objects, one a line, that a kill cannot damage. Knows nothing of what it holds."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO


@dataclass(slots=True)
class Log:
    """Append-only JSON lines; what `append` returned from survives a kill and, unless told otherwise, a power cut."""

    path: Path
    _file: IO[str] | None = field(default=None, init=False)

    def append(self, rows: Sequence[Mapping[str, object]], *, sync: bool = True) -> None:
        """Write the rows and force them to the disk; without `sync` a power cut may lose them, a kill may not."""
        if self._file is None:
            self._mend()
            self._file = self.path.open("a", encoding="utf-8")
        self._file.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
        self._file.flush()
        if sync:
            os.fsync(self._file.fileno())

    def rows(self) -> Iterator[dict[str, object]]:
        """Every complete line; a last line that a kill cut short is left out."""
        if not self.path.exists():
            return
        for line in self.path.read_text(encoding="utf-8", errors="replace").split("\n"):
            try:
                row = json.loads(line) if line else None
            except json.JSONDecodeError:
                continue
            if isinstance(row, dict):
                yield row

    def close(self) -> None:
        """Close the file; a later `append` opens it again."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def _mend(self) -> None:
        # A torn last line would swallow the first line of the resumed run.
        if self.path.exists() and not (text := self.path.read_bytes()).endswith(b"\n") and text:
            with self.path.open("ab") as file:
                file.write(b"\n")
