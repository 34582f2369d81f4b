"""Single lines of an interview as a terminal shows them."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from kitchen import NOW, TEA, attempt
from rich.console import Console, RenderableType

from coach import stage
from coach.events import Explained, Graded
from coach.material import Material
from coach.record import with_verdict
from coach.types import Verdict

SCENE = stage.Stage(Material(), "zh", lambda judge, prepared: None)


def text(shown: RenderableType | None) -> str:
    assert shown is not None
    stream = io.StringIO()
    Console(file=stream, width=80, markup=False, highlight=False).print(shown)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("verdict", "words"),
    [
        (Verdict.MISSING, "追问也没有补上（仍是 ~ partial）  水要烧开"),
        (Verdict.COVERED, "追问后：✓ covered（原来 ~ partial）  水要烧开"),
    ],
)
def test_follow_up_that_adds_nothing_does_not_read_as_a_worse_verdict(verdict: Verdict, words: str) -> None:
    alone = replace(TEA, bullets=TEA.bullets[:1])
    prompted = replace(attempt(alone, verdict), prompted=True)
    assert text(stage.event(Graded(alone, prompted, after=Verdict.PARTIAL), SCENE, NOW)).startswith(words)


def test_closer_look_names_its_question_and_no_certainty_for_what_the_person_marked() -> None:
    judged = attempt(TEA, Verdict.MISSING, Verdict.MISSING)
    assert judged.grade is not None
    doubtful = tuple(replace(bullet, certainty=0.7) for bullet in judged.grade.bullets)
    marked = with_verdict(replace(judged, grade=replace(judged.grade, bullets=doubtful)), 0, Verdict.COVERED)
    shown = text(stage.event(Explained(Graded(TEA, marked)), SCENE, NOW))
    assert shown.splitlines()[0] == f"1.1  {TEA.text}"
    assert shown.count("有把握的程度") == 1
    assert "70 %" in shown
