"""What can go wrong in an evaluation; a leaf module, so that no import circles.

EvalError             exit 1
├── DataError         exit 2   a data file is absent, unreadable or not in the form of graded answers or queries
├── ResumeError       exit 2   the folder's run differs from the one asked for, or there is none to resume
└── OptionError       exit 2   a suite, figure or bound that does not exist
"""

from __future__ import annotations

from collections.abc import Sequence


class EvalError(Exception):
    """Its text is shown to the user as it is: what happened, with the value, then what to do."""

    def __init__(self, message: str, faults: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.faults = tuple(faults)
        """Details, one a line, for the lines below the message."""


class DataError(EvalError):
    """A data file cannot be used; `faults` names every fault with its line."""


class ResumeError(EvalError):
    """The run in the folder cannot be gone on with; `faults` says in what it differs."""


class OptionError(EvalError):
    """A suite, figure, bound or format was asked for that does not exist."""
