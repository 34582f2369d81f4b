"""The order gate -> judge -> quote check, and the JSON of a grade."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace

from coach.grader import OnBullet, grade, grade_json
from coach.types import BulletGrade, BulletVerdict, JudgeId, Judgement, Rubric, Usage, Verdict
from index.types import Bullet, Direction, Hit, Question

TEXTS = ("发酵产生二氧化碳", "盐抑制酵母", "高温定型")
BREAD = Question(
    ref="1.1",
    key="q",
    direction=Direction(1, "烘焙"),
    text="面包为什么会膨起来？",
    bullets=tuple(Bullet(f"b{i}", f"**{text}**", text, 10 + i) for i, text in enumerate(TEXTS)),
    line=9,
)
ANSWER = "酵母吃糖会放出气体，所以面团变大。盐放得越多发得越快。最后进烤箱。"


class FixedJudge:
    """Says what it was told to say, whatever the answer."""

    id = JudgeId("llm", "fixed", "grade.v1:00000000")

    def __init__(self, *verdicts: BulletVerdict) -> None:
        self.verdicts = verdicts
        self.asked = 0

    def judge(self, question: Question, answer: str, context: Sequence[Hit] = ()) -> Judgement:
        """The fixed verdicts, with the cost of one call."""
        self.asked += 1
        return Judgement(self.verdicts, "不错。", Usage(100, 50, 1))


class LoudJudge(FixedJudge):
    """Says each verdict aloud before it returns them all."""

    def judge_aloud(
        self, question: Question, answer: str, context: Sequence[Hit], on_verdict: Callable[[BulletVerdict], None]
    ) -> Judgement:
        """The fixed verdicts, one by one and then together."""
        for verdict in self.verdicts:
            on_verdict(verdict)
        return self.judge(question, answer, context)


GOOD = (
    BulletVerdict(0, Verdict.COVERED, ("酵母吃糖会放出气体",), "说到产气", 0.9),
    BulletVerdict(1, Verdict.CONTRADICTED, ("盐放得越多发得越快",), "说反了", 0.8),
    BulletVerdict(2, Verdict.MISSING, (), "没有说定型", 0.7),
)


def test_answer_without_content_never_reaches_the_judge() -> None:
    judge = FixedJudge(*GOOD)
    graded = grade(BREAD, "不知道", judge)
    assert (judge.asked, graded.judge.kind, graded.score) == (0, "gate", 0.0)
    assert {b.verdict for b in graded.bullets} == {Verdict.MISSING}
    assert all(b.reason == "回答只说了不知道。" for b in graded.bullets)


def test_grade_keeps_what_is_quoted_and_scores_in_code() -> None:
    graded = grade(BREAD, ANSWER, FixedJudge(*reversed(GOOD)))
    assert [b.verdict for b in graded.bullets] == ["covered", "contradicted", "missing"]
    assert graded.score == 1 / 3  # 1 + 0 + 0 over three bullets
    assert graded.bullets[1].evidence[0].start == ANSWER.index("盐放得")
    assert (graded.withdrawn, graded.usage.calls, graded.feedback) == (0, 1, "不错。")


def test_credit_and_contradiction_without_a_quote_in_the_answer_are_withdrawn() -> None:
    judge = FixedJudge(
        BulletVerdict(0, Verdict.COVERED, ("酵母产生二氧化碳",), "", 0.99),
        BulletVerdict(1, Verdict.CONTRADICTED, (), "", 0.99),
        BulletVerdict(2, Verdict.PARTIAL, ("最后进烤箱",), "", 0.6),
    )
    graded = grade(BREAD, ANSWER, judge)
    assert [b.verdict for b in graded.bullets] == ["missing", "missing", "partial"]
    assert graded.withdrawn == 2
    assert graded.bullets[0].certainty is None
    assert "撤回" in graded.bullets[0].reason


NAMES = "酵母、盐、二氧化碳、揉面、烤箱、发酵、高温定型、面筋。"


def test_row_of_terms_earns_nothing() -> None:
    graded = grade(BREAD, NAMES, FixedJudge(BulletVerdict(2, Verdict.COVERED, ("烤箱、发酵、高温定型",), "", 0.9)))
    assert (graded.bullets[2].verdict, graded.bullets[2].evidence) == (Verdict.MISSING, ())
    assert graded.bullets[2].reason == "只列了名词，没有说成一个论断。"


def test_row_of_terms_earns_half_on_a_bullet_that_is_a_list() -> None:
    flours = Bullet("b", "面粉：高筋 / 中筋 / 低筋 / 全麦", "面粉：高筋 / 中筋 / 低筋 / 全麦", 10)
    question = replace(BREAD, bullets=(flours,))
    answer = "高筋、中筋、低筋、全麦、黑麦、荞麦、燕麦。"
    judges = [FixedJudge(BulletVerdict(0, said, ("高筋、中筋、低筋",))) for said in (Verdict.COVERED, Verdict.PARTIAL)]
    assert [grade(question, answer, judge).bullets[0].verdict for judge in judges] == [Verdict.PARTIAL] * 2


def test_claim_beside_a_row_of_terms_keeps_its_credit() -> None:
    claim = BulletVerdict(0, Verdict.COVERED, ("发酵、", "酵母吃糖会放出气体"))
    graded = grade(BREAD, NAMES + ANSWER, FixedJudge(claim))
    assert graded.bullets[0].verdict is Verdict.COVERED


def test_term_that_is_claimed_elsewhere_in_the_answer_keeps_its_credit() -> None:
    claim = BulletVerdict(2, Verdict.COVERED, ("高温定型",), "", 0.9)
    assert grade(BREAD, NAMES + "最后高温定型，所以不塌。", FixedJudge(claim)).bullets[2].verdict is Verdict.COVERED


def test_missing_verdict_carries_no_evidence() -> None:
    judge = FixedJudge(*(BulletVerdict(i, Verdict.MISSING, ("最后进烤箱",)) for i in range(3)))
    assert all(b.evidence == () for b in grade(BREAD, ANSWER, judge).bullets)


def test_bullet_that_the_judge_left_out_is_ungraded_and_outside_the_score() -> None:
    graded = grade(BREAD, ANSWER, FixedJudge(GOOD[0]))
    assert [b.verdict for b in graded.bullets] == ["covered", "ungraded", "ungraded"]
    assert graded.score == 1.0


def test_streaming_judge_is_heard_bullet_by_bullet_with_checked_quotes() -> None:
    heard: list[tuple[int, BulletGrade]] = []
    listen: OnBullet = lambda i, graded: heard.append((i, graded))  # noqa: E731
    graded = grade(BREAD, ANSWER, LoudJudge(*GOOD), on_bullet=listen)
    assert [i for i, _ in heard] == [0, 1, 2]
    assert tuple(b for _, b in heard) == graded.bullets


def test_judge_that_cannot_stream_is_simply_judged() -> None:
    heard: list[int] = []
    graded = grade(BREAD, ANSWER, FixedJudge(*GOOD), on_bullet=lambda i, _: heard.append(i))
    assert (heard, graded.score) == ([], 1 / 3)


def test_json_of_a_grade_has_the_published_form() -> None:
    context = (Hit(BREAD, 0.4, None),)
    printed = grade_json(grade(BREAD, ANSWER, FixedJudge(*GOOD), context=context))
    assert list(printed) == ["schema", "question", "rubric", "score", "bullets", "judge", "usage"]
    assert printed["rubric"] == {"by": "ref", "ref": "1.1", "score": None, "context": ["1.1"]}
    assert printed["bullets"][0] == {  # type: ignore[index]
        "bullet": 0,
        "text": "发酵产生二氧化碳",
        "verdict": "covered",
        "evidence": [{"quote": "酵母吃糖会放出气体", "start": 0, "end": 9}],
        "reason": "说到产气",
        "certainty": 0.9,
    }
    assert printed["judge"] == {"kind": "llm", "model": "fixed", "prompt": "grade.v1:00000000"}
    assert json.loads(json.dumps(printed, ensure_ascii=False)) == printed


def test_rubric_found_by_search_is_kept() -> None:
    rubric = Rubric("search", "1.1", 0.8, ("1.2",))
    assert grade(BREAD, ANSWER, FixedJudge(*GOOD), rubric=rubric).rubric == rubric
