"""The judge without a model server."""

from __future__ import annotations

import time

import pytest

from coach.grader import grade
from coach.judge_offline import OfflineJudge
from coach.types import Verdict
from index.types import Bullet, Direction, Question

TEXTS = ("酵母吃糖放出二氧化碳，面团膨胀", "盐抑制酵母，用量 2%", "高温让面筋定型")
BREAD = Question("1.1", "q", Direction(1, "烘焙"), "面包为什么会膨起来？", tuple(Bullet(t, t, t, 1) for t in TEXTS), 1)
ANSWER = "面包膨起来主要是酵母吃糖放出二氧化碳，所以面团膨胀。其他的比如口感、香气，我觉得跟小麦的品种有关系。"


def test_stated_bullet_is_credited_with_a_quote_and_an_unsaid_one_is_missing() -> None:
    graded = grade(BREAD, ANSWER, OfflineJudge(TEXTS))
    first, _, last = graded.bullets
    assert first.verdict in {Verdict.COVERED, Verdict.PARTIAL}
    assert first.evidence[0].quote in ANSWER
    assert last.verdict is Verdict.MISSING
    assert (graded.judge.kind, graded.withdrawn) == ("offline", 0)
    assert all(b.certainty is not None and 0 <= b.certainty <= 1 for b in graded.bullets)


@pytest.mark.parametrize("answer", ["天气不错，我们去散步吧。", "The weather is fine today, and I like walking."])
def test_answer_about_something_else_earns_nothing(answer: str) -> None:
    assert grade(BREAD, answer, OfflineJudge(TEXTS)).score == 0.0


def test_held_out_judge_uses_other_weights_for_a_question_it_was_fitted_on() -> None:
    judge = OfflineJudge(TEXTS)
    seen = judge._fitted.folds[0]["questions"][0]
    assert judge.without(seen)._fitted.weights != judge._fitted.weights
    assert judge.without("never seen")._fitted.weights == judge._fitted.weights


def test_two_hundred_answers_are_judged_in_a_second() -> None:
    judge = OfflineJudge(TEXTS)
    # The processor's time: what else a busy machine does is not the judge's.
    start = time.process_time()
    for _ in range(50):
        judge.judge(BREAD, ANSWER)
    assert time.process_time() - start < 50 / 200
