"""The offline judge where it is sure of every bullet, the model for the rest."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from loopback import Loopback
from test_coach_cli import coach, graded_reply, lines

from coach.cascade import CASCADE, SURE, Cascade
from coach.errors import ChatError
from coach.grader import StreamingJudge, grade
from coach.judge_exemplars import ExemplarJudge
from coach.judge_llm import PromptedJudge
from coach.types import BulletVerdict, Verdict
from evals.judging import HeldOut, Repeatable
from index.handbook import bundled_handbook, load_handbook
from index.pack import bundled_pack, open_pack
from index.types import Question
from tests.fakes import ScriptedChat

BOOK = load_handbook(bundled_handbook())
GRPO = next(question for question in BOOK.questions if question.ref == "2.4")
PACK = open_pack(bundled_pack())
UNSURE = "GRPO 好像是把 critic 换成了别的什么，显存可能会有点变化，DeepSeek 应该也用过它吧。"


ENTRY = {"requires": [], "quotes": [], "lacking": "all", "verdict": "missing", "certainty": 0.5}
REPLY = json.dumps({"bullets": [{"bullet": f"b{n}", **ENTRY} for n in range(1, 5)], "feedback": ""})


def said_well() -> str:
    known = PACK.question(GRPO.key)
    assert known is not None
    return known.model_answer.zh


@pytest.fixture
def chat() -> ScriptedChat:
    return ScriptedChat([REPLY])


@pytest.fixture
def cascade(chat: ScriptedChat) -> Cascade:
    return Cascade(ExemplarJudge(PACK), PromptedJudge(chat, PACK))


def test_plain_answer_costs_no_call_and_is_graded_offline(cascade: Cascade, chat: ScriptedChat) -> None:
    graded = grade(GRPO, said_well(), cascade)
    assert (len(chat.prompts), graded.usage.calls, graded.judge.kind) == (0, 0, "offline")
    assert {bullet.verdict for bullet in graded.bullets} == {Verdict.COVERED}
    assert all(bullet.certainty is not None and bullet.certainty >= SURE for bullet in graded.bullets)


def test_answer_with_one_unsure_bullet_goes_to_the_model_whole(cascade: Cascade, chat: ScriptedChat) -> None:
    graded = grade(GRPO, UNSURE, cascade)
    assert (len(chat.prompts), graded.usage.calls, graded.judge.kind) == (1, 1, "llm")
    assert {bullet.verdict for bullet in graded.bullets} == {Verdict.MISSING}


def test_question_that_the_pack_does_not_have_goes_to_the_model(cascade: Cascade, chat: ScriptedChat) -> None:
    other = Question("9.9", "unknown", GRPO.direction, "另一个问题？", GRPO.bullets, 1)
    assert grade(other, said_well(), cascade).judge.kind == "llm"
    assert len(chat.prompts) == 1


def test_question_with_a_bullet_that_the_pack_does_not_have_goes_to_the_model(cascade: Cascade) -> None:
    more = replace(GRPO, bullets=(*GRPO.bullets[:3], replace(GRPO.bullets[3], key="new")))
    assert grade(more, said_well(), cascade).judge.kind == "llm"


def test_answer_without_content_reaches_neither_judge(cascade: Cascade, chat: ScriptedChat) -> None:
    assert grade(GRPO, "不知道", cascade).judge.kind == "gate"
    assert chat.prompts == []


def test_model_that_is_not_reached_is_an_error_only_where_it_is_needed() -> None:
    cascade = Cascade(ExemplarJudge(PACK), PromptedJudge(ScriptedChat([ChatError("gone")]), PACK))
    assert grade(GRPO, said_well(), cascade).judge.kind == "offline"
    with pytest.raises(ChatError):
        grade(GRPO, UNSURE, cascade)


@pytest.mark.parametrize("answer", [said_well(), UNSURE])
def test_every_verdict_is_heard_once(cascade: Cascade, answer: str) -> None:
    heard: list[BulletVerdict] = []
    assert isinstance(cascade, StreamingJudge)
    judged = cascade.judge_aloud(GRPO, answer, (), heard.append)
    assert sorted(heard, key=lambda verdict: verdict.bullet) == list(judged.verdicts)


def test_evaluation_can_hold_questions_out_and_repeat(cascade: Cascade) -> None:
    assert isinstance(cascade, HeldOut)
    assert isinstance(cascade, Repeatable)
    again = cascade.without(GRPO.key).for_epoch(1)
    assert again.id == cascade.id
    assert again.id.prompt is not None
    assert again.id.prompt.endswith(CASCADE)


def test_flag_saves_the_call(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COACH_MODEL", "m")
    with Loopback(graded_reply) as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.url)
        sure = coach("grade", "2.4", "--answer", "-", "--cascade", "--json", stdin=said_well())
        calls = len(server.requests)
        plain = coach("grade", "2.4", "--answer", "-", "--json", stdin=said_well())
    assert (lines(sure)[0]["judge"]["kind"], calls) == ("offline", 0)
    assert (lines(plain)[0]["judge"]["kind"], len(server.requests) > 0) == ("llm", True)
