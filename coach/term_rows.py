"""Rows of bare terms: who names things and says nothing of them has stated nothing. Pure: text in, yes or no out."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Protocol

from coach.overlap import terms

ENTRIES, GLUE, LENGTH = 5, 0.1, 10.0
"""A row has so many entries, so few words that tie them into a claim, and entries so short."""
BARE = 8.0
"""An entry so short, with as little glue, is a bare term."""
OWN = 0.5
"""A row names the things of a list when this share of it does; a row of everything names nothing."""
AROUND = 400
"""Characters before and behind a quote that are looked at for the row it stands in."""
LIST_ENTRIES = 3
LONGEST_ENTRY = 20.0

_HAN = re.compile("[\u3400-\u9fff]")
_ENGLISH = re.compile(r"[a-z']+")
_GLUE_HAN = re.compile(
    "[的是会就把被让要能不了在用给去来它你我这那么所以因为如果但而也都还再先后然从到跟和比更很没有得着过做看说想]"
)
_GLUE_ENGLISH = re.compile(
    r"\b(?:is|are|was|were|be|the|an?|it|you|your|they|them|we|i|if|so|because|but|when|that|this|to|of|can|will|would"
    r"|not|don't|doesn't|it's|just|then|and|or|as|which|who|what|there|for|with|on|in|by|from|at|into|than|more|less)\b"
)
_MARK = re.compile(r"[、,，/|;；+]|—+")
_BULLET_MARK = re.compile(r"[、,，/+;；|]")
_PIECE = re.compile(r"[、,，/|—+;；:：。.\n-]+")
_ENTRY = re.compile(r"(?P<text>.*?)(?P<mark>[、,，|;；·\n]|—+|[。！？!?]|\.(?=\s|$)|$)", re.DOTALL)
_LEAD = re.compile("[:：]")
_SAYS = re.compile(
    r"[=≈≠≤≥<>→←↑↓%×]|(?<![a-z\d.-])\d|[降减升增提变加换改删省占达超]|更|最|可|无|非|主|持平|依赖|导致|防止|保证|支持|取代"
    r"|\b(?:\w+ed|cuts?|needs?|trains?|encod\w+|replac\w+|drop\w*|keeps?|uses?|gives?|makes?|gets?|has|have|no)\b",
    re.IGNORECASE,
)
"""Signs that an entry, however short, says something of its term."""
_WORD = re.compile("[A-Za-z0-9_.+%-]+|[\u3400-\u9fff]{1,2}")
"""One word or number alone says nothing, whatever it is made of."""
_SENTENCE_END = re.compile(r"[。；！？;!?\n]|\.(?=\s|$)")


class Span(Protocol):
    """A stretch of an answer, in code points."""

    @property
    def start(self) -> int:
        """Where it begins."""
        ...

    @property
    def end(self) -> int:
        """Where the text goes on."""
        ...


def is_row(text: str) -> bool:
    """Whether `text` is a row of terms that claims nothing.

    >>> is_row("vLLM、SGLang、PagedAttention、量化、KV Cache"), is_row("vLLM 用 PagedAttention 管 KV Cache，省显存")
    (True, False)
    """
    entries = [entry for entry in _MARK.split(text) if entry.strip()]
    return len(entries) >= ENTRIES and glue(text) < GLUE and entry_length(text) < LENGTH


def in_row(answer: str, stretch: Span) -> bool:
    """Whether the sentence around `stretch` of the answer is a row of terms, or the stretch itself."""
    before, after = _SENTENCE_END.split(answer[: stretch.start])[-1], _SENTENCE_END.split(answer[stretch.end :])[0]
    text = answer[stretch.start : stretch.end]
    return is_row(before + text + after) or is_row(text)


def row_around(answer: str, stretch: Span) -> tuple[str, ...]:
    """The row of bare terms that all of `stretch` stands in, whatever its sentence says besides; empty if none.

    One of the 1,993 credited bullets of the graded answers rests on one.
    """
    low = max(0, stretch.start - AROUND)
    for row in _rows(answer[low : stretch.end + AROUND]):
        if low + row[0].start() <= stretch.start and stretch.end <= low + row[-1].end():
            return tuple(entry["text"].strip() for entry in row)
    return ()


def names(row: Sequence[str], bullet: str) -> bool:
    """Whether a row of terms names the things that a bullet lists: most of its terms are the bullet's.

    >>> names(("vLLM", "SGLang", "Triton"), "vLLM / SGLang / TensorRT-LLM")
    True
    >>> names(("vLLM", "MoE", "LoRA", "RRF", "DPO"), "vLLM / SGLang / TensorRT-LLM")
    False
    """
    own = set(terms(bullet))
    return is_list(bullet) and sum(not own.isdisjoint(terms(term)) for term in row) >= OWN * len(row)


def _rows(answer: str) -> Iterator[list[re.Match[str]]]:
    """Runs of at least `ENTRIES` bare terms within a sentence, or on lines of their own."""
    row: list[re.Match[str]] = []
    for entry in _ENTRY.finditer(answer):
        if not entry["text"].strip():
            continue
        bare = _is_bare(entry["text"])
        if bare:
            row.append(entry)
        if not bare or (entry["mark"] and entry["mark"] in "。！？!?."):
            if len(row) >= ENTRIES:
                yield row
            row = []
    if len(row) >= ENTRIES:
        yield row


def _is_bare(entry: str) -> bool:
    term = _LEAD.split(entry)[-1].strip()  # "the stack: attention" names attention
    if _WORD.fullmatch(term):
        return True
    return glue(term) < GLUE and entry_length(term) < BARE and not _SAYS.search(term)


def is_list(bullet: str) -> bool:
    """Whether a bullet lists at least three things.

    >>> is_list("vLLM / SGLang / TensorRT-LLM"), is_list("KV Cache 只存压缩后的 c_kv")
    (True, False)
    """
    return len([entry for entry in _BULLET_MARK.split(bullet) if entry.strip()]) >= LIST_ENTRIES


def glue(text: str) -> float:
    """Share of words that tie others into a claim; a list of terms has none."""
    lowered = text.lower()
    size = len(_HAN.findall(lowered)) + 2 * len(_ENGLISH.findall(lowered))
    tied = len(_GLUE_HAN.findall(lowered)) + 2 * len(_GLUE_ENGLISH.findall(lowered))
    return tied / size if size else 0.0


def entry_length(text: str) -> float:
    """Mean length between marks, at most `LONGEST_ENTRY`; a Latin letter counts as a third of a Han character."""
    pieces = [piece for piece in _PIECE.split(text) if piece.strip()]
    lengths = [len(piece) - 0.65 * len(piece.encode("ascii", "ignore")) for piece in pieces]
    return min(sum(lengths) / len(lengths), LONGEST_ENTRY) if lengths else 0.0
