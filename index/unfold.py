"""HTML that handbooks hide answers in (`<details>`, comments), turned into plain Markdown with known line numbers."""

from __future__ import annotations

import re
from collections.abc import Iterator

SUMMARY_MARK = "\ue001"
"""Opens the heading that stands for a `<summary>`."""

ANSWER_WORDS = re.compile(
    r"\W*(?:(?:点击|展开|查看|显示|参考|标准|看)*(?:答案|解答|解析|回答|答|详情|内容|提示)|(?:点击|展开)\w{0,6}"
    r"|(?:(?:click|tap|show|see|view|reveal|toggle|expand|read)\b[\w\s]*)|(?:the\s+|sample\s+|short\s+|model\s+)?"
    r"(?:answers?|solutions?|ans|hints?|details|explanation|a))\W*",
    re.IGNORECASE,
)
"""A label that announces an answer and asks nothing."""

_FENCE = re.compile(r"[ \t>]*(?:[-*+]\s+|\d+[.)]\s+)?(`{3,}|~{3,})")
_DETAILS = re.compile(r"</?details\b[^>]*>", re.IGNORECASE)
_SUMMARY = re.compile(r"<summary\b[^>]*>(.*?)</summary\s*>", re.IGNORECASE | re.DOTALL)
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_TAGS = re.compile(r"</?\w+[^>]*>")
_MARKER = re.compile(r"\s*(?:[-*+]|\d{1,9}[.)])?\s*")


def unfold(text: str) -> tuple[str, list[int]]:
    """`text` with LF line ends and without details tags and comments, and the 1-based file line of each of its lines.

    A summary that asks something becomes a heading that opens with `SUMMARY_MARK`; one that only says "answer" goes.
    """
    lines: list[str] = []
    numbers: list[int] = []
    for number, line in _unfolded(re.sub(r"\r\n?", "\n", text)):
        lines.append(line)
        numbers.append(number)
    return "\n".join(lines), numbers


def _unfolded(text: str) -> Iterator[tuple[int, str]]:
    if "<" not in text:
        yield from enumerate(text.split("\n"), 1)
        return
    number = 1
    for chunk, is_code in _chunks(text.split("\n")):
        if not chunk:
            continue
        yield from enumerate(chunk, number) if is_code else _open_tags("\n".join(chunk), number)
        number += len(chunk)


def _chunks(lines: list[str]) -> Iterator[tuple[list[str], bool]]:
    """Runs of lines, each with whether it is fenced code."""
    chunk: list[str] = []
    fence = ""
    for line in lines:
        mark = _FENCE.match(line)
        if fence:
            chunk.append(line)
            if mark and mark[1].startswith(fence) and not line.strip(" \t>`~"):
                yield chunk, True
                chunk, fence = [], ""
        elif mark:
            yield chunk, False
            chunk, fence = [line], mark[1]
        else:
            chunk.append(line)
    yield chunk, bool(fence)


def _open_tags(text: str, number: int) -> Iterator[tuple[int, str]]:
    """The lines of `text`, the first of which is line `number`, without details, summaries and comments."""
    text = _COMMENT.sub(lambda found: "\n" * found[0].count("\n"), text)
    place = 0
    for summary in _SUMMARY.finditer(text):
        before = _DETAILS.sub("", text[place : summary.start()])
        yield from _numbered(before, number, last=False)
        number += before.count("\n")
        yield from _heading(before.rsplit("\n", 1)[-1], summary[1], number)
        number += summary[0].count("\n")
        place = summary.end()
    yield from _numbered(_DETAILS.sub("", text[place:]), number, last=True)


def _numbered(text: str, number: int, *, last: bool) -> Iterator[tuple[int, str]]:
    lines = text.split("\n")
    yield from enumerate(lines if last else lines[:-1], number)


def _heading(before: str, summary: str, number: int) -> Iterator[tuple[int, str]]:
    """The line on which a summary stands; `before` is what precedes it there."""
    title = " ".join(_TAGS.sub("", summary).split())
    if ANSWER_WORDS.fullmatch(title) or not title:
        yield number, before
        return
    if not _MARKER.fullmatch(before):
        yield number, before
        before = ""
    yield number, f"{before}###### {SUMMARY_MARK}{title.lstrip('# ')}"
