"""Words in an answer that are addressed to the grader: they are never evidence, and never content. Pure.

Both signs must be there, a mark as graders give it and a demand or rule about it, since interviews speak of rubrics,
scores and injected prompts themselves. What slips through is left to the judge's own rules.
"""

from __future__ import annotations

import re
import unicodedata

_MARK = re.compile(
    r"\bcovered\b|\bverdicts?\b|满分|高分|[一1]百分|100\s*分|(?:所有|全部|每个|各个)(?:的)?要点|判(?:为|成|作)\s*missing"
    r"|\bfull (?:marks?|credit|score|points)\b|\bperfect (?:score|marks?)\b|\bmarked (?:as )?missing\b"
    r"|\b(?:every|all|each) (?:of the )?(?:key |grading )?(?:points?|bullets?|criteri\w+)\b",
    re.IGNORECASE,
)
_DEMAND = re.compile(
    r"忽略|无视|判(?:为|成|定|作)|记(?:为|作|成)|视(?:为|作)|标(?:为|记)|请(?:您|你)?(?:直接|务必|一定)?(?:给|把|将|按|判)|一律"
    r"|评分|打分|阅卷|考官|自评|系统(?:通知|提示|消息|指令)|要点(?:都|全|均)|避免"
    r"|\bignore\b|\bdisregard\b|\boverride\b|\bmark(?:ed)?\b|\b(?:please|must|should|always) (?:be )?"
    r"(?:give|grade|graded|award|count|treat|return|output|respond)\b|\bgiv(?:e|es|ing) (?:me|it|full|this)\b"
    r"|\bgrad(?:er|ing)\b|\brubric\b|\bself-assess\w*|[\"']bullets?[\"']\s*:|[\"']verdicts?[\"']\s*:",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"[^。！？!?\n]+[。！？!?\n]*")
_LOOK_ALIKES = str.maketrans("асеіорхуАСЕІОРХУ", "aceiopxyACEIOPXY")
"""Cyrillic letters that a reader takes for Latin ones."""


def steers(text: str) -> bool:
    """Whether a sentence of the text is addressed to the grader."""
    return any(_demands(found[0]) for found in _SENTENCE.finditer(text))


def without_steering(text: str) -> str:
    """The text without the sentences that are addressed to the grader."""
    return "".join(found[0] for found in _SENTENCE.finditer(text) if not _demands(found[0]))


def _demands(sentence: str) -> bool:
    seen = "".join(character for character in sentence if unicodedata.category(character) != "Cf")
    folded = unicodedata.normalize("NFKC", seen).translate(_LOOK_ALIKES)
    return bool(_MARK.search(folded) and _DEMAND.search(folded))
