"""What can go wrong while coaching; a leaf module, so that no import circles.

CoachError           exit 1
├── ConfigError      exit 2   a setting, option, reference or input file is wrong
├── ChatError        exit 3   the model endpoint could not be reached or refused
│   └── ChatTimeout  exit 4   it did not answer in time
├── ReplyError       exit 1   the endpoint answered, but not in a form that can be used
└── JournalError     exit 1   the journal cannot be read or written
"""

from __future__ import annotations

from collections.abc import Sequence


class CoachError(Exception):
    """Its text is shown to the user as it is: what happened, with the value, then what to do."""

    def __init__(self, message: str, faults: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.faults = tuple(faults)
        """Details, one a line, for the lines below the message."""


class ConfigError(CoachError):
    """A setting, option, question reference or input file is unknown, missing or unusable."""


class ChatError(CoachError):
    """The model endpoint was not reached, or refused the request."""


class ChatTimeout(ChatError):
    """The model endpoint did not answer within the configured time."""


class ReplyError(CoachError):
    """The model answered in a form that stays unusable after one repair."""


class JournalError(CoachError):
    """The journal on disk cannot be opened, read or written."""
