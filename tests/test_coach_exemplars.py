"""What the offline judge makes of a made-up question and its sentences."""

from __future__ import annotations

import time
from collections import Counter

import numpy as np
import pytest

from coach.clauses import Clause
from coach.encoder import open_encoder
from coach.evidence import Said
from coach.exemplars import COVERED, KINDS, RIDGE, WRONG, Exemplars, kernel, prepare
from coach.grader import grade
from coach.judge_exemplars import ExemplarJudge, offline_judge, pick_quotes
from coach.judge_offline import OfflineJudge
from coach.types import Verdict
from index.handbook import bundled_handbook, load_handbook
from index.keys import bullet_key, question_key
from index.pack import Both, Fact, Pack, PackBullet, PackQuestion, Provenance, bundled_pack, open_pack
from index.types import Bullet, Direction, Handbook, Question

ASKED = "缓存为什么能让服务变快？"
KEY = question_key(ASKED)
TEXTS = ("命中时不用再查数据库", "代价是数据可能过期")
BREAD = Question("1.1", KEY, Direction(1, ""), ASKED, tuple(Bullet(bullet_key(KEY, t), t, t, 1) for t in TEXTS), 1)


def fact(text: str, covered: tuple[str, ...], partial: tuple[str, ...], wrong: tuple[str, ...]) -> Fact:
    return Fact(text, text, True, (), covered, partial, wrong)


FACTS = (
    fact(
        "命中缓存时直接返回，不再访问数据库。",
        (
            "结果已经在内存里了，就不用再去数据库查一遍",
            "On a hit we skip the database altogether",
            "hit 了就直接返回，不走 DB",
        ),
        ("缓存比较快", "It avoids some work"),
        ("就算命中也还是要去数据库再查一遍", "Even on a hit the database is queried again", "缓存命中以后仍然走 DB"),
    ),
    fact(
        "缓存里的数据可能已经过期，与数据库不一致。",
        (
            "但是数据可能是旧的，跟库里对不上",
            "The price is staleness: you may serve old data",
            "缺点：可能读到过期数据",
        ),
        ("会有一些一致性问题",),
        ("缓存里的数据永远是最新的，不会过期", "Cached data can never be stale", "缓存跟数据库总是完全一致"),
    ),
)


def pack() -> Pack:
    both = Both("", "")
    bullets = tuple(
        PackBullet(bullet_key(KEY, text), text, text, (each,), (), (), both, None)
        for text, each in zip(TEXTS, FACTS, strict=True)
    )
    question = PackQuestion(1, KEY, "1.1", ASKED, ASKED, both, (), (), bullets, both, ())
    held = Pack(Provenance(1, "made up", "a test", "", {}, None), {})
    held._decoded[KEY] = question
    return held


@pytest.fixture(scope="module")
def judge() -> ExemplarJudge:
    return ExemplarJudge(pack(), OfflineJudge(TEXTS))


def verdicts(judge: ExemplarJudge, answer: str) -> list[str]:
    return [str(b.verdict) for b in grade(BREAD, answer, judge).bullets]


def test_stated_bullet_is_credited_and_the_other_is_not(judge: ExemplarJudge) -> None:
    graded = grade(
        BREAD, "嗯，因为结果在内存里有了，命中就直接返回，不用再去查数据库。别的我没想到，今天天气倒是不错。", judge
    )
    first, second = graded.bullets
    assert first.verdict is Verdict.COVERED
    quoted = " ".join(quote.quote for quote in first.evidence)
    assert "不用再去查数据库" in quoted or "命中就直接返回" in quoted
    assert second.verdict is Verdict.MISSING
    assert second.reason.endswith(FACTS[1].fact)


def test_answer_in_the_other_language_is_credited(judge: ExemplarJudge) -> None:
    said = (
        "On a cache hit we return straight away and skip the database. The price is that the data may be old and stale."
    )
    assert set(verdicts(judge, said)) <= {"covered", "partial"}


def test_reversed_claim_earns_nothing(judge: ExemplarJudge) -> None:
    graded = grade(
        BREAD, "缓存就算命中了，也还是要去数据库再查一遍。而且缓存里的数据永远是最新的，绝对不会过期。", judge
    )
    assert graded.score == 0.0


def test_list_of_the_bullets_words_is_not_covered(judge: ExemplarJudge) -> None:
    assert "covered" not in verdicts(judge, "缓存、命中、数据库、内存、返回、过期、一致性、代价")


