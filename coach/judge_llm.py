"""A judge that asks a chat model: one structured reply for all bullets, one bounded repair, then ungraded by bullet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from coach.claims import FORM, Listener, OnVerdict, Reading, better, bullet_id, read_reply, verdict_on
from coach.errors import ChatError
from coach.exhibits import listed, neighbours, sources
from coach.feedback import stray_terms
from coach.types import BulletVerdict, ChatModel, JudgeId, Judgement, Message, Reply, ReplyForm, Usage, Verdict
from index.types import Hit, Question
from prompts.library import Prompt, fence, load, render

if TYPE_CHECKING:
    from index.pack import Pack

EACH = "+each"
"""Behind the prompt's id when bullets are asked for one by one: another measurement."""


@runtime_checkable
class RepeatableChat(ChatModel, Protocol):
    """A chat model whose cached replies can be told apart by repetition."""

    def at_epoch(self, epoch: int) -> ChatModel:
        """The same model, asked anew."""
        ...


@runtime_checkable
class ForgetfulChat(ChatModel, Protocol):
    """A chat model that keeps its replies, and can be told that one was of no use."""

    def forget(self, messages: Sequence[Message], *, form: ReplyForm | None = None) -> None:
        """Ask anew next time."""
        ...


class PromptedJudge:
    """Judges through `chat`. With `per_bullet`, one call for each bullet instead of one for all.

    The facts inside the bullets come from `pack`, where it has the question; else the model splits them itself.
    """

    def __init__(
        self, chat: ChatModel, pack: Pack | None = None, *, per_bullet: bool = False, prompt: str = "grade"
    ) -> None:
        self._chat = chat
        self._pack = pack
        self._prompt = load(prompt)
        self._per_bullet = per_bullet
        self.id = JudgeId("llm", chat.name, self._prompt.id + EACH * per_bullet)

    def for_epoch(self, epoch: int) -> PromptedJudge:
        """The same judge for an independent repetition: the model is asked anew where it can be."""
        if not isinstance(self._chat, RepeatableChat):
            return self
        chat = self._chat.at_epoch(epoch)
        return PromptedJudge(chat, self._pack, per_bullet=self._per_bullet, prompt=self._prompt.name)

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
        if self._per_bullet:
            judged = self._each(question, answer, context, everything, on_verdict)
        else:
            reading, usage = self._read(question, answer, context, everything, on_verdict)
            judged = Judgement(tuple(verdict_on(i, reading, answer) for i in everything), reading.feedback, usage)
        return _without_strays(judged, sources(question, answer, context, self._pack))

    def _each(
        self,
        question: Question,
        answer: str,
        context: Sequence[Hit],
        positions: Sequence[int],
        on_verdict: OnVerdict | None,
    ) -> Judgement:
        """One call a bullet, one after the other: an endpoint that is asked for eight at once is told so elsewhere."""
        verdicts: list[BulletVerdict] = []
        total, failure = Usage(), None
        for position in positions:
            try:
                reading, usage = self._read(question, answer, context, (position,), on_verdict)
            except ChatError as exc:
                reading, usage, failure = Reading({}), Usage(), exc
            verdicts.append(verdict_on(position, reading, answer))
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
    ) -> tuple[Reading, Usage]:
        messages = messages_for(
            self._prompt,
            positions,
            question=fence("question", question.text),
            bullets=fence("bullets", listed(question, positions, self._pack)),
            neighbours=fence("neighbours", neighbours(question, context)),
            answer=fence("answer", answer),
        )
        return read_from(self._chat, messages, positions, answer, on_verdict)


def messages_for(prompt: Prompt, positions: Sequence[int], **values: str) -> list[Message]:
    """The prompt filled with what is judged."""
    rendered = render(prompt, ids=", ".join(map(bullet_id, positions)), **values)
    return [Message("system", rendered.system), Message("user", rendered.user)]


def read_from(
    chat: ChatModel,
    messages: Sequence[Message],
    positions: Sequence[int],
    answer: str,
    on_verdict: OnVerdict | None = None,
) -> tuple[Reading, Usage]:
    """One reply, and one repair of what cannot be used of it. ChatError when no reply came."""
    # Streamed even if nobody listens: a long reply of a slow model would else look like silence, and time out.
    reply = chat.reply(messages, form=FORM, on_text=Listener(positions, answer, on_verdict or (lambda _: None)))
    reading = read_reply(reply.text, positions, answer)
    if not reading.faults:
        return reading, reply.usage
    repair = [*messages, *_complaint(reply, reading)]
    try:
        second = chat.reply(repair, form=FORM, on_text=lambda _: None)
    except ChatError:
        return reading, reply.usage  # what the first reply graded is kept; the rest stays ungraded
    mended = read_reply(second.text, tuple(reading.faults), answer)
    kept = {i: claim for i, claim in mended.claims.items() if better(claim, reading.claims.get(i), answer)}
    claims = {**reading.claims, **kept}
    if claims.keys() < set(positions) and isinstance(chat, ForgetfulChat):
        # Else whoever grades the answer again would be told the same from the cache.
        chat.forget(messages, form=FORM)
        chat.forget(repair, form=FORM)
    return Reading(claims, reading.feedback or mended.feedback), reply.usage + second.usage


def _complaint(reply: Reply, reading: Reading) -> list[Message]:
    faults = "\n".join(f"- {bullet_id(i)}: {fault}" for i, fault in reading.faults.items())
    rendered = render(load("repair"), faults=faults, ids=", ".join(map(bullet_id, reading.faults)))
    return [Message("assistant", reply.text or "(empty)"), Message("user", rendered.user)]


def _without_strays(judged: Judgement, given: Sequence[str]) -> Judgement:
    """Without feedback, and without reasons, that bring numbers or terms of their own."""
    verdicts = tuple(replace(v, reason="") if stray_terms(v.reason, given) else v for v in judged.verdicts)
    return replace(judged, verdicts=verdicts, feedback="" if stray_terms(judged.feedback, given) else judged.feedback)
