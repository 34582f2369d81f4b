"""Where the sentences of a Markdown paragraph begin and end, in Chinese and English. Pure."""

from __future__ import annotations

import re

_PROTECTED = re.compile(r"`+[^`]*`+|\$[^$\n]+\$|!?\[[^\]]*\]\([^)]*\)|\*\*[^*\n]{1,200}\*\*|https?://\S+")
_ABBREVIATION = re.compile(
    r"(?:\b(?:e\.g|i\.e|etc|vs|cf|al|fig|figs|eq|eqs|no|dr|mr|ms|mrs|prof|sec|approx|resp|ref|refs|vol|pp|st|inc|ltd|[A-Z]))\.$",
    re.IGNORECASE,
)
_END = re.compile(
    r"[。！？…]+[”’」』）)\"']*|[.!?]+[\"')\]*_]*(?=\s+[\"'(\[*_`$]*[A-Z0-9\u4e00-\u9fff])|(?:  |\\)\n"
    r"|\n(?=\s*(?:[（(]?\d{1,2}[)）.、]|[①-⑳]|[-*·◦‣○■□◆]\s|[•●▪]))|<br\s*/?>"
)
_LEADING = re.compile(r"(?:</?(?:br|p|div)\b[^>]*>|\s)*", re.IGNORECASE)
_TRAILING = re.compile(r"(?:</?(?:br|p|div)\b[^>]*>|\\|\s)+$", re.IGNORECASE)
_SHORT = 6
"""Letters and Han (a Han counts three): a shorter sentence, as "Yes.", is said together with the next."""


def split_sentences(source: str) -> list[tuple[int, int]]:
    """`(start, end)` of each sentence of `source`, without the white space around; code, formulas, links stay whole."""
    cuts = [0, *(end for end in _ends(source)), len(source)]
    spans: list[tuple[int, int]] = []
    start = 0
    for end in cuts[1:]:
        if _weight(source[start:end]) >= _SHORT or end == len(source):
            spans.append((start, end))
            start = end
    if len(spans) > 1 and _weight(source[slice(*spans[-1])]) < _SHORT:
        spans[-2:] = [(spans[-2][0], spans[-1][1])]
    return [trimmed for span in spans if (trimmed := _trim(source, *span))[0] < trimmed[1]]


def _ends(source: str) -> list[int]:
    guarded = [found.span() for found in _PROTECTED.finditer(source)]
    return [
        found.end()
        for found in _END.finditer(source)
        if not any(start < found.end() < end for start, end in guarded)
        and not (found[0].startswith(".") and _ABBREVIATION.search(source[: found.start() + 1]))
    ]


def _weight(text: str) -> int:
    return sum(3 if char >= "\u3000" else 1 for char in text if char.isalnum())


def _trim(source: str, start: int, end: int) -> tuple[int, int]:
    text = _TRAILING.sub("", source[start:end])
    lead = _LEADING.match(text)
    return start + (lead.end() if lead else 0), start + len(text)
