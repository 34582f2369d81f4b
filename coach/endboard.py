"""The end of a sitting as a terminal shows it, and as fields of its JSON line. Decides form only."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rich.console import Console, Group, RenderableType
from rich.text import Text

from coach.boards import lines
from coach.ending import Change, Ending, Gap
from coach.language import Language
from coach.material import Material
from coach.render import MARKS, percent
from coach.types import Verdict
from coach.words import say

if TYPE_CHECKING:
    from coach.events import Summary

MAX_SHOWN = 3


def ending_board(
    counts: Summary, ending: Ending, material: Material, language: Language, console: Console
) -> RenderableType:
    """The screen after the last answer."""
    parts: list[RenderableType] = [lines(console, f"\n{say('summary', language)}  {_counts(counts, language)}", "bold")]
    parts += [lines(console, text, "green", 2) for text in _strengths(ending, material, language)]
    if ending.gaps:
        parts.append(Text(say("gaps", language)))
    parts += [_gap(gap, material, language, console) for gap in ending.gaps[:MAX_SHOWN]]
    if ending.sure_and_wrong:
        parts.append(Text(say("sure_and_wrong", language), style="red"))
    parts += [_sure(gap, language, console) for gap in ending.sure_and_wrong[:MAX_SHOWN]]
    if ending.change:
        parts.append(lines(console, _change(ending.change, language)))
    return Group(*parts, lines(console, say("then", language) + next_command(counts, ending), "bold", 2))


def _counts(counts: Summary, language: Language) -> str:
    numbers = {"graded": answered(counts), "skipped": counts.skipped, "pending": counts.pending}
    return say("summary_counts", language, **numbers, score=percent(counts.score))


def answered(counts: Summary) -> int:
    """Questions with a graded answer; what was said to follow-ups belongs to them."""
    return sum(not (g.attempt and g.attempt.prompted) for g in counts.graded)


def _strengths(ending: Ending, material: Material, language: Language) -> Iterator[str]:
    if ending.strengths:
        told = " · ".join(f"{s.question.ref} {percent(s.score)}" for s in ending.strengths)
        yield say("strong", language) + told
    elif ending.said:
        question, position = ending.said[0]
        yield say("said_well", language) + f"{question.ref}  {material.bullet(question, position, language)}"


def _gap(gap: Gap, material: Material, language: Language, console: Console) -> Text:
    mark, style = ("?", "yellow") if gap.doubted and gap.verdict is Verdict.CONTRADICTED else MARKS[gap.verdict]
    text = f"  {mark} {gap.question.ref}  {material.sentence(gap.question, gap.position, language)}"
    return lines(console, text, style, 4)


def _sure(gap: Gap, language: Language, console: Console) -> Text:
    said = f"«{gap.words}»" if gap.words else say("sure_unsaid", language)
    where = say("sure_bullet", language, ref=gap.question.ref, number=gap.position + 1)
    return lines(console, f"  {where}  {said}  {say('progress_sure', language, confidence=gap.confidence)}", "", 4)


def _change(change: Change, language: Language) -> str:
    figures = {"n": change.questions, "was": percent(change.was), "now": percent(change.now)}
    return say("change" if change.counts else "change_none", language, **figures, noise=f"{100 * change.noise:.0f}")


def next_command(counts: Summary, ending: Ending) -> str:
    """The one command that helps most now."""
    if not counts.finished:
        return "coach practice --resume"
    if counts.pending:
        return "coach grade --pending"
    if ending.gaps:
        return f"coach practice {ending.gaps[0].question.ref}"
    return "coach practice"


def ending_json(counts: Summary, ending: Ending) -> dict[str, object]:
    """The line `summary` of `coach practice --json`."""
    return {
        "event": "summary",
        "session": counts.session_id,
        "answered": answered(counts),
        "skipped": counts.skipped,
        "pending": counts.pending,
        "finished": counts.finished,
        "score": counts.score,
        "strong": [{"ref": s.question.ref, "score": s.score} for s in ending.strengths],
        "gaps": [_gap_json(gap) for gap in ending.gaps],
        "sure_and_wrong": [_gap_json(gap) for gap in ending.sure_and_wrong],
        "change": _change_json(ending.change),
        "next": next_command(counts, ending),
    }


def _gap_json(gap: Gap) -> dict[str, object]:
    return {
        "ref": gap.question.ref,
        "bullet": gap.position,
        "text": gap.question.bullets[gap.position].plain,
        "verdict": str(gap.verdict),
        "said": gap.words,
        "confidence": gap.confidence,
    }


def _change_json(change: Change | None) -> dict[str, object] | None:
    if change is None:
        return None
    figures = {"was": change.was, "now": change.now, "noise": change.noise}
    return {"questions": change.questions, **figures, "beyond_noise": change.counts}
