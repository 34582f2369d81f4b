"""What each step of an interview looks like. Decides form only; the end of a sitting stands in `endboard`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from rich.console import Group, RenderableType
from rich.text import Text

from coach import events, render
from coach.delivery import measure
from coach.explained import explained
from coach.folded import Folded
from coach.language import Language
from coach.material import Material
from coach.measured import Measured
from coach.names import name
from coach.screen import MARKS, Feedback, joined, percent
from coach.types import BulletGrade, Grade, JudgeId, Verdict
from coach.words import say
from index.types import Hit


@dataclass(frozen=True, slots=True)
class Stage:
    """What showing an interview takes beside its events."""

    material: Material
    language: Language
    measured: Callable[[JudgeId, bool], Measured | None]
    """What is known of a judge, with or without a pack for the question."""


def event(shown: events.Event, stage: Stage, now: datetime) -> RenderableType | None:
    """What one step of an interview looks like; None for a step that is not shown."""
    material, language = stage.material, stage.language
    match shown:
        case events.Asked(question, number, total):
            head = say("question", language, number=number, total=total)
            title = "  ".join(part for part in (head, question.ref, name(question.direction.title, language)) if part)
            return Folded(f"\n{title}\n{material.question(question, language)}")
        case events.FollowedUp(_, text):
            return Folded("\n" + say("follow_up", language) + text)
        case events.Saved(reaction):
            return Text(say("saved", language, reaction=reaction), style="dim")
        case events.Said(text):
            return Folded(text)
        case events.LookedUp(found, explanation):
            return render.explanation(found, explanation, material, language)
        case events.Explained(graded, position):
            found_grade = graded.attempt.grade if graded.attempt else None
            return explained(found_grade, position, material, language) if found_grade else None
        case _:
            return _about_answer(shown, stage, now)


def _about_answer(shown: events.Event, stage: Stage, now: datetime) -> RenderableType | None:
    match shown:
        case events.Graded():
            return _graded(shown, stage, now)
        case events.Heard(position, total, graded):
            return _heard(position, total, graded, stage.language)
        case events.Unsure(graded, position, nearest):
            return _unsure(graded, position, nearest, stage)
        case events.Matched(_, hits, _):
            head = say("own_match" if hits else "own_none", stage.language)
            return Folded("\n".join([head, *(_offered(n, hit, stage) for n, hit in enumerate(hits, 1))]))
    return None


def _offered(number: int, hit: Hit, stage: Stage) -> str:
    question = stage.material.question(hit.question, stage.language)
    return f"  [{number}] {hit.question.ref}  {question}  {percent(hit.score)}"


def _heard(position: int, total: int, graded: BulletGrade | None, language: Language) -> RenderableType | None:
    if graded is None:
        return None
    quote = joined(graded.evidence)
    words = f"  {position + 1} {_verdict(graded.verdict, language)}" + (f"  «{quote}»" if quote else "")
    return Folded(words, MARKS[graded.verdict][1], 2)


def _unsure(graded: events.Graded, position: int, nearest: str, stage: Stage) -> RenderableType:
    assert graded.attempt is not None
    assert graded.attempt.grade is not None
    bullet = graded.attempt.grade.bullets[position]
    share = percent(bullet.certainty)
    words = stage.material.bullet(graded.question, position, stage.language)
    quote = " ".join(nearest.split())
    near = say("nearest", stage.language, quote=quote) if quote else say("nearest_none", stage.language)
    return Folded(say("unsure", stage.language, number=position + 1, share=share, bullet=words) + f"\n  {near}")


def _graded(shown: events.Graded, stage: Stage, now: datetime) -> RenderableType:
    language = stage.language
    if shown.attempt is None:
        return Text(say("skipped", language))
    if shown.attempt.grade is None:
        kept = say("kept" if shown.question.bullets else "kept_own", language)
        return Folded(f"{kept}\n{shown.problem}", "yellow")
    if shown.attempt.prompted:
        return _followed(shown, shown.attempt.grade, stage)
    due = ""
    if shown.due:
        days = (shown.due - now).days
        due = say("due", language, when=say("days" if days > 1 else "tomorrow", language, n=days))
    spoken = measure(shown.attempt.answer, shown.attempt.took_s)
    found = shown.attempt.grade
    measured = stage.measured(found.judge, stage.material.prepared(shown.question))
    return Group(Text(), Feedback(found, stage.material, language, measured, due, spoken, marking=True))


def _followed(shown: events.Graded, graded: Grade, stage: Stage) -> RenderableType:
    """A follow-up in a line: what its bullet was before, and what it is when asked for."""
    bullet, before = graded.bullets[0], shown.after or Verdict.MISSING
    verdicts = {"now": _verdict(bullet.verdict, stage.language), "before": _verdict(before, stage.language)}
    quote = joined(bullet.evidence)
    key = "follow_up_missed" if bullet.verdict is Verdict.MISSING else "follow_up_after"
    words = f"{say(key, stage.language, **verdicts)}  {bullet.bullet.plain}"
    return Folded(words + (f"  «{quote}»" if quote else ""), MARKS[bullet.verdict][1], 2)


def _verdict(verdict: Verdict, language: Language) -> str:
    return f"{MARKS[verdict][0]} {say(verdict, language)}"
