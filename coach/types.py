"""What grading is made of: verdicts, quotes, grades, attempts; and what a judge and a chat model must offer."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Literal, Protocol

from index.types import Bullet, Hit, Question

Narrate = Callable[[str], None]
"""Tells the person a line that is not data: at the command line, on stderr."""


class Verdict(StrEnum):
    """What an answer says about one bullet."""

    COVERED = "covered"
    PARTIAL = "partial"
    MISSING = "missing"
    CONTRADICTED = "contradicted"
    UNGRADED = "ungraded"
    """The judge failed on it: outside the answer's score; in agreement figures it does not agree."""


CREDIT: Mapping[Verdict, float] = {
    Verdict.COVERED: 1.0,
    Verdict.PARTIAL: 0.5,
    Verdict.MISSING: 0.0,
    Verdict.CONTRADICTED: 0.0,
}


COSTLIEST_FIRST = (Verdict.CONTRADICTED, Verdict.MISSING, Verdict.PARTIAL)

UNSURE_BELOW = 0.6
"""A certainty below this is little better than a coin's."""

DIFFERS = "≠ "
"""How the reason begins where an answer differs from a doubtful bullet, and may be right."""


@dataclass(frozen=True, slots=True)
class Quote:
    """A stretch of the answer, found by code: `answer[start:end] == quote`."""

    quote: str
    start: int
    """In code points of the raw answer."""
    end: int


@dataclass(frozen=True, slots=True)
class BulletVerdict:
    """What a judge claims about one bullet; its quotes are not yet checked against the answer."""

    bullet: int
    """Position in the question's bullets, from 0."""
    verdict: Verdict
    quotes: tuple[str, ...] = ()
    reason: str = ""
    certainty: float | None = None
    """Chance that credited-or-not is right, in [0, 1]; None when the judge does not say."""


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of the calls behind one result; zeros for a judge that calls no model."""

    prompt_tokens: int = 0
    completion_tokens: int = 0
    calls: int = 0
    cached: int = 0
    """Calls answered from the reply cache."""
    cost: float | None = None
    """What was paid, in the currency of the configured prices; None where no price is."""

    def __add__(self, other: Usage) -> Usage:
        """The sum, field by field; what a part without a price cost is not known, and not counted."""
        known = [cost for cost in (self.cost, other.cost) if cost is not None]
        return Usage(
            self.prompt_tokens + other.prompt_tokens,
            self.completion_tokens + other.completion_tokens,
            self.calls + other.calls,
            self.cached + other.cached,
            sum(known) if known else None,
        )

    @property
    def tokens(self) -> int:
        """Tokens sent and received."""
        return self.prompt_tokens + self.completion_tokens


@dataclass(frozen=True, slots=True)
class Judgement:
    """A judge's claims about one answer: one verdict per bullet, in any order."""

    verdicts: tuple[BulletVerdict, ...]
    feedback: str = ""
    """Two or three sentences for the person; may be empty."""
    usage: Usage = Usage()
    by: JudgeId | None = None
    """Who judged, where the judge handed the answer on; None = itself."""


@dataclass(frozen=True, slots=True)
class BulletGrade:
    """The verdict on one bullet after its quotes were checked."""

    bullet: Bullet
    verdict: Verdict
    evidence: tuple[Quote, ...] = ()
    reason: str = ""
    certainty: float | None = None

    @property
    def unsure(self) -> bool:
        """Whether the judge might as well have said the opposite: then the person is asked."""
        return self.certainty is not None and self.certainty < UNSURE_BELOW

    @property
    def differs(self) -> bool:
        """Whether the answer contradicts a doubtful bullet as the handbook's audit does: then it costs nothing."""
        return self.verdict is Verdict.CONTRADICTED and self.reason.startswith(DIFFERS)


@dataclass(frozen=True, slots=True)
class Rubric:
    """Where the bullets that an answer was graded against came from."""

    by: Literal["ref", "search"]
    ref: str
    score: float | None = None
    """The search's probability; None when the question was named."""
    context: tuple[str, ...] = ()
    """Refs of the neighbouring questions that the judge was shown, never scored."""


