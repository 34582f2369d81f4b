"""The offline judge with a pack: an answer's clauses beside sentences that state, half-state and contradict facts.

A bullet without a pack goes to the word judge. Judges bullets one by one: no feature looks at the whole answer's style.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from coach.attention import Attention, check_features, load_attention
from coach.clauses import Clause, shortened
from coach.encoder import Encoder, open_encoder
from coach.evidence import FEATURES, Said, weigh
from coach.exemplars import Exemplars, prepare
from coach.judge_offline import OfflineJudge
from coach.language import language_of
from coach.quotes import MAX_SHARE, SHORT
from coach.steering import without_steering
from coach.types import CREDIT, BulletVerdict, JudgeId, Judgement, Verdict
from index.pack import Pack
from index.types import Handbook, Hit, Question

if TYPE_CHECKING:
    from coach.types import Judge

ATTENTION_FILE = "attention.v1.safetensors"
_NARROW = {wide: wide - 0xFEE0 for wide in range(0xFF10, 0xFF5B) if chr(wide - 0xFEE0).isalnum()}
_SENTENCE = re.compile(r"[^。！？!?\n]*?(?:[。！？!?\n]+|\.(?=\s|$)\s*|$)")
_ASKED = re.compile(r"[？?]\s*$")
_ASKS = re.compile(
    r"\W*(?:是不是|是否|会不会|有没有|难道|(?:is|are|do|does|did|was|were|can|could|should|would)\b)", re.IGNORECASE
)
"""Beginnings of a sentence that is a question throughout; of another one only the last clause asks."""
_TAG = re.compile(
    r"(?:[吧嘛呗]|[对好]不[对好]|是不是|明白|right|ok(?:ay)?|yeah|(?:is|are|do|does|was|were|wo)n't \w+)\s*[？?]+\s*$",
    re.IGNORECASE,
)
"""Ends of a claim that only sound like a question."""
_LAST_CLAUSE = re.compile(r"(?:^|(?<=[，,；;]))[^，,；;]*$")
CREDIT_FROM, WRONG_FROM = 0.69, 0.55
"""Credit is given from this chance of it on, and a bullet is called wrong from that chance on; between the two it is
missing. Praise for a wrong answer is the worst that can happen, so credit must be twice as likely as not, and more."""
NEAR = 0.8
"""A fact's stretch is quoted when it is at least this near, beside the nearest of the bullet."""
LACKING = {
    "zh": {
        Verdict.PARTIAL: "还没有说清：{}",
        Verdict.MISSING: "没有说到：{}",
        Verdict.CONTRADICTED: "说法与这一点相反：{}",
    },
    "en": {
        Verdict.PARTIAL: "Not said clearly yet: {}",
        Verdict.MISSING: "Not said: {}",
        Verdict.CONTRADICTED: "What was said conflicts with this: {}",
    },
}


@dataclass
class _Shared:
    """What all copies of a judge have in common."""

    pack: Pack
    words: OfflineJudge
    given: Encoder | None
    prepared: dict[str, Exemplars | None]

    @cached_property
    def encoder(self) -> Encoder:
        """Loaded when the first answer comes."""
        return self.given or open_encoder()

    def exemplars(self, question_key: str) -> Exemplars | None:
        """The prepared sentences of a question; None when the pack has none."""
        if question_key not in self.prepared:
            found = self.pack.question(question_key)
            self.prepared[question_key] = prepare(found, self.encoder) if found else None
        return self.prepared[question_key]


