"""Weighted term overlap between a bullet and a stretch of an answer, zh + en. Pure."""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from itertools import pairwise

_SPELLED = re.compile(r"(?<![a-z0-9])(?:[a-z] ){1,5}[a-z](?![a-z0-9])")
_WORD = re.compile(r"[a-z]+[0-9]*|\d+(?:\.\d+)?|[\u3400-\u9fff]+")
_SUFFIX = re.compile(r"(?<=[a-z]{3})(?:ings?|ed|es|s|ly)$")
_STOP = re.compile(
    r"a|an|the|of|to|in|on|at|is|are|was|be|been|it|its|this|that|these|those|and|or|but|so|as|for|with|by|from|i|you|your"
    r"|we|they|he|she|them|their|there|here|not?|do|does|did|can|could|will|would|just|like|really|um|uh"
)
_HAN_STOP = frozenset("的了是在和与就也都而及或被把让给从对于之其这那个们么嘛呢吧啊呀嗯呃")


def terms(text: str) -> list[str]:
    """Stemmed English words and numbers, and pairs of Han characters; words without content left out.

    Letters that a recogniser spelled out are joined: `k v cache` has the terms of `kv cache`.
    """
    folded = unicodedata.normalize("NFKC", text).lower()
    folded = _SPELLED.sub(lambda match: match[0].replace(" ", ""), folded)
    found: list[str] = []
    for run in _WORD.findall(folded):
        if run[0].isascii():
            found += [_SUFFIX.sub("", run)] if not _STOP.fullmatch(run) else []
        else:
            found += [a + b for a, b in pairwise(run) if a not in _HAN_STOP and b not in _HAN_STOP]
    return found


def rarity(texts: Iterable[str]) -> dict[str, float]:
    """log((n + 1) / (df + 0.5)) of each term over `texts`: what few bullets share tells most."""
    bags = [set(terms(text)) for text in texts]
    counts = Counter(term for bag in bags for term in bag)
    return {term: math.log((len(bags) + 1) / (count + 0.5)) for term, count in counts.items()}


def coverage(wanted: Collection[str], said: Collection[str], weights: Mapping[str, float], unknown: float) -> float:
    """Share of the weight of `wanted` that is in `said`, in [0, 1]; 0 when nothing is wanted."""
    total = sum(weights.get(term, unknown) for term in wanted)
    held = sum(weights.get(term, unknown) for term in wanted if term in said)
    return held / total if total else 0.0
