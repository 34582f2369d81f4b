"""Whether an answer that contradicts a doubtful bullet says what the handbook's audit says. Pure.

The bullet stays the rubric; but whom the audit bears out is told so, and pays nothing for it. Told by words alone: the
quote has terms or numbers of the audit's note that the bullet lacks, and more of them than the bullet's own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from coach.language import language_of
from coach.overlap import terms
from coach.types import DIFFERS, BulletGrade, Grade, Verdict
from coach.words import say

NOTE_TERMS = 3
"""So many terms of the note that the bullet lacks make it the note that was said; a number counts as much."""


def agrees(quote: str, bullet: str, note: str) -> bool:
    """Whether a quote that conflicts with the bullet says what the note says against it.

    >>> agrees("显存没有减半，激活和 KV cache 都还在", "省掉 Critic，显存减半", "减半只对参数成立，激活、KV cache 还在")
    True
    >>> agrees("显存反而翻倍了", "省掉 Critic，显存减半", "减半只对参数成立，激活、KV cache 还在")
    False
    """
    said, rubric, noted = (set(terms(text)) for text in (quote, bullet, note))
    fresh = (said & noted) - rubric
    numbers = sum(term[0].isdecimal() for term in fresh)
    return len(fresh) + (NOTE_TERMS - 1) * numbers >= NOTE_TERMS


def settle(grade: Grade, note: Callable[[int], str]) -> Grade:
    """The grade with every contradiction that the audit bears out told as `differs`; `note` gives a bullet's, or ''."""

    def settled(position: int, graded: BulletGrade) -> BulletGrade:
        doubt = note(position) if graded.verdict is Verdict.CONTRADICTED else ""
        quote = " ".join(q.quote for q in graded.evidence)
        if not doubt or not agrees(quote, graded.bullet.plain, doubt):
            return graded
        return replace(graded, reason=DIFFERS + say("differs", language_of(quote)))

    return replace(grade, bullets=tuple(settled(position, b) for position, b in enumerate(grade.bullets)))
