"""One run of `coach demo`: a stored answer graded live by the offline judge. Opens no socket and writes no file.

The answers were written for this: each covers a bullet, half-says one, gets one wrong and misses one.
"""

from __future__ import annotations

import time
from collections.abc import Mapping

from rich.console import Console, Group, RenderableType
from rich.text import Text

from coach import crew, render, wire
from coach.boards import lines
from coach.config import BUNDLED, Config
from coach.grader import grade_json
from coach.language import Language
from coach.streams import emit
from coach.types import Grade
from coach.words import say

REF = "2.4"
ANSWERS: Mapping[Language, str] = {
    "zh": "GRPO 也要训练一个和策略一样大的 critic 网络来估计优势。对每个 prompt 采样 G 个回答，"
    "每个回答的奖励减去组内均值，再除以组内标准差。嗯，显存能省一半。",
    "en": "GRPO still trains a critic as large as the policy to estimate the advantage. It samples a group of answers "
    "for each prompt and standardises the rewards: subtract the group mean and divide by the standard deviation. "
    "Um, that saves half the memory.",
}
OPTIONS: Mapping[str, object] = {"handbook": BUNDLED, "judge": "offline", "offline": True}
"""Whatever is set elsewhere, the demo is about the bundled handbook, and needs nothing."""


def demo(config: Config, *, as_json: bool) -> None:
    """Grade the stored answer and show how the grade comes about."""
    book = wire.handbook(config)
    language, question = wire.language(config, book), wire.find_question(book, REF)
    grading, answer = wire.grading(config, book, lambda _: None), ANSWERS[language]
    started_s = time.perf_counter()
    graded = grading(question, answer)
    took_s = time.perf_counter() - started_s
    if as_json:
        row = {**grade_json(graded), "answer": answer, "took_s": round(took_s, 3)}
        emit(row)
        return
    console, material = render.open_console(), wire.material(config, book)
    console.print(_asked(material.question(question, language), answer, language, console))
    error = crew.measured(config, graded.judge, material.prepared(question))
    console.print(render.grade(graded, material, language, error))
    console.print(_told(graded, answer, took_s, language, console))


def _asked(question: str, answer: str, language: Language, console: Console) -> RenderableType:
    head = lines(console, say("demo_head", language), "dim")
    return Group(head, Text(f"\n{REF}  {question}", style="bold"), lines(console, f"> {answer}", "", 2), Text(""))


def _told(graded: Grade, answer: str, took_s: float, language: Language, console: Console) -> RenderableType:
    """One quote and where it stands, how long it took, and what to do next."""
    quotes = [quote for bullet in graded.bullets for quote in bullet.evidence]
    parts: list[RenderableType] = [Text("")]
    if quotes and answer[quotes[0].start : quotes[0].end] == quotes[0].quote:
        where = {"quote": quotes[0].quote, "start": quotes[0].start + 1, "end": quotes[0].end}
        parts.append(lines(console, say("demo_quote", language, n=len(quotes), **where)))
    parts.append(lines(console, say("demo_took", language, ms=round(1000 * took_s))))
    return Group(*parts, lines(console, f"{say('then', language)}coach practice {REF}", "bold"))
