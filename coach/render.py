"""Types -> what a terminal shows. Decides form only; foreign text (handbook, answer, model) is never read as markup."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from datetime import datetime
from typing import TextIO

from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from coach import practice
from coach.delivery import measure
from coach.language import Language
from coach.material import Material
from coach.names import name
from coach.spending import spent
from coach.types import BulletGrade, Explanation, Grade, JudgeId, Verdict
from coach.words import say
from index.types import Hit, Question, Ranking

MARKS = {
    Verdict.COVERED: ("✓", "green"),
    Verdict.PARTIAL: ("~", "yellow"),
    Verdict.MISSING: ("✗", "red"),
    Verdict.CONTRADICTED: ("!", "bold red"),
    Verdict.UNGRADED: ("?", "dim"),
}
PIPE_WIDTH = 80
COSTLIEST_FIRST = (Verdict.CONTRADICTED, Verdict.MISSING, Verdict.PARTIAL)
MAX_GAPS = 3


def open_console(stream: TextIO | None = None) -> Console:
    """A console on `stream` (stdout): plain in a pipe, with NO_COLOR and on TERM=dumb; never guesses markup."""
    stream = stream or sys.stdout
    width = None if stream.isatty() else PIPE_WIDTH
    return Console(file=stream, markup=False, highlight=False, emoji=False, width=width)


def percent(share: float | None) -> str:
    """A share in [0, 1] as a percentage; a dash where nothing is known."""
    return "—" if share is None else f"{100 * share:.0f} %"


def judge_name(judge: JudgeId) -> str:
    """Who graded, in a word or two."""
    return judge.model if judge.kind == "llm" and judge.model else judge.kind


def grade(graded: Grade, material: Material, language: Language, *, due: str = "") -> RenderableType:
    """The feedback screen: score, what to mend first, each bullet with the person's own words."""
    parts: list[RenderableType] = [_title(graded, material.question(graded.question, language))]
    if (worst := _worst(graded)) is not None:
        sentence = material.sentence(graded.question, worst, language)
        parts.append(Text(say("first", language) + sentence, style="bold"))
    table = Table.grid(padding=(0, 1))
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(ratio=1)
    for position, bullet in enumerate(graded.bullets):
        table.add_row(*_bullet_row(position, bullet, material.bullet(graded.question, position, language)))
        for line in _asides(graded.question, position, bullet, material, language):
            table.add_row("", "", line)
    parts.append(table)
    if graded.feedback and graded.judge.kind == "llm":
        parts.append(Text(graded.feedback))
    pieces = [say("judge", language, judge=judge_name(graded.judge)), spent(graded.usage, language), due]
    foot = " · ".join(piece for piece in pieces if piece)
    parts.append(Text(foot, style="dim"))
    return Group(*parts)


def _title(graded: Grade, words: str) -> RenderableType:
    table = Table.grid(padding=(0, 2), expand=True)
    table.add_column(no_wrap=True)
    table.add_column(ratio=1)
    table.add_column(no_wrap=True, justify="right")
    table.add_row(
        Text(graded.question.ref, style="bold cyan"),
        Text(words, style="bold"),
        Text(percent(graded.score), style="bold"),
    )
    return table


def _worst(graded: Grade) -> int | None:
    """Position of the bullet to mend first: the first wrong one, else missing, else half-said."""
    for verdict in COSTLIEST_FIRST:
        for position, bullet in enumerate(graded.bullets):
            if bullet.verdict is verdict:
                return position
    return None


def _bullet_row(position: int, bullet: BulletGrade, words: str) -> tuple[Text, Text, Text]:
    mark, style = MARKS[bullet.verdict]
    line = Text(words)
    if bullet.evidence:
        line.append("  «" + " … ".join(_shorten(q.quote) for q in bullet.evidence) + "»", style="italic dim")
    return Text(f"{position + 1} {mark}", style=style), Text(say(bullet.verdict, "en"), style=style), line


def _asides(
    question: Question, position: int, bullet: BulletGrade, material: Material, language: Language
) -> Iterable[Text]:
    if bullet.verdict is Verdict.UNGRADED and bullet.reason:
        yield Text(bullet.reason, style="dim")
    if bullet.verdict is Verdict.CONTRADICTED and (sentence := material.sentence(question, position, language)):
        yield Text(say("say", language) + sentence, style="green")
    if note := material.doubt(question, position, language):
        yield Text(say("doubtful", language) + note, style="magenta")


def _shorten(quote: str, length: int = 40) -> str:
    quote = " ".join(quote.split())
    return quote if len(quote) <= length else quote[: length - 1] + "…"


def explained(graded: Grade, position: int | None, material: Material, language: Language) -> RenderableType:
    """Everything known about one bullet of a grade, or about all."""
    positions = range(len(graded.bullets)) if position is None else [position]
    parts: list[RenderableType] = []
    for at in positions:
        bullet = graded.bullets[at]
        mark, style = MARKS[bullet.verdict]
        parts.append(Text(f"{at + 1} {mark} {say(bullet.verdict, 'en')}  {bullet.bullet.plain}", style=style))
        parts += [Text(f"    «{' '.join(q.quote.split())}»", style="italic") for q in bullet.evidence]
        if bullet.reason:
            parts.append(Text(f"    {bullet.reason}"))
        if sentence := material.sentence(graded.question, at, language):
            parts.append(Text("    " + say("say", language) + sentence, style="green"))
        if note := material.doubt(graded.question, at, language):
            parts.append(Text("    " + say("doubtful", language) + note, style="magenta"))
        if bullet.certainty is not None:
            parts.append(Text("    " + say("certainty", language, share=percent(bullet.certainty)), style="dim"))
    return Group(*parts)


