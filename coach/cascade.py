"""A judge that asks the model only where the offline judge is unsure: fewer calls, and no wait for the plain cases."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from coach.judge_exemplars import ExemplarJudge
from coach.judge_llm import PromptedJudge
from coach.types import BulletVerdict, Judgement
from index.types import Hit, Question

SURE = 0.9
"""The offline judge decides an answer when it is this sure of every bullet whether it earns credit."""
CASCADE = "+cascade"
"""Behind the prompt's id: another measurement."""


class Cascade:
    """The offline judge's verdicts where all of them are sure, else the model's on every bullet.

    One call judges all bullets, so to take single bullets from the offline judge would save nothing. What it decides
    is graded in its name.
    """

    def __init__(self, offline: ExemplarJudge, model: PromptedJudge) -> None:
        self._offline, self._model = offline, model
        self.id = replace(model.id, prompt=f"{model.id.prompt}{CASCADE}")

    def without(self, question_key: str) -> Cascade:
        """With the offline judge fitted on other questions only."""
        return Cascade(self._offline.without(question_key), self._model)

    def for_epoch(self, epoch: int) -> Cascade:
        """For an independent repetition: the model is asked anew."""
        return Cascade(self._offline, self._model.for_epoch(epoch))

    def judge(self, question: Question, answer: str, context: Sequence[Hit] = ()) -> Judgement:
        """Verdicts on every bullet; ChatError when the model was needed and not reached."""
        return self._settled(question, answer) or self._by_model(self._model.judge(question, answer, context))

    def judge_aloud(
        self, question: Question, answer: str, context: Sequence[Hit], on_verdict: Callable[[BulletVerdict], None]
    ) -> Judgement:
        """The same, streamed where the model is asked."""
        settled = self._settled(question, answer)
        if settled is None:
            return self._by_model(self._model.judge_aloud(question, answer, context, on_verdict))
        for verdict in settled.verdicts:
            on_verdict(verdict)
        return settled

    def _settled(self, question: Question, answer: str) -> Judgement | None:
        if not self._offline.knows(question):  # by words alone it is not to be trusted, however sure
            return None
        judgement = self._offline.judge(question, answer)
        sure = all(verdict.certainty is not None and verdict.certainty >= SURE for verdict in judgement.verdicts)
        return replace(judgement, by=self._offline.id) if sure else None

    def _by_model(self, judgement: Judgement) -> Judgement:
        return replace(judgement, by=self._model.id)
