"""Markdown as a flat list of blocks with line numbers, and its rendering as plain text. Knows nothing of questions."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal

from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.dollarmath import dollarmath_plugin
from mdit_py_plugins.front_matter import front_matter_plugin

from index.unfold import SUMMARY_MARK, unfold

SUMMARY_LEVEL = 7
"""The heading level of an HTML `<summary>`: below every Markdown heading."""

Kind = Literal["heading", "paragraph", "code", "math", "rule", "header", "row"]


@dataclass(frozen=True, slots=True)
class Block:
    """One heading, paragraph, code block, formula, rule or table row, in the order of the file."""

    kind: Kind
    text: str
    """Markdown source without heading, list and quote markers."""
    plain: str
    line: int
    """1-based line in the file."""
    level: int = 0
    """1-6 for a heading, `SUMMARY_LEVEL` for a summary; 0 for the rest."""
    section: int = 6
    """Level of the heading it stands under, its own for a heading; 6 before the first."""
    items: tuple[int, ...] = ()
    """Numbers of the list items around it, outermost first; a number is used once in a file."""
    marker: str = ""
    """`-`, `*`, `+` or `3.` when it opens a list item."""
    cells: tuple[str, ...] = ()
    """Plain text of a table row's cells."""


def parse_blocks(text: str) -> tuple[str, tuple[Block, ...]]:
    """The source of the front matter (empty without one) and the blocks; lines end in LF."""
    source, numbers = unfold(text)
    tokens = _parser().parse(source)
    front = tokens[0].content if tokens and tokens[0].type == "front_matter" else ""
    return front, tuple(_Reader(source.split("\n"), numbers).blocks(tokens))


def plain_text(source: str) -> str:
    """Inline Markdown rendered without markup."""
    return _render(_parser().parseInline(source)[0].children or [])


@cache
def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark").enable("table")
    parser.use(front_matter_plugin).use(dollarmath_plugin, allow_space=False, allow_digits=False)
    # Without text_join an escaped character stays apart from the text, so `\*\*` is not taken for bold. The
    # reference rule would swallow a bullet such as `[IsRel]: relevant`, html_block the Markdown after a tag.
    return parser.disable(["text_join", "reference", "html_block"])


class _Reader:
    """Walks the token stream, keeping the open list items."""

    def __init__(self, lines: Sequence[str], numbers: Sequence[int]) -> None:
        self.lines, self.numbers = lines, numbers
        self.items: list[int] = []
        self.marker = ""
        self.opened = 0
        self.heading = 0
        self.section = 6
        self.kind: Kind = "paragraph"
        self.row: list[str] | None = None

    def blocks(self, tokens: Sequence[Token]) -> Iterator[Block]:
        """One block for each leaf of the stream."""
        for token in tokens:
            self._enter(token)
            if token.type == "inline" and self.row is not None:
                self.row.append(_render(token.children or []))
            elif token.type == "tr_close":
                yield self._row()
            elif (kind := self._leaf(token)) and token.map:
                yield self._block(kind, token)

    def _enter(self, token: Token) -> None:
        match token.type:
            case "list_item_open":
                self.opened += 1
                self.items.append(self.opened)
                self.marker = token.info + token.markup
            case "list_item_close":
                self.items.pop()
                self.marker = ""
            case "heading_open":
                self.heading = int(token.tag[1])
            case "thead_open" | "tbody_open":
                self.kind = "header" if token.type == "thead_open" else "row"
            case "tr_open":
                self.row, self.start = [], token.map[0] if token.map else 0

    def _leaf(self, token: Token) -> Kind | None:
        match token.type:
            case "inline":
                return "heading" if self.heading else "paragraph"
            case "fence" | "code_block":
                return "code"
            case "math_block" | "math_block_label":
                return "math"
            case "hr":
                return "rule"
        return None

    def _block(self, kind: Kind, token: Token) -> Block:
        start = token.map[0] if token.map else 0
        plain = _render(token.children) if token.children is not None else token.content.strip()
        level, text = self.heading, token.content
        if level and plain.startswith(SUMMARY_MARK):
            level, text, plain = SUMMARY_LEVEL, text.removeprefix(SUMMARY_MARK), plain.removeprefix(SUMMARY_MARK)
        self.section = level or self.section
        line = self.numbers[start]
        block = Block(kind, text, plain, line, level, self.section, tuple(self.items), self.marker)
        self.marker, self.heading = "", 0
        return block

    def _row(self) -> Block:
        cells, self.row = tuple(self.row or ()), None
        text = self.lines[self.start].strip()
        plain, line = " | ".join(cells), self.numbers[self.start]
        return Block(self.kind, text, plain, line, 0, self.section, tuple(self.items), "", cells)


_HTML_TAG = re.compile(
    r"</?(?:a|abbr|b|big|blockquote|br|center|cite|code|dd|del|details|div|dl|dt|em|font|h[1-6]|hr|i|img|ins|kbd|li|mark|"
    r"ol|p|picture|pre|q|s|samp|small|source|span|strike|strong|sub|summary|sup|table|tbody|td|th|thead|tr|tt|u|ul|"
    r"var|video)\b[^>]*>|<!--.*-->",
    re.IGNORECASE | re.DOTALL,
)
_STARS, _HIDDEN_STAR = "**", "\ue000"
# Bold beside Chinese punctuation: `**RAG（检索）**是` is bold to its author, but not to CommonMark.
_LEFT_BOLD = re.compile(r"\*\*(?=\S)(.{1,400}?)(?<=\S)\*\*", re.DOTALL)
_REFERENCE = re.compile(r"\[([^\[\]]+)\]\[[^\[\]]*\]")
_HAN_BREAK = re.compile(r"(?<=[\u3000-\u9fff\uff00-\uffef])\n(?=[\u3000-\u9fff\uff00-\uffef])")


def _render(children: Sequence[Token]) -> str:
    text = "".join(_piece(child) for child in children)
    if _STARS in text:
        text = _LEFT_BOLD.sub(r"\1", text)
    if "][" in text:
        text = _REFERENCE.sub(r"\1", text)
    text = _HAN_BREAK.sub("", text.replace(_HIDDEN_STAR, "*"))
    return re.sub(r"\s+", " ", text).strip()


def _piece(token: Token) -> str:
    match token.type:
        case "text":
            return token.content
        case "text_special" | "code_inline" | "math_inline" | "math_inline_double":
            return token.content.replace("*", _HIDDEN_STAR)
        case "softbreak" | "hardbreak":
            return "\n"
        case "html_inline":
            # `List<int>` is no tag; `<br>` is a break.
            return " " if _HTML_TAG.fullmatch(token.content) else token.content
    return ""