def event(shown: practice.Event, material: Material, language: Language, now: datetime) -> RenderableType | None:
    """What one step of an interview looks like; None for a step that is not shown."""
    match shown:
        case practice.Asked(question, number, total):
            head = say("question", language, number=number, total=total)
            title = name(question.direction.title, language)
            return Text(f"\n{head}  {question.ref}  {title}\n{material.question(question, language)}")
        case practice.FollowedUp(_, text):
            return Text("\n" + say("follow_up", language) + text)
        case practice.Saved():
            return Text(say("saved", language), style="dim")
        case practice.Said(text):
            return Text(text)
        case practice.Explained(graded, position):
            found = graded.attempt.grade if graded.attempt else None
            return explained(found, position, material, language) if found else None
        case practice.Graded():
            return _graded(shown, material, language, now)
        case practice.Summary():
            return summary(shown, language)


def _graded(shown: practice.Graded, material: Material, language: Language, now: datetime) -> RenderableType:
    if shown.attempt is None:
        return Text(say("skipped", language))
    if shown.attempt.grade is None:
        return Text(f"{shown.problem}\n{say('kept', language)}", style="yellow")
    due = ""
    if shown.due:
        due = say("due", language, when=say("days", language, n=max(1, (shown.due - now).days)))
    screen = grade(shown.attempt.grade, material, language, due=due)
    spoken = measure(shown.attempt.answer, shown.attempt.took_s)
    manner = say("delivery", language, spoken=round(spoken.spoken_s), fillers=spoken.fillers)
    return Group(screen, Text(manner, style="dim"))


def summary(shown: practice.Summary, language: Language) -> RenderableType:
    """The end of a sitting: counts, what went well, the costliest gaps, one next command."""
    counts = say(
        "summary_counts",
        language,
        graded=len(shown.graded),
        skipped=shown.skipped,
        pending=shown.pending,
        score=percent(shown.score),
    )
    parts: list[RenderableType] = [Text(f"\n{say('summary', language)}  {counts}", style="bold")]
    strong = [g.question.ref for g in shown.graded if g.attempt and g.attempt.grade and g.attempt.grade.score == 1]
    if strong:
        parts.append(Text(say("strong", language) + " ".join(strong)))
    if shown.gaps:
        parts.append(Text(say("gaps", language)))
    for gap in shown.gaps[:MAX_GAPS]:
        mark, style = MARKS[gap.verdict]
        parts.append(Text(f"  {mark} {gap.question.ref}  {gap.question.bullets[gap.position].plain}", style=style))
    parts.append(Text(say("then", language) + next_command(shown), style="bold"))
    return Group(*parts)


def next_command(shown: practice.Summary) -> str:
    """The one command that helps most now."""
    if not shown.finished:
        return "coach practice --resume"
    if shown.pending:
        return "coach grade --pending"
    if shown.gaps:
        return f"coach practice {shown.gaps[0].question.ref}"
    return "coach practice"


def explanation(
    found: Ranking, answer: Explanation | None, material: Material, language: Language, *, heard: bool = False
) -> RenderableType:
    """A look-up: the answer (unless it was `heard` as it came), then the questions it came from.

    The bullet that matched is marked; what is doubtful about a bullet stands under it.
    """
    if answer is None:
        lines = [Text(say("not_found", language), style="bold")]
        lines += [Text(_reference(hit, material, language)) for hit in found.hits[:3]]
        return Group(*lines)
    parts: list[RenderableType] = []
    if not answer.detail:
        parts.append(Text(say("no_detail", language), style="yellow"))
    if answer.by != "handbook":
        parts += [] if heard else [Text(answer.text)]
        parts.append(Text(answer.by, style="dim"))
    cited = [hit for hit in found.hits if hit.question.ref in answer.citations] or list(found.hits[:1])
    parts += [_hit(hit, material, language) for hit in cited]
    if answer.by == "handbook" and answer.detail and material.prepared(cited[0].question):
        parts.append(Text(say("model", language) + material.model_answer(cited[0].question, language)))
    others = [hit for hit in found.hits if hit not in cited][:3]
    if others:
        parts.append(Text(say("see_also", language), style="dim"))
        parts += [Text(_reference(hit, material, language), style="dim") for hit in others]
    return Group(*parts)


def _reference(hit: Hit, material: Material, language: Language) -> str:
    return f"  {hit.question.ref}  {material.question(hit.question, language)}"


def _hit(hit: Hit, material: Material, language: Language) -> RenderableType:
    question = hit.question
    table = Table.grid(padding=(0, 1))
    table.add_column(no_wrap=True, width=3, justify="right")
    table.add_column()
    for position in range(len(question.bullets)):
        matched, words = position == hit.matched, material.bullet(question, position, language)
        style = "bold green" if matched else ""
        table.add_row(Text("▸" if matched else "·", style=style), Text(words, style=style))
        if note := material.doubt(question, position, language):
            table.add_row("", Text(say("doubtful", language) + note, style="magenta"))
    return Group(Text(f"[{question.ref}] {material.question(question, language)}", style="bold"), table)
