"""Follow-ups worded by a model, for what was really said. The pack's stand in when it fails or gives the point away."""

from __future__ import annotations

from collections.abc import Sequence

from coach.errors import CoachError
from coach.formed import Draft, Text, ask
from coach.language import Language
from coach.material import Material
from coach.overlap import terms
from coach.types import ChatModel
from index.types import Question
from prompts.library import fence

PROMPT, REPAIR = "probe", "enrich_repair"
LONGEST = 200
"""Characters of a follow-up: who asks longer is lecturing."""
LANGUAGES: dict[Language, str] = {"zh": "Chinese", "en": "English"}


class Probe(Draft):
    """A follow-up."""

    question: Text


class Interviewer:
    """Asks through `chat`."""

    def __init__(self, chat: ChatModel, material: Material, language: Language) -> None:
        self._chat, self._material, self._language = chat, material, language

    def follow_up(self, question: Question, position: int, answer: str, times: int) -> str:
        """A question that leads to the bullet at `position`; `times` it was followed up before."""
        bullet = question.bullets[position].plain
        prepared = self._material.probe(question, position, self._language, times)

        def check(draft: Probe) -> Sequence[str]:
            return [*faults(draft.question, bullet, f"{question.text}\n{answer}")]

        try:
            draft = ask(
                self._chat,
                PROMPT,
                REPAIR,
                Probe,
                check,
                question=fence("question", question.text),
                bullet=fence("bullet", bullet),
                answer=fence("answer", answer),
                language=LANGUAGES[self._language],
            )
        except CoachError:
            return prepared
        return prepared if check(draft) else draft.question


def faults(probe: str, bullet: str, said: str) -> list[str]:
    """Why a follow-up may not be asked: it is too long, or holds words of the bullet that nobody has said yet.

    >>> faults("critic 去掉以后，baseline 从哪来？", "用组内均值当 baseline", "去掉 critic")
    ['it gives away: baseline']
    """
    given = sorted((set(terms(probe)) & set(terms(bullet))) - set(terms(said)))
    found = [f"it gives away: {', '.join(given)}"] if given else []
    return [*found, f"it is longer than {LONGEST} characters"] if len(probe) > LONGEST else found
