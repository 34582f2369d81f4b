"""Feedback may speak only of bullets, context and answer."""

from __future__ import annotations

import pytest

from coach.feedback import composed, shortened, stray_terms
from coach.grader import grade
from coach.types import BulletGrade, BulletVerdict, Judgement, Verdict
from index.types import Bullet
from tests.test_coach_grader import ANSWER, BREAD, GOOD, FixedJudge

SOURCES = ["盐抑制酵母，2% 是上限", "Fine tuning the oven to 220°C, the LLM said", "发酵三倍时间"]


@pytest.mark.parametrize(
    "feedback",
    [
        "盐的作用说反了，上限是 2%，一共 3 点里说到 2 点。",
        "烤箱温度 220 说对了，fine-tuning 也提到了。",
        "You were right about the oven. Next time, say what salt does to the LLMs.",
        "三倍时间说对了。",
        "",
    ],
)
def test_feedback_of_given_things_brings_nothing_stray(feedback: str) -> None:
    assert stray_terms(feedback, SOURCES) == ()


@pytest.mark.parametrize(
    ("feedback", "stray"),
    [
        ("盐的上限其实是 20%。", ("20",)),
        ("可以再提一下 autolyse 这个做法。", ("autolyse",)),
        ("Mention the Maillard reaction at 140 degrees.", ("140", "Maillard")),
        ("要发酵五倍时间。", ("五",)),
        ("It is 22 or 20.5, by GPT-4.", ("22", "20.5", "GPT-4")),
    ],
)
def test_number_or_term_of_its_own_is_named(feedback: str, stray: tuple[str, ...]) -> None:
    assert set(stray_terms(feedback, SOURCES)) >= set(stray)


def bullets(*verdicts: str) -> list[BulletGrade]:
    return [BulletGrade(Bullet("k", "", "", 1), Verdict(verdict)) for verdict in verdicts]


def test_our_own_feedback_says_what_is_said_what_is_wrong_and_what_is_left() -> None:
    graded = bullets("covered", "contradicted", "partial", "missing", "covered", "ungraded")
    assert composed(graded, "zh") == (
        "第 1、5 条讲到了，第 3 条只讲了一部分。第 2 条和手册说的相反，先改这里。第 4 条还没有讲到，第 6 条没有评出来。"
    )
    assert composed(bullets("partial", "missing", "missing", "missing"), "en") == (
        "You half made point 1. You left out points 2, 3 and 4."
    )


def test_feedback_of_a_model_ends_after_three_sentences() -> None:
    assert shortened("一说得好。二说反了。三没提。再说一句。") == "一说得好。二说反了。三没提。"
    assert shortened("Good on the oven, e.g. the heat.") == "Good on the oven, e.g. the heat."
    assert shortened("") == ""


def test_feedback_on_verdicts_that_were_taken_back_gives_way_to_our_own() -> None:
    lie = BulletVerdict(2, Verdict.COVERED, ("高温让结构固定下来",), "", 0.9)
    assert grade(BREAD, ANSWER, FixedJudge(*GOOD)).feedback == "不错。"
    assert grade(BREAD, ANSWER, FixedJudge(*GOOD[:2], lie)).feedback.startswith("第 1 条讲到了。")
    assert "没有评出来" in grade(BREAD, ANSWER, FixedJudge(*GOOD[:2])).feedback


def test_feedback_in_another_language_than_the_answers_gives_way_to_our_own() -> None:
    english = "Yeast eats sugar and gives off gas, and more salt makes it rise faster."
    quoted = (
        BulletVerdict(0, Verdict.COVERED, ("Yeast eats sugar and gives off gas",)),
        BulletVerdict(1, Verdict.CONTRADICTED, ("more salt makes it rise faster",)),
        BulletVerdict(2, Verdict.MISSING),
    )
    feedback = grade(BREAD, english, FixedJudge(*quoted)).feedback  # the judge says "不错。"
    assert feedback == "You made point 1. Mend first: you said the opposite of point 2. You left out point 3."


def test_judge_without_feedback_is_spoken_for() -> None:
    class Silent(FixedJudge):
        def judge(self, *material: object) -> Judgement:
            return Judgement(self.verdicts)

    assert grade(BREAD, ANSWER, Silent(*GOOD)).feedback.endswith("第 3 条还没有讲到。")
