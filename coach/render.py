"""Types -> what a terminal shows. Decides form only; foreign text (handbook, answer, model) is never read as markup."""

from __future__ import annotations

import sys
from typing import TextIO

from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

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
        lines = [Text(say("not_found", language), style="bold")]
        lines += [Text(_reference(hit, material, language)) for hit in found.hits[:3]]
        return Group(*lines)
    parts: list[RenderableType] = []
    if not answer.detail:
        parts.append(Text(say("no_detail", language), style="yellow"))
    if answer.by != "handbook":
        parts += [] if heard else [Text(answer.text)]
        parts.append(Text(answer.by, style="dim"))
    cited = [hit for hit in found.hits if hit.question.ref in answer.citations] or list(found.hits[:1])
    parts += [_hit(hit, material, language) for hit in cited]
    if answer.by == "handbook" and answer.detail and material.prepared(cited[0].question):
        parts.append(Text(say("model", language) + material.model_answer(cited[0].question, language)))
    others = [hit for hit in found.hits if hit not in cited][:3]
    if others:
        parts.append(Text(say("see_also", language), style="dim"))
        parts += [Text(_reference(hit, material, language), style="dim") for hit in others]
    return Group(*parts)


def _reference(hit: Hit, material: Material, language: Language) -> str:
    return f"  {hit.question.ref}  {material.question(hit.question, language)}"


def _hit(hit: Hit, material: Material, language: Language) -> RenderableType:
    question = hit.question
    table = Table.grid(padding=(0, 1))
    table.add_column(no_wrap=True, width=3, justify="right")
    table.add_column()
    for position in range(len(question.bullets)):
        matched, words = position == hit.matched, material.bullet(question, position, language)
        style = "bold green" if matched else ""
        table.add_row(Text("▸" if matched else "·", style=style), Text(words, style=style))
        if note := material.doubt(question, position, language):
            table.add_row("", Text(say("doubtful", language) + note, style="magenta"))
    return Group(Text(f"[{question.ref}] {material.question(question, language)}", style="bold"), table)
