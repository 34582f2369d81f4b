"""How a question's title reads: its numbering, its label, its text, and how much it looks like a question. Pure."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

_CHINESE_NUMBER = "[一二三四五六七八九十百零]+"
_LABEL = re.compile(
    r"[\[【(（]?\s*(?:(?P<word>Question|Ques|Q)(?![A-Za-z])|(?P<zh>面试题|问题|题目|考题|提问|问))\s*[#.\-_]?\s*"
    # A Chinese numeral only before a mark: "问一下" asks, "问题一：" counts.
    r"(?P<number>\d{1,4}|" + _CHINESE_NUMBER + r"(?=\s*[\]】)）:：.、．|])|)"
    r"\s*[\]】)）]?\s*(?P<mark>[:：.、．)）\-—|]\s*)?",
    re.IGNORECASE,
)
_NUMBER = re.compile(
    r"(?P<number>\d{1,4}(?:\.\d{1,3})*)\s*(?:[.．](?!\d)|[、)）:：])\s*|(?P<dotted>\d{1,3}(?:\.\d{1,3})+)\s+(?=\D)"
    r"|[(（\[【]\s*(?P<inside>\d{1,4}|" + _CHINESE_NUMBER + r")\s*[)）\]】]\s*|(?P<ring>[①-⑳])\s*"
    r"|(?P<han>" + _CHINESE_NUMBER + r")\s*[、．.]\s*|第\s*(?P<nth>\d+|" + _CHINESE_NUMBER + r")\s*[题問问][:：、.\s]*"
)
_LOOSE = re.compile(r"(\d{1,3})\s+(?=[^\d\s])")
_ASKS_ENGLISH = re.compile(
    r"(?:so |and |but )?(?:what|how|why|when|which|who|where|explain|describe|compare|define|tell me|discuss|"
    r"differentiate|difference|distinguish|can you|could you|is|are|do|does|did|should|would|walk|derive|mention|"
    r"state|suppose|given|"
    r"list|name|give|contrast|elaborate|outline|summari[sz]e|illustrate|justify|you|write|design|implement)\b",
    re.IGNORECASE,
)
_ASKS_CHINESE = re.compile(
    r"什么|如何|怎么|怎样|为什么|为何|哪些|哪个|哪种|是否|多少|几种|能不能|有没有|区别|对比|(?:^|请|你)(?:详细|简单|简要|具体)?"
    r"(?:解释|介绍|简述|描述|说说|说一|谈谈|讲讲|讲一|聊聊|列举|分析|阐述|比较|推导|概述|说明|设计|实现)|[吗呢]$"
)


@dataclass(frozen=True, slots=True)
class Title:
    """A question's heading taken apart."""

    text: str
    """Without numbering, label, and the emoji around it."""
    label: str = ""
    """The file's own numbering: `Q4`, `3`, `2.1`; empty without one."""
    word: str = ""
    """What it calls itself, as in `Q4:` or `问：`; empty when it does not say that it is a question."""
    is_numbered: bool = False


def parse_title(plain: str) -> Title:
    """Takes a plain heading apart; numbering and label may follow each other, as in `3. Q: what …`."""
    text, label, word, numbered = trim_symbols(plain), "", "", False
    while True:
        # "问" alone may open a question about asking; with a number or a colon it is a label.
        if not word and (found := _LABEL.match(text)) and (found["number"] or _is_marked(found)):
            word = "Q" if found["word"] else found["zh"]
            label = f"{word}{found['number']}" if found["number"] else label
        elif not word and not numbered and (found := _NUMBER.match(text)):
            numbered = True
            label = next((part for part in found.groups() if part), label)
        else:
            return Title(text, label, word, numbered)
        text = trim_symbols(text[found.end() :])


def without_loose_number(title: Title) -> Title | None:
    """`1 What is it` taken apart, which only many such titles in a row justify; None when it does not begin so."""
    found = _LOOSE.match(title.text)
    return Title(title.text[found.end() :], found[1], is_numbered=True) if found and not title.label else None


def _is_marked(found: re.Match[str]) -> bool:
    return (found["mark"] or "").strip() in {":", "：", "|"} or found[0].lstrip()[:1] in "[【"


def trim_symbols(text: str) -> str:
    """`text` without the emoji, stars and white space at its ends."""
    start, end = 0, len(text)
    while start < end and _is_ornament(text[start]):
        start += 1
    while end > start and _is_ornament(text[end - 1]):
        end -= 1
    # A digit with a keycap, as in an emoji 1, keeps its digit.
    return text[start:end].replace("\ufe0f\u20e3", ".").replace("\u20e3", ".")


def _is_ornament(char: str) -> bool:
    category = unicodedata.category(char)
    return category in {"So", "Sk", "Cf", "Zs", "Cc", "Mn"} or char in "*#•·"


def asks(title: Title) -> float:
    """How much a title reads as a question, from 0 to 1; by its form, not by its place."""
    text = title.text
    if not any(char.isalnum() for char in text):
        return 0.0
    if title.word or re.search(r"[?？]\W{0,8}$", text):
        return 1.0
    if "?" in text or "？" in text:
        return 0.9
    score = 0.7 if _ASKS_ENGLISH.match(text) or _ASKS_CHINESE.search(text) else 0.0
    return min(1.0, score + (0.2 if title.is_numbered else 0.0))
