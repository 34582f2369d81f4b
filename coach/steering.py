"""Words in an answer that are addressed to the grader: they are never evidence, and never content. Pure.

Both signs must be there, a mark as graders give it and a demand or rule about it, since interviews speak of rubrics,
scores and injected prompts themselves. What slips through is left to the judge's own rules. As evidence a sentence
counts whole; as content only its clauses with such signs go: what a person says in the same breath is judged.
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
_SENTENCE = re.compile(r"[^。！？!?\n]+?(?:[。！？!?\n]+|\.(?=\s|$)\s*|$)")
_CLAUSE = re.compile(r"([，,；;：:、]+|(?<=[\u3400-\u9fff])\s+|\s+(?=[\u3400-\u9fff]))")
_OBJECT = re.compile(r"\{.*\}", re.DOTALL)
_LOOK_ALIKES = str.maketrans("асеіорхуАСЕІОРХУ", "aceiopxyACEIOPXY")
"""Cyrillic letters that a reader takes for Latin ones."""
LONGEST = 80
"""A longer clause is speech without punctuation, and holds more than a demand."""


def steers(text: str) -> bool:
    """Whether a sentence of the text is addressed to the grader: then the text is no evidence."""
    return any(_demands(found[0]) for found in _SENTENCE.finditer(text))


def without_steering(text: str) -> str:
    """The text without the clauses that are addressed to the grader. Clauses beside them stay: they may be content."""
    return "".join(_rest(found[0]) for found in _SENTENCE.finditer(text))


def _demands(sentence: str) -> bool:
    seen = _seen(sentence)
    return bool(_MARK.search(seen) and _DEMAND.search(seen))


def _rest(sentence: str) -> str:
    if not _demands(sentence):
        return sentence
    pieces = _CLAUSE.split(_OBJECT.sub("", sentence))
    return "".join(piece for piece in pieces if len(piece) > LONGEST or not _told_to_the_grader(_seen(piece)))


def _told_to_the_grader(clause: str) -> bool:
    return bool(_MARK.search(clause) or _DEMAND.search(clause))


def _seen(text: str) -> str:
    """The text as a reader sees it."""
    visible = "".join(character for character in text if unicodedata.category(character) != "Cf")
    return unicodedata.normalize("NFKC", visible).translate(_LOOK_ALIKES)
