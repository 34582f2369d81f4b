"""A judge without a model server: how much of each bullet's weight the answer's clauses carry. Measured, and says so.

Needs only the bullets. It knows words, not meaning: a paraphrase without a shared term is missed, and a claim is not
told from its opposite.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from coach.clauses import Clause, shortened, split_clauses, windows
from coach.language import language_of
from coach.overlap import coverage, rarity, terms
from coach.quotes import MAX_SHARE, SHORT
from coach.softmax import Fitted, check_features, load_fitted
from coach.types import CREDIT, BulletVerdict, JudgeId, Judgement, Verdict
from index.types import Hit, Question

if TYPE_CHECKING:
    from numpy.typing import NDArray

FEATURES = ("window", "demoted")
"""Coverage of the bullet by the best stretch; by the whole answer, words of the question left out."""
WORDS_FILE = "words.v1.json"

_REASON = {
    "zh": {
        Verdict.COVERED: "用词与要点大体重合（离线判断）。",
        Verdict.PARTIAL: "用词与要点部分重合（离线判断）。",
        Verdict.MISSING: "没有找到与要点对应的内容（离线判断）。",
    },
    "en": {
        Verdict.COVERED: "The words largely match the bullet (offline judge).",
        Verdict.PARTIAL: "The words match part of the bullet (offline judge).",
        Verdict.MISSING: "Nothing was found that speaks of the bullet (offline judge).",
    },
}


@dataclass(frozen=True, slots=True)
class Match:
    """The features of one bullet, and the stretch of the answer that matched best."""

    features: tuple[float, ...]
    window: Clause | None


class OfflineJudge:
    """Judges by words; `bullets` of the handbook tell which terms are rare."""

    def __init__(self, bullets: Iterable[str] = (), fitted: Fitted | None = None) -> None:
        self._fitted = fitted or load_fitted(WORDS_FILE)
        check_features(self._fitted, FEATURES)
        self._rarity = rarity(bullets)
        self._unknown = max(self._rarity.values(), default=1.0)
        self.id = JudgeId("offline", self._fitted.name)

    def without(self, question_key: str) -> OfflineJudge:
        """The judge with weights fitted on other questions only."""
        held_out = object.__new__(OfflineJudge)
        held_out.__dict__.update(self.__dict__, _fitted=self._fitted.without(question_key))
        return held_out

    def judge(self, question: Question, answer: str, context: Sequence[Hit] = ()) -> Judgement:
        """A verdict on every bullet, each with its certainty."""
        import numpy as np

        matches = self.match(question, answer)
        chances = self._fitted.probabilities(np.array([match.features for match in matches]))
        return Judgement(
            tuple(
                self._verdict(i, answer, match, row)
                for i, (match, row) in enumerate(zip(matches, chances, strict=True))
            )
        )

    def match(self, question: Question, answer: str) -> tuple[Match, ...]:
        """Each bullet against the answer, in order."""
        clauses = split_clauses(answer)
        stretches = [(window, frozenset(terms(window.text))) for window in windows(answer, clauses)]
        return tuple(self._match(bullet.plain, question.text, answer, stretches) for bullet in question.bullets)

    def _match(
        self, bullet: str, question: str, answer: str, stretches: Sequence[tuple[Clause, frozenset[str]]]
    ) -> Match:
        wanted, asked, said = set(terms(bullet)), set(terms(question)), set(terms(answer))
        scored = [(self._covered(wanted, words), -len(window.text), window) for window, words in stretches]
        best, _, window = max(scored, key=lambda entry: entry[:2], default=(0.0, 0, None))
        features = (best, self._covered(wanted - asked, said))
        return Match(features, window if best else None)

    def _covered(self, wanted: set[str], said: set[str] | frozenset[str]) -> float:
        return coverage(wanted, said, self._rarity, self._unknown)

    def _verdict(self, position: int, answer: str, match: Match, chances: NDArray) -> BulletVerdict:  # type: ignore[type-arg]
        by_verdict = dict(zip(self._fitted.verdicts, map(float, chances), strict=True))
        credit = by_verdict[Verdict.COVERED] + by_verdict[Verdict.PARTIAL]
        # Shared words cannot tell a claim from its opposite: without meaning, nobody is told that he is wrong.
        verdict = max((Verdict.COVERED, Verdict.PARTIAL), key=lambda v: by_verdict[v])
        verdict = verdict if match.window and credit >= 0.5 else Verdict.MISSING
        certainty = credit if CREDIT[verdict] else 1 - credit
        quotes = () if verdict is Verdict.MISSING or match.window is None else (_trimmed(answer, match.window),)
        return BulletVerdict(position, verdict, quotes, _REASON[language_of(answer)][verdict], round(certainty, 3))


def _trimmed(answer: str, window: Clause) -> str:
    """The window's text, cut to what may be quoted of this answer."""
    cap = max(int(MAX_SHARE * len("".join(answer.split()))), SHORT)
    return shortened(window.text, cap)
