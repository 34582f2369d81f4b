"""What stands under a question, turned into bullets (graded) and notes (shown and searched). Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from index.markdown import Block, plain_text
from index.placeholders import is_empty_answer
from index.sentences import split_sentences

MAX_ITEMS = 12
MAX_SENTENCES = 8
"""A rubric longer than this cannot be said in an answer of a minute or two; the rest is kept as notes."""

_ASIDE = re.compile(
    r"\W*(?:延伸.{0,4}|追问.{0,4}|面试(?:技巧|建议|tips?)|答题技巧|加分项?|参考(?:资料|文献|链接)?|相关.{0,4}|拓展.{0,4}|扩展.{0,4}|来源|出处|"
    r"follow[- ]?ups?(?: questions?)?|related.*|references?|further reading|resources?|read more|see also|sources?|interview tips?|tips?)\W*",
    re.IGNORECASE,
)
"""A label under a question that opens something else than its answer."""
_FACTS_ABOUT = re.compile(
    r"\W*(?:难度|岗位|标签|公司|来源|频率|考察点|出现频率|难易度|分类|tags?|difficulty|level|company|companies|topics?|category|source)\W*[:：].*",
    re.IGNORECASE | re.DOTALL,
)
_ANSWER_LABEL = re.compile(
    r"\s*(?:\*\*|__)?\s*(?:A\d{0,3}|Ans(?:wer)?|Solution|参考答案|标准答案|答案|回答|解答|答)\s*(?:\*\*|__)?\s*[:：]\s*(?:\*\*|__)?\s*",
    re.IGNORECASE,
)
_IMAGE_OR_LINK = re.compile(r"\W*!?\[[^\]]*\]\([^)]*\)\W*")


@dataclass(frozen=True, slots=True)
class Point:
    """A bullet before it has a key."""

    text: str
    plain: str
    line: int


def read_answer(blocks: Sequence[Block]) -> tuple[tuple[Point, ...], tuple[str, ...]]:
    """Points and notes of the blocks under one question: its list items, else its sentences, else its table rows."""
    answer, aside = _part(blocks)
    points = _items(answer)
    if len(points) < 2:
        sentences = [point for block in answer if _is_prose(block) for point in _sentences(block)]
        points = sentences[:MAX_SENTENCES] if len(sentences) >= len(points) else points
    if not points:
        points = [Point(b.text, b.plain, b.line) for b in answer if b.kind == "row" and not is_empty_answer(b.plain)]
    points = points[:MAX_ITEMS]
    return tuple(points), tuple(_notes([*answer, *aside], points))


def _part(blocks: Sequence[Block]) -> tuple[list[Block], list[Block]]:
    """The blocks that answer, and those that follow a label such as "Follow-up" up to the next label."""
    answer: list[Block] = []
    aside: list[Block] = []
    is_aside = False
    for block in blocks:
        if _is_label(block):
            is_aside = bool(_ASIDE.fullmatch(block.plain))
        (aside if is_aside or _FACTS_ABOUT.fullmatch(block.plain) else answer).append(block)
    return answer, aside


def _is_label(block: Block) -> bool:
    if block.level:
        return True
    text = block.text.strip()
    return len(block.items) == 0 and len(block.plain) <= 30 and (text.startswith("**") or text.endswith((":", "：")))


def _items(answer: Sequence[Block]) -> list[Point]:
    """The list items nearest to the question; of an item that is only a title, the items inside it."""
    depths = [len(block.items) for block in answer if block.marker]
    if not depths:
        return []
    top = min(depths)
    chosen: list[Block] = []
    for block in answer:
        if block.kind == "paragraph" and block.marker and len(block.items) == top:
            chosen.append(block)
    return [Point(block.text, block.plain, block.line) for block in chosen if _is_point(block)]


def _is_point(block: Block) -> bool:
    return not (
        is_empty_answer(block.plain) or _IMAGE_OR_LINK.fullmatch(block.text) or _FACTS_ABOUT.fullmatch(block.plain)
    )


def _is_prose(block: Block) -> bool:
    return block.kind == "paragraph" and _is_point(block)


def _sentences(block: Block) -> Iterator[Point]:
    label = _ANSWER_LABEL.match(block.text)
    skipped = label.end() if label else 0
    source = block.text[skipped:]
    first = block.line + block.text[:skipped].count("\n")
    for start, end in split_sentences(source):
        text = source[start:end]
        plain = plain_text(text)
        if not is_empty_answer(plain):
            yield Point(text, plain, first + source[:start].count("\n"))


def _notes(blocks: Sequence[Block], points: Sequence[Point]) -> Iterator[str]:
    """The plain text of everything that no point has, in the order of the file."""
    taken = {(point.line, point.text) for point in points}
    for block in sorted(blocks, key=lambda block: block.line):
        if block.kind == "rule" or not block.plain or (block.line, block.text) in taken:
            continue
        kept = list(_sentences(block)) if _is_prose(block) and not block.marker else []
        left = [one for one in kept if (one.line, one.text) not in taken]
        if len(left) == len(kept):
            yield replace(block).plain
        elif left:
            yield " ".join(one.plain for one in left)
