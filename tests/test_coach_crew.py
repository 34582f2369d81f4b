"""Who takes part in an interview beside the judge, from settings."""

from __future__ import annotations

import json
from pathlib import Path

from loopback import Loopback

from coach import crew, wire
from coach.config import Config, load_config
from coach.types import Verdict

COOKING = "# 厨房\n\n## 一、热菜\n\n### Q1: 怎么炒鸡蛋？\n- 油要热，蛋液才会蓬松\n- 出锅前再放盐\n"
ANSWER = "油温要高，蛋才蓬松，盐最后放"


def config(tmp_path: Path, url: str | None = None) -> Config:
    path = tmp_path / "cooking.md"
    path.write_text(COOKING, encoding="utf-8")
    named = {} if url is None else {"model": "any", "base_url": url}
    return load_config({"handbook": path, **named})


def quiet(line: str) -> None:
    """Nobody listens."""


def test_appeal_is_read_by_the_model_with_another_prompt_than_the_judges(tmp_path: Path) -> None:
    entry = {"bullet": "b2", "requires": ["盐"], "quotes": ["盐最后放"], "lacking": "", "verdict": "covered"}
    reply = json.dumps({"bullets": [{**entry, "certainty": 0.9}], "feedback": ""}, ensure_ascii=False)
    with Loopback(lambda _: reply) as server:
        settings = config(tmp_path, server.url)
        book = wire.handbook(settings)
        about = crew.about(settings, book, wire.grading(settings, book, quiet), quiet)
        assert about.second is not None
        second = about.second(book.questions[0], 1, ANSWER, "我说了盐最后放")
    assert (second.verdict, [q.quote for q in second.evidence]) == (Verdict.COVERED, ["盐最后放"])
    assert "second examiner" in json.dumps(server.requests[-1])


def test_without_a_model_nobody_hears_appeals_and_the_handbook_words_follow_ups(tmp_path: Path) -> None:
    settings = config(tmp_path)
    book = wire.handbook(settings)
    about = crew.about(settings, book, wire.grading(settings, book, quiet), quiet)
    assert about.second is None
    assert crew.prober(settings, wire.material(settings, book), "zh", quiet) is None
    assert about.nearest is not None
    assert about.nearest(book.questions[0], ANSWER, 0) in ANSWER
    assert about.look_up is not None
    found, explained = about.look_up("怎么炒鸡蛋")
    assert explained is not None
    assert found.hits[0].question.ref == "1.1"
