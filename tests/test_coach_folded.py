"""Text folded at the console's width."""

from __future__ import annotations

import io

from rich.console import Console

from coach.folded import Folded


def shown(text: str, width: int, indent: int = 0) -> list[str]:
    stream = io.StringIO()
    Console(file=stream, width=width, markup=False, highlight=False).print(Folded(text, "bold", indent))
    return stream.getvalue().splitlines()


def test_a_chinese_line_is_full_before_it_breaks_though_its_only_space_stands_early() -> None:
    assert shown("用 critic来估计优势", 12) == ["用 critic来", "估计优势"]  # rich alone would break after 用


def test_what_an_indented_line_goes_on_with_stands_below_its_first_word() -> None:
    assert shown("  第一点说到了\n二", 10) == ["  第一点说", "  到了", "二"]


def test_a_further_indent_leaves_the_first_line_where_it_is() -> None:
    assert shown("追问后没有补上", 8, 2) == ["追问后没", "  有补上"]


def test_an_empty_line_stays() -> None:
    assert shown("\n问题", 10) == ["", "问题"]