class ExemplarJudge:
    """Judges by the pack's sentences."""

    def __init__(
        self,
        pack: Pack,
        words: OfflineJudge | None = None,
        fitted: Attention | None = None,
        encoder: Encoder | None = None,
    ) -> None:
        self._shared = _Shared(pack, words or OfflineJudge(), encoder, {})
        self._fitted = fitted or load_attention(ATTENTION_FILE)
        check_features(self._fitted, FEATURES)
        self.id = JudgeId("offline", self._fitted.name)

    def without(self, question_key: str) -> ExemplarJudge:
        """The judge with weights fitted on other questions only, sharing what is prepared."""
        held_out = object.__new__(ExemplarJudge)
        held_out._shared, held_out.id = self._shared, self.id
        held_out._fitted = self._fitted.without(question_key)
        return held_out

    def knows(self, question: Question) -> bool:
        """Whether the pack has all bullets of the question; else words alone judge some."""
        found = self._shared.pack.question(question.key)
        return found is not None and {b.key for b in question.bullets} <= {b.key for b in found.bullets}

    def weigh(self, question: Question, answer: str) -> dict[str, Said] | None:
        """What the answer says about each bullet that the pack knows, by key; None for a question without a pack."""
        exemplars = self._shared.exemplars(question.key)
        return dict(weigh(answer, exemplars, self._shared.encoder)) if exemplars else None

    def judge(self, question: Question, answer: str, context: Sequence[Hit] = ()) -> Judgement:
        """A verdict on every bullet, each with its certainty."""
        answer = spoken(answer)  # the quote check finds its way back to the answer as it was sent
        said = self.weigh(question, answer)
        if not said:
            return self._shared.words.judge(question, answer, context)
        known = [i for i, bullet in enumerate(question.bullets) if bullet.key in said]
        rows = [said[question.bullets[i].key].features for i in known]
        verdicts = {
            i: self._verdict(
                i, question, answer, said[question.bullets[i].key], dict(zip(self._fitted.verdicts, row, strict=True))
            )
            for i, row in zip(known, self._fitted.probabilities(rows).tolist(), strict=True)
        }
        if len(known) < len(question.bullets):
            verdicts = {claim.bullet: claim for claim in self._shared.words.judge(question, answer).verdicts} | verdicts
        return Judgement(tuple(verdicts[i] for i in range(len(question.bullets))))

    def _verdict(
        self, position: int, question: Question, answer: str, said: Said, chances: dict[Verdict, float]
    ) -> BulletVerdict:
        verdict = decide(chances)
        credit = chances[Verdict.COVERED] + chances[Verdict.PARTIAL]
        certainty = round(credit if CREDIT[verdict] else 1 - credit, 3)
        quotes = () if verdict is Verdict.MISSING else pick_quotes(answer, said, verdict)
        return BulletVerdict(
            position, verdict, quotes, self._reason(position, question, answer, said, verdict), certainty
        )

    def _reason(self, position: int, question: Question, answer: str, said: Said, verdict: Verdict) -> str:
        """The fact that lacks most, in the answer's language; nothing when all is said."""
        if verdict is Verdict.COVERED:
            return ""
        exemplars = self._shared.exemplars(question.key)
        if exemplars is None:  # pragma: no cover - a bullet was weighed, so its question is prepared
            return ""
        language = language_of(answer)
        worst = min(
            range(len(said.leads)), key=lambda i: said.leads[i] if verdict is Verdict.CONTRADICTED else said.nearness[i]
        )
        fact = exemplars.facts[said.facts[worst]]
        return LACKING[language][verdict].format(fact.fact if language == "zh" else fact.en)


def decide(chances: Mapping[Verdict, float]) -> Verdict:
    """The verdict that four chances amount to."""
    if chances[Verdict.COVERED] + chances[Verdict.PARTIAL] >= CREDIT_FROM:
        return max(Verdict.COVERED, Verdict.PARTIAL, key=lambda verdict: chances[verdict])
    return Verdict.CONTRADICTED if chances[Verdict.CONTRADICTED] >= WRONG_FROM else Verdict.MISSING


def spoken(answer: str) -> str:
    """What of the answer is judged: legible, without its questions and without words to the grader."""
    return claimed(without_steering(legible(answer)))


def legible(answer: str) -> str:
    """The answer without invisible characters, its full-width letters and digits as ordinary ones."""
    return "".join(char for char in answer.translate(_NARROW) if char.isascii() or unicodedata.category(char) != "Cf")


def claimed(answer: str) -> str:
    """The answer without its questions: who asks whether something is so claims nothing.

    >>> claimed("它省显存，对吧？是不是和 critic 有关？去掉了 critic，还要展开吗？")
    '它省显存，对吧？去掉了 critic，'
    """
    return "".join(map(_claim, _SENTENCE.findall(answer)))


def _claim(sentence: str) -> str:
    if not _ASKED.search(sentence) or _TAG.search(sentence):
        return sentence
    return "" if _ASKS.match(sentence) else _LAST_CLAUSE.sub("", sentence)


def offline_judge(book: Handbook, pack: Pack | None) -> Judge:
    """The best judge that needs no model server: with the handbook's pack, or by words alone."""
    words = OfflineJudge(bullet.plain for question in book.questions for bullet in question.bullets)
    return ExemplarJudge(pack, words) if pack else words


def pick_quotes(answer: str, said: Said, verdict: Verdict) -> tuple[str, ...]:
    """The stretches that carry the verdict, in the order of the answer, within what may be quoted of it."""
    ranked = sorted(zip(said.windows, said.leads, said.nearness, strict=True), key=lambda entry: -entry[2])
    if verdict is Verdict.CONTRADICTED:
        picked = [min(ranked, key=lambda entry: entry[1])[0]]
    else:
        picked = [window for window, _, nearness in ranked if nearness >= NEAR * ranked[0][2]]
    cap = max(int(MAX_SHARE * len("".join(answer.split()))), SHORT)
    kept: list[Clause] = []
    for window in picked:
        room = cap - sum(len("".join(other.text.split())) for other in kept)
        if any(window.start < other.end and other.start < window.end for other in kept):
            continue
        if len("".join(window.text.split())) <= room:
            kept.append(window)
        elif not kept:
            return (shortened(window.text, room),)
    return tuple(window.text for window in sorted(kept, key=lambda window: window.start))
