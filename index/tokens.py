"""One normaliser and one tokenizer for passages and queries, Chinese and English. Knows no index and no model."""

from __future__ import annotations

import re
import unicodedata

VERSION = 1
"""Part of the index fingerprint: raise it when the tokens of any text change."""

_HAN = "\u3400-\u9fff"
_RUN = re.compile(rf"[{_HAN}]+|[a-z0-9]+(?:[.+_/#-]+[a-z0-9]+)*(?:\+\+|#)?")
_SPELLED = re.compile(r"(?<![A-Za-z0-9])(?:[A-Za-z][ .\u00b7-]){2,}[A-Za-z](?![A-Za-z0-9])")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z][a-z])")
_PART = re.compile(r"[a-z]+|[0-9]+[a-z]*")

# Words that ask or join but name nothing: in a Chinese handbook they are rare, so idf alone would call them telling.
_STOP_LATIN = frozenset(
    re.findall(
        r"\w+",
        """
        a about an and any are as at be been between but by can could d did do does explain for from get had has
        have he how i if in into is it its just ll m many may me might more most much must my no not of on or our
        please re s she should so some t tell than that the their them then there these they this those to too us ve
        versus very vs was we were what when where which who whose why will with would you your
        """,
    )
)
_STOP_HAN = re.compile(
    "是什么|什么是|什么样|什么|为啥|为何|怎么样|怎样|怎么|如何|哪些|哪个|哪种|多少|请问|一下|是不是|能不能|有没有|可不可以|"
    "以及|或者|的话|这个|那个|这种|那种|[的了吗呢啊吧嘛咋啥是有和与跟或在就也都还把被让]"
)
_AMOUNT = re.compile(
    r"多少|多大|多久|多长|多高|多快|几[个条位层倍步维次张块段分年天]|[设取是留]几|默认|阈值|一般[取设留]|怎么[取设配]|"
    r"\bhow (?:many|much|long|large|big)\b|\bdefaults?\b|\bnumber of\b|\bthreshold\b|\bcosts?\b|\bvalue\b"
)


def normalise(text: str) -> str:
    """NFKC (full-width forms become plain) and lower case; letters spelled singly are joined: `G R P O` -> `grpo`."""
    plain = unicodedata.normalize("NFKC", text)
    return _SPELLED.sub(lambda spelled: re.sub(r"[^A-Za-z]", "", spelled[0]), plain).lower()


def tokens(text: str) -> list[str]:
    """Search tokens, in order, repeats kept: Han characters and pairs, Latin terms whole and in parts.

    `PagedAttention` also gives `paged` and `attention`, `GPT-4o` also `gpt` and `4o`; words that only ask or join
    (`what`, `怎么`) give nothing. A plural s is dropped.
    """
    # Camel case must be split before lower case hides it; the whole word is kept by the first pass.
    split = _CAMEL.sub(" ", unicodedata.normalize("NFKC", text))
    found = _tokens(normalise(text))
    whole = set(found)
    return found + ([t for t in _tokens(normalise(split)) if t not in whole] if split != text else [])


def asks_amount(query: str) -> bool:
    """Whether a query wants a number, a size, a price or a default: details that hints seldom give."""
    return _AMOUNT.search(normalise(query)) is not None


def _tokens(normal: str) -> list[str]:
    found: list[str] = []
    for run in _RUN.findall(normal):
        found += _han(run) if _is_han(run) else _latin(run)
    return found


def _is_han(run: str) -> bool:
    return "\u3400" <= run[0] <= "\u9fff"


def _han(run: str) -> list[str]:
    kept = _STOP_HAN.split(run)
    return [gram for part in kept for n in (1, 2) for gram in (part[i : i + n] for i in range(len(part) - n + 1))]


def _latin(term: str) -> list[str]:
    if term in _STOP_LATIN:
        return []
    whole = singular(term)
    parts = [singular(p) for p in _PART.findall(term) if p != term and p not in _STOP_LATIN and (len(p) > 1)]
    return [whole, *parts]


def singular(word: str) -> str:
    """Without a plural s: `agents` -> `agent`; `class` and `corpus` end in no plural."""
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")) else word
