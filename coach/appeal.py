"""A second, blind grading of one bullet: another prompt, which never sees the first verdict. Owns no journal.

What comes of it is the caller's affair: a mark with the source `appeal`, unless the person has marked the bullet.
"""

from __future__ import annotations

from dataclasses import dataclass

from coach.claims import verdict_on
from coach.exhibits import listed
from coach.grader import check
from coach.judge_llm import messages_for, read_from
from coach.types import BulletGrade, ChatModel, JudgeId, Usage
from index.types import Question
from prompts.library import fence, load

PROMPT = "appeal"


@dataclass(frozen=True, slots=True)
class SecondLook:
    """What the second examiner says, and who that is."""

    grade: BulletGrade
    judge: JudgeId
    usage: Usage


class SecondExaminer:
    """Judges through `chat`, one bullet at a time."""

    def __init__(self, chat: ChatModel) -> None:
        self._chat = chat
        self.id = JudgeId("llm", chat.name, load(PROMPT).id)

    def look(self, question: Question, position: int, answer: str, why: str = "") -> SecondLook:
        """The verdict on the bullet at `position`, its quotes checked; `why` only points to a place in the answer.

        UNGRADED when the reply stays unusable, ChatError when none came.
        """
        messages = messages_for(
            load(PROMPT),
            (position,),
            question=fence("question", question.text),
            bullets=fence("bullets", listed(question, (position,), None)),
            answer=fence("answer", answer),
            why=fence("why", why.strip() or "-"),
        )
        reading, usage = read_from(self._chat, messages, (position,), answer)
        return SecondLook(check(question, answer, position, verdict_on(position, reading, answer)), self.id, usage)
