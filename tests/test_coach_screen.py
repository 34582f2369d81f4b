"""The feedback screen: the acceptance test of the whole program, and the terminal that it must fit."""

from __future__ import annotations

import json
from dataclasses import asdict, replace

import pytest
from kitchen import STOVE
from rich.cells import cell_len

from coach.delivery import measure
from coach.figures import share
from coach.language import Language
from coach.material import Material
from coach.measured import Measured
from coach.screen import PROMPT_LINES, Feedback, clipped
from coach.types import DIFFERS, BulletGrade, Grade, JudgeId, Quote, Rubric, Verdict
from index.handbook import bundled_handbook, load_handbook
from index.pack import Audit, Both, Pack, PackBullet, PackQuestion, Provenance, bundled_pack, open_pack
from index.types import Bullet, Question

COVERED, PARTIAL, MISSING, WRONG = Verdict.COVERED, Verdict.PARTIAL, Verdict.MISSING, Verdict.CONTRADICTED
ANSWER = "先把水烧开，然后把茶泡在凉水里，时间随便"
TEA = Question(
    "1.1", "tea", STOVE, "怎么泡茶？", tuple(Bullet(b, b, b, 1) for b in ("水要烧开", "用热水泡", "三分钟")), 1
)


def quote(words: str) -> tuple[Quote, ...]:
    start = ANSWER.index(words)
    return (Quote(words, start, start + len(words)),)


def graded(*bullets: BulletGrade) -> Grade:
    return Grade(TEA, Rubric("ref", "1.1"), bullets, JudgeId("offline", "meaning.v1"))


HALF_WRONG = graded(
    BulletGrade(TEA.bullets[0], COVERED, quote("先把水烧开"), certainty=0.9),
    BulletGrade(TEA.bullets[1], WRONG, quote("把茶泡在凉水里"), "茶没有泡在凉水里，是热水", 0.8),
    BulletGrade(TEA.bullets[2], MISSING, certainty=0.55),
)


def measured_at(hits: int, n: int, verdict: Verdict = WRONG) -> Measured:
    return Measured({verdict: share(hits, n)}, "Agreement with a language model's labels.")


def shown(grade: Grade, language: Language = "zh", material: Material | None = None, **more: object) -> str:
    feedback = Feedback(grade, material or Material(), language, **more)  # type: ignore[arg-type]
    return "\n".join(line.plain for line in feedback.lines(80))


def test_screen_quotes_me_says_what_is_wrong_and_right_how_often_it_errs_and_how_to_overrule() -> None:
    measured = measured_at(7, 10)
    text = shown(HALF_WRONG, measured=measured, marking=True, due="下次 4 天后")
    assert text.splitlines()[0].split() == ["1.1", "怎么泡茶？", "33", "%"]
    assert text.splitlines()[1] == "先改这一条：茶没有泡在凉水里，是热水"
    assert "2 ! wrong    用热水泡" in text
    assert "«把茶泡在凉水里»" in text
    assert "这样说：用热水泡" in text
    assert "1 ✓ covered  水要烧开" in text
    assert "3 ✗ missing? 三分钟" in text
    assert "判官 offline（对照大模型的标注）：判 wrong 时 10 次对 7 次，请核对\n/mark 2 改判 · 下次 4 天后" in text


def test_judge_that_was_never_measured_says_so() -> None:
    assert "coach eval --quick" in shown(HALF_WRONG)
    assert "没有可评的内容，没有请判官" in shown(replace(HALF_WRONG, judge=JudgeId("gate")))


def prepared(audit: Audit | None = None) -> Material:
    say = Both("用刚烧开的水泡", "Use boiling water.")
    bullets = tuple(PackBullet(b, b, f"{b} in English", (), (), (), say, audit) for b in (x.key for x in TEA.bullets))
    question = PackQuestion(1, "tea", "1.1", TEA.text, "How to make tea?", say, (), (), bullets, say, ())
    line = json.dumps(asdict(question), ensure_ascii=False)
    return Material(Pack(Provenance(1, "kitchen", "a person", "", {}, None), {"tea": line}))


def test_english_shows_a_lost_bullet_in_both_languages_and_what_to_say() -> None:
    lines = [line.strip() for line in shown(HALF_WRONG, "en", prepared()).splitlines()]
    at = next(i for i, line in enumerate(lines) if line.startswith("3 ✗ missing?"))
    assert lines[at : at + 3] == ["3 ✗ missing? 三分钟 in English", "Say: Use boiling water.", "三分钟"]


def test_answer_that_differs_from_a_doubtful_bullet_gets_no_exclamation_mark_and_no_zero() -> None:
    audit = Audit("doubtful", "绿茶不用开水", "green tea takes no boiling water", "茶经")
    differs = replace(HALF_WRONG.bullets[1], reason=f"{DIFFERS}与手册不同；你可能是对的")
    grade = replace(HALF_WRONG, bullets=(HALF_WRONG.bullets[0], differs, HALF_WRONG.bullets[2]))
    text = shown(grade, material=prepared(audit))
    assert grade.score == 0.5  # (1 + 0) / 2: the differing bullet is outside
    assert "2 ≠ 存疑" in text
    assert "!" not in text
    assert "与手册不同；你可能是对的" in text
    assert "绿茶不用开水 (茶经)" in text


LONG = "这是一段很长的原话，中间还夹着 some English words about the KV cache 和别的，一直说到最后也没有停下来，" * 3


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("verdict", [WRONG, MISSING, PARTIAL, Verdict.UNGRADED])
def test_feedback_on_any_question_of_the_handbook_fits_80_by_24(verdict: Verdict, language: Language) -> None:
    book = load_handbook(bundled_handbook())
    material = Material(open_pack(bundled_pack()))
    for question in book.questions:
        evidence = () if verdict is MISSING else (Quote(LONG, 0, len(LONG)),)
        bullets = tuple(BulletGrade(b, verdict, evidence, "说反了：" + b.plain, 0.9) for b in question.bullets)
        grade = Grade(question, Rubric("ref", question.ref), bullets, JudgeId("offline", "meaning.v1"))
        measured, spoken = measured_at(7, 10, verdict), measure(LONG, 75.0)
        feedback = Feedback(grade, material, language, measured, "下次 4 天后", spoken, marking=True)
        lines = list(feedback.lines(80, 24 - PROMPT_LINES))
        assert len(lines) <= 24 - PROMPT_LINES, question.ref
        assert max(line.cell_len for line in lines) <= 80, question.ref


def test_clipping_counts_cells_and_marks_what_was_left_out() -> None:
    assert clipped("去掉 critic 用组内均值", 12, 1) == ["去掉 critic…"]
    assert [cell_len(line) for line in clipped("字" * 30, 10, 2)] == [10, 9]
    assert clipped("短", 10, 1) == ["短"]
    assert clipped("不用 critic … 用组内均值", 14, 1) == ["不用 critic…"]  # not "… …"
