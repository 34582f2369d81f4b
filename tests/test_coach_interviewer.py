"""Follow-ups worded by a model."""

from __future__ import annotations

import json
from collections.abc import Sequence

from fakes import ScriptedChat
from kitchen import TEA

from coach.errors import ChatError
from coach.interviewer import LONGEST, Interviewer, faults
from coach.material import Material
from coach.words import say

GENERIC = say("follow_up_generic", "zh")


def asked(replies: Sequence[str | Exception]) -> tuple[str, ScriptedChat]:
    chat = ScriptedChat([json.dumps({"question": r}) if isinstance(r, str) else r for r in replies])
    return Interviewer(chat, Material(), "zh").follow_up(TEA, 1, "先把水烧开", 0), chat


def test_follow_up_is_the_models_and_starts_from_what_was_said() -> None:
    text, chat = asked(["水开了以后，接下来怎么做？"])
    assert text == "水开了以后，接下来怎么做？"
    prompt = chat.prompts[0][1].content
    assert "先把水烧开" in prompt
    assert "泡三分钟" in prompt


def test_follow_up_that_gives_the_point_away_is_mended_once_and_then_given_up() -> None:
    assert asked(["是泡三分钟吗？", "要等多久？"])[0] == "要等多久？"
    assert asked(["是泡三分钟吗？", "三分钟够不够？"])[0] == GENERIC


def test_follow_up_of_an_endpoint_that_fails_is_the_prepared_one() -> None:
    assert asked([ChatError("not reached")])[0] == GENERIC


def test_words_that_were_said_already_give_nothing_away() -> None:
    assert faults("泡三分钟之后呢？", "泡三分钟", "我泡三分钟") == []
    assert len(faults("字" * (LONGEST + 1), "泡三分钟", "")) == 1
