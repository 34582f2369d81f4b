"""One run of `coach regrade`: a sitting out of the journal, a second judge, and the bullets that flip."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import Console
from rich.text import Text

from coach import wire
from coach.boards import lines
from coach.config import Config
from coach.errors import ConfigError
from coach.language import Language
from coach.material import Material
from coach.regrade import Again, Flip, grade_again, judge_name
from coach.render import MARKS, open_console, percent
from coach.sessions import find_sitting
from coach.streams import emit
from coach.types import BulletGrade, Narrate, Verdict
from coach.words import say


def regrade(config: Config, session: str, *, as_json: bool, narrate: Narrate) -> None:
    """Grade the sitting's answers anew and list the flips; the first error of the judge is raised at the end."""
    book = wire.handbook(config)
    with wire.journal(config) as journal:
        found = find_sitting(journal, book.name, session)
    graded = [a for a in found.attempts if a.grade is not None]
    if not graded:
        raise ConfigError(f"the sitting {found.session.id} has no graded answer; grade it with: coach grade --pending")
    judge = wire.grading(config, book, narrate)
    done = list[Again]()
    for again in grade_again(graded, judge):
        done.append(again)
        narrate(f"{len(done)}/{len(graded)}  {again.attempt.question.ref}")
    if as_json:
        emit(regrade_json(found.session.id, done))
    else:
        console, language = open_console(), wire.language(config, book)
        for text in regrade_lines(done, wire.material(config, book), language, console):
            console.print(text)
    if problem := next((again.problem for again in done if again.problem), None):
        raise problem


def regrade_lines(done: Sequence[Again], material: Material, language: Language, console: Console) -> Iterator[Text]:
    """The screen of `coach regrade`."""
    flips = [flip for again in done for flip in again.flips]
    judged = [again for again in done if again.now]
    if judged:
        counts = {"flips": len(flips), "bullets": sum(len(again.pairs) for again in done), "answers": len(judged)}
        yield lines(console, say("regrade_head", language, **counts, judges=_judges(judged)), "bold")
    for again in judged:
        assert again.attempt.grade is not None
        assert again.now is not None
        if again.flips:
            scores = f"{percent(again.attempt.grade.score)} → {percent(again.now.score)}"
            yield Text(f"{again.attempt.question.ref}  {scores}", style="bold")
        for flip in again.flips:
            yield from _flip(flip, material, language, console)
    if judged:
        yield lines(console, say("regrade_kept", language), "dim")


def _judges(judged: Sequence[Again]) -> str:
    """`offline → deepseek-chat`; the gate is no other judge."""
    first = [again.attempt.grade.judge for again in judged if again.attempt.grade]
    then = [again.now.judge for again in judged if again.now]
    named = [next((j for j in judges if j.kind != "gate"), judges[0]) for judges in (first, then)]
    return " → ".join(judge_name(judge) for judge in named)


def _flip(flip: Flip, material: Material, language: Language, console: Console) -> Iterator[Text]:
    was, now = (f"{MARKS[g.verdict][0]} {say(g.verdict, language)}" for g in (flip.was, flip.now))
    bullet = material.bullet(flip.question, flip.position, language)
    yield lines(console, f"  {flip.position + 1}  {was} → {now}  {bullet}", MARKS[flip.now.verdict][1], 5)
    said = " … ".join(" ".join(quote.quote.split()) for quote in flip.now.evidence)
    asides = [f"«{said}»"] * bool(said) + [flip.now.reason] * bool(flip.now.reason)
    if asides:
        yield lines(console, "     " + "  ".join(asides), "dim", 5)


def regrade_json(session: str, done: Sequence[Again]) -> dict[str, object]:
    """The object of `coach regrade --json`."""
    return {
        "schema": 1,
        "session": session,
        "bullets": sum(len(again.pairs) for again in done),
        "ungraded": sum(b.verdict is Verdict.UNGRADED for again in done if again.now for b in again.now.bullets),
        "answers": [_answer_json(again) for again in done],
        "flips": [_flip_json(flip) for again in done for flip in again.flips],
    }


def _answer_json(again: Again) -> dict[str, object]:
    was, now = again.attempt.grade, again.now
    scores = {"was": was.score if was else None, "now": now.score if now else None}
    judges = {"from": judge_name(was.judge) if was else None, "to": judge_name(now.judge) if now else None}
    error = str(again.problem) if again.problem else None
    return {"attempt": again.attempt.id, "ref": again.attempt.question.ref, **scores, **judges, "error": error}


def _flip_json(flip: Flip) -> dict[str, object]:
    head = {"ref": flip.question.ref, "bullet": flip.position, "text": flip.question.bullets[flip.position].plain}
    return {**head, "was": _side(flip.was), "now": _side(flip.now)}


def _side(graded: BulletGrade) -> dict[str, object]:
    quotes = [quote.quote for quote in graded.evidence]
    return {"verdict": str(graded.verdict), "evidence": quotes, "reason": graded.reason, "certainty": graded.certainty}
