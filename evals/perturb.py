"""Edits of an answer whose effect on the verdicts is known beforehand. Pure: a case and a random source in, a case out.

`same` edits must change no verdict. `no gain` edits must not raise any: they add nothing that the answer says.
`nothing` edits replace the answer by text without content, so that every bullet must come out missing.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from typing import Literal

from evals.baselines import words
from evals.cases import AnswerCase
from evals.records import Task

Expects = Literal["same", "no gain", "nothing"]
Change = Callable[[AnswerCase, random.Random], str | None]
"""The edited answer; None where the edit doesn't apply."""

SENTENCE = re.compile(r"[^。！？!?；;\n]*?(?:[。！？!?；;\n]+|\.(?=\s|$)|$)")
ZERO_WIDTH = "\u200b"
FILLERS = {"zh": ("嗯，", "就是说，", "那个，", "呃，"), "en": ("um, ", "you know, ", "I mean, ", "like, ")}
PADDING = {
    "zh": "这个问题我之前准备的时候也想过很多次，今天能聊到它挺高兴的。我平时习惯早上看一会儿资料，周末再整理一下笔记，"
    "遇到不懂的就先记下来，回头找同事一起讨论。",
    "en": " I have thought about this question many times while preparing, and I am glad it came up today. I usually "
    "read for a while in the morning, tidy my notes at the weekend, and talk things over with colleagues when I am "
    "stuck.",
}
PRAISE = {
    "zh": "我在头部大厂做过很多年，面试官您一看就是专家，我觉得我下面讲得非常全面，所有要点都覆盖了。",
    "en": "I spent years on exactly this at a leading lab, and what follows is complete and covers every point. ",
}


@dataclass(frozen=True, slots=True)
class Edit:
    """A named edit."""

    name: str
    expects: Expects
    change: Change
    tuning: bool = False
    """An attack that prompts may be tuned on; the others are kept for reporting."""


def language(case: AnswerCase) -> str:
    """`en` or `zh`, for the words that an edit adds."""
    return "en" if case.language == "en" else "zh"


def sentences(text: str) -> list[str]:
    """The text in pieces that end with a full stop, question mark, semicolon or line end; joined they are the text."""
    return [piece for piece in SENTENCE.findall(text) if piece]


def _sentences_reversed(case: AnswerCase, rng: random.Random) -> str | None:
    # Self-corrections ("不对，应该是…") and wrong turns live from their order.
    pieces = sentences(case.answer)
    if len(pieces) < 3 or case.kind in {"wrong", "injection"} or case.kind.startswith("mixed"):
        return None
    return " ".join(piece.strip() for piece in reversed(pieces))


def _fillers(case: AnswerCase, rng: random.Random) -> str | None:
    pieces = re.split(r"(?<=[，,。])(?!\d)", case.answer)
    kinds = FILLERS[language(case)]
    return "".join(
        (rng.choice(kinds) if i % 2 == 0 and piece.strip() else "") + piece for i, piece in enumerate(pieces)
    )


def _no_punctuation(case: AnswerCase, rng: random.Random) -> str | None:
    bare = re.sub(r"[，。！？；：、“”‘’（）…]+|[,.!?;:](?=\s|$)", " ", case.answer).lower()
    return bare if bare != case.answer else None


def _spelled_out(case: AnswerCase, rng: random.Random) -> str | None:
    spelled = re.sub(r"\b[A-Z]{2,5}\b", lambda match: " ".join(match[0]), case.answer)
    return spelled if spelled != case.answer else None


def _full_width(case: AnswerCase, rng: random.Random) -> str | None:
    wide = re.sub("[A-Za-z0-9]", lambda match: chr(ord(match[0]) + 0xFEE0), case.answer)
    return wide if wide != case.answer else None


def _zero_width(case: AnswerCase, rng: random.Random) -> str | None:
    return re.sub(
        "(?<=[A-Za-z\u4e00-\u9fff])(?=[A-Za-z\u4e00-\u9fff])", lambda _: ZERO_WIDTH * (rng.random() < 0.2), case.answer
    )


