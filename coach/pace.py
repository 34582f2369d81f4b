"""How long a question takes: the person's own pace once it is known, an assumption before. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from coach.types import Attempt

# A spoken answer of 90 s and a minute to read the feedback; two short follow-ups more.
MINUTES_ALONE, MINUTES_A_QUESTION = 2.5, 4.0
# A longer time between two answers is a break, a shorter one a file of answers.
SHORTEST_GAP_MIN, LONGEST_GAP_MIN = 0.5, 15.0
GAPS = 5  # needed before a person's own pace counts


@dataclass(frozen=True, slots=True)
class Pace:
    """Minutes a question takes, feedback and follow-ups included."""

    minutes: float
    own: bool
    """Measured from the person's sessions, or an assumption."""

    @property
    def alone(self) -> float:
        """Minutes without follow-ups."""
        return self.minutes * MINUTES_ALONE / MINUTES_A_QUESTION


def own_pace(attempts: Sequence[Attempt]) -> Pace:
    """Median minutes from one unprompted answer to the next of the same session, once there are `GAPS` of them."""
    alone = [a for a in attempts if not a.prompted]
    gaps = [
        (after.started_at - before.started_at).total_seconds() / 60
        for before, after in pairwise(alone)
        if before.session_id == after.session_id
    ]
    gaps = [gap for gap in gaps if SHORTEST_GAP_MIN <= gap <= LONGEST_GAP_MIN]
    return Pace(round(median(gaps), 1), own=True) if len(gaps) >= GAPS else Pace(MINUTES_A_QUESTION, own=False)
