"""What can go wrong with a handbook, its pack and its index; a leaf module, so that no import circles.

IndexingError
├── HandbookError    the file is not a usable handbook (`faults`: every fault, with its line)
├── PackError        the enrichment file is broken or belongs to another handbook
├── EmbedderError    the embedding model cannot be loaded or used
└── StoreError       the index on disk cannot be written or read
"""

from __future__ import annotations

from collections.abc import Sequence


class IndexingError(Exception):
    """Its text is shown to the user as it is: what happened, with the value, then what to do."""

    def __init__(self, message: str, faults: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.faults = tuple(faults)
        """Details, one a line, for the lines below the message."""


class HandbookError(IndexingError):
    """The file cannot be read as a handbook."""


class PackError(IndexingError):
    """The pack is not what `index.pack` can read."""


class EmbedderError(IndexingError):
    """The embedding model is missing, unreachable or unusable."""


class StoreError(IndexingError):
    """The index folder cannot be written or read."""