@dataclass(frozen=True, slots=True)
class JudgeId:
    """Who graded."""

    kind: Literal["llm", "offline", "gate"]
    model: str | None = None
    prompt: str | None = None
    """Prompt id, as in `grade.v1:3fa9c1d2`; None without a prompt."""


@dataclass(frozen=True, slots=True)
class Grade:
    """The graded answer; `bullets` in the order of the question's."""

    question: Question
    rubric: Rubric
    bullets: tuple[BulletGrade, ...]
    judge: JudgeId
    feedback: str = ""
    usage: Usage = Usage()
    withdrawn: int = 0
    """Verdicts that the quote check took back."""

    @property
    def score(self) -> float | None:
        """Mean credit of the graded bullets, in [0, 1]; None when none is. What `differs` is not counted."""
        credits = [CREDIT[b.verdict] for b in self.bullets if b.verdict is not Verdict.UNGRADED and not b.differs]
        return sum(credits) / len(credits) if credits else None

    @property
    def worst(self) -> int | None:
        """Position of the bullet to mend first: a wrong one, else missing, else half-said; unsure ones come last."""
        costs = {verdict: cost for cost, verdict in enumerate(COSTLIEST_FIRST)}
        lost = [(b.unsure, costs[b.verdict], i) for i, b in enumerate(self.bullets) if b.verdict in costs]
        counted = [(unsure, cost, i) for unsure, cost, i in lost if not self.bullets[i].differs]
        return min(counted)[2] if counted else None


@dataclass(frozen=True, slots=True)
class Attempt:
    """One answer to one question, saved before it is graded."""

    id: str
    session_id: str
    question: Question
    answer: str
    started_at: datetime
    """UTC."""
    took_s: float | None = None
    grade: Grade | None = None
    prompted: bool = False
    """Given to a follow-up rather than to the question."""
    hints_used: int = 0
    confidence: int | None = None
    """1-4, given before the grade."""


class Judge(Protocol):
    """Claims a verdict per bullet. Never sees gold, hints used or earlier grades."""

    id: JudgeId

    def judge(self, question: Question, answer: str, context: Sequence[Hit] = ()) -> Judgement:
        """Verdicts on `answer`; a bullet it cannot grade comes back UNGRADED. ChatError when no model was reached."""
        ...


@dataclass(frozen=True, slots=True)
class Message:
    """One turn of a chat."""

    role: Literal["system", "user", "assistant"]
    content: str


@dataclass(frozen=True, slots=True)
class Reply:
    """What a chat model said."""

    text: str
    usage: Usage = Usage()
    model: str = ""


@dataclass(frozen=True, slots=True)
class ReplyForm:
    """The JSON object that a reply must be: a name and its JSON schema."""

    name: str
    schema: Mapping[str, object] = field(default_factory=dict)
    essential: tuple[str, ...] | None = None
    """Fields without which a reply is asked for again; None: those that the schema requires."""

    @property
    def needs(self) -> tuple[str, ...]:
        """Fields without which a reply is of no use."""
        required = self.schema.get("required", ())
        return self.essential if self.essential is not None else tuple(required)  # type: ignore[arg-type]  # a JSON list


class ChatModel(Protocol):
    """A model behind an OpenAI-compatible endpoint, or a test's stand-in."""

    name: str

    def reply(
        self,
        messages: Sequence[Message],
        *,
        form: ReplyForm | None = None,
        on_text: Callable[[str], None] | None = None,
    ) -> Reply:
        """The model's answer; `on_text` gets pieces as they arrive. ChatError, ChatTimeout when none comes."""
        ...


@dataclass(frozen=True, slots=True)
class Explanation:
    """The answer to a look-up."""

    text: str
    citations: tuple[str, ...]
    by: str
    """`handbook`, or the model's name."""
    detail: bool = True
    """False: the topic is in the handbook, what was asked about it is not."""
