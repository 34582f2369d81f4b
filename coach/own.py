"""The rubric for a question of the person's own: the handbook's nearest, confirmed before anything is graded."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass, replace

from coach.events import Event, Matched
from coach.journal import Journal
from coach.language import Language
from coach.turns import Reader
from coach.types import Attempt, Rubric
from coach.words import say
from index.keys import question_key
from index.types import Direction, Hit, Question, Ranking

CHOICES = "123"
HITS = 4
"""One more than is offered: the judge sees it as context."""

FAINT = 0.01
"""A hit less probable than this is only the nearest of strangers."""


@dataclass(frozen=True, slots=True)
class Match:
    """An answer hung on the question that it is graded by."""

    attempt: Attempt
    rubric: Rubric
    context: tuple[Hit, ...]


def own_question(text: str, language: Language) -> Question:
    """A question that no handbook has, without a rubric as yet."""
    words = " ".join(text.split())
    return Question("", question_key(words), Direction(0, say("own", language)), words, (), 0)


def match_own(
    attempt: Attempt, search: Callable[[str], Ranking], reader: Reader, language: Language, journal: Journal
) -> Generator[Event, None, Match | None]:
    """Show the nearest questions and take the one that is chosen; None when it is none of them."""
    found = search(attempt.question.text)
    found = replace(found, hits=tuple(hit for hit in found.hits if hit.score >= FAINT))
    yield Matched(attempt.question.text, found.hits[: len(CHOICES)], found.abstained)
    chosen = _chosen(found, reader, language)
    if chosen is None:
        return None
    hit, context = found.hits[chosen], tuple(h for i, h in enumerate(found.hits) if i != chosen)
    journal.assign(attempt.id, hit.question)
    rubric = Rubric("search", hit.question.ref, hit.score, tuple(h.question.ref for h in context))
    return Match(replace(attempt, question=hit.question), rubric, context)


def _chosen(found: Ranking, reader: Reader, language: Language) -> int | None:
    """Position of the hit to grade by. Where nobody can be asked the first, unless the search abstains."""
    offered = CHOICES[: len(found.hits)]
    if not offered:
        return None
    usual = "n" if found.abstained else "1"
    key = reader.choose(say("own_choice", language, keys="/".join(offered), enter=usual), offered + "n") or usual
    return None if key == "n" else int(key) - 1
