"""What Markdown files hide answers in (`<details>`, `??? question`, comments), as plain Markdown with known lines."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from index.labels import ANSWER_WORDS

SUMMARY_MARK = "\ue001"
"""Opens the heading that stands for a `<summary>`."""

_FENCE = re.compile(r"[ \t>]*(?:[-*+]\s+|\d+[.)]\s+)?(`{3,}|~{3,})")
_DETAILS = re.compile(r"</?details\b[^>]*>", re.IGNORECASE)
_SUMMARY = re.compile(r"<summary\b[^>]*>(.{0,2000}?)</summary\s*>", re.IGNORECASE | re.DOTALL)
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_LIST_TAG = re.compile(r"</?(?:ul|ol)\b[^>]*>|</li>", re.IGNORECASE)
_ITEM_TAG = re.compile(r"^[ \t]*<li\b[^>]*>\s*", re.IGNORECASE | re.MULTILINE)
_ASKED = re.compile(
    r"(?:\*\*)?(?:(?:Q\d{0,4}|问题?\d{0,4})(?:\*\*)?\s*[:：]|\d{1,3}\s*[、.．)）]\s?(?=\S).{2,80}[?？](?:\*\*)?\s*$)"
)
_TAGS = re.compile(r"</?\w+[^>]*>")
_MARKER = re.compile(r"\s*(?:[-*+]|\d{1,9}[.)])?\s*")
_BOX = re.compile(r"(?P<indent>\s*)(?:\?\?\?\+?|!!!)\s+(?P<kind>\w+)[^\"“]*(?:[\"“](?P<title>.*)[\"”])?\s*")
_TIGHT = re.compile(r"^( {0,3}#{2,6}(?=[^\s#])|\s*-(?=\*\*|[\u4e00-\u9fff]))")
"""A heading or bullet without the space that Markdown wants after its marker: `##一、RAG`, `-检索`."""
_TITLE = re.compile(r"^(?:#{1,6}\s|\S.*(?:[?？]|\*\*)\W*$)")
_BULLET = re.compile(r"\s+(?:[-*+]|\d{1,3}[.)])\s")
_QUESTION_BOX = {"question", "faq", "help"}


def unfold(text: str) -> tuple[str, list[int]]:
    """`text` with LF line ends and without details tags and comments, and the 1-based file line of each of its lines.

    A summary that asks something becomes a heading that opens with `SUMMARY_MARK`; one that only says "answer" goes.
    So does the title of a box as MkDocs writes it, `??? question "Why?"`, over lines that are indented by four.
    """
    pairs = list(_with_room(_unfolded(_unboxed(re.sub(r"\r\n?", "\n", text).split("\n")))))
    return "\n".join(line for _, line in pairs), [number for number, _ in pairs]


def _unboxed(lines: list[str]) -> list[str]:
    """As many lines, with the titles of boxes as headings and their contents moved to the margin."""
    if not any(_BOX.fullmatch(line) for line in lines):
        return lines
    result: list[str] = []
    depth = 0
    for line in lines:
        indent = len(line) - len(line.lstrip(" "))
        if line.strip():
            depth = min(depth, indent // 4 * 4)
        box = _BOX.fullmatch(line)
        if box and indent <= depth:
            depth = indent + 4
            result.append(_box_title(box))
        else:
            result.append(line[min(depth, indent) :])
    return result


def _box_title(box: re.Match[str]) -> str:
    if not box["title"]:
        return ""
    return f"###### {SUMMARY_MARK if box['kind'].lower() in _QUESTION_BOX else ''}{box['title']}"


def _with_room(pairs: Iterable[tuple[int, str]]) -> Iterator[tuple[int, str]]:
    """With a blank line before what would otherwise be taken into the paragraph above it: a formula, a `Q:` line."""
    above, is_formula, fence = "", False, ""
    for number, line in pairs:
        mark = _FENCE.match(line)
        fence = "" if fence and mark and mark[1].startswith(fence) else fence or (mark[1] if mark else "")
        if not fence and line.count("$$") % 2 and line.strip().startswith("$$"):
            if not is_formula and above.strip():
                yield number, ""
            is_formula = not is_formula
        elif not fence and above.strip() and _ASKED.match(line):
            yield number, ""
        above = line
        yield number, line


def _unfolded(lines: list[str]) -> Iterator[tuple[int, str]]:
    number = 1
    for chunk, is_code in _chunks(lines):
        if not is_code:
            chunk = _at_margin([_TIGHT.sub(r"\1 ", line) for line in chunk])
        if is_code or not any("<" in line for line in chunk):
            yield from enumerate(chunk, number)
        else:
            yield from _open_tags("\n".join(chunk), number)
        number += len(chunk)


def _at_margin(lines: list[str]) -> list[str]:
    """As many lines, with a list that is indented like code under a title moved to the margin."""
    result: list[str] = []
    above, depth = "", 0
    for line in lines:
        wide = line.expandtabs(4)
        indent = len(wide) - len(wide.lstrip())
        if line.strip() and indent < depth:
            depth = 0
        if indent >= 4 and not depth and _TITLE.search(above) and _BULLET.match(line):
            depth = indent
        result.append(wide[depth:] if depth else line)
        above = line if line.strip() else above
    return result


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
    text = _ITEM_TAG.sub("- ", _LIST_TAG.sub("", text))
    place = 0
    for summary in _SUMMARY.finditer(text):
        before = _DETAILS.sub("", text[place : summary.start()])
        yield from enumerate(before.split("\n")[:-1], number)
        number += before.count("\n")
        yield from _heading(before.rsplit("\n", 1)[-1], summary[1], number)
        number += summary[0].count("\n")
        place = summary.end()
    yield from enumerate(_DETAILS.sub("", text[place:]).split("\n"), number)


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
