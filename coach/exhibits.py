"""What a model is shown of a question before it judges: bullets split into facts, and neighbours. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from coach.claims import bullet_id
from coach.language import language_of
from index.types import Hit, Question

if TYPE_CHECKING:
    from index.pack import Fact, Pack

MAX_NEIGHBOURS = 4
"""More of them pull the eye from the bullets to be graded."""
DETAIL = " (detail)"
"""Beside a fact without which the bullet is covered all the same."""


def listed(question: Question, positions: Sequence[int], pack: Pack | None) -> str:
    """The bullets by id, each followed by its facts where the pack knows them."""
    return "\n".join(
        line
        for position in positions
        for line in (f"{bullet_id(position)}: {question.bullets[position].plain}", *_facts(question, position, pack))
    )


def _facts(question: Question, position: int, pack: Pack | None) -> Iterator[str]:
    prepared = pack.question(question.key) if pack else None
    bullet = question.bullets[position]
    found = next((one.facts for one in prepared.bullets if one.key == bullet.key), ()) if prepared else ()
    if len(found) > 1:  # a single fact is the bullet once more
        chinese = language_of(bullet.plain) == "zh"
        yield from (f"  - {_words(fact, chinese=chinese)}{'' if fact.essential else DETAIL}" for fact in found)


def _words(fact: Fact, *, chinese: bool) -> str:
    return " ".join((fact.fact if chinese else fact.en).split())


def neighbours(question: Question, context: Sequence[Hit]) -> str:
    """Bullets of other questions, one question a line; a dash when there are none."""
    others = [hit.question for hit in context if hit.question.key != question.key][:MAX_NEIGHBOURS]
    return "\n".join(f"{q.text} {' / '.join(bullet.plain for bullet in q.bullets)}" for q in others) or "-"


def sources(question: Question, answer: str, context: Sequence[Hit], pack: Pack | None) -> list[str]:
    """All that a model's own words about the answer may speak of."""
    everything = range(len(question.bullets))
    return [question.text, answer, listed(question, everything, pack), neighbours(question, context)]
