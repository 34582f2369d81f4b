"""Breaking mixed Chinese and English lines to a terminal's width: between Han characters, never inside a word. Pure."""

from __future__ import annotations

import re

# A piece that stays together: one wide character, or a run without break, with the opening marks before it, the
# closing marks after it, and the spaces that follow.
_PIECE = re.compile(
    r"[（「『《“‘«]*(?:[\u2e80-\u9fff\uff00-\uffef]|[^\s\u2e80-\u9fff\uff00-\uffef“‘«]+)"
    r"[，。；：、！？）」』》”’»]*[ \t]*"
    r"|[“‘«]+[ \t]*|[ \t]+"
)


def wrap(text: str, width: int) -> list[str]:
    """The text in lines of at most `width` terminal cells; a longer word is cut. Line breaks in it stay.

    >>> wrap("优化 IO，not FLOPs", 10)
    ['优化 IO，', 'not FLOPs']
    """
    return [line for paragraph in text.split("\n") for line in _wrap_line(paragraph, max(2, width))]


def _wrap_line(text: str, width: int) -> list[str]:
    from rich.cells import cell_len, chop_cells

    lines, line = list[str](), ""
    for found in _PIECE.finditer(text):
        piece = found[0]
        if line and cell_len(line + piece.rstrip()) > width:
            lines.append(line.rstrip())
            line = ""
        if cell_len(piece.rstrip()) > width:
            *heads, piece = chop_cells(piece, width)
            lines += heads
        line += piece
    return [*lines, line.rstrip()]
