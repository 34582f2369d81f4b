"""Lines broken for a terminal."""

from __future__ import annotations

import pytest
from rich.cells import cell_len

from coach.wrap import wrap


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        ("the weakest, then what", 12, ["the weakest,", "then what"]),
        ("采样一组回答", 8, ["采样一组", "回答"]),  # two cells each
        ("用 critic 的均值", 9, ["用 critic", "的均值"]),
        ("四个模型。然后", 8, ["四个模", "型。然后"]),  # a line never begins with the full stop
        ("工作流（Temporal）", 12, ["工作流", "（Temporal）"]),  # nor ends with an opening bracket
        ("他说“减半”", 6, ["他说", "“减半”"]),
        ("tokenisation", 5, ["token", "isati", "on"]),
        ("一\n二", 10, ["一", "二"]),
        ("", 10, [""]),
    ],
)
def test_lines_break_between_han_and_never_inside_a_word_that_fits(text: str, width: int, lines: list[str]) -> None:
    assert wrap(text, width) == lines


def test_no_line_is_wider_than_the_terminal_and_nothing_is_lost() -> None:
    text = "PP 跨机低通信量（micro-batch 数 m），“减半”与 «GRPO»，it’s，DP 机间大梯度同步；TP=8 放机内走 NVLink。" * 5
    for width in range(4, 60):
        lines = wrap(text, width)
        assert max(map(cell_len, lines)) <= width
        assert "".join("".join(lines).split()) == "".join(text.split())
