"""Where an answer goes when the journal cannot take it: a file on whatever disk still can."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

# Asked late: on a full disk even naming the folder for temporary files can fail.
FOLDERS: Sequence[Callable[[], Path]] = (lambda: Path(tempfile.gettempdir()), Path.home, Path.cwd)
"""The system's for temporary files, the person's own, the current one: most often not all of them lie on one disk."""


def rescue(answer: str, ref: str, folders: Sequence[Callable[[], Path]] = FOLDERS) -> Path | None:
    """Write the answer into the first folder that takes it, readable by its writer alone; None when none does."""
    for folder in folders:
        try:
            return _write(answer, ref, folder())
        except (OSError, RuntimeError):  # RuntimeError: Path.home() of a person without one
            continue
    return None


def _write(answer: str, ref: str, folder: Path) -> Path:
    handle, name = tempfile.mkstemp(prefix=f"coach-answer-{ref}-", suffix=".txt", dir=folder)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(answer)
            file.flush()
            os.fsync(handle)
    except OSError:
        Path(name).unlink(missing_ok=True)
        raise
    return Path(name)
