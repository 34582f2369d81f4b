"""Tests of `index.tokens`."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.tokens import normalise, singular, tokens


def test_han_gives_characters_and_pairs() -> None:
    assert tokens("显存占用") == ["显", "存", "占", "用", "显存", "存占", "占用"]


def test_full_width_letters_are_read_as_plain_ones() -> None:
    assert tokens("ＧＲＰＯ") == tokens("GRPO") == ["grpo"]


@pytest.mark.parametrize("spelled", ["G R P O", "G.R.P.O", "g-r-p-o"])
def test_letters_spelled_singly_are_joined(spelled: str) -> None:
    assert normalise(spelled) == "grpo"


def test_two_single_letters_are_not_a_spelled_term() -> None:
    assert normalise("plan A B") == "plan a b"


def test_compound_term_is_kept_whole_and_in_parts() -> None:
    assert tokens("GPT-4o") == ["gpt-4o", "gpt", "4o"]


def test_camel_case_gives_its_words_too() -> None:
    assert tokens("PagedAttention") == ["pagedattention", "paged", "attention"]


def test_words_that_only_ask_give_nothing() -> None:
    assert tokens("what is the") == tokens("是什么") == []


def test_plural_s_is_dropped_on_both_sides() -> None:
    assert tokens("agents") == tokens("agent")
    assert [singular(w) for w in ("class", "corpus", "analysis", "gas")] == ["class", "corpus", "analysis", "gas"]


@given(st.text(max_size=80))
def test_any_text_has_tokens_that_are_not_empty(text: str) -> None:
    assert all(tokens(text)) or tokens(text) == []
