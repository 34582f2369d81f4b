"""Figures about the manner of an answer."""

from __future__ import annotations

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
