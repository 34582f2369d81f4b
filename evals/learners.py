"""Three made-up people who forget, each by another law. Nothing here knows what the coach believes about them.

All constants are chosen, not fitted to anybody; each person's bullets differ by a seeded factor. Times are in days.

FSRS      the coach's own law, fed with what was really recalled: the case in which its predictions are right by form
half-life recall 2^(-t/h); h doubles when recalled and halves when not (the form of Settles & Meeder, ACL 2016)
trace     every look leaves a trace that fades as a power of time, and recall is a logistic function of their sum
          (base-level activation, Anderson & Schooler 1991, with decay 0.5)
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import exp, log
from typing import Protocol

from coach.schedule import recall, review

FIRST_HALF_LIFE, SHORTEST, LONGEST = 8.0, 1.0, 180.0
DECAY, THRESHOLD, SLOPE = 0.5, -1.0, 0.5
JUST_NOW = 0.01  # a trace of this very moment would be infinite
SPREAD = 0.4  # of the logarithm of a bullet's factor


class Learner(Protocol):
    """A person's memory of bullets; what was never learnt is never recalled."""

    def recall(self, bullet: str, at: float) -> float:
        """Chance in [0, 1] that the bullet comes to mind at `at`."""
        ...

    def learn(self, bullet: str, at: float, *, recalled: bool) -> None:
        """The bullet was asked for and then shown."""
        ...


@dataclass
class ByFsrs:
    """FSRS with its published parameters; time zero is `start`."""

    start: datetime
    _cards: dict[str, str] = field(default_factory=dict)

    def recall(self, bullet: str, at: float) -> float:
        """The card's retrievability."""
        return recall(self._cards[bullet], self._time(at)) if bullet in self._cards else 0.0

    def learn(self, bullet: str, at: float, *, recalled: bool) -> None:
        """Good when recalled, Again when not."""
        self._cards[bullet] = review(self._cards.get(bullet), 3 if recalled else 1, self._time(at))

    def _time(self, at: float) -> datetime:
        return self.start + timedelta(days=at)


@dataclass
class ByHalfLife:
    """Exponential forgetting."""

    rng: random.Random
    _known: dict[str, tuple[float, float]] = field(default_factory=dict)
    """Bullet -> (when last shown, half-life)."""

    def recall(self, bullet: str, at: float) -> float:
        """2^(-t/h)."""
        if bullet not in self._known:
            return 0.0
        last, half_life = self._known[bullet]
        return float(2 ** (-max(0.0, at - last) / half_life))

    def learn(self, bullet: str, at: float, *, recalled: bool) -> None:
        """Double or halve."""
        if bullet not in self._known:
            self._known[bullet] = (at, FIRST_HALF_LIFE * exp(self.rng.gauss(0, SPREAD)))
            return
        half_life = self._known[bullet][1] * (2 if recalled else 0.5)
        self._known[bullet] = (at, min(LONGEST, max(SHORTEST, half_life)))


@dataclass
class ByTraces:
    """Power-law forgetting: nothing is ever quite lost, and nothing is ever safe."""

    rng: random.Random
    _traces: dict[str, list[float]] = field(default_factory=dict)
    _ease: dict[str, float] = field(default_factory=dict)

    def recall(self, bullet: str, at: float) -> float:
        """Logistic in the log of the summed traces."""
        traces = [max(JUST_NOW, at - seen) ** -DECAY for seen in self._traces.get(bullet, ()) if seen <= at]
        if not traces:
            return 0.0
        return 1 / (1 + exp((THRESHOLD - log(sum(traces)) - self._ease[bullet]) / SLOPE))

    def learn(self, bullet: str, at: float, *, recalled: bool) -> None:
        """One more trace, recalled or not."""
        self._ease.setdefault(bullet, self.rng.gauss(0, SPREAD))
        self._traces.setdefault(bullet, []).append(at)


LEARNERS = ("fsrs", "half-life", "traces")


def learner(name: str, start: datetime, rng: random.Random) -> Learner:
    """A fresh memory of one of `LEARNERS`."""
    if name == "fsrs":
        return ByFsrs(start)
    return ByHalfLife(rng) if name == "half-life" else ByTraces(rng)
