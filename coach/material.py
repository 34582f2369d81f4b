"""What the coach can say about a question beyond grading it: hints, follow-ups, model answers.

From the handbook's pack where there is one, else from the handbook alone. Pure.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from coach.language import Language
from coach.words import say
from index.types import Question

if TYPE_CHECKING:
    from index.pack import Both, Pack, PackBullet


class Material:
    """The coach's preparation; every method works without a pack, and better with one."""

    def __init__(self, pack: Pack | None = None) -> None:
        self._pack = pack

    def prepared(self, question: Question) -> bool:
        """Whether more than the handbook is known about the question."""
        return bool(self._pack and self._pack.question(question.key))

    def question(self, question: Question, language: Language) -> str:
        """The question in the interviewer's language, where that is known."""
        prepared = self._pack.question(question.key) if self._pack else None
        return prepared.en if prepared and language == "en" else question.text

    def bullet(self, question: Question, position: int, language: Language) -> str:
        """The bullet in the person's language, where that is known."""
        prepared = self._bullet(question, position)
        return prepared.en if prepared and language == "en" else question.bullets[position].plain

    def sentence(self, question: Question, position: int, language: Language) -> str:
        """The one sentence to say for a bullet; the bullet itself where nothing better was prepared."""
        prepared = self._bullet(question, position)
        return _in(prepared.say, language) if prepared else question.bullets[position].plain

    def doubt(self, question: Question, position: int, language: Language) -> str:
        """What is doubtful or dated about the bullet; empty when nothing is known."""
        prepared = self._bullet(question, position)
        if prepared is None or prepared.audit is None:
            return ""
        return f"{prepared.audit.zh if language == 'zh' else prepared.audit.en} ({prepared.audit.source})"

    def audit(self, question: Question, position: int) -> str:
        """The note on a doubtful bullet in both languages, to compare an answer with; empty when there is none."""
        prepared = self._bullet(question, position)
        return f"{prepared.audit.zh}\n{prepared.audit.en}" if prepared and prepared.audit else ""

    def hint(self, question: Question, number: int, language: Language) -> str:
        """The `number`-th hint, from 1.

        First how many points there are; then, with a pack, each step of the ladder for every point in turn (vague ones
        first), else how each point begins.
        """
        if number == 1:
            return say("hint", language, number=1) + say("hint_count", language, count=len(question.bullets))
        ladder = self._ladder(question, language)
        if number - 2 >= len(ladder):
            return say("hint_none", language)
        return say("hint", language, number=number) + ladder[number - 2]

    def _ladder(self, question: Question, language: Language) -> list[str]:
        bullets = [self._bullet(question, position) for position in range(len(question.bullets))]
        prepared = [bullet for bullet in bullets if bullet is not None]
        if not prepared:
            return [opening(bullet.plain) + "…" for bullet in question.bullets]
        steps = min(len(bullet.hints) for bullet in prepared)
        return [_in(bullet.hints[step], language) for step in range(steps) for bullet in prepared]

    def probe(self, question: Question, position: int, language: Language, turn: int = 0) -> str:
        """A follow-up that leads to the bullet at `position` without giving it away; `turn` rotates through them."""
        prepared = self._bullet(question, position)
        if prepared is None or not prepared.probes:
            return say("follow_up_generic", language)
        return _in(prepared.probes[turn % len(prepared.probes)], language)

    def model_answer(self, question: Question, language: Language) -> str:
        """An answer as one would say it, or the bullets, one a line."""
        prepared = self._pack.question(question.key) if self._pack else None
        if prepared:
            return _in(prepared.model_answer, language)
        return "\n".join(["", *(f"- {bullet.plain}" for bullet in question.bullets)])

    def _bullet(self, question: Question, position: int) -> PackBullet | None:
        prepared = self._pack.question(question.key) if self._pack else None
        key = question.bullets[position].key
        return next((one for one in prepared.bullets if one.key == key), None) if prepared else None


def _in(text: Both, language: Language) -> str:
    return text.zh if language == "zh" else text.en


def opening(text: str) -> str:
    """The first term of a bullet: what stands before its first punctuation, at most a third of it.

    >>> opening("Tiling + Online Softmax + Kernel Fusion")
    'Tiling'
    """
    term = re.split(r"[：:，,（(＋+=→;；]", text, maxsplit=1)[0].strip()
    return term[: max(2, len(text) // 3)].strip()
