"""A closer look at a grade: everything known about one bullet, or about all. Decides form only."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Group, RenderableType

from coach.folded import Folded
from coach.language import Language
from coach.material import Material
from coach.screen import mark_of, percent
from coach.types import Grade
from coach.words import say


def explained(graded: Grade, position: int | None, material: Material, language: Language) -> RenderableType:
    """Everything known about one bullet of a grade, or about all."""
    positions = range(len(graded.bullets)) if position is None else [position]
    title = Folded(f"{graded.question.ref}  {material.question(graded.question, language)}".strip(), "bold")
    return Group(title, *(line for at in positions for line in _explained(graded, at, material, language)))


def _explained(graded: Grade, at: int, material: Material, language: Language) -> Iterator[Folded]:
    bullet = graded.bullets[at]
    mark, style = mark_of(bullet)
    yield Folded(f"{at + 1} {mark} {say(bullet.verdict, language)}  {bullet.bullet.plain}", style=style)
    if (translated := material.bullet(graded.question, at, language)) != bullet.bullet.plain:
        yield Folded(f"    {translated}")
    for quote in bullet.evidence:
        yield Folded(f"    «{' '.join(quote.quote.split())}»", style="italic")
    if bullet.reason:
        yield Folded(f"    {bullet.reason}")
    if sentence := material.sentence(graded.question, at, language):
        yield Folded("    " + say("say", language) + sentence, style="green")
    if note := material.doubt(graded.question, at, language):
        yield Folded("    " + say("doubtful", language) + note, style="magenta")
    if bullet.certainty is not None and bullet.certainty < 1:  # else the gate or the person said so, and no judge
        yield Folded("    " + say("certainty", language, share=percent(bullet.certainty)), style="dim")
