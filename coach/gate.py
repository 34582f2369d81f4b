"""What needs no judge: an answer without content. Pure.

Conservative on purpose: an answer is stopped only when every word of every clause is a filler, an opener, a way to say
"I don't know", an echo of the question, or words to the grader. Whatever could be content goes on to the judge.
"""

from __future__ import annotations

import re
import unicodedata
from importlib.resources import files
from typing import Literal

from coach.language import Language, language_of
from coach.steering import without_steering

Emptiness = Literal["empty", "dont_know", "echo", "no_content"]

REASONS: dict[Language, dict[Emptiness, str]] = {
    "zh": {
        "empty": "没有作答。",
        "dont_know": "回答只说了不知道。",
        "echo": "回答只重复了题目。",
        "no_content": "回答里没有实质内容。",
    },
    "en": {
        "empty": "No answer was given.",
        "dont_know": "The answer only says that you do not know.",
        "echo": "The answer only repeats the question.",
        "no_content": "The answer has no content.",
    },
}

_EMPTY = frozenset(
    word
    for line in files("coach").joinpath("empty_words.txt").read_text(encoding="utf-8").splitlines()
    if not line.startswith("#")
    for word in line.split()
)
"""Words that carry nothing when an answer consists of nothing else."""
_ZH_EMPTY_RE = re.compile(
    "|".join(sorted((re.escape(word) for word in _EMPTY if not word.isascii()), key=len, reverse=True))
)
_ZH_UNKNOWN = re.compile(
    r"(?:不太?|没太?)(?:知道|清楚|了解|明白|熟悉|记得|懂|确定)|没(?:有)?(?:听|了解|接触|学|研究|准备|复习|印象|想法|思路|头绪)"
    r"|忘(?:了|记|光|干净)|想不起|记不|[答说讲]不[上出清]|回答不了|答不了|一无所知|不会(?:$|了|做|答|啊)|跳过|下一[题个]|放弃"
)
_EN_UNKNOWN = re.compile(
    r"\b(?:(?:no|not|never|don'?t|didn'?t|haven'?t|can'?t|cannot|couldn'?t)\b.*\b(?:know|idea|clue|sure|certain|familiar"
    r"|remember|recall|understand|heard|learned|studied|seen|used|answer)|forgot|forgotten|dunno|unfamiliar|skip|pass|blank)\b"
)
_WORD = re.compile(r"[a-z0-9][a-z0-9'.+-]*[a-z0-9+]|[a-z0-9]|[\u3400-\u9fff]+")
_CLAUSES = re.compile(r"[，。；：！？、,;:!?\n…]+|\.(?!\d)|—{1,2}|--")
_ECHO_SHARE = 0.6
"""From this share of the question on, a piece of it is an echo; a shorter one may be a choice between two."""


def gate(question: str, answer: str) -> str | None:
    """Why `answer` needs no judge, in the question's language; None when it may have content."""
    kind = emptiness(question, answer)
    return REASONS[language_of(question)][kind] if kind else None


def emptiness(question: str, answer: str) -> Emptiness | None:
    """What kind of nothing `answer` is; None when it may have content."""
    if not _core(answer):
        return "empty"
    answer = without_steering(answer)
    clauses = [clause for clause in _CLAUSES.split(_plain(answer)) if _core(clause)]
    if not clauses:
        return "no_content"
    if _is_echo(answer, question):
        return "echo"
    kinds = {_kind(clause, question) for clause in clauses}
    if None in kinds:
        return None
    order: tuple[Emptiness, ...] = ("dont_know", "echo", "no_content")
    return next(kind for kind in order if kind in kinds)


def _kind(clause: str, question: str) -> Emptiness | None:
    """What kind of nothing one clause is; None when something is left of it."""
    if _is_echo(clause, question):
        return "echo"
    unknown = _ZH_UNKNOWN.search(clause) or _EN_UNKNOWN.search(clause)
    rest = _left(clause)
    if rest and unknown and _speaks_of_self(clause, unknown):
        rest = _left(_without_topic(" ".join(rest), question))
    if rest:
        return None
    return "dont_know" if unknown else "no_content"


def _left(clause: str) -> list[str]:
    """The words of the clause that could be content."""
    left: list[str] = []
    for word in _WORD.findall(clause):
        if word[0].isascii():
            left += [word] if word not in _EMPTY else []
        else:
            left += _ZH_EMPTY_RE.sub(" ", word).split()
    return left


def _speaks_of_self(clause: str, unknown: re.Match[str]) -> bool:
    """Whether the speaker is who does not know: "Agent 不知道何时停" is a claim about the agent."""
    before = clause[: unknown.start()].rstrip()
    return not _left(before) or before.endswith(("我", " i", "我真的", "我也", "我还", "我都"))


def _without_topic(clause: str, question: str) -> str:
    """The clause without the question's English words and runs of two or more Han characters."""
    asked = _plain(question)
    known = set(_WORD.findall(asked))
    kept = [word for word in clause.split() if not word[0].isascii() or word not in known]
    pairs = {asked[i : i + 2] for i in range(len(asked) - 1)}
    return " ".join(word if word[0].isascii() else _without_pairs(word, pairs) for word in kept)


def _without_pairs(run: str, pairs: set[str]) -> str:
    known = {at + shift for at in range(len(run) - 1) if run[at : at + 2] in pairs for shift in (0, 1)}
    return "".join(character for at, character in enumerate(run) if at not in known)


def _is_echo(text: str, question: str) -> bool:
    """Whether the text is the question, most of it in one piece, or the question with empty words around it."""
    core, asked = _core(text), _core(question)
    if not core or not asked:
        return False
    if core in asked:
        return len(core) >= _ECHO_SHARE * len(asked)
    return asked in core and not _left(core.replace(asked, " "))


def _plain(text: str) -> str:
    """NFKC, lower case, straight apostrophes, no invisible characters."""
    folded = unicodedata.normalize("NFKC", text).lower().replace("’", "'")
    return "".join(c for c in folded if unicodedata.category(c) != "Cf")


def _core(text: str) -> str:
    """Letters and digits only."""
    return "".join(c for c in _plain(text) if c.isalnum())
