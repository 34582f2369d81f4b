"""A judge that asks a chat model: one structured reply for all bullets, one bounded repair, then ungraded by bullet."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal, Protocol, runtime_checkable

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from coach.errors import ChatError
from coach.extract import last_object, objects
from coach.feedback import stray_terms
from coach.grader import NEEDS_QUOTE
from coach.language import language_of
from coach.quotes import verify
from coach.types import BulletVerdict, ChatModel, JudgeId, Judgement, Message, Reply, ReplyForm, Usage, Verdict
from index.types import Hit, Question
from prompts.library import fence, load, render

OnVerdict = Callable[[BulletVerdict], None]

MAX_NEIGHBOURS = 4
"""More of them pull the eye from the bullets to be graded."""
UNUSABLE = {"zh": "模型的回复无法使用，这一点未评分。", "en": "The model's reply could not be used; not graded."}


class Claim(BaseModel):
    """What the model says about one bullet, in the order in which it must say it."""

    model_config = ConfigDict(strict=True, frozen=True, extra="ignore")

    bullet: str
    """`b1` for the first bullet of the question."""
    requires: list[str] = []
    """The facts that the bullet requires."""
    quotes: list[str]
    lacking: str = ""
    """What is missing or wrong."""
    verdict: Literal["covered", "partial", "missing", "contradicted"]
    certainty: Annotated[float, Field(ge=0, le=1)] | None = None


def _schema() -> dict[str, object]:
    """The form of a reply, as strict endpoints want it: every field required, none added, no ranges."""
    texts = {"type": "array", "items": {"type": "string"}}
    fields: dict[str, object] = {
        "bullet": {"type": "string"},
        "requires": texts,
        "quotes": texts,
        "lacking": {"type": "string"},
        "verdict": {"type": "string", "enum": ["covered", "partial", "missing", "contradicted"]},
        "certainty": {"type": "number"},
    }
    entry = {"type": "object", "properties": fields, "required": list(fields), "additionalProperties": False}
    top = {"bullets": {"type": "array", "items": entry}, "feedback": {"type": "string"}}
    return {"type": "object", "properties": top, "required": list(top), "additionalProperties": False}


FORM = ReplyForm("grade", _schema())


@dataclass(frozen=True, slots=True)
class _Reading:
    """What one reply says: usable claims by position, and what is wrong with the rest."""

    claims: Mapping[int, Claim]
    feedback: str = ""
    faults: Mapping[int, str] = field(default_factory=dict)
    """Position -> why its entry must be judged again."""


@runtime_checkable
class RepeatableChat(ChatModel, Protocol):
    """A chat model whose cached replies can be told apart by repetition."""

    def at_epoch(self, epoch: int) -> ChatModel:
        """The same model, asked anew."""
        ...


class PromptedJudge:
    """Judges through `chat`. With `per_bullet`, one call for each bullet instead of one for all."""

    def __init__(self, chat: ChatModel, prompt: str = "grade", *, per_bullet: bool = False) -> None:
        self._chat = chat
        self._prompt = load(prompt)
        self._repair = load("repair")
        self._per_bullet = per_bullet
        self.id = JudgeId("llm", chat.name, self._prompt.id)

    def for_epoch(self, epoch: int) -> PromptedJudge:
        """The same judge for an independent repetition: the model is asked anew where it can be."""
        if not isinstance(self._chat, RepeatableChat):
            return self
        return PromptedJudge(self._chat.at_epoch(epoch), self._prompt.name, per_bullet=self._per_bullet)

    def judge(self, question: Question, answer: str, context: Sequence[Hit] = ()) -> Judgement:
        """Verdicts on every bullet; UNGRADED where the reply stays unusable. ChatError when no reply came at all."""
        return self._judge(question, answer, context, None)

    def judge_aloud(self, question: Question, answer: str, context: Sequence[Hit], on_verdict: OnVerdict) -> Judgement:
        """The same, streamed: `on_verdict` hears each bullet once, as soon as its object is complete."""
        return self._judge(question, answer, context, on_verdict)

    def _judge(
        self, question: Question, answer: str, context: Sequence[Hit], on_verdict: OnVerdict | None
    ) -> Judgement:
        everything = tuple(range(len(question.bullets)))
        if not self._per_bullet:
            reading, usage = self._read(question, answer, context, everything, on_verdict)
            feedback = reading.feedback if _speaks_of_given(reading.feedback, question, answer, context) else ""
            return Judgement(tuple(_verdict(i, reading, answer) for i in everything), feedback, usage)
        verdicts: list[BulletVerdict] = []
        total, failure = Usage(), None
        for position in everything:
            try:
                reading, usage = self._read(question, answer, context, (position,), on_verdict)
            except ChatError as exc:
                reading, usage, failure = _Reading({}), Usage(), exc
            verdicts.append(_verdict(position, reading, answer))
            total += usage
        if failure and all(verdict.verdict is Verdict.UNGRADED for verdict in verdicts):
            raise failure
        return Judgement(tuple(verdicts), usage=total)

    def _read(
        self,
        question: Question,
        answer: str,
        context: Sequence[Hit],
        positions: Sequence[int],
        on_verdict: OnVerdict | None,
    ) -> tuple[_Reading, Usage]:
        """One reply, and one repair of what cannot be used of it."""
        messages = self._messages(question, answer, context, positions)
        reply = self._chat.reply(
            messages, form=FORM, on_text=_Listener(positions, answer, on_verdict) if on_verdict else None
        )
        reading = read_reply(reply.text, positions, answer)
        if not reading.faults:
            return reading, reply.usage
        try:
            second = self._chat.reply([*messages, *self._complaint(reply, reading)], form=FORM)
        except ChatError:
            return reading, reply.usage  # what the first reply graded is kept; the rest stays ungraded
        mended = read_reply(second.text, tuple(reading.faults), answer)
        claims = {
            **reading.claims,
            **{i: c for i, c in mended.claims.items() if _better(c, reading.claims.get(i), answer)},
        }
        return _Reading(claims, reading.feedback or mended.feedback), reply.usage + second.usage

    def _messages(
        self, question: Question, answer: str, context: Sequence[Hit], positions: Sequence[int]
    ) -> list[Message]:
        bullets = "\n".join(f"{_id(i)}: {question.bullets[i].plain}" for i in positions)
        rendered = render(
            self._prompt,
            question=fence("question", question.text),
            bullets=fence("bullets", bullets),
            neighbours=fence("neighbours", _neighbours(question, context)),
            answer=fence("answer", answer),
            ids=", ".join(map(_id, positions)),
        )
        return [Message("system", rendered.system), Message("user", rendered.user)]

    def _complaint(self, reply: Reply, reading: _Reading) -> list[Message]:
        faults = "\n".join(f"- {_id(i)}: {fault}" for i, fault in reading.faults.items())
        rendered = render(self._repair, faults=faults, ids=", ".join(map(_id, reading.faults)))
        return [Message("assistant", reply.text or "(empty)"), Message("user", rendered.user)]


def read_reply(text: str, positions: Sequence[int], answer: str) -> _Reading:
    """The claims in a reply. Of a reply that was cut off, the complete entries are kept."""
    whole = last_object(text, {"bullets"})
    entries, feedback = _entries([whole] if whole else objects(text)), (whole or {}).get("feedback", "")
    wanted = {_id(i): i for i in positions}
    claims: dict[int, Claim] = {}
    faults: dict[int, str] = {}
    for entry in entries:
        position = wanted.get(str(entry.get("bullet")).lower())
        if position is None:
            continue
        try:
            claim = Claim.model_validate(entry)
        except ValidationError as exc:
            faults[position] = "; ".join(f"{e['loc'][0] if e['loc'] else 'entry'}: {e['msg']}" for e in exc.errors())
            continue
        if position in claims and claims[position].verdict != claim.verdict:
            faults[position] = "two entries with different verdicts"
        claims[position] = claim
    usable = {i: claim for i, claim in claims.items() if i not in faults}
    faults |= {i: "no entry" for i in positions if i not in usable and i not in faults}
    faults |= {i: _QUOTE_FAULT for i, claim in usable.items() if not _quotes_stand(claim, answer)}
    return _Reading(usable, feedback if isinstance(feedback, str) else "", dict(sorted(faults.items())))


_QUOTE_FAULT = "its quotes are not verbatim stretches of the answer, or are all of it, or are none"


def _entries(found: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Bullet entries, from whole replies and from the pieces of one that was cut off."""
    entries: list[Mapping[str, Any]] = []
    for value in found:
        inside = value.get("bullets")
        candidates = inside if isinstance(inside, list) else [value] if "bullet" in value else []
        entries += [entry for entry in candidates if isinstance(entry, dict)]
    return entries


