"""From a task to its record: builds the question, asks the judge through the same `grade` as practice does.

The judge is handed in. It may offer more than `coach.types.Judge`: `HeldOut`, so that nothing fitted on a question's
data speaks about that question, and `Repeatable`, so that a reply cache does not answer a repetition.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Protocol, runtime_checkable

from coach.errors import ChatError, ReplyError
from coach.grader import grade
from coach.types import BulletVerdict, Grade, Judge, JudgeId, Judgement, Verdict
from evals.cases import AnswerCase
from evals.records import Cell, Record, Task
from index.keys import bullet_key, question_key
from index.markdown import plain_text
from index.types import Bullet, Direction, Hit, Question

Plain = Callable[[str, Sequence[str], str], Sequence[str | Mapping[str, object]]]
"""A judge as a plain function: (question, bullets, answer) -> per bullet a verdict, or an object with `verdict` and,
as it likes, `evidence` (list of quotes), `certainty` and `reason`."""


@runtime_checkable
class _HasJudge(Judge, Protocol):
    """`Judge`, told apart from a plain function at run time."""


@runtime_checkable
class HeldOut(Protocol):
    """A judge with fitted parts."""

    def without(self, question_key: str) -> Judge:
        """The judge with parts fitted on other questions' data only."""
        ...


@runtime_checkable
class Repeatable(Protocol):
    """A judge whose replies may come from a cache."""

    def for_epoch(self, epoch: int) -> Judge:
        """The judge whose cached replies are those of this repetition, from 0."""
        ...


class PlainJudge:
    """A plain function as a judge."""

    def __init__(self, function: Plain, name: str = "") -> None:
        self.function = function
        self.id = JudgeId("offline", name or getattr(function, "__name__", type(function).__name__))

    def judge(self, question: Question, answer: str, context: Sequence[Hit] = ()) -> Judgement:
        """The function's verdicts; a position that it leaves out stays ungraded."""
        said = self.function(question.text, [bullet.plain for bullet in question.bullets], answer)
        return Judgement(tuple(_claim(i, claim) for i, claim in enumerate(said)))


def _claim(place: int, claim: str | Mapping[str, object]) -> BulletVerdict:
    row = {"verdict": claim} if isinstance(claim, str) else claim
    quotes, certainty = row.get("evidence") or (), row.get("certainty")
    return BulletVerdict(
        place,
        Verdict(str(row["verdict"])),
        (quotes,) if isinstance(quotes, str) else tuple(map(str, quotes)) if isinstance(quotes, Sequence) else (),
        str(row.get("reason", "")),
        float(certainty) if isinstance(certainty, int | float) else None,
    )


def as_judge(judge: Judge | Plain) -> Judge:
    """A judge from a judge or a plain function."""
    return judge if isinstance(judge, _HasJudge) else PlainJudge(judge)


def question_of(case: AnswerCase) -> Question:
    """The case's question as the handbook would hold it, with the same keys, so that a pack finds it."""
    key = question_key(case.question)
    bullets = tuple(Bullet(bullet_key(key, plain), text, plain, 0) for text, plain in _rendered(case.bullets))
    number = int(case.direction) if case.direction.isdecimal() else 0
    return Question(case.ref, key, Direction(number, ""), case.question, bullets, 0)


@cache
def _rendered(bullets: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    return tuple((text, plain_text(text)) for text in bullets)


class _Listening:
    """Keeps what the judge said, for a comparison with what the quote check left of it."""

    def __init__(self, inner: Judge) -> None:
        self.inner = inner
        self.id = inner.id
        self.heard: Judgement | None = None

    def judge(self, question: Question, answer: str, context: Sequence[Hit] = ()) -> Judgement:
        self.heard = self.inner.judge(question, answer, context)
        return self.heard


Context = Callable[[Question], Sequence[Hit]]
"""The neighbouring questions that practice shows a judge beside this one."""


def looked_up_once(context: Context) -> Context:
    """The same neighbours, each question's looked up once and by one thread: searches side by side slow each other."""
    known: dict[str, Sequence[Hit]] = {}
    lock = threading.Lock()

    def neighbours(question: Question) -> Sequence[Hit]:
        with lock:
            if question.key not in known:
                known[question.key] = context(question)
            return known[question.key]

    return neighbours


def record_of(
    task: Task, judge: Judge, context: Context | None = None, *, clock: Callable[[], float] = time.perf_counter
) -> Record:
    """Grade the task's answer. A judge that cannot be asked leaves a record with its error and no verdict."""
    question = question_of(task.case)
    started = clock()
    listening = _Listening(_fit(judge, task, question))
    try:
        graded = grade(question, task.case.answer, listening, context=context(question) if context else ())
    except (ChatError, ReplyError) as exc:
        return _failed(task, f"{type(exc).__name__}: {exc}", clock() - started)
    return _graded(task, graded, listening.heard, clock() - started)


def _fit(judge: Judge, task: Task, question: Question) -> Judge:
    if isinstance(judge, HeldOut):
        judge = judge.without(question.key)
    return judge.for_epoch(task.epoch) if isinstance(judge, Repeatable) else judge


def _failed(task: Task, error: str, took_s: float) -> Record:
    cells = tuple(Cell(place, Verdict.UNGRADED) for place in sorted(_places(task)))
    return Record(task.key, task.suite, task.variant, task.case.id, task.epoch, cells, took_s, error=error)


def _places(task: Task) -> Sequence[int]:
    return task.places or range(len(task.case.bullets))


def _graded(task: Task, graded: Grade, heard: Judgement | None, took_s: float) -> Record:
    claims = {claim.bullet: claim for claim in heard.verdicts} if heard else {}
    cells = [
        Cell(
            original,
            bullet.verdict,
            tuple(quote.quote for quote in bullet.evidence),
            bullet.certainty,
            bullet.reason,
            claims[place].verdict if place in claims else None,
            claims[place].quotes if place in claims else (),
        )
        for place, (original, bullet) in enumerate(zip(_places(task), graded.bullets, strict=True))
    ]
    return Record(
        task.key,
        task.suite,
        task.variant,
        task.case.id,
        task.epoch,
        tuple(sorted(cells, key=lambda cell: cell.bullet)),
        took_s,
        graded.usage,
        graded.feedback,
        gated=graded.judge.kind == "gate",
    )
