"""What the coach can say about a question beyond grading it: hints, follow-ups, model answers.

From the handbook alone. Pure.
"""

from __future__ import annotations

import re

from coach.language import Language
from coach.words import say
from index.types import Question


class Material:
    """The coach's preparation."""

    def question(self, question: Question, language: Language) -> str:
        """The question in the interviewer's language, where that is known."""
        return question.text

    def sentence(self, question: Question, position: int, language: Language) -> str:
        """The one sentence to say for a bullet; the bullet itself where nothing better was prepared."""
        return question.bullets[position].plain

    def doubt(self, question: Question, position: int, language: Language) -> str:
        """What is doubtful or dated about the bullet; empty when nothing is known."""
        return ""

    def hint(self, question: Question, number: int, language: Language) -> str:
        """The `number`-th hint (from 1): first how many points there are, then how each of them begins."""
        bullets = question.bullets
        if number > len(bullets) + 1:
            return say("hint_none", language)
        lead = say("hint", language, number=number)
        if number == 1:
            return lead + say("hint_count", language, count=len(bullets))
        return lead + opening(bullets[number - 2].plain) + "…"

    def probe(self, question: Question, position: int, language: Language) -> str:
        """A follow-up that leads to the bullet at `position` without giving it away."""
        return say("follow_up_generic", language)

    def model_answer(self, question: Question, language: Language) -> str:
        """All points of the question, one a line."""
        return "\n".join(["", *(f"- {bullet.plain}" for bullet in question.bullets)])


def opening(text: str) -> str:
    """The first term of a bullet: what stands before its first punctuation, at most a third of it.

    >>> opening("Tiling + Online Softmax + Kernel Fusion")
    'Tiling'
    """
    term = re.split(r"[：:，,（(＋+=→;；]", text, maxsplit=1)[0].strip()
    return term[: max(2, len(text) // 3)].strip()