@pytest.mark.parametrize("answer", ["今天天气不错，我们去散步。", "I like walking in the rain and eating noodles."])
def test_other_matter_earns_nothing(judge: ExemplarJudge, answer: str) -> None:
    assert grade(BREAD, answer, judge).score == 0.0


def test_every_verdict_is_certain_by_at_least_half_and_well_quoted(judge: ExemplarJudge) -> None:
    graded = grade(BREAD, "命中就不用查数据库了，不过数据可能是旧的。", judge)
    assert graded.withdrawn == 0
    assert all(b.certainty is not None and 0 <= b.certainty <= 1 for b in graded.bullets)


def test_question_without_a_pack_goes_to_the_word_judge(judge: ExemplarJudge) -> None:
    other = Question("1.2", "unknown", BREAD.direction, ASKED, BREAD.bullets, 1)
    said = "命中时不用再查数据库，代价是数据可能过期"
    assert judge.judge(other, said) == OfflineJudge(TEXTS).judge(other, said)


def test_factory_takes_the_pack_when_there_is_one() -> None:
    book = Handbook("made up", "Made up", {}, (BREAD.direction,), (BREAD,))
    assert isinstance(offline_judge(book, pack()), ExemplarJudge)
    assert isinstance(offline_judge(book, None), OfflineJudge)


def test_quotes_stay_within_the_share_and_do_not_overlap() -> None:
    answer = "甲" * 40 + "乙" * 40 + "丙" * 40
    cut = [Clause(answer[a:b], a, b, 0) for a, b in ((0, 40), (20, 60), (80, 120), (40, 80))]
    said = Said(np.zeros((4, 1, 1), np.float32), (0, 1, 2, 3), tuple(cut), (0.3, 0.2, -0.4, 0.1), (0.9, 0.8, 0.8, 0.2))
    assert pick_quotes(answer, said, Verdict.COVERED) == ("甲" * 40,)  # 40 + 40 would pass 0.6 * 120 = 72
    assert pick_quotes(answer, said, Verdict.CONTRADICTED) == ("丙" * 40,)  # the one that leans most to the wrong side


def test_two_hundred_answers_are_judged_in_a_second(judge: ExemplarJudge) -> None:
    answer = "嗯，命中的时候就直接返回了，不用再去数据库里查一遍。" * 4
    judge.judge(BREAD, answer)
    start = time.thread_time()
    for _ in range(40):
        judge.judge(BREAD, answer)
    assert time.thread_time() - start < 40 / 200


def prepared() -> Exemplars:
    question = pack().question(KEY)
    assert question is not None
    return prepare(question, open_encoder())


def test_regression_tells_a_reversed_sentence_from_the_one_it_reverses() -> None:
    exemplars = prepared()
    vectors = open_encoder().embed(["命中就直接返回，不用去数据库", "命中了也还是要去查数据库"])
    scores = kernel(vectors @ exemplars.vectors.T) @ exemplars.regressions[0]
    stated, reversed_ = scores.reshape(2, len(KINDS), len(FACTS))[:, :, 0]
    assert stated[COVERED] > stated[WRONG]
    assert reversed_[WRONG] > reversed_[COVERED]


def test_regression_is_the_ridge_solution() -> None:
    exemplars = prepared()
    belongs = np.eye(len(KINDS) * len(FACTS))[exemplars.kind * len(FACTS) + exemplars.fact]
    gram = np.exp(-0.5 * ((exemplars.vectors[:, None] - exemplars.vectors[None]) ** 2).sum(axis=2))
    weights = exemplars.regressions[0]
    # the gradient of |belongs - gram w|² + RIDGE w' gram w is zero
    assert np.allclose(gram @ (belongs - gram @ weights - RIDGE * weights), 0, atol=1e-2)


@pytest.mark.slow
def test_who_recites_the_handbook_is_hardly_ever_called_wrong() -> None:
    judge = ExemplarJudge(open_pack(bundled_pack()))
    found = Counter(
        bullet.verdict
        for question in load_handbook(bundled_handbook()).questions
        for bullet in grade(
            question, "\n".join(each.plain for each in question.bullets), judge.without(question.key)
        ).bullets
    )
    assert found[Verdict.COVERED] > 0.75 * found.total()  # 0.81 of 310; rows of bare terms are not credited
    assert found[Verdict.CONTRADICTED] < 0.02 * found.total()
