"""The offline judge with a pack: what was said is compared with sentences that state, half-state and contradict."""

from __future__ import annotations

import numpy as np
import pytest

from coach.attention import load_attention
from coach.grader import grade
from coach.judge_exemplars import ATTENTION_FILE, ExemplarJudge, offline_judge
from coach.judge_offline import OfflineJudge
from coach.types import Grade, Verdict
from index.handbook import bundled_handbook, find_question, load_handbook
from index.pack import bundled_pack, open_pack
from index.types import Question


@pytest.fixture(scope="module")
def judge() -> ExemplarJudge:
    return ExemplarJudge(open_pack(bundled_pack()))


@pytest.fixture(scope="module")
def grpo() -> Question:
    found = find_question(load_handbook(bundled_handbook()), "2.4")
    assert found is not None
    return found


def graded(judge: ExemplarJudge, question: Question, answer: str) -> Grade:
    return grade(question, answer, judge)


def test_statement_its_reversal_and_silence_are_told_apart(judge: ExemplarJudge, grpo: Question) -> None:
    pack = open_pack(bundled_pack()).question(grpo.key)
    assert pack is not None
    fact = pack.bullets[0].facts[0]
    right = graded(judge, grpo, f"嗯我觉得，{fact.covered[0]}。别的我就记不清了，没怎么准备过。")
    wrong = graded(judge, grpo, f"嗯我觉得，{fact.wrong[0]}。别的我就记不清了，没怎么准备过。")
    credited = {Verdict.COVERED, Verdict.PARTIAL}
    assert right.bullets[0].verdict in credited
    assert wrong.bullets[0].verdict not in credited
    assert right.bullets[3].verdict is Verdict.MISSING


def test_every_quote_stands_in_the_answer_and_every_bullet_has_a_certainty(
    judge: ExemplarJudge, grpo: Question
) -> None:
    answer = "GRPO 不要 critic 了，同一道题采样一组回答，组内减均值除标准差当优势，所以显存省了很多。"
    found = graded(judge, grpo, answer)
    quotes = [quote for bullet in found.bullets for quote in bullet.evidence]
    assert quotes
    assert all(answer[quote.start : quote.end] == quote.quote for quote in quotes)
    assert all(bullet.certainty is not None and 0 <= bullet.certainty <= 1 for bullet in found.bullets)


def test_question_without_a_pack_goes_to_the_word_judge(judge: ExemplarJudge) -> None:
    book = load_handbook(bundled_handbook())
    assert isinstance(offline_judge(book, None), OfflineJudge)
    assert isinstance(offline_judge(book, open_pack(bundled_pack())), ExemplarJudge)


def test_held_out_judge_uses_other_weights_for_a_question_it_was_fitted_on(judge: ExemplarJudge) -> None:
    fitted = load_attention(ATTENTION_FILE)
    seen = fitted.folds["fold0"][0]
    held_out = fitted.without(seen)
    assert not np.array_equal(held_out.weights["judge"], fitted.weights["judge"])
    assert fitted.without("a question never seen") is fitted
    assert judge.without(seen).id == judge.id


def test_invisible_and_full_width_characters_change_no_verdict_and_no_quote(
    judge: ExemplarJudge, grpo: Question
) -> None:
    answer = "GRPO 不要 critic 了，同一道题采样 16 个回答，组内减均值除标准差当优势，所以显存省了很多。"
    plain = graded(judge, grpo, answer)
    disguised = "\u200b".join(answer).replace("GRPO", "ＧＲＰＯ").replace("16", "１６")
    hidden = graded(judge, grpo, disguised)
    assert [b.verdict for b in hidden.bullets] == [b.verdict for b in plain.bullets]
    quotes = [(q, disguised[q.start : q.end]) for b in hidden.bullets for q in b.evidence]
    assert quotes
    assert all(quote.quote == stretch for quote, stretch in quotes)
