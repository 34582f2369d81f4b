"""Answers cut into clauses keep their places."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coach.clauses import LONGEST, shortened, split_clauses, windows


def texts(answer: str) -> list[str]:
    return [clause.text for clause in split_clauses(answer)]


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("酵母吃糖，放出气体。盐会抑制它！", ["酵母吃糖", "放出气体", "盐会抑制它"]),
        ("Salt slows yeast. 2.5 percent is a lot; taste it", ["Salt slows yeast", "2.5 percent is a lot", "taste it"]),
        ("- 一发：风味\n- 二发：体积", ["- 一发：风味", "- 二发：体积"]),  # too short to stand alone
        ("酵母 会吃糖 然后放出气体", ["酵母 会吃糖", "然后放出气体"]),  # a recogniser's pauses
        ("用 KV cache 缓存，对，就是它", ["用 KV cache 缓存", "对，就是它"]),
    ],
)
def test_answer_is_cut_at_marks_and_pauses_and_scraps_are_joined(answer: str, expected: list[str]) -> None:
    assert texts(answer) == expected


def test_dictation_without_marks_is_cut_at_connectives_and_by_length() -> None:
    spoken = "酵母会吃面粉里面的糖放出气体所以面团会变大但是盐会抑制酵母放多了发得就慢" * 3
    pieces = texts(spoken)
    assert "".join(pieces) == spoken
    assert all(len(piece) <= LONGEST for piece in pieces)
    assert any(piece.startswith("所以") for piece in pieces)


def test_windows_are_runs_of_neighbouring_clauses() -> None:
    answer = "酵母吃糖，放出气体。盐会抑制它"
    found = [window.text for window in windows(answer, split_clauses(answer), longest=2)]
    assert found == ["酵母吃糖", "放出气体", "盐会抑制它", "酵母吃糖，放出气体", "放出气体。盐会抑制它"]


@given(st.text(alphabet="酵母ab ，。然后\n.!-1", max_size=120))
def test_every_clause_stands_in_the_answer_at_its_place(answer: str) -> None:
    clauses = split_clauses(answer)
    assert all(answer[clause.start : clause.end] == clause.text for clause in clauses)
    assert all(a.end <= b.start for a, b in pairwise(clauses))
    letters = sum(c.isalnum() for c in answer)
    assert sum(c.isalnum() for clause in clauses for c in clause.text) == letters


@pytest.mark.parametrize(
    ("text", "letters", "left"),
    [
        ("a group of answers per prompt", 12, "a group of"),  # "agroupofansw" is twelve
        ("a group of answers", 15, "a group of answers"),
        ("每个问题采样一组回答", 4, "每个问题"),
        ("用 GRPO 训练", 3, "用"),
        ("incomprehensibilities", 5, "incom"),  # one word alone is cut
    ],
)
def test_shortened_text_ends_with_a_whole_word(text: str, letters: int, left: str) -> None:
    assert shortened(text, letters) == left
