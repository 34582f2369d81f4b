"""What an interview has come to so far: each answer as it counts now, and the last one, which verbs are about."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from coach.events import Event, Graded, Summary
from coach.turns import Verb
from coach.verbs import Aids, Desk, obey
from index.types import Question


@dataclass
class Tally:
    """Answers in the order in which they were dealt with."""

    desk: Desk
    done: list[Graded] = field(default_factory=list)
    last: Graded | None = None

    def add(self, graded: Graded) -> Graded:
        """Count an answer, or a question without one; a follow-up's does not become the last."""
        self.done.append(graded)
        if not graded.skipped and not graded.prompted:
            self.last = graded
        return graded

    def obey(self, verb: Verb, question: Question, aids: Aids) -> Iterator[Event]:
        """Do what a verb says; a mark changes what the last grade counts for."""
        shown, last = obey(self.desk, verb, question, aids, self.last)
        if last is not self.last:
            self.done = [last if last is not None and one is self.last else one for one in self.done]
            self.last = last
        yield shown

    def summary(self, session_id: str, *, finished: bool) -> Summary:
        """The end of the sitting."""
        graded = tuple(g for g in self.done if g.problem is None and not g.skipped)
        skipped, pending = sum(g.skipped for g in self.done), sum(g.waits for g in self.done)
        return Summary(session_id, graded, skipped, pending, finished)
