"""How often each verdict of a judge is right, as it was measured; shown beside the verdict. Reads what is bundled."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files

from coach.figures import Figure, share
from coach.language import Language
from coach.types import JudgeId, Verdict
from coach.words import say

CHECK_BELOW = 0.8
FEWEST = 10
"""A verdict given fewer times than this in the measurement has no precision to speak of."""


@dataclass(frozen=True, slots=True)
class Measured:
    """The share of each verdict that the labels share; `by_person` tells whose labels they were."""

    precision: Mapping[Verdict, Figure]
    by_person: bool = False

    def beside(self, verdict: Verdict, language: Language) -> str:
        """As in `wrong is right 7 times in 10, check this`; empty where the verdict was given too rarely to tell."""
        found = self.precision.get(verdict)
        if found is None or found.value is None or found.n < FEWEST:
            return ""
        labels = say("by_person" if self.by_person else "by_model", language)
        right = round(10 * found.value)
        words = say("right", language, labels=labels, verdict=say(verdict, language), right=right)
        return words + (say("check", language) if found.value < CHECK_BELOW else "")


def bundled(judge: JudgeId) -> Measured | None:
    """What was measured of this very judge for this release; None for another."""
    kept = json.loads(files("coach").joinpath("fitted", "confusion.v1.json").read_text(encoding="utf-8"))
    if judge.kind == "llm" or judge.model != kept["judge"]:
        return None
    return Measured(precisions(kept["confusion"], kept["columns"]))


def precisions(confusion: Mapping[str, list[int]], columns: list[str]) -> Mapping[Verdict, Figure]:
    """From counts (label -> how often each verdict of `columns` was given) to the precision of each verdict.

    >>> precisions({"covered": [3, 0], "missing": [1, 6]}, ["covered", "missing"])[Verdict.COVERED].value
    0.75
    """
    return {
        Verdict(said): share(confusion[said][at], sum(row[at] for row in confusion.values()))
        for at, said in enumerate(columns)
    }
