"""What an evaluation runs on: graded answers and look-up queries. Reads no file, knows no judge and no figure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from coach.types import Verdict

GOLD_VERDICTS = (Verdict.COVERED, Verdict.PARTIAL, Verdict.MISSING, Verdict.CONTRADICTED)


@dataclass(frozen=True, slots=True)
class Label:
    """The gold verdict on one bullet."""

    bullet: int
    verdict: Verdict
    evidence: str = ""
    """Verbatim from the answer; empty for missing."""
    second: Verdict | None = None
    """What a second reader said who had not seen the first."""
    doubtful: bool = False
    """The handbook's bullet itself is doubtful or dated; the label follows the handbook."""
    person: Verdict | None = None
    """What a person said who had seen neither label nor grade (`coach label`)."""


@dataclass(frozen=True, slots=True)
class AnswerCase:
    """One answer with its gold verdicts."""

    id: str
    ref: str
    question: str
    bullets: tuple[str, ...]
    answer: str
    labels: tuple[Label, ...]
    style: str = ""
    kind: str = ""
    score: float | None = None
    """The whole answer's gold score in [0, 1], where a data set has no verdicts per bullet."""
    scale: float = 1.0
    """What a score of 1 is called in that data set: 5 of Mohler's points."""
    labelled_by: str = "model"
    """`person`, or `model`: a language model, which is what every figure on it then says."""
    second_by: str = "model"
    """Who gave the second readings: `person` or `model`."""

    @property
    def direction(self) -> str:
        """The chapter's number: `2` for `2.4`."""
        return self.ref.split(".", maxsplit=1)[0]

    @property
    def language(self) -> str:
        """`zh`, `en` or `mixed`, by the share of Han characters among letters."""
        letters = [c for c in self.answer if c.isalpha()]
        share = sum("\u4e00" <= c <= "\u9fff" for c in letters) / max(1, len(letters))
        return "en" if share < 0.1 else "zh" if share > 0.7 else "mixed"


@dataclass(frozen=True, slots=True)
class QueryCase:
    """One look-up query; `relevant` best first, empty when the handbook has no answer."""

    id: str
    query: str
    lang: str
    type: str
    relevant: tuple[str, ...]
    about: tuple[str, ...] = ()
    """For a near miss: the questions on its topic, which lack the detail asked for."""


@dataclass(frozen=True, slots=True)
class Data:
    """What one run works on."""

    answers: tuple[AnswerCase, ...] = ()
    queries: tuple[QueryCase, ...] = ()
    digest: str = ""
    """sha256 over the files' bytes, in the order given."""
    sources: tuple[str, ...] = ()

    def limited(self, limit: int | None = None, *, quick: bool = False) -> Data:
        """The first `limit` answers and queries; `quick`: 40 answers, taken evenly over kinds and questions."""
        answers = stratified(self.answers, 40) if quick else self.answers
        return replace(self, answers=answers[:limit], queries=self.queries[:limit])


def stratified(answers: Sequence[AnswerCase], n: int) -> tuple[AnswerCase, ...]:
    """`n` answers, one kind after the other and within it every question once before any twice; no chance involved."""
    by_kind: dict[str, list[AnswerCase]] = {}
    for case in answers:
        by_kind.setdefault(case.kind, []).append(case)
    taken: list[AnswerCase] = []
    used: dict[str, int] = {}
    while by_kind and len(taken) < n:
        for kind in list(by_kind):
            case = min(by_kind[kind], key=lambda c: used.get(c.ref, 0))
            by_kind[kind].remove(case)
            used[case.ref] = used.get(case.ref, 0) + 1
            taken.append(case)
            if not by_kind[kind]:
                del by_kind[kind]
    return tuple(taken[:n])
