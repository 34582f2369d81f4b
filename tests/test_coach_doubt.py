"""Answers that contradict a doubtful bullet and may be right."""

from __future__ import annotations

from typing import Any, cast

import pytest
from kitchen import TEA

from coach.doubt import agrees, settle
from coach.grader import grade_json
from coach.types import BulletGrade, Grade, JudgeId, Quote, Rubric, Verdict

BULLET = "FP16 需要 GradScaler 防止梯度上溢"
NOTE = "loss scaling 防的是小梯度下溢成 0\nLoss scaling mainly prevents underflow of small gradients; range is 65504"


@pytest.mark.parametrize(
    ("quote", "agreed"),
    [
        ("GradScaler 是为了小梯度下溢，不是上溢", True),
        ("it is about underflow of small gradients, loss scaling", True),
        ("上限就是 65504 那个数", True),
        ("FP16 根本不需要 GradScaler", False),
        ("GradScaler 让训练变慢", False),
    ],
)
def test_quote_agrees_when_it_has_the_notes_words_that_the_bullet_lacks(quote: str, agreed: bool) -> None:
    assert agrees(quote, BULLET, NOTE) is agreed


def test_only_a_contradiction_of_a_bullet_with_a_note_is_settled() -> None:
    said = "水不用烧开，八十度泡绿茶才好"
    evidence = (Quote(said, 0, len(said)),)
    bullets = tuple(BulletGrade(b, Verdict.CONTRADICTED, evidence, "说反了", 0.9) for b in TEA.bullets)
    notes = {0: "绿茶用八十度的水泡，不用烧开", 1: ""}
    grade = settle(Grade(TEA, Rubric("ref", "1.1"), bullets, JudgeId("offline")), notes.__getitem__)
    assert [b.differs for b in grade.bullets] == [True, False]
    assert [b.verdict for b in grade.bullets] == [Verdict.CONTRADICTED] * 2  # what the judge said stays on record
    assert grade.score == 0.0  # only the second bullet counts
    assert grade.worst == 1
    assert [b["verdict"] for b in cast(Any, grade_json(grade))["bullets"]] == ["ungraded", "contradicted"]