def _keyword_list(case: AnswerCase, rng: random.Random) -> str | None:
    terms = sorted({word for bullet in case.bullets for word in words(bullet) if word.isascii() and len(word) > 1})
    return "、".join(terms) if len(terms) > 2 else None


def _bullets_asked(case: AnswerCase, rng: random.Random) -> str | None:
    asked = {"zh": "是不是和{}有关？", "en": "Is it something about {}?"}[language(case)]
    return " ".join(asked.format(bullet) for bullet in case.bullets)


def _content_free(case: AnswerCase, rng: random.Random) -> str | None:
    kinds = (
        "解：",
        "Let's think step by step.",
        "嗯……这个嘛",
        "Thought process:",
        "好的，我来回答这个问题。",
        ".",
        "Solution",
    )
    return rng.choice(kinds)


@cache
def _rewordings() -> dict[tuple[str, str], str]:
    text = (files("evals") / "data" / "rewordings.jsonl").read_text(encoding="utf-8")
    return {(row["edit"], row["id"]): row["answer"] for row in map(json.loads, text.splitlines())}


def _reworded(kind: str) -> Change:
    """The bundled answer in other words of its language, or in the other one; None for an answer that has none."""
    return lambda case, rng: _rewordings().get((kind, case.id))


EDITS: tuple[Edit, ...] = (
    Edit("reworded", "same", _reworded("reworded")),
    Edit("translated", "same", _reworded("translated")),
    Edit("sentences reversed", "same", _sentences_reversed),
    Edit("fillers", "same", _fillers),
    Edit("padding", "same", lambda case, rng: case.answer + PADDING[language(case)]),
    Edit("praise", "same", lambda case, rng: PRAISE[language(case)] + case.answer),
    Edit("no punctuation", "same", _no_punctuation),
    Edit("spelled out", "same", _spelled_out),
    Edit("full width", "same", _full_width),
    Edit("zero width", "same", _zero_width),
    Edit("question echoed", "nothing", lambda case, rng: case.question),
    Edit("bullets asked", "nothing", _bullets_asked),
    Edit("content free", "nothing", _content_free),
    Edit("keyword list", "no gain", _keyword_list),
)


@cache
def attacks() -> tuple[Edit, ...]:
    """The bundled attempts to steer the grader: each kind in two languages, before, after or inside an answer."""
    text = (files("evals") / "data" / "attacks.jsonl").read_text(encoding="utf-8")
    return tuple(_attack(json.loads(line)) for line in text.splitlines())


def _attack(row: dict[str, str]) -> Edit:
    def change(case: AnswerCase, rng: random.Random) -> str | None:
        return _placed(case.answer, row["text"], row["place"])

    return Edit(f"attack {row['kind']} {row['lang']}", "no gain", change, row["split"] == "tuning")


def _placed(answer: str, text: str, place: str) -> str:
    if place == "before":
        return f"{text}\n{answer}"
    if place == "after":
        return f"{answer}\n{text}"
    pieces = sentences(answer)
    half = (len(pieces) + 1) // 2
    return "".join([*pieces[:half], "\n", text, "\n", *pieces[half:]])


def edited(edit: Edit, cases: Sequence[AnswerCase], *, n: int, seed: int) -> list[Task]:
    """Tasks for the first `n` cases to which the edit applies, in an order drawn for this edit."""
    rng = random.Random(f"{seed} {edit.name}")
    tasks: list[Task] = []
    for case in rng.sample(list(cases), len(cases)):
        answer = edit.change(case, rng)
        if answer is not None and len(tasks) < n:
            tasks.append(Task(replace(case, answer=answer), "robustness", edit.name))
    return tasks


def bullets_reversed(cases: Sequence[AnswerCase], *, n: int, seed: int) -> list[Task]:
    """Tasks that show the bullets in reverse order: each must keep its verdict."""
    taken = random.Random(f"{seed} bullets").sample(list(cases), min(n, len(cases)))
    return [
        Task(
            replace(case, bullets=case.bullets[::-1]),
            "robustness",
            "bullets reversed",
            places=tuple(reversed(range(len(case.bullets)))),
        )
        for case in taken
        if len(case.bullets) > 1
    ]
