"""The stretch of an answer that speaks of a bullet most, whatever the judge made of it: by meaning, or by words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from coach.types import Judge
from index.types import Question

if TYPE_CHECKING:
    from coach.evidence import Said


@runtime_checkable
class Weighing(Protocol):
    """A judge that tells what an answer says about each bullet."""

    def weigh(self, question: Question, answer: str) -> Mapping[str, Said] | None:
        """By bullet key; None for a question without a pack."""
        ...


class Nearest:
    """Finds nearest stretches with what `judge` has prepared, where it has something."""

    def __init__(self, judge: Judge) -> None:
        self._judge = judge

    def __call__(self, question: Question, answer: str, position: int) -> str:
        """The nearest stretch; empty when no word of the answer is the bullet's."""
        weighed = self._judge.weigh(question, answer) if isinstance(self._judge, Weighing) else None
        said = (weighed or {}).get(question.bullets[position].key)
        if said is not None and said.windows:
            return max(zip(said.nearness, said.windows, strict=True), key=lambda pair: pair[0])[1].text
        from coach.judge_offline import OfflineJudge

        window = OfflineJudge().match(question, answer)[position].window
        return window.text if window else ""
