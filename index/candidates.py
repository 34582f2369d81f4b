"""Every block of a Markdown file that could be a question by its place, and how it is written. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from index.labels import ANSWER_PART, ANSWER_WORDS, NO_QUESTION
from index.markdown import Block, plain_text
from index.titles import Title, asks, parse_title

Style = tuple[str, object]
"""How a file writes its questions, as in `("heading", 3)`, `("labelled text", "Q")` or `("item", (1, True))`."""

_ANSWER_MARK = r"(?:\*\*|__)?(?:A\d{0,3}|Ans(?:wer)?|答案?|回答|参考答案|解答)(?:\*\*|__)?\s*[:：](?:\*\*|__)?"
_ANSWER_INSIDE = re.compile(r"(?<=[\s?？。.])" + _ANSWER_MARK)
_BOLD_START = re.compile(
    r"(?P<before>[^\w*]*(?:(?:Q|问题?|题目?)?\s*\d*(?:\.\d+)*\s*[.、)）:：]?\s*))(?:\*\*|__)(?P<bold>.{1,400}?)(?:\*\*|__)"
)
_BARE_LABEL = re.compile(r"\W*(?:\d+[.、)）]\s*)?(?:Q(?:uestion)?|问题?|题目?|提问|面试题)\s*\d*\W*", re.IGNORECASE)
LINK_ONLY = re.compile(r"\W*(?:\*\*)?!?\[.*\]\(\S*\)(?:\*\*)?\W*")
_QUESTION_COLUMN = re.compile(r"questions?|问题|题目|面试题", re.IGNORECASE)
_ANSWER_COLUMN = re.compile(
    r"(short |key |model |sample )?(answers?|points?)|(参考)?答案|回答|要点|解答|关键词", re.IGNORECASE
)

MAX_TITLE = 400
"""Characters: a longer paragraph is no question but a text that begins with a number."""


@dataclass(frozen=True, slots=True)
class Found:
    """A block that may be, or is, a question."""

    at: int
    """Its place in the blocks."""
    style: Style
    title: Title
    rest: tuple[Block, ...] = ()
    """The part of its own block that already answers."""
    asks: float = 0.0
    is_answered: bool = False
    taken: int = 0
    """How many of the blocks after its own belong to the question."""


def find_candidates(blocks: Sequence[Block]) -> Iterator[Found]:
    """Headings, paragraphs, list items and table rows that could be questions, in the order of the file."""
    columns: tuple[int, int] | None = None
    for at, block in enumerate(blocks):
        if block.kind == "header":
            columns = _columns(block)
        elif block.kind == "row" and columns:
            yield from _row(at, block, *columns)
        elif block.level:
            if not is_answer_heading(block):
                yield from _heading(at, block, blocks[at + 1] if at + 1 < len(blocks) else None)
        elif block.kind == "paragraph" and not LINK_ONLY.fullmatch(block.text):
            yield from _paragraph(at, block, is_first=bool(block.marker))


def _columns(header: Block) -> tuple[int, int] | None:
    question = next((n for n, cell in enumerate(header.cells) if _QUESTION_COLUMN.fullmatch(cell.strip())), None)
    answer = next((n for n, cell in enumerate(header.cells) if _ANSWER_COLUMN.fullmatch(cell.strip())), None)
    return None if question is None or answer is None else (question, answer)


def _row(at: int, block: Block, question: int, answer: int) -> Iterator[Found]:
    source = [cell.strip() for cell in re.split(r"(?<!\\)\|", block.text.strip().strip("|"))]
    if len(source) <= max(question, answer):
        return
    title, rest = parse_title(block.cells[question]), source[answer]
    block_rest = replace(block, kind="paragraph", text=rest, plain=plain_text(rest), cells=())
    yield Found(at, ("row", 0), title, (block_rest,) if rest else (), max(asks(title), 0.8))


def is_answer_heading(block: Block) -> bool:
    """A heading such as "Answer" or "参考答案", on whatever level it stands."""
    return block.level > 0 and bool(ANSWER_WORDS.fullmatch(block.plain) or ANSWER_PART.fullmatch(block.plain))


def _heading(at: int, block: Block, below: Block | None) -> Iterator[Found]:
    title = parse_title(block.plain)
    style: Style = ("labelled heading", title.word) if title.word else ("heading", block.level)
    if title.word and not title.text and below and below.kind == "paragraph":
        # "## Question 1" over the question itself.
        yield Found(at, style, replace(title, text=below.plain), (), 1.0, taken=1)
    elif title.text:
        yield Found(at, style, title, (), _asks(title))


def _paragraph(at: int, block: Block, *, is_first: bool) -> Iterator[Found]:
    head, rest, is_bold = split_head(block.text)
    title = parse_title(plain_text(f"{block.marker} {head}" if block.marker[:1].isdigit() else head))
    answer = (_rest_block(block, rest),) if rest.strip() else ()
    depth = len(block.items)
    style: Style | None = None
    if title.word:
        style = ("labelled text", title.word)
    elif is_bold and (is_first or not depth):
        style = ("bold", (depth, block.marker[:1].isdigit()))
    elif is_first:
        style = ("item", (depth, block.marker[:1].isdigit()))
    elif not depth and title.is_numbered:
        style = ("numbered", 0)
    score = _asks(title)
    if is_bold and score < 0.5 and answer and answer[0].line == block.line:
        return  # `**Bias** is the error ...`: a term and its explanation.
    if style and title.text and len(title.text) <= MAX_TITLE:
        yield Found(at, style, title, answer, score)


def _asks(title: Title) -> float:
    if ANSWER_WORDS.fullmatch(title.text) or NO_QUESTION.fullmatch(title.text):
        return 0.0
    return asks(title)


def split_head(text: str) -> tuple[str, str, bool]:
    """A paragraph's source as question, answer and whether the question is bold; the answer may be empty."""
    bold = _BOLD_START.match(text)
    if bold and not _BARE_LABEL.fullmatch(bold["bold"]):
        tail = text[bold.end() :]
        line, _, more = tail.partition("\n")
        if not any(char.isalnum() for char in re.sub(r"[（(\[【].*?[)）\]】]", "", line)):
            return text[: bold.end()] + line, more, True
        return text[: bold.end()], tail.lstrip("：: —-"), True
    if inside := _ANSWER_INSIDE.search(text):
        return text[: inside.start()].rstrip(), text[inside.start() :], False
    lines = text.split("\n")
    for count, line in enumerate(lines[:4], 1):
        if re.search(r"[?？]\W{0,8}$", line):
            return "\n".join(lines[:count]), "\n".join(lines[count:]), False
    return text, "", False


def _rest_block(block: Block, rest: str) -> Block:
    skipped = block.text[: len(block.text) - len(rest)].count("\n")
    leading = len(rest) - len(rest.lstrip("\n"))
    source = rest.strip()
    return replace(block, text=source, plain=plain_text(source), line=block.line + skipped + leading, marker="")
