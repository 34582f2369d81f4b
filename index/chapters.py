"""The chapters of a Markdown file ("directions") and its table of most-asked topics. Pure."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from index.candidates import is_answer_heading
from index.markdown import Block
from index.titles import trim_symbols
from index.types import Direction

_KEYWORDS = re.compile(r"[^：:]{0,12}(?:关键词|keywords?|key terms?)\s*[:：]\s*(.+)", re.IGNORECASE | re.DOTALL)
_NUMBERING = re.compile(
    r"(?P<han>[一二三四五六七八九十]+\s*[、．.：:])\s*|第\s*(?P<part>[一二三四五六七八九十\d]+\s*(?:部分|章|篇|节|方向|模块))\s*[:：、.\s]*"
    r"|(?P<digits>\d{1,2}(?:\.\d+)*\s*[.、)）:：](?!\d))\s*|(?P<english>(?:part|chapter|section)\s+\w+\s*[:：.\-—]?)\s*",
    re.IGNORECASE,
)
_HOT = re.compile(r"高频|热门|热点|必考|top|hot|most[ -]asked|frequent", re.IGNORECASE)
_RANK_COLUMN = re.compile(r"#|no\.?|rank|排名|序号|排序", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Chapter:
    """A direction and where it begins."""

    direction: Direction
    at: int
    """Place of its heading in the blocks; -1 for what stands before the first heading."""


@dataclass(frozen=True, slots=True)
class HotRow:
    """One row of the table of most-asked topics, not yet linked."""

    rank: int
    topic: str
    gist: str


def find_chapters(blocks: Sequence[Block], questions: Sequence[int], title: str) -> tuple[Chapter, ...]:
    """The directions in order; one with the document's `title` when no heading divides the questions.

    `questions` are the places of the questions in the blocks. A chapter without questions is one when its heading is
    numbered like the others, or names keywords.
    """
    level = _chapter_level(blocks, questions, title)
    asked, own = _parents(blocks, questions, level), set(questions)
    places = [
        at
        for at, block in enumerate(blocks)
        if 0 < block.level == level and at not in own and (at in asked or _is_empty_chapter(blocks, at, asked))
    ]
    if not places or questions[0] < places[0]:
        places = [-1, *places]
    return tuple(
        Chapter(Direction(number, _chapter_title(blocks, at, title), _keywords(blocks, at)), at)
        for number, at in enumerate(places, 1)
    )


def find_hot_rows(blocks: Sequence[Block]) -> tuple[HotRow, ...]:
    """The rows of the first table under a heading such as "TOP 10" whose first column is a rank."""
    rows: list[HotRow] = []
    heading, is_open = "", False
    for block in blocks:
        if block.level:
            heading = block.plain
        elif block.kind == "header":
            is_open = not rows and bool(_HOT.search(heading) and _RANK_COLUMN.fullmatch(block.cells[0].strip()))
        elif block.kind == "row" and is_open and len(block.cells) > 1 and block.cells[0].strip().isdecimal():
            cells = [cell.strip() for cell in block.cells]
            rows.append(HotRow(int(cells[0]), cells[1], cells[-1] if len(cells) > 2 else ""))
    return tuple(rows)


def _parents(blocks: Sequence[Block], questions: Sequence[int], level: int) -> set[int]:
    """The headings of `level` that have one of the questions under them."""
    parents: set[int] = set()
    asked = set(questions)
    current: int | None = None
    for at, block in enumerate(blocks):
        if at in asked and current is not None:
            parents.add(current)
        elif at not in asked and 0 < block.level <= level and not is_answer_heading(block):
            current = at if block.level == level else None
    return parents


def _chapter_level(blocks: Sequence[Block], questions: Sequence[int], title: str) -> int:
    """The highest heading level that divides the questions, else one that holds them all; 0 without either."""
    own = [blocks[at].level for at in questions if blocks[at].level]
    deepest = min(own, default=7)
    parents: Mapping[int, set[int]] = defaultdict(
        set, {level: _parents(blocks, questions, level) for level in range(1, deepest)}
    )
    several = [level for level in parents if len(parents[level]) > 1]
    one = [
        level
        for level in parents
        if any(trim_symbols(blocks[at].plain) != title and level > 1 for at in parents[level])
    ]
    return min(several or one, default=0)


def _is_empty_chapter(blocks: Sequence[Block], at: int, asked: set[int]) -> bool:
    if _keywords(blocks, at):
        return True
    form = _form(blocks[at].plain)
    return bool(form) and all(_form(blocks[other].plain) == form for other in asked)


def _form(title: str) -> str:
    found = _NUMBERING.match(trim_symbols(title))
    return (found.lastgroup or "") if found else ""


def _chapter_title(blocks: Sequence[Block], at: int, title: str) -> str:
    if at < 0:
        return title
    text = trim_symbols(blocks[at].plain)
    return trim_symbols(_NUMBERING.sub("", text, count=1) if _NUMBERING.match(text) else text) or text


def _keywords(blocks: Sequence[Block], at: int) -> tuple[str, ...]:
    for block in blocks[at + 1 : at + 4]:
        if block.level:
            break
        if block.kind == "paragraph" and (found := _KEYWORDS.fullmatch(block.plain)):
            separator = "、" if "、" in found[1] else r"[,，;；|]"
            return tuple(word.strip() for word in re.split(separator, found[1]) if word.strip())
    return ()
