"""Figures about the manner of an answer."""

from __future__ import annotations

import pytest

from coach.delivery import measure


def test_counts_han_words_and_fillers_in_both_languages() -> None:
    found = measure("嗯，就是说 KV Cache 很大, you know, um, it is big", 30.0)
    # Han: 嗯就是说很大 = 6; words: KV Cache you know um it is big = 8; fillers: 嗯 就是说 you know um = 4
    assert (found.han, found.words, found.fillers, found.took_s) == (6, 8, 4, 30.0)


def test_length_is_told_in_seconds_of_speech() -> None:
    assert measure("字" * 240).spoken_s == 60.0
    assert measure("word " * 150).spoken_s == 60.0
    assert measure("").spoken_s == 0.0


def test_filler_inside_another_word_is_none() -> None:
    assert measure("unlike a likelihood, umbrella").fillers == 0


@pytest.mark.parametrize(
    ("said", "used"),
    [
        ("tools like this, and it is like, um, fast", {"like": 1, "um": 1}),
        ("额外的额度限额", {}),
        ("额，显存不够", {"额": 1}),
        ("那个模型用那个，就是说，那个那个缓存", {"那个": 1, "就是说": 1, "那个那个": 1}),
        ("嗯嗯，Basically it scales, basically", {"嗯嗯": 1, "basically": 2}),
    ],
)
def test_word_is_a_filler_only_where_it_fills(said: str, used: dict[str, int]) -> None:
    assert dict(measure(said).used) == used


def test_length_is_judged_by_speech_and_pace_by_the_clock() -> None:
    assert [measure("字" * han).length for han in (239, 240, 480, 481)] == ["short", "fit", "fit", "long"]
    assert measure("字" * 300, 75.0).pace == 240  # 300 characters in 1.25 minutes
    assert measure("字" * 300).pace is None
    assert measure("字" * 60, 120.0).pace is None  # 30 a minute: typed
