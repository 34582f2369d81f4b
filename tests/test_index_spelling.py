"""Tests of `index.spelling`."""

from __future__ import annotations

import pytest

from index.spelling import Speller, distance

TERMS = ["grpo", "zero", "mamba", "quantization", "train", "gptq"]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("grop", "grpo"),
        ("zreo 3", "zero 3"),
        ("mamaba 比例", "mamba 比例"),
        ("quantisatoin", "quantization"),
        ("gtpq", "gptq"),
    ],
)
def test_mistyped_term_becomes_the_nearest_of_the_index(typed: str, meant: str) -> None:
    assert Speller(TERMS).mend(typed) == meant


def test_word_that_exists_is_left_alone() -> None:
    assert Speller(TERMS, {"brain"}.__contains__).mend("brain") == "brain"


def test_swap_is_likelier_than_a_lost_letter() -> None:
    assert Speller(["group", "grpo"]).mend("grop") == "grpo"


def test_term_as_near_to_two_others_is_left_alone() -> None:
    assert Speller(["mask", "task"]).mend("nask") == "nask"


@pytest.mark.parametrize("word", ["dpo", "2024", "kubernetes"])
def test_short_numeric_or_distant_words_are_left_alone(word: str) -> None:
    assert Speller(TERMS).mend(word) == word


def test_distance_counts_a_swap_once_and_stops_early() -> None:
    assert distance("grop", "grpo", 1) == 1
    assert distance("", "ab", 2) == 2
    assert distance("kitten", "sitting", 2) == 3  # is 3, so most + 1
