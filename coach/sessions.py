"""Which sitting a person means: its id, the beginning of one, or `last`."""

from __future__ import annotations

from dataclasses import dataclass

from coach.errors import ConfigError
from coach.journal import Journal
from coach.rows import Session
from coach.types import Attempt

LAST = "last"
LISTED = 5


@dataclass(frozen=True, slots=True)
class Sitting:
    """A session with its answers, oldest first."""

    session: Session
    attempts: tuple[Attempt, ...]


def find_sitting(journal: Journal, handbook: str, name: str) -> Sitting:
    """The sitting of this handbook that `name` means; ConfigError with what there is instead."""
    attempts = journal.attempts(handbook=handbook)
    answered = {a.session_id for a in attempts}
    sessions = [s for s in journal.sessions(handbook) if s.id in answered]
    if not sessions:
        raise ConfigError(f"no answer to the handbook {handbook!r} yet; begin with: coach practice")
    found = sessions[-1:] if name == LAST else [s for s in sessions if s.id.startswith(name)]
    if len(found) != 1 or not name:
        recent = ", ".join(f"{s.id} ({s.started_at.astimezone():%m-%d %H:%M})" for s in sessions[: -LISTED - 1 : -1])
        fault = "is several sittings" if name and found else "is no sitting"
        raise ConfigError(f"{name!r} {fault} with answers; use 'last' or one of {recent}")
    return Sitting(found[0], tuple(a for a in attempts if a.session_id == found[0].id))
