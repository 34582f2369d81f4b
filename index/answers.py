"""What stands under a question, turned into bullets (graded) and notes (shown and searched). Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from index.labels import ANSWER_LABEL, ANSWER_PART, ASIDE, FACTS_ABOUT, IMAGE_OR_LINK, TO_TOP, is_empty_answer
from index.markdown import Block, plain_text
from index.sentences import split_sentences

MAX_ITEMS = 12
MAX_SENTENCES = 8
"""A rubric longer than this cannot be said in an answer of a minute or two; the rest is kept as notes."""

_TYPED_MARK = re.compile(r"(?:\[[ xX]\]|[•·●◦▪‣○■□◆])\s+(?=\S)|[•●▪](?=[^\W\d])")


@dataclass(frozen=True, slots=True)
class Point:
    """A bullet before it has a key."""

    text: str
    plain: str
    line: int


def read_answer(blocks: Sequence[Block]) -> tuple[tuple[Point, ...], tuple[str, ...]]:
    """Points and notes of the blocks under one question: its list items, else its sentences, else its table rows.

    Where a part is labelled as the answer, only that part is looked at; "Follow-up", "Difficulty" and the like never.
    """
    answer = _answering(blocks)
    points = _items(answer)[:MAX_ITEMS]
    if len(points) < 2:
        sentences = [point for block in answer if _is_prose(block) for point in _sentences(block)]
        if len(sentences) >= len(points):
            points = sentences[:MAX_SENTENCES]
    if not points:
        # Table rows; or, where a lead-in and a formula are all, the lead-in.
        points = [_point(block) for block in answer if block.kind == "row" and not is_empty_answer(block.plain)]
        points = points or [point for block in answer if _is_prose(block) for point in _sentences(block, lead_ins=True)]
    points = points[:MAX_ITEMS]
    return tuple(points), tuple(_notes(blocks, points))


def _answering(blocks: Sequence[Block]) -> list[Block]:
    """The blocks of the parts that are labelled as answer, or else all that no label sets aside."""
    named: list[Block] = []
    plain: list[Block] = []
    part, kind = plain, plain
    for block in blocks:
        if _is_label(block):
            # Any other label, as `**1. Idea**`, is a part of what stands before it.
            part = named if ANSWER_PART.fullmatch(block.plain) else part
            kind = [] if ASIDE.fullmatch(block.plain) else part
        if not FACTS_ABOUT.fullmatch(block.plain):
            kind.append(block)
    # A label over nothing usable, as over a lone formula, sets nothing aside.
    return named if any(_is_prose(block) for block in named if not _is_label(block)) else [*plain, *named]


def _is_label(block: Block) -> bool:
    """A short line that only announces what follows: a sub-heading, `**Key points**`, `追问：`."""
    if block.level:
        return True
    if block.kind != "paragraph" or block.items or len(block.plain) > 40:
        return False
    text = block.text.strip()
    return text.endswith((":", "：")) or (text.startswith("**") and text.rstrip(":：").endswith("**"))


def _items(answer: Sequence[Block]) -> list[Point]:
    """The list items nearest to the question; of an item that is only a title, the items inside it instead."""
    opened = [block for block in answer if block.kind == "paragraph" and block.marker]
    top = min((len(block.items) for block in opened), default=0)
    chosen: list[Block] = []
    for block in opened:
        if len(block.items) == top:
            inside = [one for one in opened if len(one.items) == top + 1 and one.items[top - 1] == block.items[-1]]
            chosen += inside if inside and _is_title(block) else [block]
    return [_point(block) for block in chosen if _is_prose(block) and not block.plain.endswith((":", "："))]


def _is_title(block: Block) -> bool:
    text = block.text.strip()
    return text.endswith((":", "：")) or bool(re.fullmatch(r"(\*\*|__)[^*_]+\1[:：]?", text))


def _is_prose(block: Block) -> bool:
    return block.kind == "paragraph" and not (
        is_empty_answer(block.plain) or IMAGE_OR_LINK.fullmatch(block.text) or FACTS_ABOUT.fullmatch(block.plain)
    )


def _point(block: Block) -> Point:
    return _unmarked(block.text, block.plain, block.line)


def _unmarked(text: str, plain: str, line: int) -> Point:
    """A point without what Markdown takes for text: `[x]` of a task, a typed `•`."""
    found = _TYPED_MARK.match(text)
    return Point(text[found.end() :], _TYPED_MARK.sub("", plain), line) if found else Point(text, plain, line)


def _sentences(block: Block, *, lead_ins: bool = False) -> Iterator[Point]:
    """The sentences of a paragraph, but not its answer label, bare labels and, as a rule, "It has two parts:"."""
    if _is_label(block):
        return
    label = ANSWER_LABEL.match(block.text)
    skipped = label.end() if label else 0
    for start, end in split_sentences(block.text[skipped:]):
        text = block.text[skipped + start : skipped + end]
        plain = plain_text(text)
        if not is_empty_answer(plain) and (lead_ins or not plain.endswith((":", "："))):
            yield _unmarked(text, plain, block.line + block.text[: skipped + start].count("\n"))


def _notes(blocks: Sequence[Block], points: Sequence[Point]) -> Iterator[str]:
    """The plain text of everything that no point has, in the order of the file."""
    taken = {(point.line, point.text) for point in points}
    for block in blocks:
        own = _point(block)
        if block.kind == "rule" or not block.plain or (own.line, own.text) in taken or TO_TOP.fullmatch(block.text):
            continue
        sentences = list(_sentences(block)) if block.kind == "paragraph" else []
        left = [one.plain for one in sentences if (one.line, one.text) not in taken]
        if len(left) == len(sentences):
            yield block.plain
        elif left:
            yield " ".join(left)
