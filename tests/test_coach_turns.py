"""Answers and verbs at the prompt."""

from __future__ import annotations

import pytest

from coach.turns import Answer, BlockReader, Verb, parse_mark, parse_turn
from coach.types import Verdict
from index.types import Direction, Question

TEA = Question("1.1", "k", Direction(1, "厨房"), "怎么泡茶？", (), 1)


@pytest.mark.parametrize(
    ("typed", "turn"),
    [
        ("/skip", Verb("skip")),
        (" /mark 2 wrong \n", Verb("mark", "2 wrong")),
        ("/frobnicate", Verb("frobnicate")),
        ("水要开", Answer("水要开")),
        ("第一行\n/skip", Answer("第一行\n/skip")),
        ("/etc/hosts 里写死", Answer("/etc/hosts 里写死")),
    ],
)
def test_slash_and_word_on_a_single_line_is_a_verb(typed: str, turn: Answer | Verb) -> None:
    assert parse_turn(typed) == turn


@pytest.mark.parametrize(
    ("argument", "mark"),
    [
        ("2 wrong", (1, Verdict.CONTRADICTED)),
        ("1 c", (0, Verdict.COVERED)),
        ("3 covered", None),
        ("0 covered", None),
        ("2 great", None),
        ("", None),
    ],
)
def test_mark_names_a_bullet_on_screen_and_a_verdict(argument: str, mark: tuple[int, Verdict] | None) -> None:
    assert parse_mark(argument, bullets=2) == mark


def test_blocks_are_divided_by_lines_of_only_dashes() -> None:
    reader = BlockReader("\ufeff第一题\r\n- 要点 --- 不算\r\n---\r\n/skip\n---  \n\n第三题\n---\n")
    turns = [reader.read(TEA, "") for _ in range(4)]
    assert turns == [Answer("第一题\n- 要点 --- 不算"), Verb("skip"), Answer("第三题"), None]


def test_empty_block_in_the_middle_is_an_empty_answer() -> None:
    reader = BlockReader("a\n---\n---\nc")
    assert [reader.read(TEA, "") for _ in range(4)] == [Answer("a"), Answer(""), Answer("c"), None]
