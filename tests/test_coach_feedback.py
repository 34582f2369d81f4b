"""Feedback may speak only of bullets, context and answer."""

from __future__ import annotations

import pytest

from coach.feedback import stray_terms

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
