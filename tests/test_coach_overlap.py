"""Weighted term overlap."""

from __future__ import annotations

import math

import pytest

from coach.overlap import coverage, rarity, terms


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The caches are cached", ["cach", "cach"]),
        ("k v cache", ["kv", "cache"]),
        ("显存的占用", ["显存", "占用"]),
        ("ＫＶ 缓存 2.5 GB", ["kv", "缓存", "2.5", "gb"]),
        ("it is not", []),
    ],
)
def test_terms_are_stems_numbers_and_han_pairs(text: str, expected: list[str]) -> None:
    assert terms(text) == expected


def test_term_of_few_texts_weighs_more() -> None:
    weights = rarity(["salt yeast", "salt oven", "salt flour"])
    assert weights["salt"] == pytest.approx(math.log(4 / 3.5))  # in 3 of 3
    assert weights["oven"] == pytest.approx(math.log(4 / 1.5))  # in 1 of 3


def test_coverage_is_the_share_of_weight() -> None:
    # salt weighs 1, oven 3, and of the unknown "tin" 2: (1 + 2) / (1 + 3 + 2)
    assert coverage(["salt", "oven", "tin"], {"salt", "tin"}, {"salt": 1.0, "oven": 3.0}, 2.0) == 0.5
    assert coverage([], {"salt"}, {}, 1.0) == 0.0
