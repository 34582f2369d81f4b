"""Types -> what a terminal shows. Decides form only; foreign text (handbook, answer, model) is never read as markup."""

from __future__ import annotations

import sys
from typing import TextIO

from rich.console import Console, Group, RenderableType
from rich.text import Text

from coach.folded import Folded
from coach.language import Language
from coach.material import Material
from coach.measured import Measured
from coach.screen import MARKS as MARKS
from coach.screen import Feedback
from coach.screen import percent as percent
from coach.types import Explanation, Grade
from coach.words import say
from index.types import Hit, Ranking

PIPE_WIDTH = 80


class Piped(Console):
    """A console whose reader may leave early, as `head` does: that is no error, though rich would exit with 1."""

    def on_broken_pipe(self) -> None:
        """Let the caller hear of it."""
        raise BrokenPipeError


def open_console(stream: TextIO | None = None) -> Console:
    """A console on `stream` (stdout): plain in a pipe, with NO_COLOR and on TERM=dumb; never guesses markup."""
    stream = stream or sys.stdout
    width = None if stream.isatty() else PIPE_WIDTH
    return Piped(file=stream, markup=False, highlight=False, emoji=False, width=width)


def grade(graded: Grade, material: Material, language: Language, measured: Measured | None = None) -> RenderableType:
    """The feedback on an answer outside an interview."""
    return Feedback(graded, material, language, measured)


def explanation(
    found: Ranking, answer: Explanation | None, material: Material, language: Language, *, heard: bool = False
) -> RenderableType:
    """A look-up: the answer (unless it was `heard` as it came), then the questions it came from.

    The bullet that matched is marked; what is doubtful about a bullet stands under it.
    """
    if answer is None:
        lines = [Folded(say("not_found", language), "bold")]
        lines += [Folded(_reference(hit, material, language)) for hit in found.hits[:3]]
        return Group(*lines)
    parts: list[RenderableType] = []
    if not answer.detail:
        parts.append(Text(say("no_detail", language), style="yellow"))
    if answer.by != "handbook":
        parts += [] if heard else [Folded(answer.text)]
        parts.append(Text(answer.by, style="dim"))
    cited = [hit for hit in found.hits if hit.question.ref in answer.citations] or list(found.hits[:1])
    parts += [_hit(hit, material, language) for hit in cited]
    if answer.by == "handbook" and answer.detail and material.prepared(cited[0].question):
        parts.append(Folded(say("model", language) + material.model_answer(cited[0].question, language)))
    others = [hit for hit in found.hits if hit not in cited][:3]
    if others:
        parts.append(Text(say("see_also", language), style="dim"))
        parts += [Folded(_reference(hit, material, language), "dim") for hit in others]
    return Group(*parts)


def _reference(hit: Hit, material: Material, language: Language) -> str:
    return f"  {hit.question.ref}  {material.question(hit.question, language)}"


def _hit(hit: Hit, material: Material, language: Language) -> RenderableType:
    question = hit.question
    lines = [Folded(f"[{question.ref}] {material.question(question, language)}", "bold")]
    for position in range(len(question.bullets)):
        matched, words = position == hit.matched, material.bullet(question, position, language)
        style = "bold green" if matched else ""
        lines.append(Folded(f"  {'▸' if matched else '·'} {words}", style, 2))
        if note := material.doubt(question, position, language):
            lines.append(Folded(f"    {say('doubtful', language)}{note}", "magenta"))
    return Group(*lines)