class _Listener:
    """Hears the reply piece by piece and tells each bullet's verdict once, when its object is complete."""

    def __init__(self, positions: Sequence[int], answer: str, on_verdict: OnVerdict) -> None:
        self._positions, self._answer, self._on_verdict = positions, answer, on_verdict
        self._text = ""
        self._told: set[int] = set()

    def __call__(self, piece: str) -> None:
        self._text += piece
        if "}" not in piece:  # nothing can have been completed
            return
        reading = read_reply(self._text, self._positions, self._answer)
        for position, claim in reading.claims.items():
            if position not in self._told:
                self._told.add(position)
                self._on_verdict(_said(position, claim))


def _verdict(position: int, reading: _Reading, answer: str) -> BulletVerdict:
    claim = reading.claims.get(position)
    if claim is None:
        return BulletVerdict(position, Verdict.UNGRADED, reason=UNUSABLE[language_of(answer)])
    return _said(position, claim)


def _said(position: int, claim: Claim) -> BulletVerdict:
    reason = claim.lacking or "；".join(claim.requires)
    return BulletVerdict(position, Verdict(claim.verdict), tuple(claim.quotes), reason, claim.certainty)


def _quotes_stand(claim: Claim, answer: str) -> bool:
    return Verdict(claim.verdict) not in NEEDS_QUOTE or bool(verify(answer, claim.quotes))


def _better(mended: Claim, first: Claim | None, answer: str) -> bool:
    """A repair that again quotes nothing real replaces nothing; the grader will withdraw the claim."""
    return first is None or _quotes_stand(mended, answer)


def _speaks_of_given(feedback: str, question: Question, answer: str, context: Sequence[Hit]) -> bool:
    sources = [question.text, answer, *(bullet.plain for bullet in question.bullets), _neighbours(question, context)]
    return not stray_terms(feedback, sources)


def _neighbours(question: Question, context: Sequence[Hit]) -> str:
    """Bullets of other questions, one question a line; a dash when there are none."""
    others = [hit.question for hit in context if hit.question.key != question.key][:MAX_NEIGHBOURS]
    return "\n".join(f"{q.text} {' / '.join(bullet.plain for bullet in q.bullets)}" for q in others) or "-"


def _id(position: int) -> str:
    return f"b{position + 1}"
