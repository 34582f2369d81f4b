"""Who takes part in an interview beside the judge, from settings."""

from __future__ import annotations

from pathlib import Path

from coach import crew, wire
from coach.config import Config, load_config

COOKING = "# 厨房\n\n## 一、热菜\n\n### Q1: 怎么炒鸡蛋？\n- 油要热，蛋液才会蓬松\n- 出锅前再放盐\n"
ANSWER = "油温要高，蛋才蓬松，盐最后放"


def config(tmp_path: Path) -> Config:
    path = tmp_path / "cooking.md"
    path.write_text(COOKING, encoding="utf-8")
    return load_config({"handbook": path})


def quiet(line: str) -> None:
    """Nobody listens."""


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
