"""coach.words: nothing is said in one language only, and nothing is kept that nobody says."""

from __future__ import annotations

import re
from pathlib import Path
from string import Formatter

import pytest

from coach.words import WORDS

ROOT = Path(__file__).parents[1]
CODE = "\n".join(
    path.read_text(encoding="utf-8")
    for package in ("coach", "evals")
    for path in (ROOT / package).glob("*.py")
    if path.name != "words.py"
)
NAMED = set(re.findall(r"""["']([a-z_]+)["']""", CODE))
MADE = re.findall(r"""say\(f["']([a-z_]*)\{[^}]+\}([a-z_]*)["']""", CODE)
"""Beginning and end of the keys that are put together, such as `review_{kind}`."""


def blanks(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


@pytest.mark.parametrize("key", WORDS)
def test_words_are_said_somewhere(key: str) -> None:
    assert key in NAMED or any(key.startswith(first) and key.endswith(last) for first, last in MADE)


@pytest.mark.parametrize("key", WORDS)
def test_words_have_the_same_blanks_in_both_languages(key: str) -> None:
    assert blanks(WORDS[key]["zh"]) == blanks(WORDS[key]["en"])
